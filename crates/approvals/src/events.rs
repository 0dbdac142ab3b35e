//! What the world is told of approvals.

use db::{EventDraft, TenantTx};

use crate::model::ApprovalRequest;

/// Somebody has to decide: a request was made, a step opened or escalated.
pub(crate) const REQUESTED: &str = "approval_requested";
/// A request was decided or is over.
pub(crate) const DECIDED: &str = "approval_decided";

/// Tells of a request.
pub(crate) fn tell(tx: &TenantTx, kind: &'static str, request: &ApprovalRequest) {
    tx.emit(EventDraft {
        kind,
        subject_kind: "ApprovalRequest",
        subject_id: request.id.0,
        manager_id: request.manager_id,
        customer_id: Some(request.customer_id),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
