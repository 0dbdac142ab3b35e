//! Imports as people start and list them, and as a queue.

use std::collections::HashMap;

use access::{Permit, Right};
use db::{Outcome, Sql, TenantTx, values};
use kernel::{AttachmentId, DateTime, ImportJobId, Language, Page, PageRequest, UserId, Utc};

use crate::commands::FileOptions;
use crate::model::{ImportJob, ImportKind, ImportMode, JobRow, Phase, ReadImports, told};
use crate::queue::{self, Job, language_word};

/// What a new job is made from.
pub(crate) struct NewJob<'a> {
    pub(crate) id: ImportJobId,
    pub(crate) kind: ImportKind,
    pub(crate) mode: ImportMode,
    pub(crate) file: AttachmentId,
    pub(crate) file_name: &'a str,
    pub(crate) options: &'a FileOptions,
    pub(crate) columns: &'a sheets::Profile,
    pub(crate) language: Language,
    pub(crate) user: UserId,
}

pub(crate) async fn insert_job<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    job: &NewJob<'_>,
) -> Outcome<()> {
    // A dry run only looks, the two others write; only one of them looks at everything before.
    let phase = if job.mode == ImportMode::SkipBad { Phase::Writing } else { Phase::Checking };
    let sql = "
        insert into import_job (tenant_id, id, kind, mode, state, file_id, file_name, options,
                                columns, language, phase, created_at, created_by)
        values ($1, $2, $3, $4, 'WAITING', $5, $6, $7, $8, $9, $10, $11, $12)";
    let values = values![
        permit.tenant(),
        job.id,
        job.kind.as_str(),
        job.mode.as_str(),
        job.file,
        job.file_name,
        told(job.options)?,
        told(job.columns)?,
        language_word(job.language),
        phase.as_str(),
        tx.now(),
        job.user,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

impl Job for ImportJob {
    type Id = ImportJobId;
    type Row = JobRow;

    const KIND: &'static str = "ImportJob";
    const EVENT: &'static str = "import_changed";
    const RIGHT: Right = Right::ImportRun;
    const TABLE: &'static str = "import_job";
    const COLUMNS: &'static str = "j.id, j.kind, j.mode, j.state, j.file_id, j.file_name, \
        j.options, j.columns, j.mapping, j.language, j.phase, j.position, j.rows_total, \
        j.rows_read, j.rows_created, j.rows_updated, j.rows_unchanged, j.rows_bad, j.failure, \
        j.report_id, j.cancel_asked, j.version, j.created_at, j.created_by, j.finished_at";
    // What is written is a person's doing.
    const KEY_COLUMN: Option<&'static str> = None;
    // Jobs of one kind go one after the other: they would wait for each other's rows, with their
    // connections in hand.
    const CLAIM: &'static str = "
        update import_job
        set state = 'RUNNING', lease = $2, leased_until = now() + make_interval(secs => $3),
            attempts = attempts + 1
        where tenant_id = $1
          and id = (select j.id
                    from import_job j
                    where j.tenant_id = $1
                      and j.state in ('WAITING', 'RUNNING')
                      and (j.leased_until is null or j.leased_until < now())
                      and not exists (select
                                      from import_job o
                                      where o.tenant_id = $1
                                        and o.state = 'RUNNING'
                                        and o.kind = j.kind
                                        and o.leased_until >= now())
                    order by j.created_at
                    limit 1
                    for no key update skip locked)
        returning id, created_by, null::uuid as api_key_id, attempts";

    fn id(&self) -> ImportJobId {
        self.id
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }
}

/// One page of imports within reach, the newest first.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn import_jobs(
    tx: &TenantTx,
    permit: &Permit<ReadImports>,
    page: &PageRequest,
) -> Outcome<Page<ImportJob>> {
    queue::jobs(tx, permit, page).await
}

/// How many imports are within reach, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_import_jobs(
    tx: &TenantTx,
    permit: &Permit<ReadImports>,
    cap: i64,
) -> Outcome<i64> {
    queue::count_jobs::<ImportJob, _>(tx, permit, cap).await
}

/// The imports with these ids that are within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn import_jobs_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadImports>,
    ids: &[ImportJobId],
) -> Outcome<HashMap<ImportJobId, ImportJob>> {
    queue::jobs_by_id(tx, permit, ids).await
}
