//! What there is of products in warehouses now, for those who follow it.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, ProductId, WarehouseId};

use super::ReadStock;
use crate::store::balances::sells;
use crate::store::uuids;

/// What there is of a product in a warehouse, all variants, lots and organizations together.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct StockFigure {
    /// What.
    pub product_id: ProductId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// Base units.
    pub on_hand: Decimal,
    /// Base units held for orders.
    pub reserved: Decimal,
    /// Base units on hand and not held, of lots neither expired today nor blocked.
    pub available: Decimal,
}

/// What there is of each product in each warehouse where it ever was, nothing left included.
///
/// # Errors
/// A fault of the database.
pub async fn stock_figures(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    products: &[ProductId],
    warehouses: &[WarehouseId],
) -> Outcome<Vec<StockFigure>> {
    let sells = sells("$4", "0");
    let sql = format!(
        "select p.id as product_id, w.id as warehouse_id, s.on_hand, s.reserved, s.available
        from unnest($2::uuid[]) as p (id)
        cross join unnest($3::uuid[]) as w (id)
        cross join lateral (
            select coalesce(sum(b.on_hand), 0) as on_hand,
                   coalesce(sum(b.reserved), 0) as reserved,
                   coalesce(sum(b.on_hand - b.reserved) filter (where {sells}), 0) as available
            from stock_balance b
            join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
            where b.tenant_id = $1
              and b.product_id = p.id
              and b.warehouse_id = w.id
              and b.in_stock
        ) s
        where exists (select from stock_balance b
                      where b.tenant_id = $1 and b.product_id = p.id and b.warehouse_id = w.id)
        order by p.id, w.id"
    );
    let values = values![
        permit.tenant(),
        uuids(products.iter().copied()),
        uuids(warehouses.iter().copied()),
        tx.today(),
    ];
    Ok(tx.all(Sql::new(sql, values)).await?)
}
