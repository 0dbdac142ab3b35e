//! All SQL of exports.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{
    AttachmentId, DateTime, ExportJobId, Language, Page, PageRequest, Position, Refusal,
    RefusalCode, TenantId, Text, UserId, Utc, Uuid,
};
use serde_json::Value;

use super::commands::StartExport;
use super::model::{ExportJob, ExportRow, ExportState, ReadExports};
use super::rights::RightsUsed;
use crate::model::{Told, told};

const COLUMNS: &str = "j.id, j.list, j.arguments, j.columns, j.format, j.options, j.language, \
    j.state, j.rows_total, j.rows_written, j.as_of, j.rights, j.file_id, j.failure, \
    j.cancel_asked, j.version, j.created_at, j.created_by, j.finished_at, j.expires_at";
/// The one order of the list: the newest first.
const ORDER: &str = "NEWEST";
/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// How long a worker keeps a job without a sign of life, in seconds.
const LEASE_S: f64 = 30.0;

#[derive(FromQueryResult)]
struct Counted {
    counted: i64,
}

pub(super) async fn insert_job<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    asked: &StartExport,
    user: UserId,
) -> Outcome<()> {
    let sql = "
        insert into export_job (tenant_id, id, list, arguments, columns, format, options, language,
                                state, created_at, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'WAITING', $9, $10)";
    let values = values![
        permit.tenant(),
        id,
        asked.list.as_str(),
        asked.arguments.clone(),
        asked.columns.clone(),
        asked.format.as_str(),
        told(&asked.options)?,
        if asked.language == Language::Ru { "ru" } else { "en" },
        tx.now(),
        user,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

fn select<A>(permit: &Permit<A>) -> Sql {
    let text = format!("select {COLUMNS} from export_job j where j.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    sql.among("j.created_by", permit.managers());
    sql
}

async fn read(tx: &TenantTx, sql: Sql) -> Result<Vec<ExportJob>, Fault> {
    let rows: Vec<ExportRow> = tx.all(sql).await?;
    rows.into_iter().map(ExportJob::try_from).collect()
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

/// How many exports are within reach, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_export_jobs(
    tx: &TenantTx,
    permit: &Permit<ReadExports>,
    cap: i64,
) -> Outcome<i64> {
    let head = "select count(*) as counted
                from (select from export_job j where j.tenant_id = $1";
    let mut sql = Sql::new(head, values![permit.tenant()]);
    sql.among("j.created_by", permit.managers());
    sql.with(" limit ", cap, ") c");
    counted(tx, sql).await
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
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut sql = select(permit);
    sql.with(" and j.id = any(", ids, "::uuid[])");
    Ok(read(tx, sql).await?.into_iter().map(|job| (job.id, job)).collect())
}

/// A job within reach, locked.
pub(super) async fn hold_job<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
) -> Outcome<Option<ExportJob>> {
    let mut sql = select(permit);
    sql.with(" and j.id = ", id, " for no key update");
    Ok(read(tx, sql).await?.pop())
}

/// Exports of a tenant that are not over.
pub(super) async fn open_jobs<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<i64> {
    let sql = "
        select count(*) as counted
        from export_job j
        where j.tenant_id = $1 and j.state in ('WAITING', 'RUNNING')";
    counted(tx, Sql::new(sql, values![permit.tenant()])).await
}

/// Stops a held job at once where nobody works on it, else asks its worker to.
pub(super) async fn stop_job<A>(tx: &TenantTx, permit: &Permit<A>, id: ExportJobId) -> Outcome<()> {
    let sql = "
        update export_job
        set cancel_asked = true, version = version + 1,
            state = case when state = 'WAITING' then 'CANCELLED' else state end,
            finished_at = case when state = 'WAITING' then $3::timestamptz end
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await?;
    Ok(())
}

async fn counted(tx: &TenantTx, sql: Sql) -> Outcome<i64> {
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}

fn foreign_cursor() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The cursor was not given by this list.",
        "Этот курсор выдан не этим списком.",
    )
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

/// A job that was taken.
#[derive(FromQueryResult)]
pub(super) struct Claimed {
    pub(super) id: ExportJobId,
    pub(super) created_by: UserId,
    /// How often it was taken, this time included.
    pub(super) attempts: i32,
}

/// Takes the oldest job that nobody works on, which begins anew.
pub(super) async fn claim<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lease: Uuid,
) -> Outcome<Option<Claimed>> {
    let sql = "
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
        returning id, created_by, attempts";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), lease, LEASE_S])).await?)
}

/// A sign of life; false where the job is another's, or over.
pub(super) async fn prolong<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    lease: Uuid,
) -> Outcome<bool> {
    let sql = "
        update export_job
        set leased_until = now() + make_interval(secs => $4)
        where tenant_id = $1 and id = $2 and lease = $3";
    let done = tx.run(Sql::new(sql, values![permit.tenant(), id, lease, LEASE_S])).await?;
    Ok(done == 1)
}

/// The job, locked, if it is still this worker's.
pub(super) async fn hold_leased<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ExportJobId,
    lease: Uuid,
) -> Outcome<Option<ExportJob>> {
    let text = format!(
        "select {COLUMNS}
         from export_job j
         where j.tenant_id = $1 and j.id = $2 and j.lease = $3
         for no key update"
    );
    Ok(read(tx, Sql::new(text, values![permit.tenant(), id, lease])).await?.pop())
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
    let failure: Option<Value> = match failure {
        Some(text) => Some(told(&Told { en: text.en.clone(), ru: text.ru.clone() })?),
        None => None,
    };
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
