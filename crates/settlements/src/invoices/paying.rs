//! Money comes for invoices, and is taken back. Whoever calls holds the customer's lock.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, CustomerId, Decimal, InvoiceId, NaiveDate, OrderId, PaymentId, UserId, Uuid,
};

use super::invoice_changed;
use super::model::{INVOICE_COLUMNS, Invoice, InvoiceState};
use crate::rules::{invoice_state, pay_invoices};

/// An invoice that a payment names, within the permit's reach.
pub(crate) async fn invoice_to_pay<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: InvoiceId,
) -> Outcome<Option<Invoice>> {
    let mut sql = Sql::new(format!("select {INVOICE_COLUMNS} from invoice i"), []);
    sql.with(" where i.tenant_id = ", permit.tenant(), "").with(" and i.id = ", id, "");
    super::reads::within_reach(&mut sql, permit);
    Ok(tx.one(sql).await?)
}

#[derive(FromQueryResult)]
struct Unpaid {
    id: InvoiceId,
    customer_id: CustomerId,
    manager_id: Option<UserId>,
    gross: Decimal,
    paid: Decimal,
    /// Of one that is not cancelled: why it is asked for no more.
    cancel_reason: Option<String>,
}

/// A payment's money comes: for the named invoice, else for those of the named order in its
/// currency, due first first. What is more than they ask for pays none.
pub(crate) async fn pay<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (payment, occurred_on, amount, currency): (PaymentId, NaiveDate, Decimal, Currency),
    invoice: Option<InvoiceId>,
    order: Option<OrderId>,
) -> Outcome<()> {
    if invoice.is_none() && order.is_none() {
        return Ok(());
    }
    let sql = "
        select i.id, i.customer_id, i.manager_id, i.gross, i.paid, i.cancel_reason
        from invoice i
        where i.tenant_id = $1
          and ($2::uuid is null or i.id = $2)
          and ($2::uuid is not null or i.order_id = $3)
          and i.currency = $4
          and i.state in ('ISSUED', 'PARTIALLY_PAID')
          and i.cancel_reason is null
        order by i.due_on, i.id";
    let values = values![permit.tenant(), invoice, order, currency];
    let unpaid: Vec<Unpaid> = tx.all(Sql::new(sql, values)).await?;
    let asked: Vec<Decimal> = unpaid.iter().map(|one| one.gross - one.paid).collect();
    let rows: Vec<Row> = pay_invoices(&asked, amount)
        .into_iter()
        .filter_map(|(place, amount)| unpaid.get(place).map(|one| Row::of(one, amount)))
        .collect();
    write(tx, permit, (payment, occurred_on), &rows).await
}

/// A payment is reversed: what it had brought is taken back on a day. An invoice that is asked for
/// no more is cancelled with the last of it.
pub(crate) async fn take_back<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    payment: PaymentId,
    occurred_on: NaiveDate,
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Brought {
        #[sea_orm(nested)]
        invoice: Unpaid,
        brought: Decimal,
    }
    let sql = "
        select i.id, i.customer_id, i.manager_id, i.gross, i.paid, i.cancel_reason, p.brought
        from (
            select r.invoice_id, sum(r.amount) as brought
            from invoice_payment r
            where r.tenant_id = $1
              and r.payment_id = $2
            group by r.invoice_id
            having sum(r.amount) <> 0
        ) p
        join invoice i on i.tenant_id = $1 and i.id = p.invoice_id
        order by i.id";
    let found: Vec<Brought> = tx.all(Sql::new(sql, values![permit.tenant(), payment])).await?;
    let rows: Vec<Row> = found.iter().map(|one| Row::of(&one.invoice, -one.brought)).collect();
    write(tx, permit, (payment, occurred_on), &rows).await
}

struct Row {
    invoice: InvoiceId,
    customer: CustomerId,
    manager: Option<UserId>,
    amount: Decimal,
    state: InvoiceState,
}

impl Row {
    fn of(invoice: &Unpaid, amount: Decimal) -> Self {
        let state = match invoice_state(invoice.gross, invoice.paid + amount) {
            InvoiceState::Issued if invoice.cancel_reason.is_some() => InvoiceState::Cancelled,
            state => state,
        };
        Self {
            invoice: invoice.id,
            customer: invoice.customer_id,
            manager: invoice.manager_id,
            amount,
            state,
        }
    }
}

async fn write<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (payment, occurred_on): (PaymentId, NaiveDate),
    rows: &[Row],
) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "
        with line as (
            select l.invoice_id, l.amount, l.state
            from unnest($2::uuid[], $3::numeric[], $4::text[]) as l (invoice_id, amount, state)
        ), written as (
            insert into invoice_payment
                (tenant_id, id, invoice_id, payment_id, amount, occurred_on)
            select $1, gen_random_uuid(), l.invoice_id, $5, l.amount, $6
            from line l
        )
        update invoice i
        set paid = i.paid + l.amount, state = l.state, version = i.version + 1, updated_at = $7
        from line l
        where i.tenant_id = $1
          and i.id = l.invoice_id";
    let values = values![
        permit.tenant(),
        rows.iter().map(|row| row.invoice.0).collect::<Vec<Uuid>>(),
        rows.iter().map(|row| row.amount).collect::<Vec<Decimal>>(),
        rows.iter().map(|row| row.state.as_str().to_owned()).collect::<Vec<String>>(),
        payment,
        occurred_on,
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    for row in rows {
        invoice_changed(tx, row.invoice, row.customer, row.manager);
    }
    Ok(())
}
