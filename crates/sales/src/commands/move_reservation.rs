//! Goods held for one order given to another.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{Decimal, OrderId, OrderLineId, Refusal, RefusalCode, ReservationId};
use serde_json::json;

use super::confirm_order::check_paid_before_reserve;
use super::work_on::{check_open, line_of, open_order};
use crate::credit::check_reserve;
use crate::events::order_changed;
use crate::expiry::expire_if_awaited;
use crate::holding::{held_by_line, holding, reserve_line, state_missing};
use crate::model::{Order, OrderLine};
use crate::rules::{reason, to_hold};
use crate::store::{lock_order, order_lines};

/// Gives a reservation, or a part of it, to a line of another order for the same goods. Both
/// managers hear of it, and both orders keep why.
#[derive(Clone, Debug)]
pub struct MoveReservation {
    /// The reservation.
    pub reservation: ReservationId,
    /// The line that gets the goods.
    pub to: OrderLineId,
    /// Base units; `None` is all of it.
    pub quantity: Option<Decimal>,
    /// Why.
    pub reason: String,
}

impl Action for MoveReservation {
    const RIGHT: Right = Right::ReservationMove;
}

#[async_trait::async_trait]
impl Command for MoveReservation {
    /// The order that gave, and the one that got.
    type Output = (OrderId, OrderId);

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<(OrderId, OrderId)> {
        let reason = reason(&self.reason)?;
        let held = stock::reservation(tx, permit, self.reservation).await?;
        let from = held.ok_or(CommandError::NotFound)?.order_id;
        let to = line_of(tx, permit, self.to).await?;
        if from == to {
            return Err(same_order().into());
        }
        // Always the smaller id first, whichever gives: two who move goods to and fro do not wait
        // for each other.
        let first = lock_order(tx, permit, from.min(to)).await?;
        let second = lock_order(tx, permit, from.max(to)).await?;
        let (giver, taker) = if from < to { (first, second) } else { (second, first) };
        check_open(&giver)?;
        let (_, line) = open_order(tx, permit, to, self.to, None).await?;
        check_paid_before_reserve(tx, permit, &taker).await?;
        check_reserve(tx, permit, &taker).await?;
        stock::keep_still(tx, permit, taker.organization_id, &[line.product_id]).await?;
        // What was read before the lock may have gone meanwhile.
        let held = stock::reservation(tx, permit, self.reservation).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        let quantity = stock::part_of(&held, self.quantity)?;
        self.check_goods(tx, permit, (&giver, held.order_line_id), (&taker, &line)).await?;
        check_wanted(tx, permit, &line, quantity).await?;
        let wanted = reserve_line(&taker, &line, quantity);
        let rules = (holding(tx, permit, &taker), &taker.among()[..]);
        stock::move_part(tx, permit, (&held, quantity), &wanted, rules).await?;
        state_missing(tx, permit, &giver, &[held.order_line_id]).await?;
        state_missing(tx, permit, &taker, &[line.id]).await?;
        expire_if_awaited(tx, permit, &taker).await?;
        for (order, other) in [(&giver, &taker), (&taker, &giver)] {
            tx.audit(AuditEntry::new(
                "moveReservation",
                "SalesOrder",
                order.id,
                json!({ "lot": held.lot_id, "quantity": quantity, "reason": reason,
                        "from": giver.number, "to": taker.number, "other": other.id }),
            ));
            order_changed(tx, order.id, order.manager_id, order.customer_id);
        }
        Ok((giver.id, taker.id))
    }
}

impl MoveReservation {
    /// Goods, variant and organization are the same on both lines.
    async fn check_goods(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        (giver, line): (&Order, OrderLineId),
        (taker, to): (&Order, &OrderLine),
    ) -> Outcome<()> {
        let lines = order_lines(tx, permit, giver.id).await?;
        let from = lines.iter().find(|one| one.id == line).ok_or(CommandError::NotFound)?;
        let same = from.product_id == to.product_id
            && from.variant_id == to.variant_id
            && giver.organization_id == taker.organization_id;
        if same { Ok(()) } else { Err(other_goods().into()) }
    }
}

/// The line still wants so much.
async fn check_wanted<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    line: &OrderLine,
    quantity: Decimal,
) -> Outcome<()> {
    let held = held_by_line(tx, permit, std::slice::from_ref(line)).await?;
    let held = held.get(&line.id).copied().unwrap_or_default();
    let wanted = to_hold(line.quantity, line.shipped, held);
    if quantity <= wanted {
        return Ok(());
    }
    let wanted = wanted.normalize();
    Err(Refusal::new(
        RefusalCode::ExceedsOrder,
        format!("The line lacks {wanted}."),
        format!("По строке не хватает {wanted}."),
    )
    .at(["quantity"])
    .with(json!({ "lacks": wanted }))
    .into())
}

fn same_order() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The reservation is of this order already.",
        "Резерв уже принадлежит этому заказу.",
    )
    .at(["toOrderLineId"])
}

fn other_goods() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The other line is for other goods or of another organization.",
        "Другая строка — на другой товар или другой организации.",
    )
    .at(["toOrderLineId"])
}
