//! Jobs as people start, list and stop them.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AttachmentId, DateTime, ImportJobId, Language, Page, PageRequest, Position, Refusal,
    RefusalCode, UserId, Utc, Uuid,
};

use crate::commands::FileOptions;
use crate::model::{ImportJob, ImportKind, ImportMode, JobRow, Phase, ReadImports, told};

pub(super) const COLUMNS: &str = "j.id, j.kind, j.mode, j.state, j.file_id, j.file_name, \
    j.options, j.columns, j.mapping, j.language, j.phase, j.position, j.rows_total, j.rows_read, \
    j.rows_created, j.rows_updated, j.rows_unchanged, j.rows_bad, j.failure, j.report_id, \
    j.cancel_asked, j.version, j.created_at, j.created_by, j.finished_at";
/// The one order of the list: the newest first.
const ORDER: &str = "NEWEST";

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
        if job.language == Language::Ru { "ru" } else { "en" },
        phase.as_str(),
        tx.now(),
        job.user,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

fn select<A>(permit: &Permit<A>) -> Sql {
    let text = format!("select {COLUMNS} from import_job j where j.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    sql.among("j.created_by", permit.managers());
    sql
}

async fn read(tx: &TenantTx, sql: Sql) -> Result<Vec<ImportJob>, Fault> {
    let rows: Vec<JobRow> = tx.all(sql).await?;
    rows.into_iter().map(ImportJob::try_from).collect()
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
    let mut sql = select(permit);
    for (position, sign) in [(&page.after, "<"), (&page.before, ">")] {
        let Some(position) = position else { continue };
        let at: Option<DateTime<Utc>> = position.key.as_deref().and_then(|key| key.parse().ok());
        let at = at.ok_or_else(foreign_cursor)?;
        sql.push(&format!(" and (j.created_at, j.id) {sign} ("));
        sql.bind(at).with(", ", position.id, ")");
    }
    let way = if page.backward { "asc" } else { "desc" };
    sql.push(&format!(" order by j.created_at {way}, j.id {way}"));
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows = read(tx, sql).await?.into_iter().map(|job| {
        let key = Some(job.created_at.to_rfc3339());
        (Position { order: ORDER.to_owned(), key, id: job.id.0 }, job)
    });
    Ok(Page::of(rows.collect(), page))
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
    let head = "select count(*) as counted
                from (select from import_job j where j.tenant_id = $1";
    let mut sql = Sql::new(head, values![permit.tenant()]);
    sql.among("j.created_by", permit.managers());
    sql.with(" limit ", cap, ") c");
    counted(tx, sql).await
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
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut sql = select(permit);
    sql.with(" and j.id = any(", ids, "::uuid[])");
    Ok(read(tx, sql).await?.into_iter().map(|job| (job.id, job)).collect())
}

/// A job within reach, locked.
pub(crate) async fn hold_job<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ImportJobId,
) -> Outcome<Option<ImportJob>> {
    let mut sql = select(permit);
    sql.with(" and j.id = ", id, " for no key update");
    Ok(read(tx, sql).await?.pop())
}

/// Jobs of a tenant that are not over.
pub(crate) async fn open_jobs<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<i64> {
    let sql = "
        select count(*) as counted
        from import_job j
        where j.tenant_id = $1 and j.state in ('WAITING', 'RUNNING')";
    counted(tx, Sql::new(sql, values![permit.tenant()])).await
}

/// Stops a held job at once where nobody works on it, else asks its worker to.
pub(crate) async fn stop_job<A>(tx: &TenantTx, permit: &Permit<A>, id: ImportJobId) -> Outcome<()> {
    let sql = "
        update import_job
        set cancel_asked = true, version = version + 1,
            state = case when state = 'WAITING' then 'CANCELLED' else state end,
            finished_at = case when state = 'WAITING' then $3::timestamptz end
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await?;
    Ok(())
}

async fn counted(tx: &TenantTx, sql: Sql) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}

pub(super) fn foreign_cursor() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The cursor was not given by this list.",
        "Этот курсор выдан не этим списком.",
    )
}
