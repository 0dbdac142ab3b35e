//! A transaction that belongs to a tenant from its first statement.

use std::sync::Mutex as SyncMutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use access::{Actor, Scope};
use kernel::{Clock, DateTime, NaiveDate, TenantId, Utc, Uuid};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, FromQueryResult, QueryResult, RuntimeErr,
    Statement, Values,
};
use sea_query_sqlx::SqlxValues;
use serde_json::{Map, Value};
use sqlx::{Executor, Postgres};
use tokio::sync::{Mutex, OwnedSemaphorePermit};

use crate::audit::AuditEntry;
use crate::command::Then;
use crate::lease::Lease;
use crate::outbox::EventDraft;
use crate::pools::FOR_ALL;
use crate::{Db, Fault, Series, Sql};

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// One snapshot, read only.
    Snapshot,
    /// READ COMMITTED with explicit row locks.
    Write,
    /// A write that is going to be rolled back: it waits for others' locks only briefly.
    Trial,
}

/// Rows to be written at the end of the transaction, in one statement.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) audit: Vec<AuditEntry>,
    pub(crate) events: Vec<EventDraft>,
}

/// A transaction in one tenant: reads and writes go through it, and through nothing else.
pub struct TenantTx {
    lease: Mutex<Lease>,
    scope: Scope,
    db: Db,
    /// What it writes is going to be rolled back.
    is_trial: bool,
    /// The numbers that a trial gave, which no counter knows of.
    pub(crate) given: SyncMutex<Vec<Series>>,
    now: DateTime<Utc>,
    pub(crate) pending: SyncMutex<Pending>,
    /// Whether the next statement will be planned by its values.
    by_values: AtomicBool,
    /// The tenant's share of the pool.
    share: OwnedSemaphorePermit,
}

impl TenantTx {
    pub(crate) async fn open(
        db: &Db,
        scope: &Scope,
        pool: &crate::pools::Pool,
        access: Access,
    ) -> Result<Self, Fault> {
        let share = pool.share(scope.tenant()).await?;
        let mut lease = pool.acquire().await?;
        lease.begin(opening(access, scope.tenant())).await?;
        db.count_statement();
        Ok(Self::begun(lease, share, db.clone(), scope.clone(), access))
    }

    fn begun(
        lease: Lease,
        share: OwnedSemaphorePermit,
        db: Db,
        scope: Scope,
        access: Access,
    ) -> Self {
        Self {
            lease: Mutex::new(lease),
            scope,
            is_trial: access == Access::Trial,
            given: SyncMutex::default(),
            now: db.clock().now(),
            db,
            pending: SyncMutex::default(),
            by_values: AtomicBool::new(false),
            share,
        }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.scope.tenant()
    }

    /// Who is asking.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.scope.actor()
    }

    /// The moment the transaction began.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Today in the tenant's time zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.scope.facts().zone).date_naive()
    }

    /// The program's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.db.clock()
    }

    /// Whether all that is written here is going to be rolled back, so that nothing outside of the
    /// transaction may be touched or waited for.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.is_trial
    }

    /// What was noted so far for the audit trail and not written yet.
    #[must_use]
    pub fn noted(&self) -> Vec<AuditEntry> {
        let mut noted = Vec::new();
        self.with_pending(|pending| noted.clone_from(&pending.audit));
        noted
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails or a row has another shape.
    pub async fn all<T: FromQueryResult>(&self, sql: impl Into<Sql>) -> Result<Vec<T>, Fault> {
        let statement = self.ready(sql.into()).await?;
        let rows = self.query_all_raw(statement).await?;
        rows.iter().map(|row| T::from_query_result(row, "").map_err(Fault::from)).collect()
    }

    /// The only row of a query, or none.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails or the row has another shape.
    pub async fn one<T: FromQueryResult>(&self, sql: impl Into<Sql>) -> Result<Option<T>, Fault> {
        let statement = self.ready(sql.into()).await?;
        let row = self.query_one_raw(statement).await?;
        row.map(|row| T::from_query_result(&row, "").map_err(Fault::from)).transpose()
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn run(&self, sql: impl Into<Sql>) -> Result<u64, Fault> {
        let statement = self.ready(sql.into()).await?;
        Ok(self.execute_raw(statement).await?.rows_affected())
    }

    /// The statement, once it will be planned as it asks to be.
    async fn ready(&self, sql: Sql) -> Result<Statement, Fault> {
        let by_values = sql.is_planned_by_values();
        if self.by_values.swap(by_values, Ordering::Relaxed) != by_values {
            let mode = if by_values { "force_custom_plan" } else { FOR_ALL };
            self.execute_unprepared(&format!("set local plan_cache_mode = {mode}")).await?;
        }
        Ok(sql.into_statement())
    }

    /// Notes what is being done, for the audit trail; written with the transaction.
    pub fn audit(&self, entry: AuditEntry) {
        self.with_pending(|pending| pending.audit.push(entry));
    }

    /// Lets statements take so long until the transaction ends: a request's own limit is made for
    /// lists, and some statements go over all documents of a customer or all prices of a list.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn be_patient(&self, limit: Duration) -> Result<(), Fault> {
        let sql = "select set_config('statement_timeout', $1, true)";
        let limit = format!("{}ms", limit.as_millis());
        self.run(crate::Sql::new(sql, crate::values![limit])).await?;
        Ok(())
    }

    /// Notes the same of many records at once, in one statement and now.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn audit_each<I: Copy + Into<Uuid>>(
        &self,
        action: &'static str,
        subject_kind: &str,
        subjects: &[I],
        changes: Value,
    ) -> Result<(), Fault> {
        let subjects: Vec<Uuid> = subjects.iter().map(|id| (*id).into()).collect();
        crate::outbox::note_each(self, (action, subject_kind), subjects, changes).await
    }

    /// Adds changes to what was noted last of a record, so that a command that does more than the
    /// one it is made of leaves one row. `false` where nothing was noted of it.
    pub fn amend_audit(&self, subject_id: Uuid, changes: Map<String, Value>) -> bool {
        let mut is_there = false;
        self.with_pending(|pending| {
            let noted = pending.audit.iter_mut().rev().find(|row| row.subject_id == subject_id);
            if let Some(Value::Object(before)) = noted.map(|row| &mut row.changes) {
                before.extend(changes);
                is_there = true;
            }
        });
        is_there
    }

    /// Tells the world, once the transaction is committed.
    pub fn emit(&self, event: EventDraft) {
        self.with_pending(|pending| pending.events.push(event));
    }

    /// Writes what was noted so far, so that a long transaction does not keep it in memory. What is
    /// told stays untold until the commit, as ever.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn write_noted(&self) -> Result<(), Fault> {
        let mut audit = Vec::new();
        self.with_pending(|pending| audit = std::mem::take(&mut pending.audit));
        crate::outbox::flush(self, Pending { audit, events: Vec::new() }).await.map(drop)
    }

    fn with_pending(&self, change: impl FnOnce(&mut Pending)) {
        // Nothing panics while the lock is held; a poisoned one still holds whole rows.
        change(&mut self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    pub(crate) fn take_pending(&self) -> Pending {
        let mut taken = Pending::default();
        self.with_pending(|pending| taken = std::mem::take(pending));
        taken
    }

    pub(crate) async fn commit(self) -> Result<(), Fault> {
        self.db.count_statement();
        self.lease.into_inner().end("commit").await
    }

    /// Commits; where somebody is going to look, a snapshot is opened in the same round trip.
    pub(crate) async fn commit_and(self, then: Then) -> Result<Option<Self>, Fault> {
        if then == Then::Leave {
            self.commit().await?;
            return Ok(None);
        }
        let Self { lease, share, db, scope, .. } = self;
        let mut lease = lease.into_inner();
        db.count_statement();
        // A commit that fails ends the round trip: nothing is opened after it.
        lease.run(format!("commit; {}", opening(Access::Snapshot, scope.tenant()))).await?;
        Ok(Some(Self::begun(lease, share, db, scope, Access::Snapshot)))
    }

    pub(crate) async fn rollback(self) -> Result<(), Fault> {
        self.lease.into_inner().end("rollback").await
    }
}

/// How a transaction of a tenant begins. A uuid's text holds hexadecimal digits and hyphens only.
fn opening(access: Access, TenantId(tenant): TenantId) -> String {
    let mode = match access {
        Access::Snapshot => "begin isolation level repeatable read read only",
        Access::Write => "begin isolation level read committed",
        Access::Trial => "begin isolation level read committed; set local lock_timeout = '500ms'",
    };
    format!("{mode}; select set_config('app.tenant_id', '{tenant}', true)")
}

fn query(statement: Statement) -> sqlx::query::Query<'static, Postgres, SqlxValues> {
    let values = statement.values.unwrap_or_else(|| Values(Vec::new()));
    sqlx::query_with(sqlx::AssertSqlSafe(statement.sql), SqlxValues(values))
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

#[async_trait::async_trait]
impl ConnectionTrait for TenantTx {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.db.count_statement();
        let mut lease = self.lease.lock().await;
        let used = lease.enter().map_err(failed)?;
        let done = used.conn.execute(query(stmt)).await;
        used.done(&done);
        done.map(Into::into).map_err(failed)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.execute_raw(Statement::from_string(DbBackend::Postgres, sql)).await
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.db.count_statement();
        let mut lease = self.lease.lock().await;
        let used = lease.enter().map_err(failed)?;
        let row = used.conn.fetch_optional(query(stmt)).await;
        used.done(&row);
        row.map(|row| row.map(Into::into)).map_err(failed)
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.db.count_statement();
        let mut lease = self.lease.lock().await;
        let used = lease.enter().map_err(failed)?;
        let rows = used.conn.fetch_all(query(stmt)).await;
        used.done(&rows);
        let rows = rows.map_err(failed)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
