//! Taking back what was asked.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Fault, Outcome, TenantTx};
use kernel::{ApprovalRequestId, Refusal, RefusalCode};
use serde_json::json;

use crate::events;
use crate::rules::{ApprovalState, comment};
use crate::store::{Closing, close, lock_requests};

/// Withdraws a request that waits; its document goes back to where it was.
#[derive(Clone, Debug)]
pub struct WithdrawApproval {
    /// Which.
    pub id: ApprovalRequestId,
    /// Why.
    pub reason: Option<String>,
}

impl Action for WithdrawApproval {
    const RIGHT: Right = Right::ApprovalAsk;
}

impl Command for WithdrawApproval {
    type Output = ApprovalRequestId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalRequestId> {
        let reason = comment(self.reason.as_deref(), false)?;
        let found = lock_requests(tx, permit, &[self.id]).await?;
        let request = found.first().ok_or_else(|| Fault::broken("a locked request is gone"))?;
        if request.state != ApprovalState::Pending {
            let state = request.state.as_str();
            return Err(Refusal::new(
                RefusalCode::IllegalTransition,
                format!("In state {state} there is nothing to withdraw."),
                format!("В состоянии {state} отзывать нечего."),
            )
            .with(json!({ "state": state, "allowed": [] }))
            .into());
        }
        let closing = Closing {
            state: ApprovalState::Withdrawn,
            reason: reason.clone(),
            valid_until: None,
            tolerance_percent: None,
            is_unfollowed: true,
        };
        close(tx, permit, self.id, &closing).await?;
        tx.audit(AuditEntry::new(
            "withdrawApproval",
            "ApprovalRequest",
            self.id,
            json!({ "state": [request.state, ApprovalState::Withdrawn], "reason": reason,
                    "subject": request.subject_kind, "subjectId": request.subject_id }),
        ));
        events::tell(tx, events::DECIDED, request);
        Ok(self.id)
    }
}
