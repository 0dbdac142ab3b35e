//! Orders that wait until they have got so much money. The context above says which and how much;
//! the transaction of the payment that makes it up marks them, and the context above, which cannot
//! be called from here, finds the marks. Whoever writes here holds the customer's lock, or the
//! order's where a row only goes: so no payment slips between a question and its answer.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, Decimal, OrderId, Uuid};

use crate::OrderRef;
use crate::credit::prepaid_by_order;

#[derive(FromQueryResult)]
struct Awaited {
    order_id: OrderId,
    amount: Decimal,
}

/// Makes an order wait until it has got an amount above zero, in its own currency. The caller has
/// seen under the customer's lock that it has got less.
///
/// # Errors
/// A fault where the statement fails.
pub async fn await_payment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    customer: CustomerId,
    amount: Decimal,
) -> Outcome<()> {
    let sql = "
        insert into awaited_payment (tenant_id, order_id, customer_id, amount)
        values ($1, $2, $3, $4)";
    tx.run(Sql::new(sql, values![permit.tenant(), order, customer, amount])).await?;
    Ok(())
}

/// Ends an order's waiting and tells what it waited for; none where it did not wait.
///
/// # Errors
/// A fault where the statement fails.
pub async fn stop_awaiting<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Option<Decimal>> {
    let sql = "
        delete from awaited_payment w
        where w.tenant_id = $1
          and w.order_id = $2
        returning w.order_id, w.amount";
    let row: Option<Awaited> = tx.one(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(row.map(|row| row.amount))
}

/// Whether an order waits for money.
///
/// # Errors
/// A fault where the statement fails.
pub async fn is_awaited<A>(tx: &TenantTx, permit: &Permit<A>, order: OrderId) -> Outcome<bool> {
    let sql = "
        select w.order_id, w.amount
        from awaited_payment w
        where w.tenant_id = $1
          and w.order_id = $2";
    let row: Option<Awaited> = tx.one(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(row.is_some())
}

/// Orders that are marked: they may have got what they waited for. By id after a given one, at most
/// `limit`. Lives on awaited_payment_paid.
///
/// # Errors
/// A fault where the statement fails.
pub async fn paid_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    after: Option<OrderId>,
    limit: i64,
) -> Outcome<Vec<OrderId>> {
    let sql = "
        select w.order_id, w.amount
        from awaited_payment w
        where w.tenant_id = $1
          and w.paid
          and w.order_id > $2
        order by w.order_id
        limit $3";
    let after = after.map_or(Uuid::nil(), |order| order.0);
    let rows: Vec<Awaited> = tx.all(Sql::new(sql, values![permit.tenant(), after, limit])).await?;
    Ok(rows.into_iter().map(|row| row.order_id).collect())
}

/// What these orders still wait for, for whoever may see them: the amount less what they have
/// got. Zero for the moment until goods are held; orders that do not wait are absent.
///
/// # Errors
/// A fault where a statement fails.
pub async fn awaited_by_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    orders: &[OrderRef],
) -> Outcome<HashMap<OrderId, Decimal>> {
    let sql = "
        select w.order_id, w.amount
        from awaited_payment w
        where w.tenant_id = $1
          and w.order_id = any ($2)";
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id.0).collect();
    let waiting: Vec<Awaited> = tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    if waiting.is_empty() {
        return Ok(HashMap::new());
    }
    let prepaid = prepaid_by_order(tx, permit, orders).await?;
    let left = |row: Awaited| {
        let got = prepaid.get(&row.order_id).copied().unwrap_or_default();
        (row.order_id, (row.amount - got).max(Decimal::ZERO))
    };
    Ok(waiting.into_iter().map(left).collect())
}

/// Marks the customer's orders that may have got by now what they waited for: whatever of his money
/// names an order counts. The context above knows the order's own parties and looks again before it
/// follows a mark. Called wherever money comes to an order, after it has come. Not by a shipment's
/// bill: it brings unassigned advances to its order, but nothing ships before it has got all of its
/// prepayment.
pub(crate) async fn mark_paid<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Outcome<()> {
    let sql = "
        update awaited_payment w
        set paid = true
        where w.tenant_id = $1
          and w.customer_id = $2
          and not w.paid
          and w.amount <= (
              select coalesce(sum(m.amount), 0)
              from (
                  select b.open as amount
                  from payment p
                  join payment_balance b on b.tenant_id = p.tenant_id and b.payment_id = p.id
                  where p.tenant_id = $1
                    and p.order_id = w.order_id
                    and p.customer_id = w.customer_id
                  union all
                  select r.amount - r.open
                  from receivable_balance r
                  where r.tenant_id = $1
                    and r.order_id = w.order_id
              ) m
          )";
    tx.run(Sql::new(sql, values![permit.tenant(), customer])).await?;
    Ok(())
}
