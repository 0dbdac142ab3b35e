//! Lots, and what is left of them.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, LotId, NaiveDate, OrganizationId, ProductId, ProductVariantId, ReceiptId,
    ReceiptLineId, Utc, WarehouseId,
};

use super::{ReadStock, sees_cost};
use crate::store::balances::sells;
use crate::store::uuids;

/// Lots shown of one product at most.
const MOST_LOTS: i64 = 250;

/// A received quantity with its own value.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LotRow {
    /// The lot.
    pub id: LotId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// The receipt it came with; `None` is a lot that no receipt brought.
    pub receipt_id: Option<ReceiptId>,
    /// The line of that receipt.
    pub receipt_line_id: Option<ReceiptLineId>,
    /// Business date of the receipt.
    pub received_on: NaiveDate,
    /// The last day it may be sold on.
    pub expires_on: Option<NaiveDate>,
    /// Held back by the warehouse.
    pub blocked: bool,
    /// What a base unit cost when it came, base currency; `None` for those who may not see cost.
    pub unit_cost: Option<Decimal>,
    /// Who delivered it.
    pub supplier_name: String,
    /// As the maker printed it.
    pub number: Option<String>,
    /// When it was written down.
    pub created_at: DateTime<Utc>,
}

/// What is left of a lot in one warehouse.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LotStock {
    /// The lot.
    pub lot_id: LotId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub on_hand: Decimal,
    /// Base units held for orders.
    pub reserved: Decimal,
    /// Base units on hand and not held; 0 where the lot has expired today or is blocked.
    pub available: Decimal,
    /// Base currency; `None` for those who may not see cost.
    pub value: Option<Decimal>,
}

/// $1 is the tenant, $2 whether cost is seen.
const LOT: &str = "
    select l.id, l.organization_id, l.product_id, l.variant_id, l.receipt_id, l.receipt_line_id,
           l.received_on, l.expires_on, l.blocked, case when $2 then l.unit_cost end as unit_cost,
           l.supplier_name, l.number, l.created_at";

/// The lots with these ids; those not there are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lots_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    ids: &[LotId],
) -> Outcome<HashMap<LotId, LotRow>> {
    let sql = format!("{LOT} from lot l where l.tenant_id = $1 and l.id = any($3::uuid[])");
    let values = values![permit.tenant(), sees_cost(permit), uuids(ids.iter().copied())];
    let rows: Vec<LotRow> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lots that lines of posted receipts made; other lines are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lots_of_receipt_lines(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lines: &[ReceiptLineId],
) -> Outcome<HashMap<ReceiptLineId, LotRow>> {
    let sql =
        format!("{LOT} from lot l where l.tenant_id = $1 and l.receipt_line_id = any($3::uuid[])");
    let values = values![permit.tenant(), sees_cost(permit), uuids(lines.iter().copied())];
    let rows: Vec<LotRow> = tx.all(Sql::new(sql, values)).await?;
    let of_line = |row: LotRow| row.receipt_line_id.map(|line| (line, row));
    Ok(rows.into_iter().filter_map(of_line).collect())
}

/// The lots of products of which something is left, those received first first; at most 250 a
/// product. Products without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lots_in_stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<LotRow>>> {
    let sql = format!(
        "{LOT}
         from (select distinct u.id from unnest($3::uuid[]) as u (id)) p
         cross join lateral (
             select i.id, i.organization_id, i.product_id, i.variant_id, i.receipt_id,
                    i.receipt_line_id, i.received_on, i.expires_on, i.blocked, i.unit_cost, i.supplier_name,
                    i.number, i.created_at
             from lot i
             where i.tenant_id = $1
               and i.id in (select b.lot_id from stock_balance b
                            where b.tenant_id = $1 and b.product_id = p.id and b.in_stock)
             order by i.received_on, i.id
             limit $4
         ) l
         order by l.product_id, l.received_on, l.id"
    );
    let ids = uuids(products.iter().copied());
    let values = values![permit.tenant(), sees_cost(permit), ids, MOST_LOTS];
    let rows: Vec<LotRow> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<ProductId, Vec<LotRow>> = HashMap::new();
    for row in rows {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}

/// The lots of variants of which something is left, those received first first; at most 250 a
/// variant. Variants without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lots_in_stock_of_variants(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    variants: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, Vec<LotRow>>> {
    let sql = format!(
        "{LOT}
         from product_variant_v v
         cross join lateral (
             select i.id, i.organization_id, i.product_id, i.variant_id, i.receipt_id,
                    i.receipt_line_id, i.received_on, i.expires_on, i.blocked, i.unit_cost,
                    i.supplier_name, i.number, i.created_at
             from lot i
             where i.tenant_id = $1
               and i.id in (select b.lot_id from stock_balance b
                            where b.tenant_id = $1
                              and b.product_id = v.product_id
                              and b.variant_key = v.id
                              and b.in_stock)
             order by i.received_on, i.id
             limit $4
         ) l
         where v.tenant_id = $1 and v.id = any($3::uuid[])
         order by l.product_id, l.variant_id, l.received_on, l.id"
    );
    let ids = uuids(variants.iter().copied());
    let values = values![permit.tenant(), sees_cost(permit), ids, MOST_LOTS];
    let rows: Vec<LotRow> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<ProductVariantId, Vec<LotRow>> = HashMap::new();
    for row in rows {
        if let Some(variant) = row.variant_id {
            found.entry(variant).or_default().push(row);
        }
    }
    Ok(found)
}

/// What is left of lots, by warehouse, empty warehouses included; a lot without a balance is
/// absent.
///
/// # Errors
/// A fault of the database.
pub async fn stock_of_lots(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lots: &[LotId],
) -> Outcome<HashMap<LotId, Vec<LotStock>>> {
    let sells = sells("$2", "0");
    let sql = format!(
        "select b.lot_id, b.organization_id, b.warehouse_id, b.product_id, b.variant_id, b.on_hand,
                b.reserved,
                case when {sells} then b.on_hand - b.reserved else 0 end as available,
                case when $3 then b.value end as value
         from stock_balance b
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         where b.tenant_id = $1 and b.lot_id = any($4::uuid[])
         order by b.lot_id, b.warehouse_id"
    );
    let ids = uuids(lots.iter().copied());
    let values = values![permit.tenant(), tx.today(), sees_cost(permit), ids];
    let rows: Vec<LotStock> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<LotId, Vec<LotStock>> = HashMap::new();
    for row in rows {
        found.entry(row.lot_id).or_default().push(row);
    }
    Ok(found)
}
