//! Giving a draft up.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::WriteOffId;
use serde_json::json;

use super::{changed, locked, store};
use crate::rules::WriteOffState;

/// Cancels a draft; nothing has moved.
#[derive(Clone, Debug)]
pub struct CancelWriteOff {
    /// Which.
    pub id: WriteOffId,
    /// The version that was read.
    pub version: i32,
}

impl Action for CancelWriteOff {
    const RIGHT: Right = Right::WriteOffWrite;
}

#[async_trait::async_trait]
impl Command for CancelWriteOff {
    type Output = WriteOffId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WriteOffId> {
        let mut write_off = locked(tx, permit, self.id, self.version).await?;
        write_off.state()?.to(WriteOffState::Cancelled)?;
        write_off.state = WriteOffState::Cancelled.as_str().to_owned();
        store::update(tx, permit, &write_off).await?;
        tx.audit(AuditEntry::new(
            "cancelWriteOff",
            "WriteOff",
            self.id,
            json!({ "state": ["DRAFT", "CANCELLED"] }),
        ));
        changed(tx, &write_off);
        Ok(self.id)
    }
}
