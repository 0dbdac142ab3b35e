//! Jobs that people start and workers carry on: what files brought in and lists written to files
//! have in common. A worker takes a job for a while and prolongs that as long as it lives; where
//! it does not, another takes the job.

use std::collections::HashMap;
use std::hash::Hash;
use std::marker::PhantomData;

use access::{Action, Actor, Permit, Right};
use db::{Command, EventDraft, Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    ApiKeyId, DateTime, Language, Page, PageRequest, Position, Refusal, RefusalCode, Text, UserId,
    Utc, Uuid,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Told, told};

/// Tenants looked at in one round of workers.
pub(crate) const TENANTS: i64 = 1_000;
/// How long a worker keeps a job without a sign of life, in seconds.
const LEASE_S: f64 = 30.0;
/// The one order of the lists: the newest first.
const ORDER: &str = "NEWEST";

/// A kind of job: a table `j` with the columns of a queue (`state`, `lease`, `leased_until`,
/// `attempts`, `cancel_asked`, `created_at`, `created_by`, `finished_at`, `version`).
pub(crate) trait Job: TryFrom<Self::Row, Error = Fault> + Send + Sync + 'static {
    /// Its id.
    type Id: Copy + Eq + Hash + Send + Sync + From<Uuid> + Into<Uuid> + 'static;
    /// It, as the table has it.
    type Row: FromQueryResult + Send;

    /// What the API calls it.
    const KIND: &'static str;
    /// The event that tells of it.
    const EVENT: &'static str;
    /// The right to start it, to see it and to work on it.
    const RIGHT: Right;
    const TABLE: &'static str;
    const COLUMNS: &'static str;
    /// The column of the partner's key that started a job, where keys start such jobs.
    const KEY_COLUMN: Option<&'static str>;
    /// Takes the oldest job of the tenant $1 that nobody works on: lease $2, for $3 seconds. Gives
    /// the columns of [`Claimed`].
    const CLAIM: &'static str;

    fn id(&self) -> Self::Id;
    fn created_at(&self) -> DateTime<Utc>;
}

fn select<J: Job, A>(permit: &Permit<A>) -> Sql {
    let (columns, table) = (J::COLUMNS, J::TABLE);
    let text = format!("select {columns} from {table} j where j.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    within_reach::<J, A>(&mut sql, permit);
    sql
}

/// Narrows to the jobs within reach; a partner's key reaches its own.
fn within_reach<J: Job, A>(sql: &mut Sql, permit: &Permit<A>) {
    match (permit.actor(), J::KEY_COLUMN) {
        (Actor::Key(key), Some(column)) => {
            sql.push(" and ").push(column).with(" = ", key, "");
        }
        _ => {
            sql.among("j.created_by", permit.managers());
        }
    }
}

async fn read<J: Job>(tx: &TenantTx, sql: Sql) -> Result<Vec<J>, Fault> {
    let rows: Vec<J::Row> = tx.all(sql).await?;
    rows.into_iter().map(J::try_from).collect()
}

/// One page of the jobs within reach, the newest first.
pub(crate) async fn jobs<J: Job, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    page: &PageRequest,
) -> Outcome<Page<J>> {
    let mut sql = select::<J, A>(permit);
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
    let rows = read::<J>(tx, sql).await?.into_iter().map(|job| {
        let key = Some(job.created_at().to_rfc3339());
        (Position { order: ORDER.to_owned(), key, id: job.id().into() }, job)
    });
    Ok(Page::of(rows.collect(), page))
}

/// How many jobs are within reach, counted up to `cap`.
pub(crate) async fn count_jobs<J: Job, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    cap: i64,
) -> Outcome<i64> {
    let table = J::TABLE;
    let head = format!(
        "select count(*) as counted
         from (select from {table} j where j.tenant_id = $1"
    );
    let mut sql = Sql::new(head, values![permit.tenant()]);
    within_reach::<J, A>(&mut sql, permit);
    sql.with(" limit ", cap, ") c");
    counted(tx, sql).await
}

/// The jobs with these ids that are within reach.
pub(crate) async fn jobs_by_id<J: Job, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[J::Id],
) -> Outcome<HashMap<J::Id, J>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    let mut sql = select::<J, A>(permit);
    sql.with(" and j.id = any(", ids, "::uuid[])");
    Ok(read::<J>(tx, sql).await?.into_iter().map(|job| (job.id(), job)).collect())
}

/// A job within reach, locked.
pub(crate) async fn hold_job<J: Job, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: J::Id,
) -> Outcome<Option<J>> {
    let mut sql = select::<J, A>(permit);
    let id: Uuid = id.into();
    sql.with(" and j.id = ", id, " for no key update");
    Ok(read::<J>(tx, sql).await?.pop())
}

/// Jobs of a tenant that are not over.
pub(crate) async fn open_jobs<J: Job, A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<i64> {
    let table = J::TABLE;
    let sql = format!(
        "select count(*) as counted
         from {table} j
         where j.tenant_id = $1 and j.state in ('WAITING', 'RUNNING')"
    );
    counted(tx, Sql::new(sql, values![permit.tenant()])).await
}

/// Stops a held job at once where nobody works on it, else asks its worker to.
pub(crate) async fn stop_job<J: Job, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: J::Id,
) -> Outcome<()> {
    let table = J::TABLE;
    let sql = format!(
        "update {table}
         set cancel_asked = true, version = version + 1,
             state = case when state = 'WAITING' then 'CANCELLED' else state end,
             finished_at = case when state = 'WAITING' then $3::timestamptz end
         where tenant_id = $1 and id = $2"
    );
    let id: Uuid = id.into();
    tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await?;
    Ok(())
}

/// The job, locked, if it is still this worker's.
pub(crate) async fn hold_leased<J: Job, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: J::Id,
    lease: Uuid,
) -> Outcome<Option<J>> {
    let (columns, table) = (J::COLUMNS, J::TABLE);
    let text = format!(
        "select {columns}
         from {table} j
         where j.tenant_id = $1 and j.id = $2 and j.lease = $3
         for no key update"
    );
    let id: Uuid = id.into();
    Ok(read::<J>(tx, Sql::new(text, values![permit.tenant(), id, lease])).await?.pop())
}

/// A job that was taken.
#[derive(FromQueryResult, Serialize, Deserialize)]
pub(crate) struct Claimed {
    pub(crate) id: Uuid,
    /// The person who started it.
    pub(crate) created_by: Option<UserId>,
    /// The partner's key that did.
    pub(crate) api_key_id: Option<ApiKeyId>,
    /// How often it was taken, this time included.
    pub(crate) attempts: i32,
}

impl Claimed {
    /// Who started it.
    pub(crate) fn starter(&self) -> Result<Actor, Fault> {
        starter(self.created_by, self.api_key_id)
    }
}

/// Who started a job: a person, or a partner's key.
pub(crate) fn starter(user: Option<UserId>, key: Option<ApiKeyId>) -> Result<Actor, Fault> {
    let started = user.map(Actor::User).or_else(|| key.map(Actor::Key));
    started.ok_or_else(|| Fault::broken("a job that nobody started"))
}

/// Takes the oldest job that nobody works on.
pub(crate) struct Claim<J> {
    lease: Uuid,
    kind: PhantomData<fn() -> J>,
}

impl<J> Claim<J> {
    pub(crate) fn new(lease: Uuid) -> Self {
        Self { lease, kind: PhantomData }
    }
}

impl<J: Job> Action for Claim<J> {
    const RIGHT: Right = J::RIGHT;
}

#[async_trait::async_trait]
impl<J: Job> Command for Claim<J> {
    type Output = Option<Claimed>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Self::Output> {
        let values = values![permit.tenant(), self.lease, LEASE_S];
        Ok(tx.one(Sql::new(J::CLAIM, values)).await?)
    }
}

/// Gives a sign of life; false where the job is another's, or over.
pub(crate) struct Prolong<J> {
    id: Uuid,
    lease: Uuid,
    kind: PhantomData<fn() -> J>,
}

impl<J: Job> Prolong<J> {
    pub(crate) fn new(id: J::Id, lease: Uuid) -> Self {
        Self { id: id.into(), lease, kind: PhantomData }
    }
}

impl<J: Job> Action for Prolong<J> {
    const RIGHT: Right = J::RIGHT;
}

#[async_trait::async_trait]
impl<J: Job> Command for Prolong<J> {
    type Output = bool;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<bool> {
        let table = J::TABLE;
        let sql = format!(
            "update {table}
             set leased_until = now() + make_interval(secs => $4)
             where tenant_id = $1 and id = $2 and lease = $3"
        );
        let values = values![permit.tenant(), self.id, self.lease, LEASE_S];
        Ok(tx.run(Sql::new(sql, values)).await? == 1)
    }
}

/// The event that tells of a job, to those who reach the jobs of its starter: of a person, or of a
/// partner's key, which is nobody's.
pub(crate) fn changed<J: Job>(id: J::Id, starter: impl Into<Option<UserId>>) -> EventDraft {
    EventDraft {
        kind: J::EVENT,
        subject_kind: J::KIND,
        subject_id: id.into(),
        manager_id: starter.into(),
        customer_id: None,
        products: Vec::new(),
        warehouses: Vec::new(),
    }
}

/// A language as the tables of jobs keep it.
pub(crate) fn language_word(language: Language) -> &'static str {
    if language == Language::Ru { "ru" } else { "en" }
}

/// The language that a table of jobs keeps.
pub(crate) fn language_of(word: &str) -> Language {
    if word == "ru" { Language::Ru } else { Language::En }
}

/// Why a job came to nothing, as the tables keep it.
pub(crate) fn told_failure(failure: Option<&Text>) -> Result<Option<Value>, Fault> {
    let both = |text: &Text| told(&Told { en: text.en.clone(), ru: text.ru.clone() });
    failure.map(both).transpose()
}

pub(crate) fn foreign_cursor() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The cursor was not given by this list.",
        "Этот курсор выдан не этим списком.",
    )
}

async fn counted(tx: &TenantTx, sql: Sql) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}
