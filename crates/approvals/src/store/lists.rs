//! Lists of requests, and batched reads by their documents.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{
    ApprovalRequestId, CustomerId, DateTime, Direction, Page, PageRequest, Position, UserId, Utc,
    Uuid,
};

use super::inbox::InboxOf;
use super::{COUNT_CAP, Count, only, uuids, within_reach};
use crate::model::{ApprovalRequest, REQUEST_COLUMNS, ReadApprovals};
use crate::rules::{ApprovalKind, ApprovalState};

/// Which requests; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct ApprovalFilter {
    /// In one of these states; empty is any.
    pub states: Vec<ApprovalState>,
    /// For one of these reasons; empty is any.
    pub kinds: Vec<ApprovalKind>,
    /// About documents of this customer.
    pub customer: Option<CustomerId>,
    /// About documents of this manager.
    pub manager: Option<UserId>,
    /// Asked by this person.
    pub asked_by: Option<UserId>,
    /// About this document, or about those that follow it.
    pub document: Option<Uuid>,
    /// Asked at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Asked before this time.
    pub until: Option<DateTime<Utc>>,
    /// Those that somebody may decide now.
    pub inbox: Option<InboxOf>,
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadApprovals>, filter: &ApprovalFilter) {
    sql.with(" from approval_request d where d.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit);
    match filter.states.as_slice() {
        [] => {}
        [state] => {
            sql.push(" and d.state = ").word(state.as_str());
        }
        states => {
            let states: Vec<String> = states.iter().map(|one| one.as_str().to_owned()).collect();
            sql.with(" and d.state = any(", states, "::text[])");
        }
    }
    only(sql, " and d.customer_id = ", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.asker_kind = 'user' and d.asker_id = ", filter.asked_by);
    if let Some(document) = filter.document {
        sql.with(" and (d.root_id = ", document, "").with(" or d.subject_id = ", document, ")");
    }
    only(sql, " and d.requested_at >= ", filter.from);
    only(sql, " and d.requested_at < ", filter.until);
    if !filter.kinds.is_empty() {
        let kinds: Vec<String> = filter.kinds.iter().map(|one| one.as_str().to_owned()).collect();
        let before = " and exists (select from approval_reason a
                                   where a.tenant_id = d.tenant_id and a.request_id = d.id
                                     and a.kind = any(";
        sql.with(before, kinds, "::text[]))");
    }
    if let Some(inbox) = &filter.inbox {
        inbox.narrow(sql);
    }
}

/// What cursors of lists of requests are marked with.
#[must_use]
pub fn approval_order(direction: Direction) -> &'static str {
    match direction {
        Direction::Asc => "REQUESTED_ASC",
        Direction::Desc => "REQUESTED_DESC",
    }
}

#[derive(FromQueryResult)]
struct Listed {
    sort_key: String,
    #[sea_orm(nested)]
    row: ApprovalRequest,
}

/// A page of requests within reach, by the time they were asked.
///
/// # Errors
/// A fault of the database.
pub async fn approval_requests(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    filter: &ApprovalFilter,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<ApprovalRequest>> {
    let is_time = |position: &Option<Position>| {
        let key = position.as_ref().map(|position| position.key.as_deref().unwrap_or_default());
        key.is_none_or(|key| key.parse::<DateTime<Utc>>().is_ok())
    };
    if !is_time(&page.after) || !is_time(&page.before) {
        return Ok(Page { rows: Vec::new(), has_next: false, has_previous: false });
    }
    let key = "to_char(d.requested_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    let mut sql = Sql::new(format!("select {key} as sort_key, {REQUEST_COLUMNS}"), []);
    conditions(&mut sql, permit, filter);
    let ascending = direction == Direction::Asc;
    let mut bound = |position: &Option<Position>, sign: &str| {
        let Some(position) = position else { return };
        let key = position.key.clone().unwrap_or_default();
        sql.push(" and (d.requested_at, d.id) ").push(sign);
        sql.with(" (", key, "::text::timestamptz, ").bind(position.id).push(")");
    };
    bound(&page.after, if ascending { ">" } else { "<" });
    bound(&page.before, if ascending { "<" } else { ">" });
    let way = if ascending == page.backward { " desc" } else { " asc" };
    sql.push(" order by d.requested_at").push(way).push(", d.id").push(way);
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<Listed> = tx.all(sql).await?;
    let placed = |listed: Listed| {
        let order = approval_order(direction).to_owned();
        let id = listed.row.id.0;
        (Position { order, key: Some(listed.sort_key), id }, listed.row)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many requests a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_approval_requests(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    filter: &ApprovalFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new("select count(*) as count from (select 1", []);
    conditions(&mut sql, permit, filter);
    sql.with(" limit ", COUNT_CAP + 1, ") counted");
    Ok(tx.one::<Count>(sql).await?.map_or(0, |row| row.count))
}

/// Requests within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn approvals_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, ApprovalRequest>> {
    let mut sql = Sql::new(format!("select {REQUEST_COLUMNS} from approval_request d"), []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "");
    sql.with(" and d.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    let found: Vec<ApprovalRequest> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

async fn by_document(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    column: &'static str,
    ids: &[Uuid],
    of: impl Fn(&ApprovalRequest) -> Uuid,
) -> Outcome<HashMap<Uuid, Vec<ApprovalRequest>>> {
    let mut sql = Sql::new(format!("select {REQUEST_COLUMNS} from approval_request d"), []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "");
    sql.with(&format!(" and d.{column} = any("), ids.to_vec(), "::uuid[])");
    within_reach(&mut sql, permit);
    sql.push(" order by d.requested_at desc, d.id desc");
    let mut found: HashMap<Uuid, Vec<ApprovalRequest>> = HashMap::new();
    for row in tx.all::<ApprovalRequest>(sql).await? {
        found.entry(of(&row)).or_default().push(row);
    }
    Ok(found)
}

/// The requests about documents, newest first.
///
/// # Errors
/// A fault of the database.
pub async fn approvals_of_subjects(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    subjects: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<ApprovalRequest>>> {
    by_document(tx, permit, "subject_id", subjects, |row| row.subject_id).await
}

/// The requests about documents and all that follow them, newest first.
///
/// # Errors
/// A fault of the database.
pub async fn approvals_of_root(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    roots: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<ApprovalRequest>>> {
    by_document(tx, permit, "root_id", roots, |row| row.root_id).await
}
