//! Giving up a draft of a return.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Refusal, SalesReturnId};
use serde_json::json;

use super::super::rules::ReturnMove;
use super::super::store::update_return;
use super::{Held, return_changed};

/// Cancels a draft; nothing had moved.
#[derive(Clone, Debug)]
pub struct CancelSalesReturn {
    /// Which.
    pub id: SalesReturnId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for CancelSalesReturn {
    const RIGHT: Right = Right::ReturnWrite;
}

#[async_trait::async_trait]
impl Command for CancelSalesReturn {
    type Output = SalesReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SalesReturnId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(ReturnMove::Cancel).map_err(Refusal::from)?;
        update_return(tx, permit, &held.row).await?;
        tx.audit(AuditEntry::new(
            "cancelSalesReturn",
            "SalesReturn",
            self.id,
            json!({ "state": [before, held.row.state] }),
        ));
        return_changed(tx, self.id, &held.shipment, held.row.warehouse_id.0);
        Ok(self.id)
    }
}
