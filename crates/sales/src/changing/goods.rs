//! What is held for an order after a change: what it wants no more is let go, what it lacks is held
//! as far as it is there. Called under the order's lock.

use std::collections::HashMap;

use access::Permit;
use catalog::ReserveOn;
use db::{Outcome, TenantTx};
use kernel::{Decimal, OrderLineId, ProductId, WarehouseId};
use stock::Held;

use super::rules::Future;
use crate::commands::{LineAvailability, Warning, waits_for_money};
use crate::expiry::expire_if_unpaid;
use crate::holding;
use crate::model::{Order, OrderLine};
use crate::rules::{OrderState, asked_to_keep, to_hold};
use crate::store::order_lines;

/// What pick tasks hold of lines, base units; the order's lock keeps it still.
pub(super) async fn in_picking<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[OrderLine],
) -> Outcome<HashMap<OrderLineId, Decimal>> {
    let ids: Vec<OrderLineId> = lines.iter().map(|line| line.id).collect();
    let held = stock::reservations_of_order_lines(tx, permit, &ids).await?;
    let sum = |rows: Vec<Held>| rows.iter().map(|row| row.in_picking).sum();
    Ok(held.into_iter().map(|(line, rows)| (line, sum(rows))).collect())
}

/// Takes the goods' queues, before anything of the lines is written: what is held for them, and what
/// they miss, stands still from now on.
pub(super) async fn keep_still<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    (current, future): (&[OrderLine], &Future),
) -> Outcome<()> {
    let all = current.iter().chain(&future.lines).cloned().collect();
    let goods = holding::goods(tx, permit, all).await?;
    let products: Vec<ProductId> = goods.iter().map(|line| line.product_id).collect();
    stock::keep_still(tx, permit, order.organization_id, &products).await
}

/// Lets go what lines that go away have held, and ends what they miss; before they are gone.
pub(super) async fn let_removed_go<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    future: &Future,
) -> Outcome<()> {
    if future.removed.is_empty() {
        return Ok(());
    }
    let goods = holding::goods(tx, permit, future.removed.clone()).await?;
    let held = holding::held_by_line(tx, permit, &goods).await?;
    let all: Vec<_> = held.into_iter().collect();
    stock::release_lines(tx, permit, &all).await?;
    holding::miss_nothing(tx, permit, order, &goods).await
}

/// Holds for a changed order what it wants now. The answer tells of the lines that lacked something.
pub(super) async fn settle<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (before, order): (&Order, &Order),
) -> Outcome<(Vec<LineAvailability>, Option<Warning>)> {
    if order.state == OrderState::Completed {
        holding::let_go(tx, permit, order).await?;
        return Ok((Vec::new(), None));
    }
    let lines = order_lines(tx, permit, order.id).await?;
    let goods = holding::goods(tx, permit, lines).await?;
    if order.route.reserve_on == ReserveOn::Never {
        return Ok((holding::look(tx, permit, order, &goods).await?, None));
    }
    let products: Vec<ProductId> = goods.iter().map(|line| line.product_id).collect();
    let due = still_due(tx, permit, order, &goods).await?;
    stock::keep_still(tx, permit, order.organization_id, &products).await?;
    let moved = before.warehouse_id != order.warehouse_id
        || before.allowed_warehouses != order.allowed_warehouses;
    if moved {
        leave_other_warehouses(tx, permit, order, &goods).await?;
    }
    let held = holding::held_by_line(tx, permit, &goods).await?;
    let over: Vec<(OrderLineId, Decimal)> =
        goods.iter().filter_map(|line| over(line, &held)).collect();
    if !over.is_empty() {
        stock::release_lines(tx, permit, &over).await?;
    }
    if let Some((due, paid)) = due {
        // It waits in no queue until it is paid; what is held already stays.
        holding::miss_nothing(tx, permit, order, &goods).await?;
        return Ok((Vec::new(), Some(waits_for_money(order, due, paid))));
    }
    let held = holding::held_by_line(tx, permit, &goods).await?;
    let found = holding::hold_anew(tx, permit, order, &goods, &held).await?;
    let holds = !held.is_empty() || found.iter().any(|line| !line.reserved.is_zero());
    if holds && order.gross > before.gross {
        expire_if_unpaid(tx, permit, order).await?;
    }
    Ok((found, None))
}

/// What must be paid before goods are held for the order, and what has been, where that is less: by
/// its payment steps, or because its goods were let go for want of money. The customer is locked.
async fn still_due<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
) -> Outcome<Option<(Decimal, Decimal)>> {
    let waited = settlements::stop_awaiting(tx, permit, order.id).await?;
    let to_keep = waited.map(|_| asked_to_keep(order.gross, order.prepayment_percent.get()));
    let asked = order.asked_before_reserve().max(to_keep.unwrap_or_default());
    if asked.is_zero() || goods.is_empty() {
        return Ok(None);
    }
    let prepaid = settlements::prepaid(tx, permit, order.into()).await?;
    if prepaid >= asked {
        return Ok(None);
    }
    settlements::await_payment(tx, permit, order.id, order.customer_id, asked).await?;
    Ok(Some((asked - prepaid, prepaid)))
}

/// What is held for a line beyond what it wants.
fn over(line: &OrderLine, held: &HashMap<OrderLineId, Decimal>) -> Option<(OrderLineId, Decimal)> {
    let held = held.get(&line.id).copied().unwrap_or_default();
    let over = held - to_hold(line.quantity, line.shipped, Decimal::ZERO);
    (over > Decimal::ZERO).then_some((line.id, over))
}

/// Lets go what lies where the order does not ship from any more, unless it is being picked.
async fn leave_other_warehouses<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
) -> Outcome<()> {
    let ids: Vec<OrderLineId> = goods.iter().map(|line| line.id).collect();
    let held = stock::reservations_of_order_lines(tx, permit, &ids).await?;
    let held: Vec<Held> = held.into_values().flatten().collect();
    let lying: Vec<WarehouseId> = held.iter().map(|one| one.warehouse_id).collect();
    let places = catalog::places(tx, permit, &lying).await?;
    let among = order.among();
    let gives = |id: WarehouseId| {
        let stands_for = places.get(&id).and_then(|place| place.transit_to).unwrap_or(id);
        match order.warehouse_id {
            Some(chosen) => chosen == stands_for,
            None => among.is_empty() || among.contains(&stands_for),
        }
    };
    for one in held.iter().filter(|one| !gives(one.warehouse_id)) {
        let free = one.quantity - one.in_picking;
        if free > Decimal::ZERO {
            stock::release_part(tx, permit, one, free).await?;
        }
    }
    Ok(())
}
