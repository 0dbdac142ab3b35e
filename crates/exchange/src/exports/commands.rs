//! An export is asked for, and stopped. A worker takes it within a second.

use access::{Action, Actor, Forbidden, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{ExportJobId, Language, Refusal, RefusalCode};
use serde_json::{Value, json};

use super::model::{ExportFormat, ExportJob, ExportOptions};
use super::store::insert_job;
use crate::queue::{changed, hold_job, open_jobs, stop_job};

/// Exports of a tenant that are not over, at most.
const MOST_OPEN: i64 = 20;
/// Bytes of the arguments' JSON.
const LONGEST_ARGUMENTS: usize = 64 << 10;

/// Starts to write a list to a file. Whether the list can be read so is asked before, by whoever
/// knows the lists; the worker asks again.
#[derive(Clone, Debug)]
pub struct StartExport {
    /// The field of the API's root.
    pub list: String,
    /// The field's arguments but for those of paging.
    pub arguments: Value,
    /// The columns; empty for the list's own.
    pub columns: Vec<String>,
    /// What kind of file.
    pub format: ExportFormat,
    /// How it is written.
    pub options: ExportOptions,
    /// The language of headings.
    pub language: Language,
}

impl Action for StartExport {
    const RIGHT: Right = Right::ExportRun;
}

#[async_trait::async_trait]
impl Command for StartExport {
    type Output = ExportJobId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ExportJobId> {
        // The list is read with the rights of a person or a key as they will be then.
        if matches!(permit.actor(), Actor::Worker(_)) {
            return Err(Forbidden(Self::RIGHT).into());
        }
        if self.arguments.to_string().len() > LONGEST_ARGUMENTS {
            return Err(too_long().into());
        }
        if open_jobs::<ExportJob, _>(tx, permit).await? >= MOST_OPEN {
            return Err(too_many().into());
        }
        let id = ExportJobId::new();
        insert_job(tx, permit, id, self).await?;
        let changes = json!({ "list": self.list, "arguments": self.arguments,
                              "columns": self.columns, "format": self.format.as_str() });
        tx.audit(AuditEntry::new("startExport", "ExportJob", id, changes));
        tx.emit(changed::<ExportJob>(id, permit.user()));
        Ok(id)
    }
}

/// Stops an export before its next page of rows; there is no file then.
#[derive(Clone, Copy, Debug)]
pub struct CancelExport {
    /// Which one.
    pub id: ExportJobId,
}

impl Action for CancelExport {
    const RIGHT: Right = Right::ExportRun;
}

#[async_trait::async_trait]
impl Command for CancelExport {
    type Output = ExportJobId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ExportJobId> {
        let job = hold_job::<ExportJob, _>(tx, permit, self.id).await?;
        let job = job.ok_or(CommandError::NotFound)?;
        if job.state.is_over() {
            return Err(Refusal::new(
                RefusalCode::IllegalTransition,
                "The export is over.",
                "Выгрузка уже закончена.",
            )
            .into());
        }
        stop_job::<ExportJob, _>(tx, permit, self.id).await?;
        let changes = json!({ "rowsWritten": job.rows_written });
        tx.audit(AuditEntry::new("cancelExport", "ExportJob", self.id, changes));
        tx.emit(changed::<ExportJob>(self.id, job.created_by));
        Ok(self.id)
    }
}

fn too_long() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("The arguments have at most {LONGEST_ARGUMENTS} bytes of JSON."),
        format!("Аргументы занимают не больше {LONGEST_ARGUMENTS} байт JSON."),
    )
    .at(["arguments"])
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_OPEN} exports wait or run at once."),
        format!("Одновременно ждут и выполняются не больше выгрузок: {MOST_OPEN}."),
    )
}
