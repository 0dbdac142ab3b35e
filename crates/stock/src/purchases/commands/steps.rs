//! Leading a purchase order on: ordering, closing short, cancelling.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{Decimal, PurchaseOrderId, Refusal, RefusalCode};
use serde_json::json;

use super::{order_changed, reason};
use crate::coverage::cover;
use crate::demand::queue;
use crate::document;
use crate::purchases::rules::PurchaseOrderState;
use crate::purchases::store::{self, Header};

/// Orders a draft's goods: it gets its number, and its goods are expected from now on.
#[derive(Clone, Copy, Debug)]
pub struct OrderPurchaseOrder {
    /// Which.
    pub id: PurchaseOrderId,
    /// The version that was read.
    pub version: i32,
}

/// Ends an order of which a part came: what did not come is expected no more.
#[derive(Clone, Debug)]
pub struct ClosePurchaseOrder {
    /// Which.
    pub id: PurchaseOrderId,
    /// The version that was read.
    pub version: i32,
    /// Why.
    pub reason: String,
}

/// Gives up an order of which nothing came.
#[derive(Clone, Debug)]
pub struct CancelPurchaseOrder {
    /// Which.
    pub id: PurchaseOrderId,
    /// The version that was read.
    pub version: i32,
    /// Why.
    pub reason: String,
}

impl Action for OrderPurchaseOrder {
    const RIGHT: Right = Right::PurchaseWrite;
}

impl Action for ClosePurchaseOrder {
    const RIGHT: Right = Right::PurchaseWrite;
}

impl Action for CancelPurchaseOrder {
    const RIGHT: Right = Right::PurchaseWrite;
}

#[async_trait::async_trait]
impl Command for OrderPurchaseOrder {
    type Output = PurchaseOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PurchaseOrderId> {
        let order = store::locked(tx, permit, self.id, self.version).await?;
        place_order(tx, permit, order).await
    }
}

/// Orders a locked draft.
pub(crate) async fn place_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    mut order: Header,
) -> Outcome<PurchaseOrderId> {
    order.state()?.to(PurchaseOrderState::Ordered)?;
    let mut lines = store::lines(tx, permit, order.id).await?;
    if lines.is_empty() {
        return Err(no_lines().into());
    }
    let card = catalog::organization_card(tx, permit, Some(order.organization_id)).await?;
    let organization = card.ok_or(CommandError::NotFound)?;
    let queues = store::queues(&order, &lines);
    queue::take(tx, permit, &queues).await?;
    for line in &mut lines {
        line.awaited = line.quantity;
    }
    store::update_progress(tx, permit, &lines).await?;
    order.number = document::number(tx, &organization, "purchase_order", order.occurred_on).await?;
    order.state = PurchaseOrderState::Ordered.as_str().to_owned();
    store::update(tx, permit, &order).await?;
    cover(tx, permit, &queues).await?;
    tx.audit(AuditEntry::new(
        "orderPurchaseOrder",
        "PurchaseOrder",
        order.id,
        json!({ "state": ["DRAFT", "ORDERED"], "number": order.number }),
    ));
    order_changed(tx, &order);
    Ok(order.id)
}

#[async_trait::async_trait]
impl Command for ClosePurchaseOrder {
    type Output = PurchaseOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PurchaseOrderId> {
        let order = store::locked(tx, permit, self.id, self.version).await?;
        let target = PurchaseOrderState::Closed;
        end(tx, permit, order, target, "closePurchaseOrder", &self.reason).await
    }
}

#[async_trait::async_trait]
impl Command for CancelPurchaseOrder {
    type Output = PurchaseOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PurchaseOrderId> {
        let order = store::locked(tx, permit, self.id, self.version).await?;
        let target = PurchaseOrderState::Cancelled;
        end(tx, permit, order, target, "cancelPurchaseOrder", &self.reason).await
    }
}

/// Ends an order: nothing more of it is expected.
async fn end<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    mut order: Header,
    target: PurchaseOrderState,
    action: &'static str,
    why: &str,
) -> Outcome<PurchaseOrderId> {
    let before = order.state()?;
    before.to(target)?;
    let why = reason(why)?;
    let mut lines = store::lines(tx, permit, order.id).await?;
    let queues = store::queues(&order, &lines);
    queue::take(tx, permit, &queues).await?;
    for line in &mut lines {
        line.awaited = Decimal::ZERO;
    }
    store::update_progress(tx, permit, &lines).await?;
    order.state = target.as_str().to_owned();
    order.end_reason = Some(why);
    store::update(tx, permit, &order).await?;
    cover(tx, permit, &queues).await?;
    tx.audit(AuditEntry::new(
        action,
        "PurchaseOrder",
        order.id,
        json!({ "state": [before.as_str(), order.state], "reason": order.end_reason }),
    ));
    order_changed(tx, &order);
    Ok(order.id)
}

fn no_lines() -> Refusal {
    Refusal::new(
        RefusalCode::NoLines,
        "The purchase order has no lines.",
        "В заказе поставщику нет строк.",
    )
}
