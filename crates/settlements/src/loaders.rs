//! Batched reads for the graph: one statement for any number of parents.

use std::collections::HashMap;
use std::hash::Hash;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AllocationId, CustomerId, Direction, OrderId, Page, PageRequest, PaymentId, Position,
    ReceivableId, ShipmentId, Uuid,
};

use crate::store::{self, PAYMENT, RECEIVABLE};
use crate::{
    Allocation, Payment, PaymentSort, ReadPayments, ReadReceivables, Receivable, ReceivableFilter,
    ReceivableSort,
};

/// The payments with these ids that are within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn payments_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    ids: &[PaymentId],
) -> Outcome<HashMap<PaymentId, Payment>> {
    let mut sql = Sql::new(PAYMENT, values![permit.tenant()]);
    sql.with("\n  and p.id = any (", uuids(ids), ")");
    store::payments_within_reach(&mut sql, permit);
    let rows: Vec<Payment> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The debts with these ids that are within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn receivables_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    ids: &[ReceivableId],
) -> Outcome<HashMap<ReceivableId, Receivable>> {
    let rows = receivables_where(tx, permit, "b.receivable_id", uuids(ids)).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The debts of orders, earliest due first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn receivables_of_orders(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<Receivable>>> {
    let rows = receivables_where(tx, permit, "b.order_id", uuids(orders)).await?;
    Ok(grouped(rows, |row| row.order_id))
}

/// The debts of shipments, earliest due first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn receivables_of_shipments(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    shipments: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, Vec<Receivable>>> {
    let rows = receivables_where(tx, permit, "b.shipment_id", uuids(shipments)).await?;
    Ok(grouped(rows, |row| row.shipment_id))
}

async fn receivables_where(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    column: &'static str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<Receivable>> {
    let mut sql = Sql::new(RECEIVABLE, values![permit.tenant()]);
    sql.push("\n  and ").push(column).with(" = any (", ids, ")");
    store::receivables_within_reach(&mut sql, permit);
    sql.push("\norder by b.due_on, b.receivable_id");
    Ok(tx.all(sql).await?)
}

#[derive(FromQueryResult)]
struct OrderPayment {
    paid_order_id: OrderId,
    #[sea_orm(nested)]
    payment: Payment,
}

/// The payments of orders: those that name the order and those that settle its shipments,
/// oldest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn payments_of_orders(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<Payment>>> {
    let mut sql = Sql::new(
        "
with paid as (
    select n.order_id, n.id as payment_id
    from payment n
    where n.tenant_id = $1
      and n.order_id = any ($2)
    union
    select r.order_id, a.payment_id
    from receivable_balance r
    join allocation a on a.tenant_id = r.tenant_id and a.receivable_id = r.receivable_id
    where r.tenant_id = $1
      and r.order_id = any ($2)
    group by r.order_id, a.payment_id, a.receivable_id
    having sum(a.amount) > 0
)
select d.order_id as paid_order_id, q.id, q.number, q.date, q.customer_id, q.organization_id,
       q.agreement_id, q.order_id, q.manager_id, q.currency, q.rate, q.amount, q.open,
       q.method, q.state,
       q.reversed_on, q.reversal_reason, q.comment, q.external_reference, q.version,
       q.created_at, q.updated_at, q.created_by
from paid d
cross join lateral (",
        values![permit.tenant(), uuids(orders)],
    );
    sql.push(PAYMENT).push("\n  and p.id = d.payment_id");
    store::payments_within_reach(&mut sql, permit);
    sql.push("\n) q\norder by q.date, q.id");
    let rows: Vec<OrderPayment> = tx.all(sql).await?;
    let mut paid: HashMap<OrderId, Vec<Payment>> = HashMap::new();
    for row in rows {
        paid.entry(row.paid_order_id).or_default().push(row.payment);
    }
    Ok(paid)
}

#[derive(FromQueryResult)]
struct CustomerReceivable {
    of_customer_id: CustomerId,
    #[sea_orm(nested)]
    debt: Receivable,
}

/// The first debts of customers, earliest due first; only the open ones where `open` is asked.
///
/// # Errors
/// A fault where the statement fails.
pub async fn receivables_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    customers: &[CustomerId],
    open: Option<bool>,
    limit: u32,
) -> Outcome<HashMap<CustomerId, Page<Receivable>>> {
    let mut sql = Sql::new(
        "
select c.id as of_customer_id, q.id, q.customer_id, q.organization_id, q.agreement_id,
       q.order_id, q.shipment_id, q.manager_id, q.currency, q.due_on, q.occurred_on, q.amount,
       q.billed, q.open, q.reversed_on, q.recorded_at
from unnest($2::uuid[]) as c (id)
cross join lateral (",
        values![permit.tenant(), uuids(customers)],
    );
    let request = PageRequest::first(limit);
    sql.push(RECEIVABLE).push("\n  and b.customer_id = c.id");
    store::receivables_within_reach(&mut sql, permit);
    store::receivables_narrow(&mut sql, &ReceivableFilter { open, ..Default::default() }, tx);
    ReceivableSort::DueOn.keyset(Direction::Asc).finish(&mut sql, &request)?;
    sql.push("\n) q\norder by q.due_on, q.id");
    let rows: Vec<CustomerReceivable> = tx.all(sql).await?;
    let mut lists: HashMap<CustomerId, Vec<(Position, Receivable)>> = HashMap::new();
    for row in rows {
        let position = ReceivableSort::DueOn.position(&row.debt);
        lists.entry(row.of_customer_id).or_default().push((position, row.debt));
    }
    Ok(paged(lists, &request))
}

#[derive(FromQueryResult)]
struct CustomerPayment {
    of_customer_id: CustomerId,
    #[sea_orm(nested)]
    payment: Payment,
}

/// The last payments of customers, newest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn payments_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    customers: &[CustomerId],
    limit: u32,
) -> Outcome<HashMap<CustomerId, Page<Payment>>> {
    let mut sql = Sql::new(
        "
select c.id as of_customer_id, q.id, q.number, q.date, q.customer_id, q.organization_id,
       q.agreement_id, q.order_id, q.manager_id, q.currency, q.rate, q.amount, q.open,
       q.method, q.state,
       q.reversed_on, q.reversal_reason, q.comment, q.external_reference, q.version,
       q.created_at, q.updated_at, q.created_by
from unnest($2::uuid[]) as c (id)
cross join lateral (",
        values![permit.tenant(), uuids(customers)],
    );
    let request = PageRequest::first(limit);
    sql.push(PAYMENT).push("\n  and p.customer_id = c.id");
    store::payments_within_reach(&mut sql, permit);
    PaymentSort::Date.keyset(Direction::Desc).finish(&mut sql, &request)?;
    sql.push("\n) q\norder by q.date desc, q.id desc");
    let rows: Vec<CustomerPayment> = tx.all(sql).await?;
    let mut lists: HashMap<CustomerId, Vec<(Position, Payment)>> = HashMap::new();
    for row in rows {
        let position = PaymentSort::Date.position(&row.payment);
        lists.entry(row.of_customer_id).or_default().push((position, row.payment));
    }
    Ok(paged(lists, &request))
}

#[derive(FromQueryResult)]
struct Counted {
    of_customer_id: CustomerId,
    counted: i64,
}

/// How many debts customers have, each counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_receivables_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    customers: &[CustomerId],
    open: Option<bool>,
    cap: i64,
) -> Outcome<HashMap<CustomerId, i64>> {
    let mut sql = Sql::new(
        "
select c.id as of_customer_id, q.counted
from unnest($2::uuid[]) as c (id)
cross join lateral (
select count(*) as counted
from (
select b.receivable_id
from receivable_balance b
where b.tenant_id = $1
  and b.customer_id = c.id",
        values![permit.tenant(), uuids(customers)],
    );
    store::receivables_within_reach(&mut sql, permit);
    store::receivables_narrow(&mut sql, &ReceivableFilter { open, ..Default::default() }, tx);
    sql.with("\nlimit ", cap, "\n) r\n) q");
    let rows: Vec<Counted> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.of_customer_id, row.counted)).collect())
}

/// How many payments customers have, each counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_payments_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    customers: &[CustomerId],
    cap: i64,
) -> Outcome<HashMap<CustomerId, i64>> {
    let mut sql = Sql::new(
        "
select c.id as of_customer_id, q.counted
from unnest($2::uuid[]) as c (id)
cross join lateral (
select count(*) as counted
from (
select p.id
from payment p
where p.tenant_id = $1
  and p.customer_id = c.id",
        values![permit.tenant(), uuids(customers)],
    );
    store::payments_within_reach(&mut sql, permit);
    sql.with("\nlimit ", cap, "\n) r\n) q");
    let rows: Vec<Counted> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.of_customer_id, row.counted)).collect())
}

const ALLOCATION: &str = "
select a.id, a.payment_id, a.receivable_id, p.currency, a.amount, a.occurred_on, a.recorded_at
from allocation a
join payment p on p.tenant_id = a.tenant_id and p.id = a.payment_id
where a.tenant_id = $1";

/// The rows of settling with these ids, of payments within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn allocations_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    ids: &[AllocationId],
) -> Outcome<HashMap<AllocationId, Allocation>> {
    let mut sql = Sql::new(ALLOCATION, values![permit.tenant()]);
    sql.with("\n  and a.id = any (", uuids(ids), ")");
    store::payments_within_reach(&mut sql, permit);
    let rows: Vec<Allocation> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What payments have settled, as dated rows, oldest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn allocations_of_payments(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    payments: &[PaymentId],
) -> Outcome<HashMap<PaymentId, Vec<Allocation>>> {
    let mut sql = Sql::new(ALLOCATION, values![permit.tenant()]);
    sql.with("\n  and a.payment_id = any (", uuids(payments), ")");
    store::payments_within_reach(&mut sql, permit);
    sql.push("\norder by a.recorded_at, a.id");
    Ok(grouped(tx.all(sql).await?, |row: &Allocation| row.payment_id))
}

/// What has settled debts, as dated rows, oldest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn allocations_of_receivables(
    tx: &TenantTx,
    permit: &Permit<ReadReceivables>,
    debts: &[ReceivableId],
) -> Outcome<HashMap<ReceivableId, Vec<Allocation>>> {
    let mut sql = Sql::new(ALLOCATION, values![permit.tenant()]);
    sql.with("\n  and a.receivable_id = any (", uuids(debts), ")");
    sql.push(
        "\n  and exists (
    select b.receivable_id
    from receivable_balance b
    where b.tenant_id = $1
      and b.receivable_id = a.receivable_id",
    );
    store::receivables_within_reach(&mut sql, permit);
    sql.push(")\norder by a.recorded_at, a.id");
    Ok(grouped(tx.all(sql).await?, |row: &Allocation| row.receivable_id))
}

fn uuids<T: Copy + Into<Uuid>>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}

fn paged<T>(
    lists: HashMap<CustomerId, Vec<(Position, T)>>,
    request: &PageRequest,
) -> HashMap<CustomerId, Page<T>> {
    lists.into_iter().map(|(customer, rows)| (customer, Page::of(rows, request))).collect()
}

fn grouped<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
