//! SQL of handing over.

use std::collections::HashMap;
use std::str::FromStr;

use access::Permit;
use catalog::HandedFrom;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use identity::Leaving;
use kernel::{CustomerId, DateTime, HandOverId, Page, PageRequest, Position, UserId, Utc, Uuid};
use serde_json::Value;

use super::start::{HandOver, ReadHandOvers};
use crate::store::uuids;

/// Where a hand-over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOverState {
    /// Records are being moved.
    Running,
    /// All of them are.
    Done,
}

impl FromStr for HandOverState {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "RUNNING" => Ok(Self::Running),
            "DONE" => Ok(Self::Done),
            other => Err(Fault::broken(format!("a hand-over is {other}"))),
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: HandOverId,
    leaver_id: UserId,
    customers: Option<Vec<Uuid>>,
    sign_in: String,
    reason: Option<String>,
    state: String,
    moved: Value,
    version: i32,
    created_at: DateTime<Utc>,
    created_by: Option<UserId>,
    finished_at: Option<DateTime<Utc>>,
}

/// A hand-over.
#[derive(Clone, Debug)]
pub struct HandOverRow {
    /// Its id.
    pub id: HandOverId,
    /// Who let go.
    pub leaver: UserId,
    /// Only these customers; `None` is everything of his.
    pub customers: Option<Vec<CustomerId>>,
    /// What became of his way in.
    pub leaving: Leaving,
    /// Why.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: HandOverState,
    /// Records moved so far, by kind.
    pub moved: Vec<(String, i64)>,
    /// Grows with each step.
    pub version: i32,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// Who began it.
    pub created_by: Option<UserId>,
    /// When everything was moved.
    pub finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for HandOverRow {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let leaving = Leaving::parse(&row.sign_in);
        let moved = row.moved.as_object().into_iter().flatten();
        let moved = moved.map(|(kind, n)| (kind.clone(), n.as_i64().unwrap_or_default()));
        Ok(Self {
            id: row.id,
            leaver: row.leaver_id,
            customers: row.customers.map(|ids| ids.into_iter().map(CustomerId).collect()),
            leaving: leaving.ok_or_else(|| Fault::broken("a way in of no kind"))?,
            reason: row.reason,
            state: row.state.parse()?,
            moved: moved.collect(),
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
            finished_at: row.finished_at,
        })
    }
}

const HAND_OVERS: &str = "
    select h.id, h.leaver_id, h.customers, h.sign_in, h.reason, h.state, h.moved, h.version,
           h.created_at, h.created_by, h.finished_at
    from hand_over h
    where h.tenant_id = $1";

/// Which hand-overs.
#[derive(Clone, Copy, Debug, Default)]
pub struct HandOverFilter {
    /// Of this person.
    pub leaver: Option<UserId>,
    /// In this state.
    pub state: Option<HandOverState>,
}

fn filtered(sql: &mut Sql, permit: &Permit<ReadHandOvers>, filter: HandOverFilter) {
    sql.among("h.leaver_id", permit.managers());
    if let Some(leaver) = filter.leaver {
        sql.with(" and h.leaver_id = ", leaver, "");
    }
    match filter.state {
        Some(HandOverState::Running) => sql.push(" and h.state = 'RUNNING'"),
        Some(HandOverState::Done) => sql.push(" and h.state = 'DONE'"),
        None => sql,
    };
}

/// A page of hand-overs, newest first, within reach by who let go.
///
/// # Errors
/// A fault where the statement fails.
pub async fn hand_overs(
    tx: &TenantTx,
    permit: &Permit<ReadHandOvers>,
    filter: HandOverFilter,
    page: &PageRequest,
) -> Outcome<Page<HandOverRow>> {
    let mut sql = Sql::new(HAND_OVERS, values![permit.tenant()]);
    filtered(&mut sql, permit, filter);
    // Ids are made in the order of time.
    for (position, sign) in [(&page.after, "<"), (&page.before, ">")] {
        if let Some(position) = position {
            sql.with(&format!(" and h.id {sign} "), position.id, "");
        }
    }
    sql.push(if page.backward { " order by h.id asc" } else { " order by h.id desc" });
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<Row> = tx.all(sql).await?;
    let placed = |row: Row| -> Result<_, Fault> {
        let row = HandOverRow::try_from(row)?;
        Ok((Position { order: "NEWEST".into(), key: None, id: row.id.0 }, row))
    };
    Ok(Page::of(rows.into_iter().map(placed).collect::<Result<_, _>>()?, page))
}

/// How many hand-overs there are, up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_hand_overs(
    tx: &TenantTx,
    permit: &Permit<ReadHandOvers>,
    filter: HandOverFilter,
    cap: i64,
) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let text = "
        select count(*) as counted
        from (select from hand_over h where h.tenant_id = $1";
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filtered(&mut sql, permit, filter);
    sql.with(" limit ", cap, ") c");
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}

/// Hand-overs by id.
///
/// # Errors
/// A fault where the statement fails.
pub async fn hand_overs_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadHandOvers>,
    ids: &[HandOverId],
) -> Outcome<HashMap<HandOverId, HandOverRow>> {
    let mut sql = Sql::new(HAND_OVERS, values![permit.tenant()]);
    filtered(&mut sql, permit, HandOverFilter::default());
    sql.with(" and h.id = any(", uuids(ids), ")");
    let rows: Vec<Row> = tx.all(sql).await?;
    let found = rows.into_iter().map(|row| HandOverRow::try_from(row).map(|row| (row.id, row)));
    Ok(found.collect::<Result<_, _>>()?)
}

/// Who takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct HeirRow {
    hand_over_id: HandOverId,
    /// Who.
    pub heir_id: UserId,
    /// Customers he had before.
    pub load: i64,
    /// Customers he was given.
    pub customers: i64,
    /// Documents he was given.
    pub documents: i64,
}

/// Those who take over, in the order of their turns. Whoever calls has seen the hand-overs.
///
/// # Errors
/// A fault where the statement fails.
pub async fn heirs_by_hand_over<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[HandOverId],
) -> Outcome<HashMap<HandOverId, Vec<HeirRow>>> {
    let sql = "
        select r.hand_over_id, r.heir_id, r.load, r.customers, r.documents
        from hand_over_heir r
        where r.tenant_id = $1 and r.hand_over_id = any($2)
        order by r.hand_over_id, r.place";
    let rows: Vec<HeirRow> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    let mut found: HashMap<HandOverId, Vec<HeirRow>> = HashMap::new();
    for row in rows {
        found.entry(row.hand_over_id).or_default().push(row);
    }
    Ok(found)
}

/// Writes what is to be done.
pub(super) async fn insert(
    tx: &TenantTx,
    permit: &Permit<HandOver>,
    id: HandOverId,
    (asked, reason): (&HandOver, Option<String>),
    heirs: &[(UserId, i64)],
) -> Result<(), Fault> {
    let sql = "
        with begun as (
            insert into hand_over
                (tenant_id, id, leaver_id, customers, sign_in, reason, state, created_at,
                 created_by)
            values ($1, $2, $3, $4, $5, $6, 'RUNNING', $7, $8)
        )
        insert into hand_over_heir (tenant_id, hand_over_id, place, heir_id, load)
        select $1, $2, h.place, h.heir_id, h.load
        from unnest($9::uuid[], $10::bigint[]) with ordinality as h (heir_id, load, place)";
    let customers = asked.from.customers.as_ref().map(|ids| uuids(ids));
    let people: Vec<Uuid> = heirs.iter().map(|(heir, _)| heir.0).collect();
    let loads: Vec<i64> = heirs.iter().map(|(_, load)| *load).collect();
    let values = values![
        permit.tenant(),
        id,
        asked.from.leaver,
        customers,
        asked.leaving.as_str(),
        reason,
        tx.now(),
        permit.user(),
        people,
        loads,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A hand-over that is not over, locked; `None` where it is over or somebody else is at it.
pub(super) async fn take<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: HandOverId,
) -> Outcome<Option<HandOverRow>> {
    let mut sql = Sql::new(HAND_OVERS, values![permit.tenant(), id]);
    sql.push(" and h.id = $2 and h.state = 'RUNNING' for no key update skip locked");
    let row: Option<Row> = tx.one(sql).await?;
    Ok(row.map(HandOverRow::try_from).transpose()?)
}

/// What a step came to.
#[derive(Debug, Default)]
pub(super) struct Stepped {
    /// Records by kind.
    pub(super) moved: Vec<(&'static str, i64)>,
    /// What each heir was given: customers and documents.
    pub(super) given: HashMap<UserId, (i64, i64)>,
    /// Nothing is left.
    pub(super) is_done: bool,
}

/// Notes a step.
pub(super) async fn advance<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &HandOverRow,
    step: &Stepped,
) -> Result<(), Fault> {
    let mut moved: HashMap<&str, i64> =
        row.moved.iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    for (kind, n) in &step.moved {
        *moved.entry(kind).or_default() += n;
    }
    let moved = serde_json::to_value(moved)
        .map_err(|error| Fault::broken(format!("counts without JSON: {error}")))?;
    let (state, finished) = if step.is_done { ("DONE", Some(tx.now())) } else { ("RUNNING", None) };
    let sql = "
        with given as (
            update hand_over_heir r
            set customers = r.customers + g.customers, documents = r.documents + g.documents
            from unnest($6::uuid[], $7::bigint[], $8::bigint[])
                 as g (heir_id, customers, documents)
            where r.tenant_id = $1 and r.hand_over_id = $2 and r.heir_id = g.heir_id
        )
        update hand_over
        set moved = $3, state = $4, finished_at = $5, version = version + 1
        where tenant_id = $1 and id = $2";
    let given: Vec<(&UserId, &(i64, i64))> = step.given.iter().collect();
    let values = values![
        permit.tenant(),
        row.id,
        moved,
        state,
        finished,
        given.iter().map(|(heir, _)| heir.0).collect::<Vec<Uuid>>(),
        given.iter().map(|(_, (customers, _))| *customers).collect::<Vec<i64>>(),
        given.iter().map(|(_, (_, documents))| *documents).collect::<Vec<i64>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

impl HandOverRow {
    /// Whose records are moved, and which.
    pub(super) fn from(&self) -> HandedFrom {
        HandedFrom { leaver: self.leaver, customers: self.customers.clone() }
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: HandOverId,
}

/// Hand-overs of the tenant that are not over, the oldest first.
pub(super) async fn running<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<Vec<HandOverId>> {
    let sql = "
        select h.id
        from hand_over h
        where h.tenant_id = $1 and h.state = 'RUNNING'
        order by h.id
        limit 100";
    let rows: Vec<Id> = tx.all(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
