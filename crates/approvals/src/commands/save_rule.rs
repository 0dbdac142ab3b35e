//! Making and changing a rule, and switching it.

use std::collections::HashSet;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{ApprovalRuleId, Refusal, RefusalCode, UserId};
use serde_json::json;

use crate::people::is_reachable;
use crate::rules::{Approver, RuleDraft, check};
use crate::store::{hold_rule, insert_rule, put_segments, update_rule};

/// Makes a rule, or writes one anew. Requests that wait go on as they were asked.
#[derive(Clone, Debug)]
pub struct SaveApprovalRule {
    /// The rule and the version that was read; `None` makes one.
    pub rule: Option<(ApprovalRuleId, i32)>,
    /// As it is to be.
    pub draft: RuleDraft,
    /// Whether it asks; it may only where its fallback is there.
    pub is_on: bool,
    /// Whether it is put away; then it is off.
    pub is_archived: bool,
}

impl Action for SaveApprovalRule {
    const RIGHT: Right = Right::ApprovalRuleWrite;
}

#[async_trait::async_trait]

impl Command for SaveApprovalRule {
    type Output = ApprovalRuleId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalRuleId> {
        check(&self.draft).map_err(Refusal::from)?;
        check_approvers(tx, permit, &self.draft).await?;
        let is_on = self.is_on && !self.is_archived;
        if is_on && !is_reachable(tx, permit, &self.draft.fallback).await? {
            return Err(unreachable_fallback().into());
        }
        let id = match self.rule {
            None => {
                let id = ApprovalRuleId::new();
                insert_rule(tx, permit, id, &self.draft, is_on).await?;
                id
            }
            Some((id, version)) => {
                let held = hold_rule(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
                if held.version != version {
                    return Err(stale(held.version).into());
                }
                let put = (is_on, self.is_archived);
                update_rule(tx, permit, id, &self.draft, put).await?;
                id
            }
        };
        put_segments(tx, permit, id, &self.draft.segments).await?;
        let draft = &self.draft;
        tx.audit(AuditEntry::new(
            "saveApprovalRule",
            "ApprovalRule",
            id,
            json!({ "name": draft.name, "kind": draft.kind, "isOn": is_on,
                    "archived": self.is_archived, "threshold": draft.threshold,
                    "amountFrom": draft.amount_from, "segments": draft.segments,
                    "steps": draft.steps, "fallback": draft.fallback,
                    "tolerancePercent": draft.tolerance_percent,
                    "validDays": draft.valid_days }),
        ));
        Ok(id)
    }
}

/// Every role and person that a rule names is there.
async fn check_approvers<A>(tx: &TenantTx, permit: &Permit<A>, draft: &RuleDraft) -> Outcome<()> {
    let mut named: Vec<(Vec<String>, &Approver)> = vec![(vec!["fallback".into()], &draft.fallback)];
    for (step, terms) in draft.steps.iter().enumerate() {
        for (place, approver) in terms.approvers.iter().enumerate() {
            let path = ["steps".to_owned(), step.to_string(), "approvers".to_owned()];
            let path = path.into_iter().chain([place.to_string()]).collect();
            named.push((path, approver));
        }
    }
    let roles = identity::role_names(tx).await?;
    let users: Vec<UserId> = named.iter().filter_map(|(_, one)| one.user_id).collect();
    let known: HashSet<UserId> = match users.is_empty() {
        true => HashSet::new(),
        false => {
            let people = identity::colleagues(tx, permit, Some(&users)).await?;
            people.into_iter().map(|one| one.id).collect()
        }
    };
    for (path, approver) in named {
        let is_known = match (&approver.role, approver.user_id) {
            (Some(role), _) => roles.contains(role),
            (None, Some(user)) => known.contains(&user),
            (None, None) => false,
        };
        if !is_known {
            return Err(Refusal::new(
                RefusalCode::UnknownReference,
                "There is no such role or active person.",
                "Нет такой роли или действующего сотрудника.",
            )
            .at(path)
            .into());
        }
    }
    Ok(())
}

fn unreachable_fallback() -> Refusal {
    Refusal::new(
        RefusalCode::NoApprover,
        "Nobody is there who could decide where others do not: the fallback must be an active \
         person who decides about all documents.",
        "Нет того, кто решит, когда не решат другие: запасной согласующий должен быть \
         действующим сотрудником с правом решать по всем документам.",
    )
    .at(["fallback"])
}

fn stale(current: i32) -> Refusal {
    Refusal::new(
        RefusalCode::StaleVersion,
        "The rule was changed since you read it.",
        "Правило изменено с тех пор, как вы его прочитали.",
    )
    .at(["version"])
    .with(json!({ "currentVersion": current }))
}
