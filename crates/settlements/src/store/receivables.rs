//! Lists of what customers owe.

use access::Permit;
use catalog::push_customer;
use db::{Outcome, Sql, TenantTx, values};
use kernel::{
    CustomerId, DateTime, Direction, NaiveDate, OrderId, OrganizationId, Page, PageRequest,
    Position, ShipmentId, UserId, Utc,
};

use super::keyset::{Keyset, Kind};
use super::{Count, whole_cents};
use crate::{ReadReceivables, Receivable};

/// A debt with what is left of it; the tenant is `$1`.
pub(crate) const RECEIVABLE: &str = "
select b.receivable_id as id, b.customer_id, b.organization_id, b.agreement_id, b.order_id,
       b.shipment_id, b.manager_id, b.currency, b.due_on, b.occurred_on, i.amount,
       b.amount as billed, b.open, b.reversed_on, i.recorded_at
from receivable_balance b
join receivable_item i on i.tenant_id = b.tenant_id and i.id = b.receivable_id
where b.tenant_id = $1";

/// A debt as it was on a day, and as it was known at a time: what is billed and open is added up anew
/// from the registers, whatever became of it since. The tenant is `$1`, the day `$2`, the time `$3`
/// (null: all that is known).
const PAST_RECEIVABLE: &str = "
select b.receivable_id as id, b.customer_id, b.organization_id, b.agreement_id, b.order_id,
       b.shipment_id, b.manager_id, b.currency, b.due_on, b.occurred_on, b.amount, b.billed,
       b.billed - b.settled as open, b.reversed_on, b.recorded_at
from (
    select r.tenant_id, r.receivable_id, r.customer_id, r.organization_id, r.agreement_id,
           r.order_id, r.shipment_id, r.manager_id, r.currency, r.due_on, r.occurred_on, i.amount,
           coalesce(s.billed, 0) as billed, coalesce(a.settled, 0) as settled,
           ((coalesce(s.billed, 0) - coalesce(a.settled, 0)) * 100)::bigint as open_cents,
           case when coalesce(s.billed, 0) = 0 and r.reversed_on <= $2 then r.reversed_on end
               as reversed_on,
           i.recorded_at
    from receivable_balance r
    join receivable_item i on i.tenant_id = r.tenant_id and i.id = r.receivable_id
    cross join lateral (
        select sum(x.amount) as billed
        from receivable_item x
        where x.tenant_id = $1
          and (x.id = r.receivable_id or x.reverses = r.receivable_id)
          and x.occurred_on <= $2
          and ($3::timestamptz is null or x.recorded_at <= $3)
    ) s
    cross join lateral (
        select sum(x.amount) as settled
        from allocation x
        where x.tenant_id = $1
          and x.receivable_id = r.receivable_id
          and x.occurred_on <= $2
          and ($3::timestamptz is null or x.recorded_at <= $3)
    ) a
    where r.tenant_id = $1
      and r.occurred_on <= $2
      and ($3::timestamptz is null or i.recorded_at <= $3)
) b
where b.tenant_id = $1";

/// A day in the past, as known at a time.
#[derive(Clone, Copy, Debug)]
pub struct AsKnown {
    /// The business date.
    pub as_of: NaiveDate,
    /// Only what was recorded by then; all that is known where none is given.
    pub known_at: Option<DateTime<Utc>>,
}

/// Which debts.
#[derive(Clone, Debug, Default)]
pub struct ReceivableFilter {
    /// Of one customer.
    pub customer: Option<CustomerId>,
    /// To one organization.
    pub organization: Option<OrganizationId>,
    /// Of one order.
    pub order: Option<OrderId>,
    /// Of one shipment.
    pub shipment: Option<ShipmentId>,
    /// Of one manager, as of the shipment.
    pub manager: Option<UserId>,
    /// With something left (`true`) or with nothing left (`false`).
    pub open: Option<bool>,
    /// Open and due before today (`true`), or all others (`false`).
    pub overdue: Option<bool>,
    /// Due on or after.
    pub due_from: Option<NaiveDate>,
    /// Due on or before.
    pub due_to: Option<NaiveDate>,
    /// Shipped on or after.
    pub date_from: Option<NaiveDate>,
    /// Shipped on or before.
    pub date_to: Option<NaiveDate>,
}

/// What debts are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceivableSort {
    /// The due date.
    DueOn,
    /// The shipment's date.
    Date,
    /// What is left, whatever its currency.
    Open,
}

impl ReceivableSort {
    /// The order's name in cursors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DueOn => "DUE_ON",
            Self::Date => "DATE",
            Self::Open => "OPEN",
        }
    }

    pub(crate) fn keyset(self, direction: Direction) -> Keyset {
        let (column, kind) = match self {
            Self::DueOn => ("b.due_on", Kind::Date),
            Self::Date => ("b.occurred_on", Kind::Date),
            Self::Open => ("b.open_cents", Kind::Cents),
        };
        Keyset { column, id: "b.receivable_id", kind, direction }
    }

    pub(crate) fn position(self, debt: &Receivable) -> Position {
        let key = match self {
            Self::DueOn => debt.due_on.to_string(),
            Self::Date => debt.occurred_on.to_string(),
            Self::Open => whole_cents(debt.open),
        };
        Position { order: self.name().to_owned(), key: Some(key), id: debt.id.0 }
    }
}

/// One page of debts.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn receivables(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    filter: &ReceivableFilter,
    sort: ReceivableSort,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<Receivable>> {
    let mut sql = Sql::new(RECEIVABLE, values![permit.tenant()]);
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter, tx);
    sort.keyset(direction).finish(&mut sql, page)?;
    let rows: Vec<Receivable> = tx.all(sql).await?;
    Ok(Page::of(rows.into_iter().map(|row| (sort.position(&row), row)).collect(), page))
}

/// One page of debts as they were on a day, as known at a time.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn receivables_then(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    filter: &ReceivableFilter,
    when: AsKnown,
    (sort, direction): (ReceivableSort, Direction),
    page: &PageRequest,
) -> Outcome<Page<Receivable>> {
    let values = values![permit.tenant(), when.as_of, when.known_at];
    let mut sql = Sql::new(PAST_RECEIVABLE, values);
    within_reach(&mut sql, permit);
    narrow_on(&mut sql, filter, tx, when.as_of);
    sort.keyset(direction).finish(&mut sql, page)?;
    let rows: Vec<Receivable> = tx.all(sql).await?;
    Ok(Page::of(rows.into_iter().map(|row| (sort.position(&row), row)).collect(), page))
}

/// How many debts there were on a day, as known at a time, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_receivables_then(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    filter: &ReceivableFilter,
    when: AsKnown,
    cap: i64,
) -> Outcome<i64> {
    let values = values![permit.tenant(), when.as_of, when.known_at];
    let mut sql = Sql::new(format!("select count(*) as counted from ({PAST_RECEIVABLE}"), values);
    within_reach(&mut sql, permit);
    narrow_on(&mut sql, filter, tx, when.as_of);
    sql.with("\nlimit ", cap, "\n) c");
    Count::of(tx.one(sql).await?)
}

/// How many debts there are, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_receivables(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    filter: &ReceivableFilter,
    cap: i64,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        "select count(*) as counted
from (
select b.receivable_id
from receivable_balance b
where b.tenant_id = $1",
        values![permit.tenant()],
    );
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter, tx);
    sql.with("\nlimit ", cap, "\n) c");
    Count::of(tx.one(sql).await?)
}

/// Keeps to the debts that the permit reaches.
pub(crate) fn within_reach<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.among("b.manager_id", permit.managers());
    if let Some(customer) = permit.customer() {
        sql.with("\n  and b.customer_id = ", customer, "");
    }
}

/// Keeps to the debts that a filter asks for.
pub(crate) fn narrow(sql: &mut Sql, filter: &ReceivableFilter, tx: &TenantTx) {
    narrow_on(sql, filter, tx, tx.today());
}

fn narrow_on(sql: &mut Sql, filter: &ReceivableFilter, tx: &TenantTx, today: NaiveDate) {
    push_customer(sql, tx.tenant(), "b.customer_id", filter.customer);
    if let Some(organization) = filter.organization {
        sql.with("\n  and b.organization_id = ", organization, "");
    }
    if let Some(order) = filter.order {
        sql.with("\n  and b.order_id = ", order, "");
    }
    if let Some(shipment) = filter.shipment {
        sql.with("\n  and b.shipment_id = ", shipment, "");
    }
    if let Some(manager) = filter.manager {
        sql.with("\n  and b.manager_id = ", manager, "");
    }
    match filter.open {
        Some(true) => sql.push("\n  and b.open_cents > 0"),
        Some(false) => sql.push("\n  and b.open_cents = 0"),
        None => sql,
    };
    match filter.overdue {
        Some(true) => sql.with("\n  and b.open_cents > 0 and b.due_on < ", today, ""),
        Some(false) => sql.with("\n  and (b.open_cents = 0 or b.due_on >= ", today, ")"),
        None => sql,
    };
    for (before, day) in [
        ("\n  and b.due_on >= ", filter.due_from),
        ("\n  and b.due_on <= ", filter.due_to),
        ("\n  and b.occurred_on >= ", filter.date_from),
        ("\n  and b.occurred_on <= ", filter.date_to),
    ] {
        if let Some(day) = day {
            sql.with(before, day, "");
        }
    }
}
