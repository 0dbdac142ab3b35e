//! Giving up a draft of a price correction.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{PriceCorrectionId, Refusal};
use serde_json::json;

use super::super::rules::CorrectionMove;
use super::super::store::update_correction;
use super::{Held, correction_changed};

/// Cancels a draft; nothing had changed.
#[derive(Clone, Debug)]
pub struct CancelPriceCorrection {
    /// Which.
    pub id: PriceCorrectionId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for CancelPriceCorrection {
    const RIGHT: Right = Right::CorrectionWrite;
}

#[async_trait::async_trait]

impl Command for CancelPriceCorrection {
    type Output = PriceCorrectionId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceCorrectionId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(CorrectionMove::Cancel).map_err(Refusal::from)?;
        update_correction(tx, permit, &held.row).await?;
        tx.audit(AuditEntry::new(
            "cancelPriceCorrection",
            "PriceCorrection",
            self.id,
            json!({ "state": [before, held.row.state] }),
        ));
        correction_changed(tx, self.id, &held.sold);
        Ok(self.id)
    }
}
