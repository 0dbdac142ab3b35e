//! The audit trail: who did what to which record, written in the transaction that did it.

use kernel::Uuid;
use serde::Serialize;
use serde_json::Value;

/// One row of the audit trail.
#[derive(Clone, Debug, Serialize)]
pub struct AuditEntry {
    /// What was done, as the API names it: `confirmSalesOrder`.
    pub action: &'static str,
    /// The kind of the record: `SalesOrder`.
    pub subject_kind: &'static str,
    /// The record.
    pub subject_id: Uuid,
    /// What changed: field names to before and after, or the facts of a posting.
    pub changes: Value,
}

impl AuditEntry {
    /// A row with its changes.
    pub fn new(
        action: &'static str,
        subject_kind: &'static str,
        subject_id: impl Into<Uuid>,
        changes: Value,
    ) -> Self {
        Self { action, subject_kind, subject_id: subject_id.into(), changes }
    }
}
