//! Taking back what was asked.

use access::{Action, Forbidden, Permit, Right};
use db::{AuditEntry, Command, CommandError, Fault, Outcome, TenantTx};
use kernel::{ApprovalRequestId, Refusal, RefusalCode};
use serde_json::json;

use crate::events;
use crate::model::ApprovalRequest;
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

/// Who asked or wrote the document takes it back; others need the right to write such documents.
fn check_own(
    permit: &Permit<WithdrawApproval>,
    request: &ApprovalRequest,
) -> Result<(), CommandError> {
    let is_own = permit.actor().id() == request.asker_id
        || permit.user().is_some_and(|user| request.own_people().contains(&user));
    let right = match request.subject_kind.as_str() {
        "Shipment" => Right::ShipmentPost,
        "Quote" => Right::QuoteWrite,
        "Agreement" => Right::TermsWrite,
        _ => Right::OrderWrite,
    };
    match is_own || permit.scope().reach(right).is_some() {
        true => Ok(()),
        false => Err(Forbidden(right).into()),
    }
}

#[async_trait::async_trait]

impl Command for WithdrawApproval {
    type Output = ApprovalRequestId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalRequestId> {
        let reason = comment(self.reason.as_deref(), false)?;
        let found = lock_requests(tx, permit, &[self.id]).await?;
        let request = found.first().ok_or_else(|| Fault::broken("a locked request is gone"))?;
        check_own(permit, request)?;
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
