//! Taking a task on.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{PickTaskId, Refusal, RefusalCode};
use serde_json::json;

use super::super::rules::{PickMove, PickState};
use super::Held;

/// Takes a task on: one storekeeper at a time. Who has it already keeps it.
#[derive(Clone, Debug)]
pub struct TakePickTask {
    /// Which.
    pub id: PickTaskId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for TakePickTask {
    const RIGHT: Right = Right::PickWrite;
}

#[async_trait::async_trait]
impl Command for TakePickTask {
    type Output = PickTaskId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PickTaskId> {
        let Some(user) = permit.user() else { return Err(nobody().into()) };
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        if held.task.state == PickState::InProgress {
            if held.task.taker_id == Some(user) {
                return Ok(self.id);
            }
            return Err(held.taken_by(tx, permit).await?.into());
        }
        held.task.state = held.task.state.by(PickMove::Take).map_err(Refusal::from)?;
        held.task.taker_id = Some(user);
        held.task.taken_at = Some(tx.now());
        let told = json!({ "state": [PickState::New, PickState::InProgress] });
        held.write(tx, permit, "takePickTask", told).await?;
        Ok(self.id)
    }
}

fn nobody() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "A person takes a pick task, not a program's key.",
        "Задание на отбор берёт человек, а не ключ программы.",
    )
}
