//! Who decides in whose place.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ApprovalDeputyId, NaiveDate, Page, PageRequest, Position, UserId};

use super::{COUNT_CAP, Count, uuids};
use crate::model::{ApprovalDeputy, ReadApprovalRules, ReadDeputies};

const COLUMNS: &str = "
    y.id, y.user_id, y.deputy_id, y.valid_from, y.valid_to, y.ended_at, y.created_at";

/// Who may read appointments: those whom approvals concern, and those who keep the rules.
pub trait DeputyReading {}
impl DeputyReading for ReadDeputies {}
impl DeputyReading for ReadApprovalRules {}

/// What cursors of lists of deputies are marked with.
pub const DEPUTY_ORDER: &str = "VALID_FROM_DESC";

/// Writes an appointment.
pub(crate) async fn insert_deputy<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &ApprovalDeputy,
) -> Outcome<()> {
    let sql = "
        insert into approval_deputy
            (tenant_id, id, user_id, deputy_id, valid_from, valid_to, created_at, created_by,
             is_untold)
        values ($1, $2, $3, $4, $5, $6, $7, $8, true)";
    let values = values![
        permit.tenant(),
        row.id,
        row.user_id,
        row.deputy_id,
        row.valid_from,
        row.valid_to,
        row.created_at,
        permit.user(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Ends an appointment, of this user alone where one is named; `false` where there is none that
/// holds.
pub(crate) async fn end_deputy<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalDeputyId,
    of: Option<UserId>,
) -> Outcome<bool> {
    let sql = "
        update approval_deputy y
        set ended_at = $4
        where y.tenant_id = $1 and y.id = $2 and y.ended_at is null
          and ($3::uuid is null or y.user_id = $3)";
    Ok(tx.run(Sql::new(sql, values![permit.tenant(), id, of, tx.now()])).await? == 1)
}

/// Who decides today in whose place: for one deputy, or for all of them.
pub(crate) async fn standing_in<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    deputy: Option<UserId>,
) -> Outcome<Vec<StandingIn>> {
    let mut sql = Sql::new("select distinct d.deputy_id, d.user_id from approval_deputy d", []);
    sql.with(" where d.tenant_id = ", permit.tenant(), " and d.ended_at is null");
    if let Some(deputy) = deputy {
        sql.with(" and d.deputy_id = ", deputy, "");
    }
    let today = tx.today();
    sql.with(" and d.valid_to >= ", today, "").with(" and d.valid_from <= ", today, "");
    sql.push(" order by d.deputy_id, d.user_id");
    Ok(tx.all(sql).await?)
}

/// Somebody who decides in another's place.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct StandingIn {
    pub(crate) deputy_id: UserId,
    pub(crate) user_id: UserId,
}

fn narrowed<A>(sql: &mut Sql, permit: &Permit<A>, all: bool) {
    sql.with(" from approval_deputy y where y.tenant_id = ", permit.tenant(), "");
    if !all {
        let me = permit.user();
        sql.with(" and (y.user_id = ", me, "").with(" or y.deputy_id = ", me, ")");
    }
}

#[derive(FromQueryResult)]
struct Listed {
    sort_key: NaiveDate,
    #[sea_orm(nested)]
    row: ApprovalDeputy,
}

/// A page of appointments, the latest first: the caller's own and those in which he is the deputy,
/// or all of them.
///
/// # Errors
/// A fault of the database.
pub async fn deputies<A: DeputyReading>(
    tx: &TenantTx,
    permit: &Permit<A>,
    all: bool,
    page: &PageRequest,
) -> Outcome<Page<ApprovalDeputy>> {
    let is_day = |position: &Option<Position>| {
        let key = position.as_ref().map(|position| position.key.as_deref().unwrap_or_default());
        key.is_none_or(|key| key.parse::<NaiveDate>().is_ok())
    };
    if !is_day(&page.after) || !is_day(&page.before) {
        return Ok(Page { rows: Vec::new(), has_next: false, has_previous: false });
    }
    let mut sql = Sql::new(format!("select y.valid_from as sort_key, {COLUMNS}"), []);
    narrowed(&mut sql, permit, all);
    let mut bound = |position: &Option<Position>, sign: &str| {
        let Some(position) = position else { return };
        let key = position.key.clone().unwrap_or_default();
        sql.push(" and (y.valid_from, y.id) ").push(sign);
        sql.with(" (", key, "::text::date, ").bind(position.id).push(")");
    };
    bound(&page.after, "<");
    bound(&page.before, ">");
    let way = if page.backward { " asc" } else { " desc" };
    sql.push(" order by y.valid_from").push(way).push(", y.id").push(way);
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<Listed> = tx.all(sql).await?;
    let placed = |listed: Listed| {
        let (order, id) = (DEPUTY_ORDER.to_owned(), listed.row.id.0);
        (Position { order, key: Some(listed.sort_key.to_string()), id }, listed.row)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many appointments there are, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_deputies<A: DeputyReading>(
    tx: &TenantTx,
    permit: &Permit<A>,
    all: bool,
) -> Outcome<i64> {
    let mut sql = Sql::new("select count(*) as count from (select 1", []);
    narrowed(&mut sql, permit, all);
    sql.with(" limit ", COUNT_CAP + 1, ") counted");
    Ok(tx.one::<Count>(sql).await?.map_or(0, |row| row.count))
}

/// Appointments by id, the caller's own or all.
///
/// # Errors
/// A fault of the database.
pub async fn deputies_by_id<A: DeputyReading>(
    tx: &TenantTx,
    permit: &Permit<A>,
    all: bool,
    ids: &[ApprovalDeputyId],
) -> Outcome<HashMap<ApprovalDeputyId, ApprovalDeputy>> {
    let mut sql = Sql::new(format!("select {COLUMNS}"), []);
    narrowed(&mut sql, permit, all);
    sql.with(" and y.id = any(", uuids(ids), "::uuid[])");
    let found: Vec<ApprovalDeputy> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}
