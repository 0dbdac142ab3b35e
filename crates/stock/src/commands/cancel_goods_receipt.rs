//! Giving a draft up.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::ReceiptId;
use serde_json::json;

use super::draft;
use crate::events;
use crate::rules::ReceiptState;
use crate::store::receipts;

/// Cancels a draft; nothing has moved.
#[derive(Clone, Debug)]
pub struct CancelGoodsReceipt {
    /// Which.
    pub id: ReceiptId,
    /// The version that was read.
    pub version: i32,
}

impl Action for CancelGoodsReceipt {
    const RIGHT: Right = Right::ReceiptWrite;
}

#[async_trait::async_trait]
impl Command for CancelGoodsReceipt {
    type Output = ReceiptId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ReceiptId> {
        let mut receipt = draft::locked(tx, permit, self.id, self.version).await?;
        receipt.state()?.to(ReceiptState::Cancelled)?;
        receipt.state = ReceiptState::Cancelled.as_str().to_owned();
        receipts::update(tx, permit, &receipt).await?;
        tx.audit(AuditEntry::new(
            "cancelGoodsReceipt",
            "GoodsReceipt",
            self.id,
            json!({ "state": ["DRAFT", "CANCELLED"] }),
        ));
        events::receipt_changed(tx, &receipt);
        Ok(self.id)
    }
}
