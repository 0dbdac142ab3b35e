//! A file is taken off its record.

use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::AttachmentId;
use serde_json::json;

use super::reach;
use crate::store;
use crate::subject::Subject;

/// Takes a file off its record. Its bytes go a day later, by the sweeper.
#[derive(Debug)]
pub struct Remove<S> {
    id: AttachmentId,
    of: PhantomData<fn() -> S>,
}

impl<S: Subject> Remove<S> {
    /// Which file.
    #[must_use]
    pub fn new(id: AttachmentId) -> Self {
        Self { id, of: PhantomData }
    }
}

impl<S: Subject> Action for Remove<S> {
    const RIGHT: Right = S::WRITE;
}

#[async_trait::async_trait]
impl<S: Subject> Command for Remove<S> {
    type Output = AttachmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AttachmentId> {
        let held = store::hold::<S, _>(tx, permit, self.id).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        reach::<S, _>(tx, permit, held.subject_id).await?;
        store::remove(tx, permit, self.id).await?;
        let changes = json!({ "attachmentId": self.id, "name": held.name });
        tx.audit(AuditEntry::new("removeAttachment", S::KIND, held.subject_id, changes));
        Ok(self.id)
    }
}
