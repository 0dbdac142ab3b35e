//! An import is stopped: what was written before stays, as the counts tell.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{ImportJobId, Refusal, RefusalCode};
use serde_json::json;

use crate::model::ImportJob;
use crate::queue::{changed, hold_job, stop_job};

/// Stops an import before its next chunk of rows.
#[derive(Clone, Copy, Debug)]
pub struct CancelImport {
    /// Which one.
    pub id: ImportJobId,
}

impl Action for CancelImport {
    const RIGHT: Right = Right::ImportRun;
}

#[async_trait::async_trait]
impl Command for CancelImport {
    type Output = ImportJobId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ImportJobId> {
        let job = hold_job::<ImportJob, _>(tx, permit, self.id).await?;
        let job = job.ok_or(CommandError::NotFound)?;
        if job.state.is_over() {
            return Err(Refusal::new(
                RefusalCode::IllegalTransition,
                "The import is over.",
                "Загрузка уже закончена.",
            )
            .into());
        }
        stop_job::<ImportJob, _>(tx, permit, self.id).await?;
        let changes = json!({ "rowsRead": job.rows_read });
        tx.audit(AuditEntry::new("cancelImport", "ImportJob", self.id, changes));
        tx.emit(changed::<ImportJob>(self.id, job.created_by));
        Ok(self.id)
    }
}
