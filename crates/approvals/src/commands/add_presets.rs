//! The rules that a tenant begins with.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ApprovalRuleId, Decimal, Language};
use serde_json::json;

use crate::rules::{RuleDraft, presets};
use crate::store::insert_rule;

/// Makes the rules that every tenant begins with, switched off, where it has none yet.
#[derive(Clone, Copy, Debug)]
pub struct AddRulePresets {
    /// What their names are in.
    pub language: Language,
}

impl Action for AddRulePresets {
    const RIGHT: Right = Right::ApprovalRuleWrite;
}

#[async_trait::async_trait]

impl Command for AddRulePresets {
    type Output = Vec<ApprovalRuleId>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Vec<ApprovalRuleId>> {
        let mut made = Vec::new();
        if has_rules(tx, permit).await? {
            return Ok(made);
        }
        for preset in presets() {
            let draft = RuleDraft {
                name: preset.name.get(self.language).to_owned(),
                kind: preset.kind,
                threshold: preset.threshold,
                amount_from: None,
                segments: Vec::new(),
                steps: preset.steps,
                fallback: preset.fallback,
                tolerance_percent: Decimal::TEN,
                valid_days: 5,
            };
            let id = ApprovalRuleId::new();
            insert_rule(tx, permit, id, &draft, false).await?;
            tx.audit(AuditEntry::new(
                "saveApprovalRule",
                "ApprovalRule",
                id,
                json!({ "name": draft.name, "kind": draft.kind, "isOn": false }),
            ));
            made.push(id);
        }
        Ok(made)
    }
}

async fn has_rules<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Found {
        found: bool,
    }
    let sql = "select exists (select from approval_rule r where r.tenant_id = $1) as found";
    let row: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(row.is_some_and(|row| row.found))
}
