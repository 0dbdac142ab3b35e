//! Whether a document may go on: what is special about it, what the rules say to that, and what was
//! decided before.

use std::collections::BTreeSet;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{ApprovalRequestId, Currency, CustomerId, Decimal, PriceSegmentId, UserId, Uuid};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::asking;
use crate::model::{ApprovalReason, ApprovalRequest, ApprovalRule};
use crate::rules::{ApprovalKind, Asked, Measured, RuleTerms, choose, holds};
use crate::store;

/// A document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its kind, which is the GraphQL type's name.
    pub kind: &'static str,
    /// Which.
    pub id: Uuid,
}

/// What a document says, as far as a decision is about it: equal facts have equal hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    value: Value,
    hash: String,
}

impl Facts {
    /// Of a value whose fields stand in one order, with numbers in one form.
    #[must_use]
    pub fn of(value: Value) -> Self {
        let mut hash = Sha256::new();
        hash.update(value.to_string());
        let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { value, hash }
    }

    /// As they are shown.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What they are recognised by.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// A document that wants to go on.
#[derive(Clone, Debug)]
pub struct Case {
    /// The document.
    pub subject: Subject,
    /// What it says.
    pub facts: Facts,
    /// The document at the head of its chain with what that says, where it is another one: what was
    /// decided there holds here.
    pub root: Option<(Subject, Facts)>,
    /// What the document goes on saying until this is agreed to, where it is a change of one that
    /// was agreed to: what was decided about that holds meanwhile.
    pub standing: Option<Facts>,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// The responsible manager.
    pub manager_id: Option<UserId>,
    /// Who wrote it.
    pub author_id: Option<UserId>,
    /// The customer's price segment.
    pub segment: Option<PriceSegmentId>,
    /// What it comes to, with VAT.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// The same in base currency; `None` where no rate is known.
    pub base_amount: Option<Decimal>,
}

impl Case {
    pub(crate) fn root_id(&self) -> Uuid {
        self.root.as_ref().map_or(self.subject.id, |(root, _)| root.id)
    }

    /// Whether a request was about this, or about its root as that still is.
    fn is_as_in(&self, request: &ApprovalRequest) -> bool {
        let is = |subject: Subject, facts: &Facts| {
            request.subject_id == subject.id && request.facts_hash == facts.hash
        };
        is(self.subject, &self.facts)
            || self.root.as_ref().is_some_and(|(root, facts)| is(*root, facts))
    }
}

/// Something special about a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What.
    pub kind: ApprovalKind,
    /// The document's line, from 1, and what is sold on it.
    pub line: Option<(i32, String)>,
    /// By the kind: per cent, days or money; `None` is not known.
    pub measure: Option<Decimal>,
    /// What may get worse.
    pub circumstances: Vec<Measured>,
    /// Further figures, for people.
    pub details: Value,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Judgement {
    /// It may go on.
    Clear,
    /// No rule is about this finding: nobody can be asked.
    Unruled(usize),
    /// Somebody was asked.
    Asked(ApprovalRequestId),
}

/// The kinds that a rule of the tenant asks about.
///
/// # Errors
/// A fault of the database.
pub async fn kinds_in_force<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<BTreeSet<ApprovalKind>> {
    let rules = store::rules_in_force(tx, permit, ApprovalKind::ALL).await?;
    Ok(rules.into_iter().map(|rule| rule.kind).collect())
}

/// Judges a document under its lock: nothing special costs no statement. What was decided before
/// and does not hold any more is out of date; what nobody has decided yet is asked, in one request
/// that lists every reason, and takes the place of one that waits.
///
/// # Errors
/// A refusal where nobody but the caller could decide; a fault of the database.
pub async fn judge<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    case: &Case,
    findings: &[Finding],
) -> Outcome<Judgement> {
    if findings.is_empty() {
        return Ok(Judgement::Clear);
    }
    let mut kinds: Vec<ApprovalKind> = findings.iter().map(|finding| finding.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let rules = store::rules_in_force(tx, permit, &kinds).await?;
    let terms: Vec<RuleTerms> = rules.iter().map(terms_of).collect();
    // Every sale on credit has a deferral, and few rules mind: no more is asked of the database.
    let minds = |finding: &Finding| {
        finding.kind != ApprovalKind::SpecialTerms
            || choose(&terms, wanted(case, finding)).is_some()
    };
    if !findings.iter().any(minds) {
        return Ok(Judgement::Clear);
    }
    let approved = store::approved_of_root(tx, permit, case.root_id()).await?;
    let ids: Vec<ApprovalRequestId> = approved.iter().map(|request| request.id).collect();
    let reasons = store::reasons_by_request(tx, permit, &ids).await?;
    let known =
        |request: &ApprovalRequest| reasons.get(&request.id).map(Vec::as_slice).unwrap_or_default();
    // An approval holds as a whole: where one of its reasons has become worse, all are asked anew.
    let is_fresh = |request: &&ApprovalRequest| {
        let stands = |finding: &Finding| {
            !mentions(known(request), finding) || settles(request, known(request), finding)
        };
        is_in_time(request, tx) && case.is_as_in(request) && findings.iter().all(stands)
    };
    let fresh: Vec<&ApprovalRequest> = approved.iter().filter(is_fresh).collect();
    let is_settled =
        |finding: &&Finding| fresh.iter().any(|request| settles(request, known(request), finding));
    let open: Vec<&Finding> = findings.iter().filter(|one| !is_settled(one)).collect();
    if open.is_empty() {
        return Ok(Judgement::Clear);
    }
    let mut asked: Vec<(&Finding, &ApprovalRule)> = Vec::with_capacity(open.len());
    for (place, finding) in findings.iter().enumerate() {
        if !open.contains(&finding) {
            continue;
        }
        let chosen = choose(&terms, wanted(case, finding))
            .and_then(|chosen| rules.iter().find(|rule| rule.id == chosen.id));
        match chosen {
            Some(rule) => asked.push((finding, rule)),
            // A long deferral that no rule minds is nothing special.
            None if finding.kind == ApprovalKind::SpecialTerms => {}
            None => return Ok(Judgement::Unruled(place)),
        }
    }
    if asked.is_empty() {
        return Ok(Judgement::Clear);
    }
    let is_own = |request: &ApprovalRequest| {
        let root = case.root.as_ref().map(|(root, _)| root.id);
        request.subject_id == case.subject.id || Some(request.subject_id) == root
    };
    let stands = |request: &ApprovalRequest| {
        case.standing.as_ref().is_some_and(|facts| request.facts_hash == facts.hash)
    };
    let stale = approved.iter().filter(|one| is_own(one) && !is_fresh(one) && !stands(one));
    let stale: Vec<ApprovalRequestId> = stale.map(|request| request.id).collect();
    Ok(Judgement::Asked(asking::ask(tx, permit, case, &asked, &stale).await?))
}

fn wanted(case: &Case, finding: &Finding) -> Asked {
    Asked {
        kind: finding.kind,
        measure: finding.measure,
        amount: case.base_amount,
        segment: case.segment,
    }
}

/// Which of the findings somebody has agreed to so that it still holds. Asks nobody.
///
/// # Errors
/// A fault of the database.
pub async fn settled<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    case: &Case,
    findings: &[&Finding],
) -> Outcome<Vec<bool>> {
    if findings.is_empty() {
        return Ok(Vec::new());
    }
    let approved = store::approved_of_root(tx, permit, case.root_id()).await?;
    let ids: Vec<ApprovalRequestId> = approved.iter().map(|request| request.id).collect();
    let reasons = store::reasons_by_request(tx, permit, &ids).await?;
    let is_settled = |finding: &&Finding| {
        approved.iter().any(|request| {
            let known = reasons.get(&request.id).map(Vec::as_slice).unwrap_or_default();
            is_in_time(request, tx) && case.is_as_in(request) && settles(request, known, finding)
        })
    };
    Ok(findings.iter().map(is_settled).collect())
}

fn is_in_time(request: &ApprovalRequest, tx: &TenantTx) -> bool {
    request.valid_until.is_some_and(|until| until >= tx.now())
}

/// Whether one of these reasons is about the same as a finding.
fn mentions(known: &[ApprovalReason], finding: &Finding) -> bool {
    let line = finding.line.as_ref().map(|(position, _)| *position);
    known.iter().any(|reason| reason.kind == finding.kind && reason.line_position == line)
}

fn settles(request: &ApprovalRequest, known: &[ApprovalReason], finding: &Finding) -> bool {
    let tolerance = request.tolerance_percent.unwrap_or_default();
    let line = finding.line.as_ref().map(|(position, _)| *position);
    known.iter().any(|reason| {
        reason.kind == finding.kind
            && reason.line_position == line
            && holds(&reason.measured(), &finding.circumstances, tolerance)
    })
}

fn terms_of(rule: &ApprovalRule) -> RuleTerms {
    RuleTerms {
        id: rule.id,
        kind: rule.kind,
        threshold: rule.threshold,
        amount_from: rule.amount_from,
        segments: rule.segments.iter().copied().map(PriceSegmentId).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_facts_are_recognised_and_others_are_not() {
        let facts = |price: &str| Facts::of(json!({"lines": [{"price": price}], "customer": 1}));
        assert_eq!(facts("10").hash(), facts("10").hash());
        assert_ne!(facts("10").hash(), facts("10.01").hash());
        assert_eq!(facts("10").hash().len(), 64);
    }
}
