//! Giving a task back.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{PickTaskId, Refusal};
use serde_json::json;

use super::super::rules::{PickMove, PickState};
use super::Held;
use crate::rules::reason;

/// Gives a task back for others to take; what is picked stays picked. Who takes it from somebody
/// else says why.
#[derive(Clone, Debug)]
pub struct GiveBackPickTask {
    /// Which.
    pub id: PickTaskId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why; asked for where somebody else picks.
    pub reason: Option<String>,
}

impl Action for GiveBackPickTask {
    const RIGHT: Right = Right::PickWrite;
}

#[async_trait::async_trait]
impl Command for GiveBackPickTask {
    type Output = PickTaskId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PickTaskId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        held.task.state = held.task.state.by(PickMove::GiveBack).map_err(Refusal::from)?;
        let is_own = permit.user().is_some() && held.task.taker_id == permit.user();
        let why = match self.reason.as_deref() {
            None if is_own => None,
            text => Some(reason(text.unwrap_or_default())?),
        };
        let taker = held.task.taker_id.take();
        held.task.taken_at = None;
        let told = json!({ "state": [PickState::InProgress, PickState::New], "taker": taker,
                           "reason": why });
        held.write(tx, permit, "giveBackPickTask", told).await?;
        Ok(self.id)
    }
}
