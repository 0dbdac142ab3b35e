//! Two cards of one customer become one: open amounts and payments follow, registers stay as they
//! were posted. Debts and money still meet within one agreement only, and agreements stay apart.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, PaymentId};
use serde_json::Value;

/// What changed hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovedMoney {
    /// Payments, reversed ones too.
    pub payments: usize,
    /// Debts, settled ones too.
    pub receivables: u64,
}

/// Locks the payments of a customer, in the order of their ids: documents come before customers.
///
/// # Errors
/// A fault where the statement fails.
pub async fn hold_payments_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Outcome<()> {
    let sql = "
        select count(*) as held
        from (
            select p.id
            from payment p
            where p.tenant_id = $1 and p.customer_id = $2
            order by p.id
            for no key update
        ) h";
    tx.run(Sql::new(sql, values![permit.tenant(), customer])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Moved {
    id: PaymentId,
}

/// Gives the payments and the open amounts of one customer to another. Both cards and the payments
/// are locked. `noted` is what the audit trail says of each payment under `action`.
///
/// Advances and awaited payments have no index by customer that holds all of them: the first are
/// found by their payments, the others are few.
///
/// # Errors
/// A fault where a statement fails.
pub async fn move_money<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
    (action, noted): (&'static str, Value),
) -> Outcome<MovedMoney> {
    let sql = "
        with moved as (
            update payment
            set customer_id = $3, version = version + 1, updated_at = $4
            where tenant_id = $1 and customer_id = $2
            returning id
        ), balances as (
            update payment_balance b
            set customer_id = $3
            from moved m
            where b.tenant_id = $1 and b.payment_id = m.id
        ), refunds as (
            update refund
            set customer_id = $3, version = version + 1, updated_at = $4
            where tenant_id = $1 and customer_id = $2
        ), invoices as (
            update invoice
            set customer_id = $3, version = version + 1, updated_at = $4
            where tenant_id = $1 and customer_id = $2
        ), unpaid as (
            update awaited_payment
            set customer_id = $3
            where tenant_id = $1 and customer_id = $2 and not paid
        ), paid as (
            update awaited_payment
            set customer_id = $3
            where tenant_id = $1 and customer_id = $2 and paid
        )
        select id from moved";
    let moved: Vec<Moved> =
        tx.all(Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await?;
    let payments: Vec<PaymentId> = moved.into_iter().map(|row| row.id).collect();
    tx.audit_each(action, "Payment", &payments, noted).await?;
    let sql = "
        update receivable_balance
        set customer_id = $3
        where tenant_id = $1 and customer_id = $2";
    let receivables = tx.run(Sql::new(sql, values![permit.tenant(), from, into])).await?;
    Ok(MovedMoney { payments: payments.len(), receivables })
}
