//! Giving an order up.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, OrderId, Refusal};
use serde_json::json;

use super::{Ended, check_version};
use crate::changing;
use crate::events::order_changed;
use crate::holding::let_go;
use crate::invoicing::call_off_invoices;
use crate::quotes::{count_ordered, hold_quote};
use crate::rules::{OrderMove, OrderState, reason};
use crate::store::{OrderStep, lock_order, step_order};

/// Cancels a draft, an order that waits for an approval or a confirmed one, and frees what was held
/// for it. Its unpaid invoices are cancelled with it.
#[derive(Clone, Debug)]
pub struct CancelSalesOrder {
    /// Which.
    pub id: OrderId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for CancelSalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for CancelSalesOrder {
    type Output = Ended;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Ended> {
        let order = lock_order(tx, permit, self.id).await?;
        check_version(self.version, order.version)?;
        order.state.check(OrderMove::Cancel).map_err(Refusal::from)?;
        let reason = reason(&self.reason)?;
        if let Some(quote) = order.quote_id {
            hold_quote(tx, permit, quote).await?;
        }
        if order.state == OrderState::PendingApproval {
            approvals::close_waiting(tx, permit, order.id.0, &reason).await?;
        }
        let mut warnings = Vec::new();
        if order.state != OrderState::Draft {
            warnings = call_off_invoices(tx, permit, &order, Decimal::ZERO, &reason).await?;
            settlements::ask_no_more(tx, permit, order.id, &reason).await?;
            let_go(tx, permit, &order).await?;
        }
        changing::give_up(tx, permit, &order, &reason).await?;
        changing::return_shipments(tx, permit, order.id, &reason).await?;
        let step = OrderStep {
            cancel_reason: Some(reason.clone()),
            ..OrderStep::to(OrderState::Cancelled)
        };
        step_order(tx, permit, order.id, step).await?;
        if let Some(quote) = order.quote_id {
            count_ordered(tx, permit, quote, &[]).await?;
        }
        tx.audit(AuditEntry::new(
            "cancelSalesOrder",
            "SalesOrder",
            order.id,
            json!({ "state": [order.state, OrderState::Cancelled], "reason": reason,
                    "warnings": warnings }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(Ended { order: order.id, warnings })
    }
}
