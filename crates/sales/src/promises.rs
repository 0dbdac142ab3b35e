//! What else does for an order whose goods are gone: those of a lot that was blocked, written off,
//! not found by a count, or that did not come. Stock stands below this context and is handed this.

use std::collections::BTreeMap;

use access::{Action, Permit};
use db::{AuditEntry, Outcome, TenantTx};
use kernel::{Decimal, OrderId};
use serde_json::json;
use stock::{Kept, Lost, Promises};

use crate::events::order_changed;
use crate::holding::{awaits_money, held_by_line, hold, hold_instead};
use crate::model::Order;
use crate::rules::OrderMove;
use crate::store::{hold_orders, order_lines};

/// Orders stand behind what is held.
#[derive(Clone, Copy, Debug)]
pub struct OrdersKept;

impl Promises for OrdersKept {
    async fn lock<A: Action>(tx: &TenantTx, permit: &Permit<A>, orders: &[OrderId]) -> Outcome<()> {
        hold_orders(tx, permit, orders).await.map(drop)
    }

    async fn keep<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        lost: &[Lost],
    ) -> Outcome<Vec<Kept>> {
        let mut by_order: BTreeMap<OrderId, Vec<Lost>> = BTreeMap::new();
        for one in lost {
            by_order.entry(one.order_id).or_default().push(*one);
        }
        let ids: Vec<OrderId> = by_order.keys().copied().collect();
        let mut kept = Vec::with_capacity(lost.len());
        for order in hold_orders(tx, permit, &ids).await? {
            let lost = by_order.remove(&order.id).unwrap_or_default();
            kept.extend(keep_order(tx, permit, &order, &lost).await?);
        }
        Ok(kept)
    }
}

/// Holds other goods for the lines of one order, by its own terms, states what they miss, and tells
/// who looks after it. An order that waits for money gets back what it lost at most, and misses
/// nothing.
async fn keep_order<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    lost: &[Lost],
) -> Outcome<Vec<Kept>> {
    let mut lines = order_lines(tx, permit, order.id).await?;
    lines.retain(|line| lost.iter().any(|one| one.order_line_id == line.id));
    if order.state.check(OrderMove::Ship).is_err() {
        lines.clear();
    }
    let still = held_by_line(tx, permit, &lines).await?;
    let held = if awaits_money(tx, permit, order).await? {
        hold_instead(tx, permit, order, (&lines, lost), &still).await?
    } else {
        hold(tx, permit, order, &lines, &still).await?
    };
    let again = |one: &Lost| {
        let line = held.iter().find(|held| held.line == one.order_line_id);
        line.map_or(Decimal::ZERO, |held| held.reserved.min(one.quantity))
    };
    let kept = |one: &Lost| Kept {
        order_id: order.id,
        order_line_id: one.order_line_id,
        lost: one.quantity,
        again: again(one),
    };
    let kept: Vec<Kept> = lost.iter().map(kept).collect();
    tx.audit(AuditEntry::new("goodsLost", "SalesOrder", order.id, json!({ "reservations": kept })));
    order_changed(tx, order.id, order.manager_id, order.customer_id);
    Ok(kept)
}
