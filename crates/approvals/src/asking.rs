//! Making a request: its reasons, its steps, and who sits at them.

use access::{Permit, Right};
use chrono::Duration;
use db::{AuditEntry, Outcome, TenantTx};
use kernel::{ApprovalRequestId, ApprovalRuleId, DateTime, Refusal, RefusalCode, Utc};
use serde_json::json;

use crate::events;
use crate::judge::{Case, Finding};
use crate::model::{ApprovalRequest, ApprovalRule};
use crate::people::Deciders;
use crate::rules::{ApprovalState, Approver, StepState};
use crate::store::{self, NewReason, NewSeat, NewStep};

/// Asks. Approvals that do not hold any more, and what the document waited for so far, are out of
/// date from now on.
pub(crate) async fn ask<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    case: &Case,
    asked: &[(&Finding, &ApprovalRule)],
    stale: &[ApprovalRequestId],
) -> Outcome<ApprovalRequestId> {
    let request = request_of(tx, permit, case);
    let mut rules: Vec<&ApprovalRule> = Vec::new();
    for (_, rule) in asked {
        if !rules.iter().any(|known| known.id == rule.id) {
            rules.push(rule);
        }
    }
    let deciders = Deciders::of(tx, permit, case.manager_id, request.own_people()).await?;
    let mut steps = Vec::new();
    let mut seats = Vec::new();
    for rule in &rules {
        lay_out(tx.now(), rule, &deciders, &mut steps, &mut seats)?;
    }
    store::outdate(tx, permit, case.subject.id, stale, "asked anew").await?;
    let reasons: Vec<NewReason> = asked
        .iter()
        .zip(1..)
        .map(|((finding, rule), place)| reason(finding, rule, place))
        .collect();
    store::insert_request(tx, permit, &request, (&reasons, &steps, &seats)).await?;
    tx.audit(AuditEntry::new(
        "requestApproval",
        "ApprovalRequest",
        request.id,
        json!({ "subject": request.subject_kind, "subjectId": request.subject_id,
                "reasons": reasons, "outdated": stale }),
    ));
    events::tell(tx, events::REQUESTED, &request);
    Ok(request.id)
}

fn request_of<A>(tx: &TenantTx, permit: &Permit<A>, case: &Case) -> ApprovalRequest {
    ApprovalRequest {
        id: ApprovalRequestId::new(),
        state: ApprovalState::Pending,
        subject_kind: case.subject.kind.to_owned(),
        subject_id: case.subject.id,
        root_id: case.root_id(),
        customer_id: case.customer_id,
        manager_id: case.manager_id,
        author_id: case.author_id,
        asker_kind: permit.actor().kind().to_owned(),
        asker_id: permit.actor().id(),
        amount: case.amount,
        currency: case.currency,
        facts: case.facts.value().clone(),
        facts_hash: case.facts.hash().to_owned(),
        requested_at: tx.now(),
        closed_at: None,
        close_reason: None,
        valid_until: None,
        tolerance_percent: None,
        is_unfollowed: false,
        follow_refusal: None,
        version: 1,
    }
}

fn reason(finding: &Finding, rule: &ApprovalRule, place: i32) -> NewReason {
    let (line_position, about) = match &finding.line {
        Some((position, about)) => (Some(*position), Some(about.clone())),
        None => (None, None),
    };
    NewReason {
        place,
        kind: finding.kind,
        rule_id: rule.id,
        rule_name: rule.name.clone(),
        line_position,
        about,
        measure: finding.measure,
        circumstances: json!(finding.circumstances),
        details: finding.details.clone(),
    }
}

/// The steps of a rule with their seats. A step whose own approvers are not there has escalated
/// from the start; one that nobody could decide is refused.
fn lay_out(
    now: DateTime<Utc>,
    rule: &ApprovalRule,
    deciders: &Deciders,
    steps: &mut Vec<NewStep>,
    seats: &mut Vec<NewSeat>,
) -> Result<(), Refusal> {
    let fallback = Approver { role: rule.fallback_role.clone(), user_id: rule.fallback_user_id };
    for (terms, position) in rule.steps.0.iter().zip(1..) {
        let needed = usize::try_from(terms.needed).unwrap_or(usize::MAX);
        let is_short = deciders.count(terms.approvers.iter()) < needed;
        if is_short && deciders.count(terms.approvers.iter().chain([&fallback])) < needed {
            return Err(nobody(rule, position));
        }
        let is_first = position == 1;
        let minutes = terms.escalate_after_minutes.map(|n| Duration::minutes(i64::from(n)));
        steps.push(NewStep {
            rule_id: rule.id,
            position,
            needed: terms.needed,
            state: if is_first { StepState::Open } else { StepState::Waiting },
            escalate_after: terms.escalate_after_minutes,
            opened_at: is_first.then_some(now),
            escalates_at: minutes.filter(|_| is_first).map(|after| now + after),
            escalated_at: is_short.then_some(now),
        });
        let own = terms.approvers.iter().map(|approver| (approver, false, true));
        let all = own.chain([(&fallback, true, is_short)]);
        for ((approver, is_fallback, is_taken), place) in all.zip(1..) {
            seats.push(seat((rule.id, position, place), approver, is_fallback, is_taken));
        }
    }
    Ok(())
}

fn seat(
    (rule_id, position, place): (ApprovalRuleId, i32, i32),
    approver: &Approver,
    is_fallback: bool,
    is_taken: bool,
) -> NewSeat {
    NewSeat {
        rule_id,
        position,
        place,
        role: approver.role.clone(),
        user_id: approver.user_id,
        is_fallback,
        is_taken,
    }
}

fn nobody(rule: &ApprovalRule, step: i32) -> Refusal {
    let name = &rule.name;
    let right = Right::ApprovalDecide;
    Refusal::new(
        RefusalCode::NoApprover,
        format!(
            "Too few people could decide step {step} of the rule {name}: whoever asks or wrote the \
             document does not count."
        ),
        format!(
            "Шаг {step} правила «{name}» решить некому: автор документа и тот, кто просит, не \
             считаются."
        ),
    )
    .with(json!({ "rule": name, "step": step,
                  "right": format!("{}.{}", right.object(), right.act()) }))
}
