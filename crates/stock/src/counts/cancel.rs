//! Giving a count up.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::CountId;
use serde_json::json;

use super::{changed, locked, store};
use crate::rules::CountState;

/// Cancels a draft or a count under way; nothing has moved.
#[derive(Clone, Debug)]
pub struct CancelStockCount {
    /// Which.
    pub id: CountId,
    /// The version that was read.
    pub version: i32,
}

impl Action for CancelStockCount {
    const RIGHT: Right = Right::CountWrite;
}

#[async_trait::async_trait]
impl Command for CancelStockCount {
    type Output = CountId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CountId> {
        let mut count = locked(tx, permit, self.id, self.version).await?;
        count.state()?.to(CountState::Cancelled)?;
        let before = count.state.clone();
        count.state = CountState::Cancelled.as_str().to_owned();
        store::update(tx, permit, &count).await?;
        tx.audit(AuditEntry::new(
            "cancelStockCount",
            "StockCount",
            self.id,
            json!({ "state": [before, "CANCELLED"] }),
        ));
        changed(tx, &count);
        Ok(self.id)
    }
}
