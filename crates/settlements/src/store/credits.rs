//! The rows of credit notes in the register of debts.

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{
    AgreementId, CreditNoteId, Currency, CustomerId, Decimal, NaiveDate, OrderId, OrganizationId,
    ReceivableId, ShipmentId, UserId, Uuid,
};

use crate::rules::{Debt, Reduction, Standing};

#[derive(FromQueryResult)]
struct StandingRow {
    id: ReceivableId,
    due_on: NaiveDate,
    amount: Decimal,
    open: Decimal,
    days: Vec<NaiveDate>,
    changes: Vec<Decimal>,
}

/// The debts of a shipment that stand, with what made them up.
pub(crate) async fn standing<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Result<Vec<Standing>, Fault> {
    let sql = "
        select b.receivable_id as id, b.due_on, b.amount, b.open, c.days, c.changes
        from receivable_balance b
        cross join lateral (
            select array_agg(i.occurred_on order by i.occurred_on, i.id) as days,
                   array_agg(i.amount order by i.occurred_on, i.id) as changes
            from receivable_item i
            where i.tenant_id = b.tenant_id
              and (i.id = b.receivable_id or i.reverses = b.receivable_id)
        ) c
        where b.tenant_id = $1 and b.shipment_id = $2 and b.reversed_on is null";
    let rows: Vec<StandingRow> = tx.all(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    let debt = |row: StandingRow| Standing {
        id: row.id,
        due_on: row.due_on,
        amount: row.amount,
        open: row.open,
        changes: row.days.into_iter().zip(row.changes).collect(),
    };
    Ok(rows.into_iter().map(debt).collect())
}

#[derive(FromQueryResult)]
struct Responsible {
    manager_id: Option<UserId>,
}

/// Lessens debts by a note. Tells the manager of the posting.
pub(crate) async fn lessen<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    note: CreditNoteId,
    parts: &[Reduction],
) -> Result<Option<UserId>, Fault> {
    let sql = "
        with part as (
            select p.id, p.amount, p.occurred_on
            from unnest($3::uuid[], $4::numeric[], $5::date[]) as p (id, amount, occurred_on)
        ), lessened as (
            update receivable_balance b
            set amount = b.amount - p.amount,
                open = b.open - p.amount,
                last_occurred_on = greatest(b.last_occurred_on, p.occurred_on),
                last_recorded_at = greatest(b.last_recorded_at, now())
            from part p
            where b.tenant_id = $1 and b.receivable_id = p.id
        )
        insert into receivable_item
            (tenant_id, id, reverses, credit_note_id, customer_id, organization_id, agreement_id,
             order_id, shipment_id, manager_id, currency, due_on, amount, occurred_on)
        select $1, gen_random_uuid(), i.id, $2, i.customer_id, i.organization_id, i.agreement_id,
               i.order_id, i.shipment_id, i.manager_id, i.currency, i.due_on, -p.amount,
               p.occurred_on
        from part p
        join receivable_item i on i.tenant_id = $1 and i.id = p.id
        returning manager_id";
    let values = values![
        permit.tenant(),
        note,
        parts.iter().map(|part| part.receivable_id.0).collect::<Vec<Uuid>>(),
        parts.iter().map(|part| part.amount).collect::<Vec<Decimal>>(),
        parts.iter().map(|part| part.occurred_on).collect::<Vec<NaiveDate>>(),
    ];
    let rows: Vec<Responsible> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().next().and_then(|row| row.manager_id))
}

/// Whose debts stand again.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Restored {
    id: ReceivableId,
    due_on: NaiveDate,
    amount: Decimal,
    free_from: NaiveDate,
    pub(crate) customer_id: CustomerId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) agreement_id: AgreementId,
    pub(crate) order_id: OrderId,
    pub(crate) manager_id: Option<UserId>,
    pub(crate) currency: Currency,
}

/// Makes what a note had taken off debts stand again from a day on. Gives what is open by that.
pub(crate) async fn restore<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    note: CreditNoteId,
    on: NaiveDate,
) -> Result<(Option<Restored>, Vec<Debt>), Fault> {
    let sql = "
        with part as (
            select i.reverses as id, -sum(i.amount) as amount,
                   greatest(max(i.occurred_on), $3::date) as occurred_on
            from receivable_item i
            where i.tenant_id = $1 and i.credit_note_id = $2
            group by i.reverses
            having sum(i.amount) < 0
        ), written as (
            insert into receivable_item
                (tenant_id, id, reverses, credit_note_id, customer_id, organization_id,
                 agreement_id, order_id, shipment_id, manager_id, currency, due_on, amount,
                 occurred_on)
            select $1, gen_random_uuid(), i.id, $2, i.customer_id, i.organization_id,
                   i.agreement_id, i.order_id, i.shipment_id, i.manager_id, i.currency, i.due_on,
                   p.amount, p.occurred_on
            from part p
            join receivable_item i on i.tenant_id = $1 and i.id = p.id
        )
        update receivable_balance b
        set amount = b.amount + p.amount,
            open = b.open + p.amount,
            freed_on = greatest(b.freed_on, p.occurred_on),
            last_occurred_on = greatest(b.last_occurred_on, p.occurred_on),
            last_recorded_at = greatest(b.last_recorded_at, now())
        from part p
        where b.tenant_id = $1 and b.receivable_id = p.id
        returning b.receivable_id as id, b.due_on, p.amount, p.occurred_on as free_from,
                  b.customer_id, b.organization_id, b.agreement_id, b.order_id, b.manager_id,
                  b.currency";
    let mut rows: Vec<Restored> = tx.all(Sql::new(sql, values![permit.tenant(), note, on])).await?;
    rows.sort_by_key(|row| (row.due_on, row.id));
    let debt = |row: &Restored| Debt {
        id: row.id,
        due_on: row.due_on,
        free_from: row.free_from,
        open: row.amount,
    };
    let debts = rows.iter().map(debt).collect();
    Ok((rows.into_iter().next(), debts))
}
