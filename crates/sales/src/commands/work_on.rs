//! What working on reservations has in common: an order under its lock, and the line that is meant.

use access::Permit;
use catalog::ReserveOn;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{OrderId, OrderLineId, Refusal, RefusalCode};

use super::check_version;
use crate::model::{Order, OrderLine};
use crate::rules::OrderMove;
use crate::store::{lock_order, order_lines};

/// The order that a line is of; whether the caller may see it is asked with its lock.
pub(super) async fn line_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    line: OrderLineId,
) -> Outcome<OrderId> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
    }
    let sql = "
        select l.order_id
        from sales_order_line l
        where l.tenant_id = $1 and l.id = $2";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), line])).await?;
    Ok(found.ok_or(CommandError::NotFound)?.order_id)
}

/// A locked order that holds goods, and one of its lines.
pub(super) async fn open_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrderId,
    line: OrderLineId,
    version: Option<i32>,
) -> Outcome<(Order, OrderLine)> {
    let order = lock_order(tx, permit, id).await?;
    check_version(version, order.version)?;
    check_open(&order)?;
    check_holds(&order)?;
    let lines = order_lines(tx, permit, id).await?;
    let line = lines.into_iter().find(|one| one.id == line).ok_or(CommandError::NotFound)?;
    Ok((order, line))
}

/// Only orders that may still be shipped hold goods.
pub(super) fn check_open(order: &Order) -> Result<(), Refusal> {
    Ok(order.state.check(OrderMove::Ship)?)
}

/// Nothing is held for an order whose sales route says so.
pub(super) fn check_holds(order: &Order) -> Result<(), Refusal> {
    match order.route.reserve_on {
        ReserveOn::Never => Err(Refusal::new(
            RefusalCode::Invalid,
            "By its sales route nothing is held for this order.",
            "По схеме продажи товар под этот заказ не резервируется.",
        )),
        _ => Ok(()),
    }
}
