//! Who received goods of a lot, and which lots an order's goods came out of.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    CustomerId, Decimal, LotId, NaiveDate, OrderId, OrderLineId, Page, PageRequest, Position,
    ProductId, ProductVariantId, Refusal, RefusalCode, ShipmentId, ShipmentLineId, Uuid,
    WarehouseId,
};

use crate::model::ReadShipments;
use crate::store::{uuids, within_reach};

/// Rows are counted up to this, and one more to know that there are more.
const MOST_COUNTED: i64 = 10_000;

/// A part of a posted shipment's line that came out of one lot.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LotShipment {
    /// The lot.
    pub lot_id: LotId,
    /// Base units that left.
    pub quantity: Decimal,
    /// What of them has come back with posted returns, base units.
    pub returned: Decimal,
    /// The shipment.
    pub shipment_id: ShipmentId,
    /// Its line.
    pub shipment_line_id: ShipmentLineId,
    /// The order.
    pub order_id: OrderId,
    /// Its line.
    pub order_line_id: OrderLineId,
    /// Who received it.
    pub customer_id: CustomerId,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// When it left.
    pub shipped_on: NaiveDate,
}

/// Which shipments of lots; all conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct LotShipmentFilter {
    /// Out of these lots.
    pub lots: Vec<LotId>,
    /// Shipped on this day or later.
    pub from: Option<NaiveDate>,
    /// Shipped on this day or earlier.
    pub to: Option<NaiveDate>,
}

/// The name of the one order of the list, as cursors keep it.
pub const LOT_SHIPMENT_ORDER: &str = "SHIPPED";

const COLUMNS: &str = "
    select t.lot_id, t.quantity, r.returned, h.id as shipment_id, l.id as shipment_line_id, h.order_id,
           l.order_line_id, h.customer_id, h.warehouse_id, l.product_id, l.variant_id,
           h.date as shipped_on";

/// $1 is the tenant. Undone shipments reached nobody; `r` says what came back.
pub(crate) const SHIPPED: &str = "
    from shipment_lot t
    join shipment_line l on l.tenant_id = t.tenant_id and l.id = t.shipment_line_id
    join shipment h on h.tenant_id = l.tenant_id and h.id = l.shipment_id
    cross join lateral (
        select coalesce(sum(b.quantity), 0) as returned
        from sales_return_line n
        join sales_return s on s.tenant_id = n.tenant_id and s.id = n.return_id
        join sales_return_lot b on b.tenant_id = n.tenant_id and b.return_line_id = n.id
        where n.tenant_id = t.tenant_id
          and n.shipment_line_id = t.shipment_line_id
          and s.state = 'POSTED'
          and b.source_lot_id = t.lot_id
    ) r
    where t.tenant_id = $1 and h.state = 'POSTED'";

impl LotShipmentFilter {
    /// Adds all conditions but the one on lots.
    fn push(&self, sql: &mut Sql, permit: &Permit<ReadShipments>) {
        if let Some(day) = self.from {
            sql.with(" and h.date >= ", day, "");
        }
        if let Some(day) = self.to {
            sql.with(" and h.date <= ", day, "");
        }
        within_reach(sql, permit, "h");
    }
}

/// Who received goods of lots, by shipments within reach, in the order these were written.
/// Cursors must be of the order [`LOT_SHIPMENT_ORDER`]. Lives on `shipment_lot_of_lot`.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn lot_shipments(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    filter: &LotShipmentFilter,
    request: &PageRequest,
) -> Outcome<Page<LotShipment>> {
    // Lot by lot: each reads its own rows in order and stops at a page. Asked for all lots at once,
    // PostgreSQL may walk everything that ever left in the order of lines, to save a sort.
    let mut sql = Sql::new(
        format!(
            "select s.*
             from (select distinct unnest($2::uuid[]) as lot_id) asked
             cross join lateral ({COLUMNS} {SHIPPED} and t.lot_id = asked.lot_id"
        ),
        values![permit.tenant(), uuids(&filter.lots)],
    );
    filter.push(&mut sql, permit);
    for (bound, beyond) in [(&request.after, ">"), (&request.before, "<")] {
        let Some(bound) = bound else { continue };
        let lot = bound.key.as_deref().and_then(|key| Uuid::parse_str(key).ok());
        let lot = lot.ok_or_else(bad_cursor)?;
        sql.push(&format!(" and (t.shipment_line_id, t.lot_id) {beyond} ("));
        sql.bind(bound.id).push(", ").bind(lot).push(")");
    }
    let way = if request.backward { "desc" } else { "asc" };
    let most = i64::from(request.limit) + 1;
    sql.push(&format!(" order by t.shipment_line_id {way} limit ")).bind(most);
    sql.push(&format!(") s order by s.shipment_line_id {way}, s.lot_id {way} limit ")).bind(most);
    let rows: Vec<LotShipment> = tx.all(sql).await?;
    let place = |row: &LotShipment| Position {
        order: LOT_SHIPMENT_ORDER.to_owned(),
        key: Some(row.lot_id.to_string()),
        id: row.shipment_line_id.0,
    };
    Ok(Page::of(rows.into_iter().map(|row| (place(&row), row)).collect(), request))
}

fn bad_cursor() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "This cursor was not given by this list.",
        "Этот курсор выдан не этим списком.",
    )
}

/// How many rows [`lot_shipments`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_lot_shipments(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    filter: &LotShipmentFilter,
) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let text = format!("select count(*) as counted from (select 1 {SHIPPED}");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    sql.with(" and t.lot_id = any(", uuids(&filter.lots), "::uuid[])");
    filter.push(&mut sql, permit);
    sql.with(" limit ", MOST_COUNTED + 1, ") counted");
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}

/// What posted shipments within reach took out of which lots for orders; orders without any are
/// absent.
///
/// # Errors
/// A fault of the database.
pub async fn lots_shipped_for_orders(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<LotShipment>>> {
    let mut sql = Sql::new(format!("{COLUMNS} {SHIPPED}"), values![permit.tenant()]);
    sql.with(" and h.order_id = any(", uuids(orders), "::uuid[])");
    within_reach(&mut sql, permit, "h");
    sql.push(" order by t.shipment_line_id, t.lot_id");
    let rows: Vec<LotShipment> = tx.all(sql).await?;
    let mut found: HashMap<OrderId, Vec<LotShipment>> = HashMap::new();
    for row in rows {
        found.entry(row.order_id).or_default().push(row);
    }
    Ok(found)
}
