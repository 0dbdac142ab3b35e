//! The registers and their balances: each statement writes both.

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{
    AllocationId, Currency, CustomerId, Decimal, NaiveDate, PaymentId, ReceivableId, ShipmentId,
    UserId, Uuid,
};

use crate::billing::Billing;
use crate::exchange;
use crate::rules::{Debt, Offset};

/// Opens the debts of a bill: due dates and amounts.
pub(crate) async fn open_debts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    billing: &Billing,
    rate: Option<Decimal>,
    parts: Vec<(NaiveDate, Decimal)>,
) -> Result<Vec<Debt>, Fault> {
    let sql = "
        with part as (
            select p.id, p.due_on, p.amount
            from unnest($2::uuid[], $3::date[], $4::numeric[]) as p (id, due_on, amount)
        ), item as (
            insert into receivable_item
                (tenant_id, id, customer_id, organization_id, agreement_id, order_id,
                 shipment_id, manager_id, currency, due_on, amount, occurred_on, rate)
            select $1, p.id, $5, $6, $7, $8, $9, $10, $11, p.due_on, p.amount, $12, $13
            from part p
        )
        insert into receivable_balance
            (tenant_id, receivable_id, customer_id, organization_id, agreement_id, order_id,
             shipment_id, manager_id, currency, due_on, amount, open, occurred_on,
             last_occurred_on)
        select $1, p.id, $5, $6, $7, $8, $9, $10, $11, p.due_on, p.amount, p.amount, $12, $12
        from part p";
    let debts: Vec<Debt> = parts
        .into_iter()
        .map(|(due_on, open)| Debt {
            id: ReceivableId::new(),
            due_on,
            free_from: billing.occurred_on,
            open,
        })
        .collect();
    let values = values![
        permit.tenant(),
        debts.iter().map(|debt| debt.id.0).collect::<Vec<Uuid>>(),
        debts.iter().map(|debt| debt.due_on).collect::<Vec<NaiveDate>>(),
        debts.iter().map(|debt| debt.open).collect::<Vec<Decimal>>(),
        billing.customer_id,
        billing.organization_id,
        billing.agreement_id,
        billing.order_id,
        billing.shipment_id,
        billing.manager_id,
        billing.currency,
        billing.occurred_on,
        rate,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(debts)
}

/// Writes offsets of one account and moves the open amounts of both sides; in a foreign currency,
/// books what the rates make of it. Nothing to write, no statement.
pub(crate) async fn settle<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    currency: Currency,
    rows: &[Offset],
) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "
        with line as (
            select l.id, l.payment_id, l.receivable_id, l.amount, l.occurred_on
            from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::numeric[], $6::date[])
                 as l (id, payment_id, receivable_id, amount, occurred_on)
        ), written as (
            insert into allocation
                (tenant_id, id, payment_id, receivable_id, amount, occurred_on)
            select $1, l.id, l.payment_id, l.receivable_id, l.amount, l.occurred_on
            from line l
        ), settled as (
            update receivable_balance b
            set open = b.open - d.amount,
                freed_on = greatest(b.freed_on, d.freed_on),
                last_occurred_on = greatest(b.last_occurred_on, d.occurred_on),
                last_recorded_at = greatest(b.last_recorded_at, now())
            from (
                select l.receivable_id, sum(l.amount) as amount, max(l.occurred_on) as occurred_on,
                       max(l.occurred_on) filter (where l.amount < 0) as freed_on
                from line l
                group by l.receivable_id
            ) d
            where b.tenant_id = $1
              and b.receivable_id = d.receivable_id
        )
        update payment_balance b
        set open = b.open - u.amount,
            freed_on = greatest(b.freed_on, u.freed_on),
            last_occurred_on = greatest(b.last_occurred_on, u.occurred_on),
            last_recorded_at = greatest(b.last_recorded_at, now())
        from (
            select l.payment_id, sum(l.amount) as amount, max(l.occurred_on) as occurred_on,
                   max(l.occurred_on) filter (where l.amount < 0) as freed_on
            from line l
            group by l.payment_id
        ) u
        where b.tenant_id = $1
          and b.payment_id = u.payment_id";
    let values = values![
        permit.tenant(),
        rows.iter().map(|_| AllocationId::new().0).collect::<Vec<Uuid>>(),
        rows.iter().map(|row| row.payment_id.0).collect::<Vec<Uuid>>(),
        rows.iter().map(|row| row.receivable_id.0).collect::<Vec<Uuid>>(),
        rows.iter().map(|row| row.amount).collect::<Vec<Decimal>>(),
        rows.iter().map(|row| row.occurred_on).collect::<Vec<NaiveDate>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    if currency != permit.scope().facts().base_currency {
        exchange::book_differences(tx, permit, currency, rows).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct AllocationRow {
    payment_id: PaymentId,
    receivable_id: ReceivableId,
    amount: Decimal,
    occurred_on: NaiveDate,
}

impl From<AllocationRow> for Offset {
    fn from(row: AllocationRow) -> Self {
        Self {
            payment_id: row.payment_id,
            receivable_id: row.receivable_id,
            amount: row.amount,
            occurred_on: row.occurred_on,
        }
    }
}

/// What a payment has settled, summed by debt and date.
pub(crate) async fn rows_of_payment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    payment: PaymentId,
) -> Result<Vec<Offset>, Fault> {
    let sql = "
        select a.payment_id, a.receivable_id, sum(a.amount) as amount, a.occurred_on
        from allocation a
        where a.tenant_id = $1
          and a.payment_id = $2
        group by a.payment_id, a.receivable_id, a.occurred_on
        having sum(a.amount) <> 0";
    let rows: Vec<AllocationRow> = tx.all(Sql::new(sql, values![permit.tenant(), payment])).await?;
    Ok(rows.into_iter().map(Offset::from).collect())
}

/// What has settled a shipment's debts, summed by payment, debt and date.
pub(crate) async fn rows_of_shipment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Result<Vec<Offset>, Fault> {
    let sql = "
        select a.payment_id, a.receivable_id, sum(a.amount) as amount, a.occurred_on
        from receivable_balance b
        join allocation a on a.tenant_id = b.tenant_id and a.receivable_id = b.receivable_id
        where b.tenant_id = $1
          and b.shipment_id = $2
        group by a.payment_id, a.receivable_id, a.occurred_on
        having sum(a.amount) <> 0";
    let values = values![permit.tenant(), shipment];
    let rows: Vec<AllocationRow> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(Offset::from).collect())
}

#[derive(FromQueryResult)]
struct Debtor {
    customer_id: CustomerId,
    currency: Currency,
}

/// Who owes for a shipment, and in which currency; none where it has no debts that stand.
pub(crate) async fn customer_of_shipment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Result<Option<(CustomerId, Currency)>, Fault> {
    let sql = "
        select b.customer_id, b.currency
        from receivable_balance b
        where b.tenant_id = $1
          and b.shipment_id = $2
          and b.reversed_on is null
        limit 1";
    let row: Option<Debtor> = tx.one(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    Ok(row.map(|row| (row.customer_id, row.currency)))
}

/// The manager of a posting.
#[derive(FromQueryResult)]
pub(crate) struct Responsible {
    pub(crate) manager_id: Option<UserId>,
}

/// Reverses the debts of a shipment, of which all must be open again. Tells the manager of the
/// posting; none where nothing was left to reverse.
pub(crate) async fn close_debts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
    occurred_on: NaiveDate,
) -> Result<Option<Responsible>, Fault> {
    let sql = "
        with reversed as (
            update receivable_balance b
            set amount = 0, open = b.open - i.amount, reversed_on = $3,
                last_occurred_on = greatest(b.last_occurred_on, $3),
                last_recorded_at = greatest(b.last_recorded_at, now())
            from receivable_item i
            where b.tenant_id = $1
              and b.shipment_id = $2
              and b.reversed_on is null
              and i.tenant_id = $1
              and i.id = b.receivable_id
            returning i.id, i.customer_id, i.organization_id, i.agreement_id, i.order_id,
                      i.shipment_id, i.manager_id, i.currency, i.due_on, i.amount
        )
        insert into receivable_item
            (tenant_id, id, reverses, customer_id, organization_id, agreement_id, order_id,
             shipment_id, manager_id, currency, due_on, amount, occurred_on)
        select $1, gen_random_uuid(), r.id, r.customer_id, r.organization_id, r.agreement_id,
               r.order_id, r.shipment_id, r.manager_id, r.currency, r.due_on, -r.amount, $3
        from reversed r
        returning manager_id";
    let values = values![permit.tenant(), shipment, occurred_on];
    let rows: Vec<Responsible> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().next())
}
