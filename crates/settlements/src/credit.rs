//! Where a customer stands, for the gates of credit and prepayment.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, CustomerId, Decimal, NaiveDate, OrderId, Uuid};

use crate::OrderRef;

/// What a customer owes and has paid ahead, over all organizations and agreements, by currency.
pub type Positions = HashMap<Currency, Position>;

/// What he owes and has paid ahead in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// What is owed, due or not.
    pub open_receivables: Decimal,
    /// Advances that stay with no order.
    pub unassigned_advances: Decimal,
    /// What of the open receivables was due before today.
    pub overdue: Decimal,
    /// The earliest day that something of that was due.
    pub overdue_since: Option<NaiveDate>,
    /// Open advances by the order they stay with.
    pub assigned: HashMap<OrderId, Decimal>,
}

#[derive(FromQueryResult)]
struct Part {
    currency: Currency,
    order_id: Option<OrderId>,
    owed: Decimal,
    overdue: Decimal,
    overdue_since: Option<NaiveDate>,
    advance: Decimal,
}

/// Reads where a customer stands. A gate asks under the customer's lock, so that nothing moves
/// between its question and its answer.
///
/// # Errors
/// A fault where the statement fails.
pub async fn positions<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Outcome<Positions> {
    let sql = "
        select r.currency, null::uuid as order_id, sum(r.open) as owed,
               coalesce(sum(r.open) filter (where r.due_on < $3), 0) as overdue,
               min(r.due_on) filter (where r.due_on < $3) as overdue_since, 0.00 as advance
        from receivable_balance r
        where r.tenant_id = $1
          and r.customer_id = $2
          and r.open_cents > 0
        group by r.currency
        union all
        select p.currency, p.order_id, 0.00, 0.00, null::date, sum(p.open)
        from payment_balance p
        where p.tenant_id = $1
          and p.customer_id = $2
          and p.open_cents > 0
        group by p.currency, p.order_id";
    let values = values![permit.tenant(), customer, tx.today()];
    let mut positions = Positions::new();
    for part in tx.all::<Part>(Sql::new(sql, values)).await? {
        let position = positions.entry(part.currency).or_default();
        position.open_receivables += part.owed;
        position.overdue += part.overdue;
        position.overdue_since = position.overdue_since.or(part.overdue_since);
        match part.order_id {
            Some(order) => *position.assigned.entry(order).or_default() += part.advance,
            None => position.unassigned_advances += part.advance,
        }
    }
    Ok(positions)
}

/// Money that an order has got: advances that stay with it, and what has settled its shipments. Of
/// advances those count that came from its customer to its organization, under its agreement and in
/// its currency: what named it before any of these was changed settles nothing of it.
///
/// # Errors
/// A fault where the statement fails.
pub async fn prepaid<A>(tx: &TenantTx, permit: &Permit<A>, order: OrderRef) -> Outcome<Decimal> {
    let by_order = prepaid_by_order(tx, permit, &[order]).await?;
    Ok(by_order.get(&order.id).copied().unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Prepaid {
    order_id: OrderId,
    amount: Decimal,
}

/// [`prepaid`] of many orders, each named once, in one statement; orders without money are absent.
///
/// # Errors
/// A fault where the statement fails.
pub async fn prepaid_by_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    orders: &[OrderRef],
) -> Outcome<HashMap<OrderId, Decimal>> {
    let sql = "
        select o.id as order_id, sum(m.amount) as amount
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[])
             as o (id, customer_id, organization_id, agreement_id, currency)
        cross join lateral (
            select b.open as amount
            from payment p
            join payment_balance b on b.tenant_id = p.tenant_id and b.payment_id = p.id
            where p.tenant_id = $1
              and p.order_id = o.id
              and p.customer_id = o.customer_id
              and p.organization_id = o.organization_id
              and p.agreement_id = o.agreement_id
              and p.currency = o.currency
            union all
            select r.amount - r.open
            from receivable_balance r
            where r.tenant_id = $1
              and r.order_id = o.id
        ) m
        group by o.id
        having sum(m.amount) > 0";
    let ids = |id: fn(&OrderRef) -> Uuid| orders.iter().map(id).collect::<Vec<Uuid>>();
    let values = values![
        permit.tenant(),
        ids(|order| order.id.0),
        ids(|order| order.customer_id.0),
        ids(|order| order.organization_id.0),
        ids(|order| order.agreement_id.0),
        orders.iter().map(|order| order.currency.to_string()).collect::<Vec<String>>(),
    ];
    let rows: Vec<Prepaid> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.amount)).collect())
}
