//! All SQL of this context. Whoever writes holds the customer's lock, so no row below it needs
//! one of its own.

pub(crate) mod advances;
mod ageing;
mod check;
pub(crate) mod credits;
mod keyset;
mod payments;
mod receivables;
pub(crate) mod registers;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AgreementId, Currency, CustomerId, Decimal, OrganizationId, UserId};

pub use ageing::{Ageing, AgeingQuery, AgeingRow, ageing};
pub use check::{VerifySettlements, discrepancies};
pub use payments::{PaymentFilter, PaymentSort, count_payments, payments};
pub use receivables::{
    AsKnown, ReceivableFilter, ReceivableSort, count_receivables, count_receivables_then,
    receivables, receivables_then,
};

pub(crate) use keyset::{Keyset, Kind};
pub(crate) use payments::{PAYMENT, within_reach as payments_within_reach};
pub(crate) use receivables::{
    RECEIVABLE, narrow as receivables_narrow, within_reach as receivables_within_reach,
};

/// Within which money settles debts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    pub(crate) customer_id: CustomerId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) agreement_id: AgreementId,
    pub(crate) currency: Currency,
}

/// Who is responsible for a customer now.
#[derive(FromQueryResult)]
pub(crate) struct Owner {
    pub(crate) manager_id: Option<UserId>,
}

/// Who is responsible for a customer; none where there is no such card.
pub(crate) async fn owner_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Result<Option<Owner>, Fault> {
    let sql = "
        select c.manager_id
        from customer_payer_v c
        where c.tenant_id = $1
          and c.id = $2";
    tx.one(Sql::new(sql, values![permit.tenant(), customer])).await
}

#[derive(FromQueryResult)]
pub(crate) struct Count {
    counted: i64,
}

impl Count {
    pub(crate) fn of(row: Option<Self>) -> Outcome<i64> {
        let row = row.ok_or_else(|| Fault::broken("a count without a row"))?;
        Ok(row.counted)
    }
}

/// An amount in hundredths, as its generated column holds it.
pub(crate) fn whole_cents(amount: Decimal) -> String {
    (amount * Decimal::ONE_HUNDRED).trunc().normalize().to_string()
}
