//! The SQL of exports; what they share with imports is in `queue`.

use std::collections::{HashMap, HashSet};

use access::{Actor, Permit, Right};
use db::{Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{AttachmentId, DateTime, ExportJobId, Page, PageRequest, TenantId, Text, Utc, Uuid};

use super::commands::StartExport;
use super::model::{ExportJob, ExportRow, ExportState, ReadExports};
use super::rights::RightsUsed;
use crate::model::told;
use crate::queue::{self, Job, TENANTS, language_word, told_failure};

pub(super) async fn insert_job<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    asked: &StartExport,
) -> Outcome<()> {
    let sql = "
        insert into export_job (tenant_id, id, list, arguments, columns, format, options, language,
                                state, created_at, created_by, api_key_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'WAITING', $9, $10, $11)";
    let key = match permit.actor() {
        Actor::Key(key) => Some(key),
        _ => None,
    };
    let values = values![
        permit.tenant(),
        id,
        asked.list.as_str(),
        asked.arguments.clone(),
        asked.columns.clone(),
        asked.format.as_str(),
        told(&asked.options)?,
        language_word(asked.language),
        tx.now(),
        permit.user(),
        key,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

impl Job for ExportJob {
    type Id = ExportJobId;
    type Row = ExportRow;

    const KIND: &'static str = "ExportJob";
    const EVENT: &'static str = "export_changed";
    const RIGHT: Right = Right::ExportRun;
    const TABLE: &'static str = "export_job";
    const COLUMNS: &'static str = "j.id, j.list, j.arguments, j.columns, j.format, j.options, \
        j.language, j.state, j.rows_total, j.rows_written, j.as_of, j.rights, j.file_id, \
        j.failure, j.cancel_asked, j.version, j.created_at, j.created_by, j.api_key_id, \
        j.finished_at, \
        j.expires_at";
    const KEY_COLUMN: Option<&'static str> = Some("j.api_key_id");
    // It begins anew: its file is of one snapshot.
    const CLAIM: &'static str = "
        update export_job
        set state = 'RUNNING', lease = $2, leased_until = now() + make_interval(secs => $3),
            attempts = attempts + 1, rows_written = 0, rows_total = null, as_of = null,
            version = version + 1
        where tenant_id = $1
          and id = (select j.id
                    from export_job j
                    where j.tenant_id = $1
                      and j.state in ('WAITING', 'RUNNING')
                      and (j.leased_until is null or j.leased_until < now())
                    order by j.created_at
                    limit 1
                    for no key update skip locked)
        returning id, created_by, api_key_id, attempts";

    fn id(&self) -> ExportJobId {
        self.id
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }
}

/// One page of exports within reach, the newest first.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn export_jobs(
    tx: &TenantTx,
    permit: &Permit<ReadExports>,
    page: &PageRequest,
) -> Outcome<Page<ExportJob>> {
    queue::jobs(tx, permit, page).await
}

/// How many exports are within reach, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_export_jobs(
    tx: &TenantTx,
    permit: &Permit<ReadExports>,
    cap: i64,
) -> Outcome<i64> {
    queue::count_jobs::<ExportJob, _>(tx, permit, cap).await
}

/// The exports with these ids that are within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn export_jobs_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadExports>,
    ids: &[ExportJobId],
) -> Outcome<HashMap<ExportJobId, ExportJob>> {
    queue::jobs_by_id(tx, permit, ids).await
}

/// The tenants that have exports nobody works on.
pub(super) async fn waiting_tenants(db: &Db) -> Result<HashSet<TenantId>, Fault> {
    #[derive(FromQueryResult)]
    struct Waiting {
        tenant_id: TenantId,
    }
    let sql = "
        select distinct j.tenant_id
        from export_job j
        where j.state in ('WAITING', 'RUNNING')
          and (j.leased_until is null or j.leased_until < now())
        limit $1";
    let mut system = db.system(Reason::Exchange).await?;
    let rows: Vec<Waiting> = system.all(Sql::new(sql, values![TENANTS])).await?;
    system.commit().await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// How far the reading is.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub(super) rows_written: i64,
    pub(super) rows_total: Option<i64>,
    pub(super) as_of: DateTime<Utc>,
}

pub(super) async fn note_progress<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    progress: &Progress,
) -> Outcome<()> {
    let sql = "
        update export_job
        set rows_written = $3, rows_total = $4, as_of = $5, version = version + 1
        where tenant_id = $1 and id = $2";
    let Progress { rows_written, rows_total, as_of } = progress;
    let values = values![permit.tenant(), id, *rows_written, *rows_total, *as_of];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Gives a held job its file and ends it.
pub(super) async fn complete<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    file: AttachmentId,
    expires_at: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "
        update export_job
        set state = 'DONE', file_id = $3, expires_at = $4, finished_at = $5, lease = null,
            leased_until = null, version = version + 1
        where tenant_id = $1 and id = $2";
    let values = values![permit.tenant(), id, file, expires_at, tx.now()];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Notes what a held job's file is read with; before it has one, so that it is never given out
/// without.
pub(super) async fn note_rights<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    rights: &RightsUsed,
) -> Outcome<()> {
    let sql = "update export_job set rights = $3 where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id, rights.to_value()?])).await?;
    Ok(())
}

/// Ends a held job without a file.
pub(super) async fn give_up<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    state: ExportState,
    failure: Option<&Text>,
) -> Outcome<()> {
    let failure = told_failure(failure)?;
    let sql = "
        update export_job
        set state = $3, failure = $4, finished_at = $5, lease = null, leased_until = null,
            version = version + 1
        where tenant_id = $1 and id = $2";
    let values = values![permit.tenant(), id, state.as_str(), failure, tx.now()];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A file whose time is over.
#[derive(FromQueryResult)]
pub(super) struct Expired {
    pub(super) id: ExportJobId,
    pub(super) file_id: AttachmentId,
}

/// Lets go of files whose time is over, so many at once; whoever called removes them.
pub(super) async fn let_go<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
) -> Outcome<Vec<Expired>> {
    let sql = "
        select j.id, j.file_id
        from export_job j
        where j.tenant_id = $1 and j.file_id is not null and j.expires_at < $2
        order by j.expires_at
        limit $3
        for no key update skip locked";
    let found: Vec<Expired> =
        tx.all(Sql::new(sql, values![permit.tenant(), tx.now(), most])).await?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.id.0).collect();
    let sql = "
        update export_job
        set file_id = null, version = version + 1
        where tenant_id = $1 and id = any($2::uuid[])";
    tx.run(Sql::new(sql, values![permit.tenant(), ids])).await?;
    Ok(found)
}
