//! Money that came before a sale and settles it: what tax papers name as papers of payment.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, PaymentId, ShipmentId};
use serde::Serialize;

/// A payment that settles a sale as an advance.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult, Serialize)]
pub struct AdvanceUsed {
    /// The payment.
    pub payment_id: PaymentId,
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// How much of it settles the sale, in the sale's currency.
    pub amount: Decimal,
}

/// The payments dated at the latest on a sale's own day that settle its debts, oldest first. Lives
/// on receivable_balance_shipment and allocation_receivable.
///
/// # Errors
/// A fault where the statement fails.
pub async fn advances_used<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    sale: ShipmentId,
    sold_on: NaiveDate,
) -> Outcome<Vec<AdvanceUsed>> {
    let sql = "
        select p.id as payment_id, p.number, p.date, sum(a.amount) as amount
        from receivable_balance b
        join allocation a on a.tenant_id = b.tenant_id and a.receivable_id = b.receivable_id
        join payment p on p.tenant_id = a.tenant_id and p.id = a.payment_id
        where b.tenant_id = $1
          and b.shipment_id = $2
          and p.date <= $3
        group by p.id, p.number, p.date
        having sum(a.amount) > 0
        order by p.date, p.number";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), sale, sold_on])).await?)
}
