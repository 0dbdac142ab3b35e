//! Being content with what has been shipped.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{OrderId, Refusal};
use serde_json::json;

use super::{Ended, check_version};
use crate::changing;
use crate::events::order_changed;
use crate::holding::let_go;
use crate::invoicing::call_off_invoices;
use crate::rules::{OrderMove, OrderState, reason};
use crate::store::{OrderStep, lock_order, step_order};

/// Closes an order short: the rest is neither held nor shipped any more. Unpaid invoices that ask for
/// it are cancelled.
#[derive(Clone, Debug)]
pub struct CloseSalesOrder {
    /// Which.
    pub id: OrderId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for CloseSalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for CloseSalesOrder {
    type Output = Ended;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Ended> {
        let order = lock_order(tx, permit, self.id).await?;
        check_version(self.version, order.version)?;
        order.state.check(OrderMove::Close).map_err(Refusal::from)?;
        let reason = reason(&self.reason)?;
        let left = order.shipped_gross;
        let warnings = call_off_invoices(tx, permit, &order, left, &reason).await?;
        let_go(tx, permit, &order).await?;
        changing::give_up(tx, permit, &order, &reason).await?;
        changing::return_shipments(tx, permit, order.id, &reason).await?;
        let step = OrderStep {
            close_reason: Some(reason.clone()),
            ..OrderStep::to(OrderState::Completed)
        };
        step_order(tx, permit, order.id, step).await?;
        tx.audit(AuditEntry::new(
            "closeSalesOrder",
            "SalesOrder",
            order.id,
            json!({ "state": [order.state, OrderState::Completed], "reason": reason,
                    "warnings": warnings }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(Ended { order: order.id, warnings })
    }
}
