//! Rules of approvals.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use kernel::PriceSegmentId;

use super::ApprovalKind;
use crate::catalog::PriceSegment;
use crate::identity::User;
use crate::ids::global;
use crate::scalars::{DateTime, Decimal};
use crate::session::Session;

/// Who must agree to something special. Of the rules of a kind that are about a case, the one with
/// the highest threshold asks, then the one with the highest amount: tiers are rules of one kind.
#[derive(Clone)]
pub struct ApprovalRule(Arc<::approvals::ApprovalRule>);

impl From<::approvals::ApprovalRule> for ApprovalRule {
    fn from(row: ::approvals::ApprovalRule) -> Self {
        Self(Arc::new(row))
    }
}

/// Who must agree to something special. Of the rules of a kind that are about a case, the one with
/// the highest threshold asks, then the one with the highest amount: tiers are rules of one kind.
#[Object]
impl ApprovalRule {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its name; unique in the tenant.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// About what.
    async fn kind(&self) -> ApprovalKind {
        self.0.kind.into()
    }

    /// Whether it asks anybody. Where no rule of a kind is on, what it would ask about is refused
    /// (special terms are let through).
    async fn is_on(&self) -> bool {
        self.0.is_on
    }

    /// From this measure on, by the kind in per cent, days or money; margins: below it. Null is any.
    async fn threshold(&self) -> Option<Decimal> {
        self.0.threshold.map(|at| Decimal(at.normalize()))
    }

    /// From this amount of the document on, with VAT, in base currency. Null is any.
    async fn amount_from(&self) -> Option<Decimal> {
        self.0.amount_from.map(|at| Decimal(at.normalize()))
    }

    /// Customers of these price segments; empty is all.
    async fn segments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PriceSegment>> {
        let ids: Vec<PriceSegmentId> =
            self.0.segments.iter().copied().map(PriceSegmentId).collect();
        Ok(Session::of(ctx)?.load_all(ids).await?.into_iter().flatten().collect())
    }

    /// Who decides, step by step.
    async fn steps(&self) -> Vec<ApprovalRuleStep> {
        self.0.steps.0.iter().cloned().map(ApprovalRuleStep).collect()
    }

    /// Who decides where a step's approvers do not in time, or are not there.
    async fn fallback(&self) -> ApprovalRuleApprover {
        ApprovalRuleApprover(::approvals::Approver {
            role: self.0.fallback_role.clone(),
            user_id: self.0.fallback_user_id,
        })
    }

    /// By how many per cent debt, days overdue and margin may get worse while an approval holds,
    /// where the decision does not say otherwise.
    async fn tolerance_percent(&self) -> Decimal {
        Decimal(self.0.tolerance_percent.normalize())
    }

    /// For how many days an approval holds, where the decision does not say otherwise.
    async fn valid_days(&self) -> i32 {
        self.0.valid_days
    }

    /// Grows with each change; a change names the version it has read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// When it was put away.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(Into::into)
    }
}

/// A step of a rule: so many of these have to agree.
pub struct ApprovalRuleStep(::approvals::StepTerms);

/// A step of a rule: so many of these have to agree.
#[Object]
impl ApprovalRuleStep {
    /// Who may decide.
    async fn approvers(&self) -> Vec<ApprovalRuleApprover> {
        self.0.approvers.iter().cloned().map(ApprovalRuleApprover).collect()
    }

    /// How many different people have to agree.
    async fn needed(&self) -> i32 {
        self.0.needed
    }

    /// After so many minutes the fallback is asked as well; null: never by time.
    async fn escalate_after_minutes(&self) -> Option<i32> {
        self.0.escalate_after_minutes
    }
}

/// Who may decide: everybody in a role, or one person.
pub struct ApprovalRuleApprover(::approvals::Approver);

/// Who may decide: everybody in a role, or one person.
#[Object]
impl ApprovalRuleApprover {
    /// The role's name; null where it is a person.
    async fn role(&self) -> Option<&str> {
        self.0.role.as_deref()
    }

    /// The person; null where it is a role.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.user_id).await?)
    }
}
