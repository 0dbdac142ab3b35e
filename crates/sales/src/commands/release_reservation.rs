//! Goods let go by hand, and held anew.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{Decimal, OrderId, OrderLineId, ProductId, ReservationId};
use serde_json::json;

use super::check_version;
use super::confirm_order::{LineAvailability, check_paid_before_reserve};
use super::work_on::{check_holds, check_open};
use crate::credit::check_reserve;
use crate::events::order_changed;
use crate::expiry::expire_if_unpaid;
use crate::holding::{goods, held_by_line, hold, state_missing};
use crate::rules::reason;
use crate::store::{lock_order, order_lines};

/// Lets a reservation go, or a part of it: its goods are held for others who wait, or free for
/// anybody. The line waits for goods that come in.
#[derive(Clone, Debug)]
pub struct ReleaseReservation {
    /// The reservation.
    pub reservation: ReservationId,
    /// Base units; `None` is all of it.
    pub quantity: Option<Decimal>,
    /// Why.
    pub reason: String,
}

impl Action for ReleaseReservation {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for ReleaseReservation {
    type Output = OrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderId> {
        let reason = reason(&self.reason)?;
        let held = stock::reservation(tx, permit, self.reservation).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        let (order, product) = (held.order_id, held.product_id);
        let order = lock_order(tx, permit, order).await?;
        stock::keep_still(tx, permit, order.organization_id, &[product]).await?;
        // What was read before the lock may have gone meanwhile.
        let held = stock::reservation(tx, permit, self.reservation).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        let quantity = stock::part_of(&held, self.quantity)?;
        stock::release_part(tx, permit, &held, quantity).await?;
        state_missing(tx, permit, &order, &[held.order_line_id]).await?;
        tx.audit(AuditEntry::new(
            "releaseReservation",
            "SalesOrder",
            order.id,
            json!({ "lot": held.lot_id, "quantity": quantity, "reason": reason }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(order.id)
    }
}

/// Holds what is free now for all that an open order still lacks, after goods were let go or came
/// in. Where a part must be paid before goods are held and is not, nothing is held.
#[derive(Clone, Debug)]
pub struct ReserveSalesOrder {
    /// The order.
    pub id: OrderId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for ReserveSalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for ReserveSalesOrder {
    type Output = (OrderId, Vec<LineAvailability>);

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Self::Output> {
        let order = lock_order(tx, permit, self.id).await?;
        check_version(self.version, order.version)?;
        check_open(&order)?;
        check_holds(&order)?;
        check_paid_before_reserve(tx, permit, &order).await?;
        check_reserve(tx, permit, &order).await?;
        // One that let its goods go for want of money waits for it no longer.
        settlements::stop_awaiting(tx, permit, order.id).await?;
        let lines = order_lines(tx, permit, order.id).await?;
        let goods = goods(tx, permit, lines).await?;
        let products: Vec<ProductId> = goods.iter().map(|line| line.product_id).collect();
        stock::keep_still(tx, permit, order.organization_id, &products).await?;
        let held = held_by_line(tx, permit, &goods).await?;
        let availability = hold(tx, permit, &order, &goods, &held).await?;
        let lines: Vec<OrderLineId> = goods.iter().map(|line| line.id).collect();
        state_missing(tx, permit, &order, &lines).await?;
        expire_if_unpaid(tx, permit, &order).await?;
        tx.audit(AuditEntry::new(
            "reserveSalesOrder",
            "SalesOrder",
            order.id,
            json!({ "availability": availability }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok((order.id, availability))
    }
}
