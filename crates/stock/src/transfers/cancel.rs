//! Giving a draft up.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::TransferId;
use serde_json::json;

use super::{changed, locked, store};
use crate::rules::TransferState;

/// Cancels a draft; nothing has moved.
#[derive(Clone, Debug)]
pub struct CancelStockTransfer {
    /// Which.
    pub id: TransferId,
    /// The version that was read.
    pub version: i32,
}

impl Action for CancelStockTransfer {
    const RIGHT: Right = Right::TransferWrite;
}

#[async_trait::async_trait]
impl Command for CancelStockTransfer {
    type Output = TransferId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TransferId> {
        let mut transfer = locked(tx, permit, self.id, self.version).await?;
        transfer.state()?.to(TransferState::Cancelled)?;
        transfer.state = TransferState::Cancelled.as_str().to_owned();
        store::update(tx, permit, &transfer).await?;
        tx.audit(AuditEntry::new(
            "cancelStockTransfer",
            "StockTransfer",
            self.id,
            json!({ "state": ["DRAFT", "CANCELLED"] }),
        ));
        changed(tx, &transfer);
        Ok(self.id)
    }
}
