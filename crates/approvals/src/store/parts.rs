//! Parts of requests, read for many at once.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ApprovalRequestId, ApprovalRuleId, UserId};

use super::{uuids, within_reach};
use crate::model::{ApprovalDecision, ApprovalReason, ApprovalSeat, ApprovalStep, ReadApprovals};
use crate::rules::{Chair, Seat, StepNow};

const REASONS: &str = "
    select a.request_id, a.place, a.kind, a.rule_id, a.rule_name, a.line_position, a.about,
           a.measure, a.circumstances, a.details
    from approval_reason a";
const STEPS: &str = "
    select a.request_id, a.rule_id, a.position, a.needed, a.state, a.escalate_after, a.opened_at,
           a.escalates_at, a.escalated_at
    from approval_step a";
const SEATS: &str = "
    select a.request_id, a.rule_id, a.position, a.role, a.user_id, a.is_fallback, a.is_taken
    from approval_seat a";
const DECISIONS: &str = "
    select a.id, a.request_id, a.verdict, a.user_id, a.for_user_id, a.comment,
           a.tolerance_percent, a.valid_days, a.link_id, a.decided_at
    from approval_decision a";

/// Rows of requests within reach, by request.
async fn parts<T: FromQueryResult>(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    (columns, order): (&str, &str),
    ids: &[ApprovalRequestId],
    of: impl Fn(&T) -> ApprovalRequestId,
) -> Outcome<HashMap<ApprovalRequestId, Vec<T>>> {
    let mut sql = Sql::new(
        format!("{columns} join approval_request d on d.tenant_id = $1 and d.id = a.request_id"),
        values![permit.tenant()],
    );
    sql.push(" where a.tenant_id = $1");
    sql.with(" and a.request_id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    sql.push(" order by a.request_id, ").push(order);
    let mut found: HashMap<ApprovalRequestId, Vec<T>> = HashMap::new();
    for row in tx.all::<T>(sql).await? {
        found.entry(of(&row)).or_default().push(row);
    }
    Ok(found)
}

/// Why somebody was asked, in the order of the reasons.
///
/// # Errors
/// A fault of the database.
pub async fn reasons_of_requests(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, Vec<ApprovalReason>>> {
    parts(tx, permit, (REASONS, "a.place"), ids, |row: &ApprovalReason| row.request_id).await
}

/// The steps of requests, by rule in their order.
///
/// # Errors
/// A fault of the database.
pub async fn steps_of_requests(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, Vec<ApprovalStep>>> {
    let order = "a.rule_id, a.position";
    parts(tx, permit, (STEPS, order), ids, |row: &ApprovalStep| row.request_id).await
}

/// Who may decide the steps of requests.
///
/// # Errors
/// A fault of the database.
pub async fn seats_of_requests(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, Vec<ApprovalSeat>>> {
    let order = "a.rule_id, a.position, a.place";
    parts(tx, permit, (SEATS, order), ids, |row: &ApprovalSeat| row.request_id).await
}

/// What was decided, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn decisions_of_requests(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, Vec<ApprovalDecision>>> {
    let order = "a.decided_at, a.id";
    parts(tx, permit, (DECISIONS, order), ids, |row: &ApprovalDecision| row.request_id).await
}

/// Reasons of requests, whoever asks: a gate looks at what was decided, not at who may read it.
pub(crate) async fn reasons_by_request<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, Vec<ApprovalReason>>> {
    let mut found: HashMap<ApprovalRequestId, Vec<ApprovalReason>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let text = format!(
        "{REASONS} where a.tenant_id = $1 and a.request_id = any($2::uuid[])
         order by a.request_id, a.place"
    );
    let rows: Vec<ApprovalReason> =
        tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    for row in rows {
        found.entry(row.request_id).or_default().push(row);
    }
    Ok(found)
}

/// What was decided about one request, oldest first, whoever asks.
pub(crate) async fn decisions_now<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
) -> Outcome<Vec<ApprovalDecision>> {
    let text = format!(
        "{DECISIONS} where a.tenant_id = $1 and a.request_id = $2 order by a.decided_at, a.id"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), id])).await?)
}

#[derive(FromQueryResult)]
struct Signature {
    request_id: ApprovalRequestId,
    rule_id: ApprovalRuleId,
    position: i32,
    user_id: UserId,
    place_id: UserId,
}

/// The steps of locked requests as they stand, with seats and signatures.
pub(crate) async fn steps_now<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, Vec<StepNow>>> {
    let of = "where a.tenant_id = $1 and a.request_id = any($2::uuid[])";
    let values = || values![permit.tenant(), uuids(ids)];
    let text = format!("{STEPS} {of} order by a.request_id, a.rule_id, a.position");
    let steps: Vec<ApprovalStep> = tx.all(Sql::new(text, values())).await?;
    let seats: Vec<ApprovalSeat> = tx.all(Sql::new(format!("{SEATS} {of}"), values())).await?;
    let text = format!(
        "select a.request_id, a.rule_id, a.position, a.user_id, a.place_id
         from approval_signature a {of}"
    );
    let signed: Vec<Signature> = tx.all(Sql::new(text, values())).await?;
    let mut found: HashMap<ApprovalRequestId, Vec<StepNow>> = HashMap::new();
    for step in steps {
        let key = (step.request_id, step.rule_id, step.position);
        let his = |seat: &&ApprovalSeat| (seat.request_id, seat.rule_id, seat.position) == key;
        let at = |one: &&Signature| (one.request_id, one.rule_id, one.position) == key;
        let (signed, places): (HashSet<UserId>, HashSet<UserId>) =
            signed.iter().filter(at).map(|one| (one.user_id, one.place_id)).unzip();
        found.entry(step.request_id).or_default().push(StepNow {
            rule: step.rule_id,
            position: step.position,
            needed: step.needed,
            state: step.state,
            seats: seats.iter().filter(his).filter_map(chair).collect(),
            signed,
            places,
        });
    }
    Ok(found)
}

fn chair(seat: &ApprovalSeat) -> Option<Seat> {
    let chair = match (&seat.role, seat.user_id) {
        (Some(role), _) => Chair::Role(role.clone()),
        (None, Some(user)) => Chair::User(user),
        (None, None) => return None,
    };
    Some(Seat { chair, is_taken: seat.is_taken })
}
