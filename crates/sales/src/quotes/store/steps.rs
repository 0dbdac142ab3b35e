//! What becomes of quotes once they are written: steps, answers, what is ordered of them.

use access::Permit;
use db::{Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{CustomerId, DateTime, Decimal, NaiveDate, QuoteId, QuoteLineId, TenantId, Utc};
use serde::Serialize;

use super::super::intent::Intent;
use super::super::rules::QuoteState;
use super::writes::split;
use crate::rules::Totals;
use crate::store::{rows, uuids};

/// What the customer answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) by_link: bool,
    pub(crate) by: Option<String>,
    pub(crate) decline_reason: Option<String>,
}

/// What a step changes of a quote's header; what is `None` stays.
#[derive(Clone, Debug)]
pub(crate) struct QuoteStep {
    pub(crate) state: QuoteState,
    pub(crate) number: Option<(String, i64, i32)>,
    pub(crate) valid_until: Option<NaiveDate>,
    pub(crate) sent_at: Option<DateTime<Utc>>,
    pub(crate) answer: Option<Answer>,
    pub(crate) totals: Option<Totals>,
    pub(crate) cancel_reason: Option<String>,
    /// What it waits for leave to do; whatever it waited for before is over with any step.
    pub(crate) waiting: Option<Intent>,
}

impl QuoteStep {
    /// A step to a state and nothing else.
    pub(crate) fn to(state: QuoteState) -> Self {
        Self {
            state,
            number: None,
            valid_until: None,
            sent_at: None,
            answer: None,
            totals: None,
            cancel_reason: None,
            waiting: None,
        }
    }
}

/// Moves a locked quote on.
pub(crate) async fn step_quote<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
    step: QuoteStep,
) -> Outcome<()> {
    let sql = "
        update sales_quote q
        set state = $3,
            number = coalesce(q.number, $4),
            number_sequence = coalesce(q.number_sequence, $5),
            number_year = coalesce(q.number_year, $6),
            valid_until = coalesce($7, q.valid_until),
            sent_at = coalesce(q.sent_at, $8),
            answered_at = coalesce($9, q.answered_at),
            answered_by_link = coalesce($10, q.answered_by_link),
            answered_by = coalesce($11, q.answered_by),
            decline_reason = coalesce($12, q.decline_reason),
            cancel_reason = coalesce($13, q.cancel_reason),
            net = coalesce($14, q.net),
            vat = coalesce($15, q.vat),
            gross = coalesce($16, q.gross),
            waiting = $17,
            version = q.version + 1,
            updated_at = $18
        where q.tenant_id = $1
          and q.id = $2";
    let (number, sequence, year) = split(step.number);
    let answer = step.answer.as_ref();
    let values = values![
        permit.tenant(),
        quote,
        step.state,
        number,
        sequence,
        year,
        step.valid_until,
        step.sent_at,
        answer.map(|_| tx.now()),
        answer.map(|answer| answer.by_link),
        answer.and_then(|answer| answer.by.clone()),
        answer.and_then(|answer| answer.decline_reason.clone()),
        step.cancel_reason,
        step.totals.map(|sums| sums.net),
        step.totals.map(|sums| sums.vat),
        step.totals.map(|sums| sums.gross),
        step.waiting,
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// What a locked quote waits for leave to do.
pub(crate) async fn intent_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
) -> Outcome<Option<Intent>> {
    #[derive(FromQueryResult)]
    struct Found {
        waiting: Option<Intent>,
    }
    let sql = "
        select q.waiting
        from sales_quote q
        where q.tenant_id = $1 and q.id = $2";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), quote])).await?;
    Ok(found.and_then(|row| row.waiting))
}

/// Notes which version was made of a locked quote, and where that leaves it.
pub(crate) async fn supersede<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
    (state, successor): (QuoteState, QuoteId),
) -> Outcome<()> {
    let sql = "
        update sales_quote q
        set state = $3, successor_id = $4, waiting = null, version = q.version + 1, updated_at = $5
        where q.tenant_id = $1 and q.id = $2";
    let values = values![permit.tenant(), quote, state, successor, tx.now()];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Notes which optional lines of a locked quote the customer took.
pub(crate) async fn choose_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
    taken: &[QuoteLineId],
) -> Outcome<()> {
    let sql = "
        update sales_quote_line l
        set is_chosen = l.id = any($3::uuid[])
        where l.tenant_id = $1 and l.quote_id = $2 and l.is_optional";
    tx.run(Sql::new(sql, values![permit.tenant(), quote, uuids(taken)])).await?;
    Ok(())
}

/// What orders name of a quote's line.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Counted {
    pub(crate) id: QuoteLineId,
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) quantity: Decimal,
    /// As it stands on the line.
    pub(crate) noted: Decimal,
    /// As the orders have it, cancelled ones apart.
    pub(crate) ordered: Decimal,
}

/// Counts what orders name of the lines of a locked quote. Lives on sales_order_line_of_quote.
pub(crate) async fn counted_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
) -> Outcome<Vec<Counted>> {
    let sql = "
        select q.id, q.name, q.unit, q.quantity, q.ordered as noted,
               coalesce(sum(l.quantity) filter (where o.state <> 'CANCELLED'), 0) as ordered
        from sales_quote_line q
        left join sales_order_line l on l.tenant_id = q.tenant_id and l.quote_line_id = q.id
        left join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
        where q.tenant_id = $1 and q.quote_id = $2
        group by q.id, q.name, q.unit, q.quantity, q.ordered";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), quote])).await?)
}

/// Notes what orders name of lines.
pub(crate) async fn put_ordered<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    counted: &[Counted],
) -> Outcome<()> {
    #[derive(Serialize)]
    struct Row {
        id: QuoteLineId,
        ordered: Decimal,
    }
    let changed: Vec<Row> =
        counted.iter().map(|row| Row { id: row.id, ordered: row.ordered }).collect();
    let sql = "
        update sales_quote_line l
        set ordered = x.ordered
        from jsonb_to_recordset($2) as x (id uuid, ordered numeric)
        where l.tenant_id = $1 and l.id = x.id";
    tx.run(Sql::new(sql, values![permit.tenant(), rows(&changed)?])).await?;
    Ok(())
}

/// Quotes of the tenant whose last day is over, those first whose day was first.
pub(crate) async fn expired_quotes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
) -> Outcome<Vec<QuoteId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: QuoteId,
    }
    let sql = "
        select q.id
        from sales_quote q
        where q.tenant_id = $1 and q.state = 'SENT' and q.valid_until < $2
        order by q.valid_until, q.id
        limit $3";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), tx.today(), most])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The tenants that have quotes whose last day is over in their time zones, at most so many.
pub(crate) async fn tenants_with_expired(db: &Db, most: i64) -> Result<Vec<TenantId>, Fault> {
    #[derive(FromQueryResult)]
    struct Due {
        tenant_id: TenantId,
    }
    let mut system = db.system(Reason::ExpiredQuotes).await?;
    let sql = include_str!("../expired_tenants.sql");
    let due: Vec<Due> = system.all(Sql::new(sql, values![most, db.clock().now()])).await?;
    system.commit().await?;
    Ok(due.into_iter().map(|row| row.tenant_id).collect())
}

/// Locks the quotes of a customer, in the order of their ids. Lives on sales_quote_of_customer.
pub(crate) async fn hold_quotes_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Outcome<()> {
    let sql = "
        select count(*) as held
        from (
            select q.id
            from sales_quote q
            where q.tenant_id = $1 and q.customer_id = $2
            order by q.id
            for no key update
        ) h";
    tx.run(Sql::new(sql, values![permit.tenant(), customer])).await?;
    Ok(())
}

/// Gives the quotes of one customer to another, whatever their state. They are locked.
pub(crate) async fn move_quotes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<QuoteId>> {
    #[derive(FromQueryResult)]
    struct Moved {
        id: QuoteId,
    }
    let sql = "
        update sales_quote
        set customer_id = $3, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2
        returning id";
    let moved: Vec<Moved> =
        tx.all(Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}
