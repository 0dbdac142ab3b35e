//! Imports as workers find them, move them on and end them.

use access::Permit;
use db::{Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{AttachmentId, ImportJobId, TenantId, Text, Uuid};
use sheets::Mapping;

use crate::model::{ImportState, told};
use crate::queue::{TENANTS, told_failure};

#[derive(FromQueryResult)]
struct Waiting {
    tenant_id: TenantId,
}

/// The tenants that have jobs nobody works on: those for whom the fewest are worked on first,
/// among them those who wait longest. Lives on `import_job_queue`, which holds open jobs alone.
pub(crate) async fn waiting_tenants(db: &Db) -> Result<Vec<TenantId>, Fault> {
    let sql = "
        select j.tenant_id
        from import_job j
        where j.state in ('WAITING', 'RUNNING')
        group by j.tenant_id
        having bool_or(j.leased_until is null or j.leased_until < now())
        order by count(*) filter (where j.leased_until >= now()), min(j.created_at), j.tenant_id
        limit $1";
    let mut system = db.system(Reason::Exchange).await?;
    let rows: Vec<Waiting> = system.all(Sql::new(sql, values![TENANTS])).await?;
    system.commit().await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// Whether somebody wants the job stopped; nothing where it is not this worker's any more. Takes no
/// lock: a long transaction asks now and then.
pub(crate) async fn wanted<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ImportJobId,
    lease: Uuid,
) -> Outcome<Option<bool>> {
    #[derive(FromQueryResult)]
    struct Asked {
        cancel_asked: bool,
    }
    let sql = "
        select j.cancel_asked
        from import_job j
        where j.tenant_id = $1 and j.id = $2 and j.lease = $3";
    let asked: Option<Asked> = tx.one(Sql::new(sql, values![permit.tenant(), id, lease])).await?;
    Ok(asked.map(|asked| asked.cancel_asked))
}

/// How far the one transaction of all rows has come; nothing of it is written yet.
pub(crate) async fn show_progress<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ImportJobId,
    rows: u64,
) -> Outcome<()> {
    let sql = "
        update import_job
        set rows_read = $3, version = version + 1
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id, whole(rows)])).await?;
    Ok(())
}

/// How the file was understood, and how many rows it has.
pub(crate) async fn note_source<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ImportJobId,
    mapping: &Mapping,
    rows: u64,
) -> Outcome<()> {
    let sql = "
        update import_job
        set mapping = $3, rows_total = $4, version = version + 1
        where tenant_id = $1 and id = $2";
    let values = values![permit.tenant(), id, told(mapping)?, whole(rows)];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// What some rows came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) read: u64,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) bad: u64,
}

/// Moves the job on; in the transaction that wrote the rows.
pub(crate) async fn advance<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ImportJobId,
    position: u64,
    counts: Counts,
) -> Outcome<()> {
    let sql = "
        update import_job
        set position = $3,
            rows_read = rows_read + $4,
            rows_created = rows_created + $5,
            rows_updated = rows_updated + $6,
            rows_unchanged = rows_unchanged + $7,
            rows_bad = rows_bad + $8,
            -- What goes on is not given up, however often its workers are restarted.
            attempts = 0,
            version = version + 1
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        id,
        whole(position),
        whole(counts.read),
        whole(counts.created),
        whole(counts.updated),
        whole(counts.unchanged),
        whole(counts.bad),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// All rows were looked at and are good: from here on they are written, and counted anew.
pub(crate) async fn begin_writing<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ImportJobId,
) -> Outcome<()> {
    let sql = "
        update import_job
        set phase = 'WRITING', position = 0, rows_read = 0, rows_created = 0, rows_updated = 0,
            rows_unchanged = 0, version = version + 1
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(())
}

/// How a job ends.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) state: ImportState,
    pub(crate) failure: Option<Text>,
    pub(crate) report: Option<AttachmentId>,
}

/// Ends a held job and lets go of it.
pub(crate) async fn end<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ImportJobId,
    ended: &Ended,
) -> Outcome<()> {
    let failure = told_failure(ended.failure.as_ref())?;
    let sql = "
        update import_job
        set state = $3, failure = $4, report_id = $5, finished_at = $6, lease = null,
            leased_until = null, version = version + 1,
            -- Of all or nothing, nothing is counted that was not written.
            rows_created =
                case when mode = 'ALL_OR_NOTHING' and $3 <> 'DONE' then 0 else rows_created end,
            rows_updated =
                case when mode = 'ALL_OR_NOTHING' and $3 <> 'DONE' then 0 else rows_updated end,
            rows_unchanged =
                case when mode = 'ALL_OR_NOTHING' and $3 <> 'DONE' then 0 else rows_unchanged end
        where tenant_id = $1 and id = $2";
    let values =
        values![permit.tenant(), id, ended.state.as_str(), failure, ended.report, tx.now(),];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

fn whole(number: u64) -> i64 {
    // Rows of a file, of which there are a million at most.
    i64::try_from(number).unwrap_or(i64::MAX)
}
