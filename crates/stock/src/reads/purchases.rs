//! What goods cost when they came in, for those who may see cost.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use chrono::Days;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, ProductId, Rounding};

use crate::store::uuids;

/// Days that the average price looks back.
const AVERAGE_DAYS: u64 = 365;

/// Reading what goods cost.
#[derive(Clone, Copy, Debug)]
pub struct ReadPurchases;

impl Action for ReadPurchases {
    const RIGHT: Right = Right::CostRead;
}

/// What a product cost when it was received, per base unit, base currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchasePrice {
    /// On the last receipt.
    pub last: Decimal,
    /// The business date of that receipt.
    pub last_on: NaiveDate,
    /// Who delivered it.
    pub last_supplier: String,
    /// Amount over quantity of the receipts of the last 365 days; `None` where there were none.
    pub average: Option<Decimal>,
}

#[derive(FromQueryResult)]
struct Row {
    product_id: ProductId,
    last: Decimal,
    last_on: NaiveDate,
    last_supplier: String,
    amount: Option<Decimal>,
    quantity: Option<Decimal>,
}

/// What products cost when they were received; those never received, and those whose receipts
/// were all reversed, are absent.
///
/// # Errors
/// A fault of the database.
pub async fn purchase_prices(
    tx: &TenantTx,
    permit: &Permit<ReadPurchases>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, PurchasePrice>> {
    let sql = "
        select p.id as product_id, last.unit_cost as last, last.received_on as last_on,
               last.supplier_name as last_supplier, lately.amount, lately.quantity
        from (select distinct u.id from unnest($2::uuid[]) as u (id)) p
        cross join lateral (
            select l.unit_cost, l.received_on, l.supplier_name
            from lot l
            join goods_receipt r on r.tenant_id = l.tenant_id and r.id = l.receipt_id
            where l.tenant_id = $1 and l.product_id = p.id and r.state = 'POSTED'
            order by l.received_on desc, l.id desc
            limit 1
        ) last
        cross join lateral (
            select sum(g.amount) as amount, sum(g.quantity) as quantity
            from lot l
            join goods_receipt r on r.tenant_id = l.tenant_id and r.id = l.receipt_id
            join goods_receipt_line g on g.tenant_id = l.tenant_id and g.id = l.receipt_line_id
            where l.tenant_id = $1
              and l.product_id = p.id
              and l.received_on > $3
              and r.state = 'POSTED'
        ) lately";
    let since = tx.today().checked_sub_days(Days::new(AVERAGE_DAYS)).unwrap_or(NaiveDate::MIN);
    let ids = uuids(products.iter().copied());
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), ids, since])).await?;
    let price = |row: Row| PurchasePrice {
        last: row.last,
        last_on: row.last_on,
        last_supplier: row.last_supplier,
        average: row.amount.zip(row.quantity).and_then(|(amount, of)| per_unit(amount, of)),
    };
    Ok(rows.into_iter().map(|row| (row.product_id, price(row))).collect())
}

/// A value over a quantity, to the four places of a unit cost; `None` over nothing.
pub(super) fn per_unit(value: Decimal, quantity: Decimal) -> Option<Decimal> {
    Rounding::PRICE.apply(value.checked_div(quantity)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_cost_has_four_places() {
        assert_eq!(per_unit(Decimal::from(10), Decimal::from(3)), Some(Decimal::new(33_333, 4)));
        assert_eq!(per_unit(Decimal::from(10), Decimal::ZERO), None);
    }
}
