//! Giving a draft up.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::LandedCostId;
use serde_json::json;

use super::{changed, locked, store};
use crate::rules::LandedCostState;

/// Cancels a draft; nothing has become dearer.
#[derive(Clone, Debug)]
pub struct CancelLandedCost {
    /// Which.
    pub id: LandedCostId,
    /// The version that was read.
    pub version: i32,
}

impl Action for CancelLandedCost {
    const RIGHT: Right = Right::LandedCostWrite;
}

#[async_trait::async_trait]
impl Command for CancelLandedCost {
    type Output = LandedCostId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LandedCostId> {
        let mut cost = locked(tx, permit, self.id, self.version).await?;
        cost.state()?.to(LandedCostState::Cancelled)?;
        cost.state = LandedCostState::Cancelled.as_str().to_owned();
        store::update(tx, permit, &cost).await?;
        tx.audit(AuditEntry::new(
            "cancelLandedCost",
            "LandedCost",
            self.id,
            json!({ "state": ["DRAFT", "CANCELLED"] }),
        ));
        changed(tx, &cost);
        Ok(self.id)
    }
}
