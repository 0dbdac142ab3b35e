//! What may settle a debt, and what a payment may settle: both bounded by the amount at hand.

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, OrderId, PaymentId, ReceivableId, Uuid};

use super::Account;
use crate::rules::{Advance, Debt};

#[derive(FromQueryResult)]
struct AdvanceRow {
    payment_id: PaymentId,
    date: NaiveDate,
    order_id: Option<OrderId>,
    open: Decimal,
    free_from: NaiveDate,
}

impl From<AdvanceRow> for Advance {
    fn from(row: AdvanceRow) -> Self {
        Self {
            id: row.payment_id,
            date: row.date,
            order_id: row.order_id,
            open: row.open,
            free_from: row.free_from,
        }
    }
}

/// The advances that may settle a bill of an order: its own and unassigned ones, as many as the
/// amount needs.
pub(crate) async fn usable<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    account: &Account,
    order: OrderId,
    amount: Decimal,
) -> Result<Vec<Advance>, Fault> {
    let sql = "
        select a.payment_id, a.date, a.order_id, a.open, a.free_from
        from (
            select b.payment_id, b.date, b.order_id, b.open,
                   greatest(b.date, b.freed_on) as free_from,
                   sum(b.open) over (
                       order by b.order_id is null, b.date, b.payment_id
                       rows between unbounded preceding and current row) - b.open as before
            from payment_balance b
            where b.tenant_id = $1
              and b.customer_id = $2
              and b.organization_id = $3
              and b.agreement_id = $4
              and b.currency = $5
              and b.open_cents > 0
              and (b.order_id = $6 or b.order_id is null)
        ) a
        where a.before < $7";
    let values = values![
        permit.tenant(),
        account.customer_id,
        account.organization_id,
        account.agreement_id,
        account.currency,
        order,
        amount,
    ];
    let rows: Vec<AdvanceRow> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(Advance::from).collect())
}

#[derive(FromQueryResult)]
struct DebtRow {
    receivable_id: ReceivableId,
    due_on: NaiveDate,
    open: Decimal,
    free_from: NaiveDate,
}

impl From<DebtRow> for Debt {
    fn from(row: DebtRow) -> Self {
        Self { id: row.receivable_id, due_on: row.due_on, free_from: row.free_from, open: row.open }
    }
}

/// The open debts that a payment settles: those of the named order, or of the whole account, as
/// many as the amount covers.
pub(crate) async fn debts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    account: &Account,
    order: Option<OrderId>,
    amount: Decimal,
) -> Result<Vec<Debt>, Fault> {
    let sql = "
        select d.receivable_id, d.due_on, d.open, d.free_from
        from (
            select b.receivable_id, b.due_on, b.open,
                   greatest(b.occurred_on, b.freed_on) as free_from,
                   sum(b.open) over (
                       order by b.due_on, b.receivable_id
                       rows between unbounded preceding and current row) - b.open as before
            from receivable_balance b
            where b.tenant_id = $1
              and b.customer_id = $2
              and b.organization_id = $3
              and b.agreement_id = $4
              and b.currency = $5
              and b.open_cents > 0
              and ($6::uuid is null or b.order_id = $6)
        ) d
        where d.before < $7";
    let values = values![
        permit.tenant(),
        account.customer_id,
        account.organization_id,
        account.agreement_id,
        account.currency,
        order,
        amount,
    ];
    let rows: Vec<DebtRow> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(Debt::from).collect())
}

/// Named debts of an account that are not reversed, with what is left of them (zero included).
pub(crate) async fn named_debts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    account: &Account,
    ids: &[ReceivableId],
) -> Result<Vec<Debt>, Fault> {
    let sql = "
        select b.receivable_id, b.due_on, b.open,
               greatest(b.occurred_on, b.freed_on) as free_from
        from receivable_balance b
        where b.tenant_id = $1
          and b.receivable_id = any ($2)
          and b.customer_id = $3
          and b.organization_id = $4
          and b.agreement_id = $5
          and b.currency = $6
          and b.reversed_on is null";
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let values = values![
        permit.tenant(),
        ids,
        account.customer_id,
        account.organization_id,
        account.agreement_id,
        account.currency,
    ];
    let rows: Vec<DebtRow> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(Debt::from).collect())
}

#[derive(FromQueryResult)]
struct Freed {
    free_from: NaiveDate,
}

/// The date of a payment, or the day on which something of it was taken back.
pub(crate) async fn free_from<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    payment: PaymentId,
) -> Result<NaiveDate, Fault> {
    let sql = "
        select greatest(b.date, b.freed_on) as free_from
        from payment_balance b
        where b.tenant_id = $1
          and b.payment_id = $2";
    let row: Option<Freed> = tx.one(Sql::new(sql, values![permit.tenant(), payment])).await?;
    let row = row.ok_or_else(|| Fault::broken("a payment without a balance"))?;
    Ok(row.free_from)
}

/// The advances of an account that are free on a day, for giving back: of one payment where it is
/// named. Nothing that was taken back later is among them, so at no past day more went than was.
pub(crate) async fn refundable<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    account: &Account,
    payment: Option<PaymentId>,
    on: NaiveDate,
) -> Result<Vec<Advance>, Fault> {
    let sql = "
        select b.payment_id, b.date, b.order_id, b.open, greatest(b.date, b.freed_on) as free_from
        from payment_balance b
        where b.tenant_id = $1
          and b.customer_id = $2
          and b.organization_id = $3
          and b.agreement_id = $4
          and b.currency = $5
          and b.open_cents > 0
          and greatest(b.date, b.freed_on) <= $6
          and ($7::uuid is null or b.payment_id = $7)
        order by b.date, b.payment_id";
    let values = values![
        permit.tenant(),
        account.customer_id,
        account.organization_id,
        account.agreement_id,
        account.currency,
        on,
        payment,
    ];
    let rows: Vec<AdvanceRow> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(Advance::from).collect())
}
