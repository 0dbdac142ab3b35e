//! What people do with pick tasks, one file each.

mod cancel;
mod confirm;
mod create;
mod expected;
mod finish;
mod give_back;
mod shortage;
mod take;

pub use cancel::CancelPickTask;
pub use confirm::{ConfirmPick, Picked};
pub use create::CreatePickTask;
pub use finish::FinishPick;
pub use give_back::GiveBackPickTask;
pub use shortage::{ReportShortage, ShortageReported};
pub use take::TakePickTask;

use access::Permit;
use db::{AuditEntry, CommandError, Outcome, TenantTx};
use kernel::{PickTaskId, Refusal, RefusalCode};
use serde_json::{Value, json};

use super::events::task_changed;
use super::model::PickTask;
use super::rules::PickMove;
use super::store::{lock_orders, lock_task, orders_of_task, update_task};
use crate::commands::check_version;
use crate::model::Order;
use crate::store::sellers;

/// A task under its lock, with its orders under theirs.
pub(super) struct Held {
    pub(super) orders: Vec<Order>,
    pub(super) task: PickTask,
}

impl Held {
    /// Locks a task within reach: all of its orders are.
    pub(super) async fn lock<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: PickTaskId,
        version: Option<i32>,
    ) -> Outcome<Self> {
        let orders = orders_of_task(tx, permit, id).await?;
        if orders.is_empty() {
            return Err(CommandError::NotFound);
        }
        let orders = lock_orders(tx, permit, &orders).await?;
        let task = lock_task(tx, permit, id).await?;
        check_version(version, task.version)?;
        Ok(Self { orders, task })
    }

    /// Checks that the caller is the one who picks.
    pub(super) async fn check_mine<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        by: PickMove,
    ) -> Outcome<()> {
        self.task.state.by(by).map_err(Refusal::from)?;
        if self.task.taker_id == permit.user() && permit.user().is_some() {
            return Ok(());
        }
        Err(self.taken_by(tx, permit).await?.into())
    }

    /// Says who has the task.
    pub(super) async fn taken_by<A>(&self, tx: &TenantTx, permit: &Permit<A>) -> Outcome<Refusal> {
        let taker = self.task.taker_id;
        let people = sellers(tx, permit, taker.as_slice()).await?;
        let name = taker.and_then(|id| people.get(&id)).map(|one| one.name.clone());
        let name = name.unwrap_or_default();
        Ok(Refusal::new(
            RefusalCode::InUse,
            format!("{name} picks this task: it must be given back first."),
            format!("Это задание отбирает {name}: сначала его нужно вернуть."),
        )
        .with(json!({ "taker": name, "takenAt": self.task.taken_at })))
    }

    /// Writes the task back, into the audit trail and to those who listen.
    pub(super) async fn write<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        action: &'static str,
        told: Value,
    ) -> Outcome<()> {
        update_task(tx, permit, &self.task).await?;
        tx.audit(AuditEntry::new(action, "PickTask", self.task.id, told));
        task_changed(tx, self.task.id, self.task.warehouse_id, &self.orders);
        Ok(())
    }
}
