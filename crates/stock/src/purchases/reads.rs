//! What others see of purchase orders. Prices do not leave the database for those who may not see
//! cost.

use std::collections::HashMap;
use std::hash::Hash;

use access::{Action, Permit, Right};
use catalog::{Condition, push_conditions};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, DateTime, Decimal, DemandId, Direction, NaiveDate, OrganizationId, PackagingId, Page,
    PageRequest, ProductId, ProductVariantId, PurchaseOrderId, PurchaseOrderLineId, SupplierId,
    TenantId, UserId, Utc, Uuid, WarehouseId,
};

use super::PurchaseOrderState;
use crate::coverage::store::{COVER, EXPECTED};
pub use crate::coverage::{Cover, Expected};
use crate::demand::ReadDemand;
use crate::document::{DocumentSort, Narrowing};
use crate::reads::keyset::{COUNT, count, page};
use crate::reads::{ReadReceipts, ReadStock, ReceiptRow, receipts_of, sees_cost};
use crate::store::uuids;

/// Reading purchase orders. A narrow reach sees those its users have written.
#[derive(Clone, Copy, Debug)]
pub struct ReadPurchaseOrders;

impl Action for ReadPurchaseOrders {
    const RIGHT: Right = Right::PurchaseRead;
}

/// A purchase order without its lines.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct PurchaseOrderRow {
    /// The order.
    pub id: PurchaseOrderId,
    /// Empty until it is ordered.
    pub number: String,
    /// Business date.
    pub occurred_on: NaiveDate,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where to.
    pub warehouse_id: WarehouseId,
    /// Of whom.
    pub supplier_id: SupplierId,
    /// The currency of its prices.
    pub currency: Currency,
    /// As [`PurchaseOrderState`] writes it.
    pub state: String,
    /// The sum of lines; `None` while a price is missing, and for those who may not see cost.
    pub amount: Option<Decimal>,
    /// When lines without a day of their own are expected.
    pub expected_on: Option<NaiveDate>,
    /// The number that the supplier gave it.
    pub supplier_reference: String,
    /// A note.
    pub comment: String,
    /// Why it was closed short or cancelled.
    pub end_reason: Option<String>,
    /// The record's name in another program.
    pub external_reference: Option<String>,
    /// For the next change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Who made it, where a person did.
    pub created_by: Option<UserId>,
}

/// A line of a purchase order.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct PurchaseOrderLineRow {
    /// The line.
    pub id: PurchaseOrderLineId,
    /// Its order.
    pub purchase_order_id: PurchaseOrderId,
    /// Its place, from 0.
    pub position: i32,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Ordered, base units.
    pub quantity: Decimal,
    /// The packaging it was entered in; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of that packaging.
    pub entered_quantity: Option<Decimal>,
    /// The packaging's name when the line was written.
    pub entered_unit: Option<String>,
    /// The currency of its price.
    pub currency: Currency,
    /// Per base unit; `None` while it is not known, and for those who may not see cost.
    pub price: Option<Decimal>,
    /// round(quantity × price, 2).
    pub amount: Option<Decimal>,
    /// When it is expected; `None` where nobody has said.
    pub expected_on: Option<NaiveDate>,
    /// What posted receipts brought, base units.
    pub received: Decimal,
    /// What is still to come, base units.
    pub awaited: Decimal,
}

/// Which purchase orders.
#[derive(Clone, Debug, Default)]
pub struct PurchaseOrderFilter {
    /// In one of these states.
    pub states: Option<Vec<PurchaseOrderState>>,
    /// Of this supplier.
    pub supplier: Option<SupplierId>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Into this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// With a line of this product that is still to come.
    pub awaited_product: Option<ProductId>,
    /// Dated on this day or later.
    pub from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub to: Option<NaiveDate>,
    /// With this number.
    pub number: Option<String>,
    /// With this name in another program.
    pub external_reference: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
}

/// $1 is the tenant, $2 the authors within reach, $3 whether cost is seen.
const ORDER: &str = "
    select o.id, o.number, o.occurred_on, o.organization_id, o.warehouse_id, o.supplier_id,
           o.currency, o.state, case when $3 then o.amount end as amount, o.expected_on,
           o.supplier_reference, o.comment, o.end_reason, o.external_reference, o.version,
           o.created_at, o.updated_at, o.created_by
    from purchase_order o
    where o.tenant_id = $1 and ($2::uuid[] is null or o.created_by = any($2))";

impl PurchaseOrderFilter {
    fn push(&self, sql: &mut Sql, tenant: TenantId) {
        push_conditions(sql, tenant, "o.id", &self.custom);
        let states = self.states.as_ref();
        let narrowing = Narrowing {
            table: "o",
            states: states.map(|all| all.iter().map(|one| one.as_str()).collect()),
            from: self.from,
            to: self.to,
            number: self.number.as_deref(),
            external_reference: self.external_reference.as_deref(),
        };
        narrowing.push(sql);
        if let Some(id) = self.supplier {
            sql.with(" and o.supplier_id = ", id, "");
        }
        if let Some(id) = self.organization {
            sql.with(" and o.organization_id = ", id, "");
        }
        if let Some(id) = self.warehouse {
            sql.with(" and o.warehouse_id = ", id, "");
        }
        if let Some(id) = self.awaited_product {
            sql.with(
                " and o.id in (
                      select l.purchase_order_id
                      from purchase_order_line l
                      where l.tenant_id = $1 and l.is_awaited and l.product_id = ",
                id,
                ")",
            );
        }
    }
}

/// Purchase orders within reach. Cursors must be of the sort's [`DocumentSort::name`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn purchase_orders(
    tx: &TenantTx,
    permit: &Permit<ReadPurchaseOrders>,
    filter: &PurchaseOrderFilter,
    (sort, direction): (DocumentSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<PurchaseOrderRow>> {
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit)];
    let mut sql = Sql::new(ORDER, values);
    filter.push(&mut sql, permit.tenant());
    let position = |row: &PurchaseOrderRow| sort.position(row.occurred_on, &row.number, row.id.0);
    page(tx, sql, (sort.key(["o.occurred_on", "o.number"]), "o.id"), direction, request, position)
        .await
}

/// How many rows [`purchase_orders`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_purchase_orders(
    tx: &TenantTx,
    permit: &Permit<ReadPurchaseOrders>,
    filter: &PurchaseOrderFilter,
) -> Outcome<i64> {
    let text = format!(
        "{COUNT} select 1 from purchase_order o
         where o.tenant_id = $1 and ($2::uuid[] is null or o.created_by = any($2))"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), permit.managers()]);
    filter.push(&mut sql, permit.tenant());
    count(tx, sql).await
}

/// The purchase orders with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn purchase_orders_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPurchaseOrders>,
    ids: &[PurchaseOrderId],
) -> Outcome<HashMap<PurchaseOrderId, PurchaseOrderRow>> {
    let mut sql = Sql::new(ORDER, values![permit.tenant(), permit.managers(), sees_cost(permit)]);
    sql.with(" and o.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<PurchaseOrderRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lines of purchase orders within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_purchase_orders(
    tx: &TenantTx,
    permit: &Permit<ReadPurchaseOrders>,
    orders: &[PurchaseOrderId],
) -> Outcome<HashMap<PurchaseOrderId, Vec<PurchaseOrderLineRow>>> {
    let ids = uuids(orders.iter().copied());
    let rows = lines(tx, permit, "l.purchase_order_id", ids).await?;
    Ok(grouped(rows, |row| row.purchase_order_id))
}

/// The lines with these ids of purchase orders within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn purchase_order_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPurchaseOrders>,
    ids: &[PurchaseOrderLineId],
) -> Outcome<HashMap<PurchaseOrderLineId, PurchaseOrderLineRow>> {
    let rows = lines(tx, permit, "l.id", uuids(ids.iter().copied())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn lines(
    tx: &TenantTx,
    permit: &Permit<ReadPurchaseOrders>,
    column: &str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<PurchaseOrderLineRow>> {
    let sql = format!(
        "select l.id, l.purchase_order_id, l.position, l.product_id, l.variant_id, l.quantity,
                l.packaging_id, l.entered_quantity, l.entered_unit, o.currency,
                case when $3 then l.price end as price, case when $3 then l.amount end as amount,
                l.expected_on, l.received, l.awaited
         from purchase_order_line l
         join purchase_order o on o.tenant_id = l.tenant_id and o.id = l.purchase_order_id
         where l.tenant_id = $1
           and ($2::uuid[] is null or o.created_by = any($2))
           and {column} = any($4::uuid[])
         order by l.purchase_order_id, l.position"
    );
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit), ids];
    Ok(tx.all(Sql::new(sql, values)).await?)
}

fn grouped<K: Eq + Hash, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, Vec<V>> {
    let mut found: HashMap<K, Vec<V>> = HashMap::new();
    for row in rows {
        found.entry(key(&row)).or_default().push(row);
    }
    found
}

/// The receipts on the basis of purchase orders, within reach, the oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn receipts_of_purchase_orders(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    orders: &[PurchaseOrderId],
) -> Outcome<HashMap<PurchaseOrderId, Vec<ReceiptRow>>> {
    let rows = receipts_of(tx, permit, orders).await?;
    let mut found: HashMap<PurchaseOrderId, Vec<ReceiptRow>> = HashMap::new();
    for row in rows {
        if let Some(order) = row.purchase_order_id {
            found.entry(order).or_default().push(row);
        }
    }
    Ok(found)
}

/// What demand within the caller's sight may count on, the earliest first.
///
/// # Errors
/// A fault of the database.
pub async fn covers_of_demands(
    tx: &TenantTx,
    permit: &Permit<ReadDemand>,
    demands: &[DemandId],
) -> Outcome<HashMap<DemandId, Vec<Cover>>> {
    let sql = format!(
        "select {COVER}
         from demand_cover c
         where c.tenant_id = $1 and c.demand_id = any($2::uuid[])
         order by c.demand_id, c.expected_on nulls last, c.supply_line_id"
    );
    let values = values![permit.tenant(), uuids(demands.iter().copied())];
    let rows: Vec<Cover> = tx.all(Sql::new(sql, values)).await?;
    Ok(grouped(rows, |row| row.demand_id))
}

/// Which demand counts on lines of supply.
///
/// # Errors
/// A fault of the database.
pub async fn covers_of_supply(
    tx: &TenantTx,
    permit: &Permit<ReadDemand>,
    lines: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<Cover>>> {
    let sql = format!(
        "select {COVER}
         from demand_cover c
         where c.tenant_id = $1 and c.supply_line_id = any($2::uuid[])
         order by c.supply_line_id, c.demand_id"
    );
    let values = values![permit.tenant(), lines.to_vec()];
    let rows: Vec<Cover> = tx.all(Sql::new(sql, values)).await?;
    Ok(grouped(rows, |row| row.supply_line_id))
}

/// What is to come of products, of suppliers, of assemblies and of other warehouses, the earliest
/// first; products of which nothing is expected are absent. Lives on purchase_order_line_awaited,
/// assembly_order_awaited and stock_transfer_line_product.
///
/// # Errors
/// A fault of the database.
pub async fn expected_of_products(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<Expected>>> {
    let sql = format!(
        "select {EXPECTED}
         from expected_supply_v e
         where e.tenant_id = $1 and e.product_id = any($2::uuid[])
         union all
         select 'StockTransfer', o.id, l.id, o.organization_id, o.to_id, l.product_id,
                l.variant_id, o.expected_on, l.quantity
         from stock_transfer_line l
         join stock_transfer o
           on o.tenant_id = l.tenant_id and o.id = l.document_id and o.state = 'SENT'
         where l.tenant_id = $1 and l.product_id = any($2::uuid[])
         order by product_id, expected_on nulls last, supply_line_id"
    );
    let values = values![permit.tenant(), uuids(products.iter().copied())];
    let rows: Vec<Expected> = tx.all(Sql::new(sql, values)).await?;
    Ok(grouped(rows, |row| row.product_id))
}
