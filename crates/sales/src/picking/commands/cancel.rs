//! Calling a task off.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{Decimal, PickTaskId, Refusal};
use serde_json::json;
use stock::PickPart;

use super::super::model::PickLine;
use super::super::rules::PickMove;
use super::super::store::lines_of_task;
use super::Held;
use crate::rules::reason;

/// Calls an open task off: what it picked goes back to its places, and all of it stays held for
/// the orders.
#[derive(Clone, Debug)]
pub struct CancelPickTask {
    /// Which.
    pub id: PickTaskId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for CancelPickTask {
    const RIGHT: Right = Right::PickAsk;
}

#[async_trait::async_trait]
impl Command for CancelPickTask {
    type Output = PickTaskId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PickTaskId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.task.state;
        held.task.state = before.by(PickMove::Cancel).map_err(Refusal::from)?;
        let why = reason(&self.reason)?;
        let lines = lines_of_task(tx, permit, self.id).await?;
        let part = |line: &PickLine| PickPart {
            order_line_id: line.order_line_id,
            lot_id: line.lot_id,
            quantity: line.quantity - line.short,
        };
        let parts = lines.iter().map(part).filter(|part| part.quantity > Decimal::ZERO);
        let parts: Vec<PickPart> = parts.collect();
        stock::stop_picking(tx, permit, held.task.warehouse_id, &parts).await?;
        held.task.cancel_reason = Some(why.clone());
        let told = json!({ "state": [before, held.task.state], "reason": why });
        held.write(tx, permit, "cancelPickTask", told).await?;
        Ok(self.id)
    }
}
