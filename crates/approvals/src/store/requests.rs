//! Writing requests, and reading them under their lock.

use std::collections::HashMap;

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    ApprovalDecisionId, ApprovalRequestId, ApprovalRuleId, CustomerId, DateTime, Decimal, LinkId,
    UserId, Utc, Uuid,
};
use serde::Serialize;
use serde_json::Value;

use super::{rows, uuids, within_reach};
use crate::model::{ApprovalRequest, REQUEST_COLUMNS};
use crate::rules::{ApprovalKind, ApprovalState, Signed, StepState, Verdict};

/// A reason as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewReason {
    pub(crate) place: i32,
    pub(crate) kind: ApprovalKind,
    pub(crate) rule_id: ApprovalRuleId,
    pub(crate) rule_name: String,
    pub(crate) line_position: Option<i32>,
    pub(crate) about: Option<String>,
    pub(crate) measure: Option<Decimal>,
    pub(crate) circumstances: Value,
    pub(crate) details: Value,
}

/// A step as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewStep {
    pub(crate) rule_id: ApprovalRuleId,
    pub(crate) position: i32,
    pub(crate) needed: i32,
    pub(crate) state: StepState,
    pub(crate) escalate_after: Option<i32>,
    pub(crate) opened_at: Option<DateTime<Utc>>,
    pub(crate) escalates_at: Option<DateTime<Utc>>,
    pub(crate) escalated_at: Option<DateTime<Utc>>,
}

/// A seat as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewSeat {
    pub(crate) rule_id: ApprovalRuleId,
    pub(crate) position: i32,
    pub(crate) place: i32,
    pub(crate) role: Option<String>,
    pub(crate) user_id: Option<UserId>,
    pub(crate) is_fallback: bool,
    pub(crate) is_taken: bool,
}

/// Writes a request with its parts.
pub(crate) async fn insert_request<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    request: &ApprovalRequest,
    (reasons, steps, seats): (&[NewReason], &[NewStep], &[NewSeat]),
) -> Outcome<()> {
    let sql = "
        insert into approval_request
            (tenant_id, id, state, subject_kind, subject_id, root_id, customer_id, manager_id,
             author_id, asker_kind, asker_id, amount, currency, facts, facts_hash, requested_at,
             updated_at, is_untold)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, true)";
    let values = values![
        permit.tenant(),
        request.id,
        request.state,
        request.subject_kind.clone(),
        request.subject_id,
        request.root_id,
        request.customer_id,
        request.manager_id,
        request.author_id,
        request.asker_kind.clone(),
        request.asker_id,
        request.amount,
        request.currency,
        request.facts.clone(),
        request.facts_hash.clone(),
        request.requested_at,
    ];
    tx.run(Sql::new(sql, values)).await?;
    let sql = "
        insert into approval_reason
            (tenant_id, request_id, place, kind, rule_id, rule_name, line_position, about, measure,
             circumstances, details)
        select $1, $2, x.place, x.kind, x.rule_id, x.rule_name, x.line_position, x.about,
               x.measure, x.circumstances, x.details
        from jsonb_to_recordset($3) as x
            (place integer, kind text, rule_id uuid, rule_name text, line_position integer,
             about text, measure numeric, circumstances jsonb, details jsonb)";
    tx.run(Sql::new(sql, values![permit.tenant(), request.id, rows(reasons)?])).await?;
    let sql = "
        insert into approval_step
            (tenant_id, request_id, rule_id, position, needed, state, escalate_after, opened_at,
             escalates_at, escalated_at)
        select $1, $2, x.rule_id, x.position, x.needed, x.state, x.escalate_after, x.opened_at,
               x.escalates_at, x.escalated_at
        from jsonb_to_recordset($3) as x
            (rule_id uuid, position integer, needed integer, state text, escalate_after integer,
             opened_at timestamptz, escalates_at timestamptz, escalated_at timestamptz)";
    tx.run(Sql::new(sql, values![permit.tenant(), request.id, rows(steps)?])).await?;
    let sql = "
        insert into approval_seat
            (tenant_id, request_id, rule_id, position, place, role, user_id, is_fallback, is_taken)
        select $1, $2, x.rule_id, x.position, x.place, x.role, x.user_id, x.is_fallback, x.is_taken
        from jsonb_to_recordset($3) as x
            (rule_id uuid, position integer, place integer, role text, user_id uuid,
             is_fallback boolean, is_taken boolean)";
    tx.run(Sql::new(sql, values![permit.tenant(), request.id, rows(seats)?])).await?;
    Ok(())
}

/// Requests within reach, locked until the transaction ends, in the order of their ids.
pub(crate) async fn lock_requests<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ApprovalRequestId],
) -> Outcome<Vec<ApprovalRequest>> {
    let mut sql = Sql::new(format!("select {REQUEST_COLUMNS} from approval_request d"), []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "");
    sql.with(" and d.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    sql.push(" order by d.id for no key update");
    let found: Vec<ApprovalRequest> = tx.all(sql).await?;
    let all = ids.iter().all(|id| found.iter().any(|request| request.id == *id));
    if all { Ok(found) } else { Err(CommandError::NotFound) }
}

/// The approvals of a chain of documents.
pub(crate) async fn approved_of_root<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    root: Uuid,
) -> Outcome<Vec<ApprovalRequest>> {
    let text = format!(
        "select {REQUEST_COLUMNS}
         from approval_request d
         where d.tenant_id = $1 and d.root_id = $2 and d.state = 'APPROVED'
         order by d.id
         for no key update"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), root])).await?)
}

/// What a document waits for, locked.
pub(crate) async fn waiting_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
) -> Outcome<Option<ApprovalRequest>> {
    let text = format!(
        "select {REQUEST_COLUMNS}
         from approval_request d
         where d.tenant_id = $1 and d.subject_id = $2 and d.state = 'PENDING'
         for no key update"
    );
    Ok(tx.one(Sql::new(text, values![permit.tenant(), subject])).await?)
}

/// Puts what a document waits for, and these approvals, out of date.
pub(crate) async fn outdate<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
    approved: &[ApprovalRequestId],
    why: &str,
) -> Outcome<()> {
    let sql = "
        update approval_request d
        set state = 'OUTDATED', closed_at = $4, close_reason = $5, is_unfollowed = false,
            version = d.version + 1, updated_at = $4
        where d.tenant_id = $1
          and (d.subject_id = $2 and d.state = 'PENDING'
               or d.state = 'APPROVED' and d.id = any($3::uuid[]))";
    let values = values![permit.tenant(), subject, uuids(approved), tx.now(), why];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Puts everything of a chain of documents out of date that is not about these facts.
pub(crate) async fn outdate_others<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    root: Uuid,
    (kept, done): (&[String], &[Uuid]),
    why: &str,
) -> Outcome<Vec<ApprovalRequestId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ApprovalRequestId,
    }
    let sql = "
        update approval_request d
        set state = 'OUTDATED', closed_at = $4, close_reason = $5, is_unfollowed = false,
            version = d.version + 1, updated_at = $4
        where d.tenant_id = $1
          and d.root_id = $2
          and d.state in ('PENDING', 'APPROVED')
          and d.facts_hash <> all($3::text[])
          and d.subject_id <> all($6::uuid[])
        returning d.id";
    let values = values![permit.tenant(), root, kept.to_vec(), tx.now(), why, done.to_vec()];
    let found: Vec<Found> = tx.all(Sql::new(sql, values)).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// How a locked request ends.
#[derive(Clone, Debug)]
pub(crate) struct Closing {
    pub(crate) state: ApprovalState,
    pub(crate) reason: Option<String>,
    pub(crate) valid_until: Option<DateTime<Utc>>,
    pub(crate) tolerance_percent: Option<Decimal>,
    /// Whether its document is to move on.
    pub(crate) is_unfollowed: bool,
}

/// Ends a locked request; nobody is asked any more.
pub(crate) async fn close<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
    closing: &Closing,
) -> Outcome<()> {
    let sql = "
        with closed as (
            update approval_step p
            set state = 'CLOSED'
            where p.tenant_id = $1 and p.request_id = $2 and p.state in ('WAITING', 'OPEN')
        )
        update approval_request d
        set state = $3, closed_at = $4, close_reason = $5, valid_until = $6,
            tolerance_percent = $7, is_unfollowed = $8, version = d.version + 1, updated_at = $4
        where d.tenant_id = $1 and d.id = $2";
    let values = values![
        permit.tenant(),
        id,
        closing.state,
        tx.now(),
        closing.reason.clone(),
        closing.valid_until,
        closing.tolerance_percent,
        closing.is_unfollowed,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A word as it is written.
#[derive(Clone, Debug)]
pub(crate) struct NewDecision {
    pub(crate) id: ApprovalDecisionId,
    pub(crate) request_id: ApprovalRequestId,
    pub(crate) verdict: Verdict,
    pub(crate) user_id: UserId,
    pub(crate) for_user_id: Option<UserId>,
    pub(crate) comment: Option<String>,
    pub(crate) tolerance_percent: Option<Decimal>,
    pub(crate) valid_days: Option<i32>,
    pub(crate) link_id: Option<LinkId>,
}

#[derive(Serialize)]
struct StepKey {
    rule_id: ApprovalRuleId,
    position: i32,
}

/// A rule, and which of its steps.
type RuleStep = (ApprovalRuleId, i32);

fn keys(steps: &[RuleStep]) -> Vec<StepKey> {
    steps
        .iter()
        .map(|(rule_id, position)| StepKey { rule_id: *rule_id, position: *position })
        .collect()
}

#[derive(Serialize)]
struct SignedStep {
    rule_id: ApprovalRuleId,
    position: i32,
    place_id: UserId,
}

/// Writes a word, for which steps it counts and in whose places.
pub(crate) async fn insert_decision<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    decision: &NewDecision,
    signed: &[Signed],
) -> Outcome<()> {
    let sql = "
        with decided as (
            insert into approval_decision
                (tenant_id, id, request_id, verdict, user_id, for_user_id, comment,
                 tolerance_percent, valid_days, decided_at, link_id)
            values ($1, $2, $3, $5, $6, $7, $8, $9, $10, $11, $12)
        )
        insert into approval_signature
            (tenant_id, request_id, rule_id, position, user_id, place_id, decision_id)
        select $1, $3, x.rule_id, x.position, $6, x.place_id, $2
        from jsonb_to_recordset($4) as x (rule_id uuid, position integer, place_id uuid)";
    let signed: Vec<SignedStep> = signed
        .iter()
        .map(|((rule_id, position), place_id)| SignedStep {
            rule_id: *rule_id,
            position: *position,
            place_id: *place_id,
        })
        .collect();
    let values = values![
        permit.tenant(),
        decision.id,
        decision.request_id,
        rows(&signed)?,
        decision.verdict,
        decision.user_id,
        decision.for_user_id,
        decision.comment.clone(),
        decision.tolerance_percent,
        decision.valid_days,
        tx.now(),
        decision.link_id,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// How long an approval holds, as words say that were said to its request.
#[derive(FromQueryResult)]
pub(crate) struct SaidTerms {
    pub(crate) tolerance: Option<Decimal>,
    pub(crate) days: Option<i32>,
}

/// The strictest of what was said to a locked request.
pub(crate) async fn strictest_terms<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    request: ApprovalRequestId,
) -> Outcome<SaidTerms> {
    let sql = "
        select min(a.tolerance_percent) as tolerance, min(a.valid_days) as days
        from approval_decision a
        where a.tenant_id = $1
          and a.request_id = $2";
    let said = tx.one(Sql::new(sql, values![permit.tenant(), request])).await?;
    Ok(said.unwrap_or(SaidTerms { tolerance: None, days: None }))
}

/// Moves steps of a locked request on: those that are done, and those that open.
pub(crate) async fn advance<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    request: ApprovalRequestId,
    (done, opened): (&[RuleStep], &[RuleStep]),
) -> Outcome<()> {
    let sql = "
        with done as (
            update approval_step p
            set state = 'DONE'
            from jsonb_to_recordset($3) as x (rule_id uuid, position integer)
            where p.tenant_id = $1 and p.request_id = $2 and p.rule_id = x.rule_id
              and p.position = x.position
        )
        update approval_step p
        set state = 'OPEN', opened_at = $5::timestamptz,
            escalates_at = $5::timestamptz + p.escalate_after * interval '1 minute'
        from jsonb_to_recordset($4) as x (rule_id uuid, position integer)
        where p.tenant_id = $1 and p.request_id = $2 and p.rule_id = x.rule_id
          and p.position = x.position";
    let values =
        values![permit.tenant(), request, rows(&keys(done))?, rows(&keys(opened))?, tx.now()];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Seats the fallbacks of open steps whose time has come; tells of how many steps.
pub(crate) async fn take_fallbacks<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    request: ApprovalRequestId,
) -> Outcome<u64> {
    let sql = "
        with due as (
            update approval_step p
            set escalated_at = $3
            where p.tenant_id = $1 and p.request_id = $2 and p.state = 'OPEN'
              and p.escalated_at is null and p.escalates_at <= $3
            returning p.rule_id, p.position
        )
        update approval_seat s
        set is_taken = true
        from due
        where s.tenant_id = $1 and s.request_id = $2 and s.rule_id = due.rule_id
          and s.position = due.position and s.is_fallback";
    Ok(tx.run(Sql::new(sql, values![permit.tenant(), request, tx.now()])).await?)
}

#[derive(FromQueryResult)]
struct Named {
    id: ApprovalRequestId,
}

/// Requests with open steps whose time has come.
pub(crate) async fn overdue_requests<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
) -> Outcome<Vec<ApprovalRequestId>> {
    let sql = "
        select p.request_id as id
        from approval_step p
        where p.tenant_id = $1 and p.state = 'OPEN' and p.escalated_at is null
          and p.escalates_at <= $2
        order by p.escalates_at
        limit $3";
    let found: Vec<Named> = tx.all(Sql::new(sql, values![permit.tenant(), tx.now(), most])).await?;
    let mut ids: Vec<ApprovalRequestId> = found.into_iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Decided requests whose documents have not moved on, by id after a given one.
pub(crate) async fn unfollowed_requests<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    after: Option<ApprovalRequestId>,
    most: i64,
) -> Outcome<Vec<ApprovalRequest>> {
    let text = format!(
        "select {REQUEST_COLUMNS}
         from approval_request d
         where d.tenant_id = $1 and d.is_unfollowed and d.id > $2
         order by d.id
         limit $3"
    );
    let after = after.map_or(Uuid::nil(), |id| id.0);
    Ok(tx.all(Sql::new(text, values![permit.tenant(), after, most])).await?)
}

/// Takes the mark off a locked request; notes why its document did not move on, where it did not.
pub(crate) async fn mark_followed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
    refusal: Option<Value>,
) -> Outcome<()> {
    let sql = "
        update approval_request d
        set is_unfollowed = false, follow_refusal = $3, version = d.version + 1, updated_at = $4
        where d.tenant_id = $1 and d.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id, refusal, tx.now()])).await?;
    Ok(())
}

/// Gives a customer's requests to the card that stands for him.
pub(crate) async fn move_customer<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<()> {
    let sql = "
        update approval_request d
        set customer_id = $3
        where d.tenant_id = $1 and d.customer_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), from, into])).await?;
    Ok(())
}

/// Gives the requests about documents to those who are responsible for them now.
pub(crate) async fn move_documents<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    given: &[(Uuid, UserId)],
) -> Outcome<()> {
    let (documents, managers): (Vec<Uuid>, Vec<Uuid>) =
        given.iter().map(|(document, manager)| (*document, manager.0)).unzip();
    let sql = "
        update approval_request d
        set manager_id = g.manager
        from unnest($2::uuid[], $3::uuid[]) as g (document, manager)
        where d.tenant_id = $1 and d.subject_id = g.document";
    tx.run(Sql::new(sql, values![permit.tenant(), documents, managers])).await?;
    Ok(())
}

/// Gives what is asked about agreements to the managers of their customers.
pub(crate) async fn move_terms<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    given: &[(CustomerId, UserId)],
) -> Outcome<()> {
    let (customers, managers): (Vec<Uuid>, Vec<Uuid>) =
        given.iter().map(|(customer, manager)| (customer.0, manager.0)).unzip();
    let sql = "
        update approval_request d
        set manager_id = g.manager
        from unnest($2::uuid[], $3::uuid[]) as g (customer, manager)
        where d.tenant_id = $1 and d.customer_id = g.customer and d.subject_kind = 'Agreement'";
    tx.run(Sql::new(sql, values![permit.tenant(), customers, managers])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Terms {
    id: ApprovalRequestId,
    tolerance_percent: Option<Decimal>,
    valid_days: Option<i32>,
}

/// What the rules that ask say of how long approvals hold: the strictest of each request.
pub(crate) async fn terms_of_requests<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashMap<ApprovalRequestId, (Option<Decimal>, Option<i32>)>> {
    let sql = "
        select a.request_id as id, min(r.tolerance_percent) as tolerance_percent,
               min(r.valid_days) as valid_days
        from approval_reason a
        join approval_rule r on r.tenant_id = $1 and r.id = a.rule_id
        where a.tenant_id = $1 and a.request_id = any($2::uuid[])
        group by a.request_id";
    let found: Vec<Terms> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    let terms = |row: Terms| (row.id, (row.tolerance_percent, row.valid_days));
    Ok(found.into_iter().map(terms).collect())
}
