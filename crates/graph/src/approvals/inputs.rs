//! What clients write of approvals.

use ::approvals::{ApprovalFilter, Approver, DeputyDraft, RuleDraft, StepTerms};
use async_graphql::InputObject;
use kernel::{
    ApprovalDeputyId, ApprovalRequestId, ApprovalRuleId, CustomerId, PriceSegmentId, UserId,
};

use super::{ApprovalKind, ApprovalState, ApprovalVerdict};
use crate::ids::{AnyId, GlobalId};
use crate::scalars::{Date, DateTime, Decimal};

/// Which requests; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "ApprovalFilter")]
pub struct ApprovalFilterInput {
    /// In one of these states.
    state: Option<Vec<ApprovalState>>,
    /// For one of these reasons at least.
    kind: Option<Vec<ApprovalKind>>,
    /// About documents of this customer.
    customer: Option<GlobalId<CustomerId>>,
    /// About documents of this manager.
    manager: Option<GlobalId<UserId>>,
    /// Asked by this person.
    requested_by: Option<GlobalId<UserId>>,
    /// About this order or its shipments, or about this shipment.
    document: Option<AnyId>,
    /// Asked at this time or later.
    from: Option<DateTime>,
    /// Asked before this time.
    until: Option<DateTime>,
}

impl From<ApprovalFilterInput> for ApprovalFilter {
    fn from(filter: ApprovalFilterInput) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            kinds: filter.kind.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            asked_by: filter.requested_by.map(|id| id.0),
            document: filter.document.map(|id| id.uuid),
            from: filter.from.map(|at| at.0),
            until: filter.until.map(|at| at.0),
            inbox: None,
        }
    }
}

/// A word on requests that wait for the caller.
#[derive(InputObject)]
pub struct DecideApprovalsInput {
    /// Which requests, 1 to 100.
    pub(super) ids: Vec<GlobalId<ApprovalRequestId>>,
    /// Yes or no.
    pub(super) verdict: ApprovalVerdict,
    /// What is to be said; a rejection needs it. At most 4,000 characters.
    pub(super) comment: Option<String>,
    /// By how many per cent debt, days overdue and margin may get worse while the approval holds, 0
    /// to 100: the strictest of all words that say so, and as the rules say where none does.
    pub(super) tolerance_percent: Option<Decimal>,
    /// For how many days the approval holds, 1 to 365: the fewest of all words that say so, and as
    /// the rules say where none does.
    pub(super) valid_days: Option<i32>,
    /// A repeat with this key changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}

/// Taking back what was asked.
#[derive(InputObject)]
pub struct WithdrawApprovalInput {
    /// Which request.
    pub(super) id: GlobalId<ApprovalRequestId>,
    /// Why.
    pub(super) reason: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}

/// Who may decide: a role or a person, one of the two.
#[derive(InputObject)]
pub struct ApproverInput {
    /// A role's name, such as `director`.
    role: Option<String>,
    /// A person.
    user_id: Option<GlobalId<UserId>>,
}

impl From<ApproverInput> for Approver {
    fn from(input: ApproverInput) -> Self {
        Self { role: input.role, user_id: input.user_id.map(|id| id.0) }
    }
}

/// A step of a rule.
#[derive(InputObject)]
pub struct ApprovalRuleStepInput {
    /// Who may decide, 1 to 10.
    approvers: Vec<ApproverInput>,
    /// How many different people have to agree, 1 to 10.
    #[graphql(default = 1)]
    needed: i32,
    /// After so many minutes the fallback is asked as well; never by time where none is given.
    escalate_after_minutes: Option<i32>,
}

impl From<ApprovalRuleStepInput> for StepTerms {
    fn from(input: ApprovalRuleStepInput) -> Self {
        Self {
            approvers: input.approvers.into_iter().map(Into::into).collect(),
            needed: input.needed,
            escalate_after_minutes: input.escalate_after_minutes,
        }
    }
}

/// A rule as it is to be: what is left out is empty, or as said.
#[derive(InputObject)]
pub struct SaveApprovalRuleInput {
    /// Which rule is written anew; a new one is made where none is given.
    id: Option<GlobalId<ApprovalRuleId>>,
    /// The version that was read; needed with an id.
    version: Option<i32>,
    /// Its name; unique in the tenant.
    name: String,
    /// About what.
    kind: ApprovalKind,
    /// Whether it asks. It may only where its fallback is an active person who decides about all
    /// documents.
    #[graphql(default)]
    is_on: bool,
    /// From this measure on, by the kind in per cent, days or money; margins: below it.
    threshold: Option<Decimal>,
    /// From this amount of the document on, with VAT, in base currency.
    amount_from: Option<Decimal>,
    /// Customers of these price segments alone.
    segment_ids: Option<Vec<GlobalId<PriceSegmentId>>>,
    /// Who decides, step by step; 1 to 5.
    steps: Vec<ApprovalRuleStepInput>,
    /// Who decides where others do not.
    fallback: ApproverInput,
    /// Per cent by which circumstances may get worse, 0 to 100; 10 where none is given.
    tolerance_percent: Option<Decimal>,
    /// Days that an approval holds, 1 to 365; 5 where none is given.
    valid_days: Option<i32>,
    /// Puts it away, or brings it back.
    #[graphql(default)]
    archived: bool,
    /// A repeat with this key changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}

impl From<SaveApprovalRuleInput> for ::approvals::SaveApprovalRule {
    fn from(input: SaveApprovalRuleInput) -> Self {
        let segments = input.segment_ids.unwrap_or_default();
        let draft = RuleDraft {
            name: input.name,
            kind: input.kind.into(),
            threshold: input.threshold.map(|at| at.0),
            amount_from: input.amount_from.map(|at| at.0),
            segments: segments.into_iter().map(|id| id.0).collect(),
            steps: input.steps.into_iter().map(Into::into).collect(),
            fallback: input.fallback.into(),
            tolerance_percent: input.tolerance_percent.map_or(kernel::Decimal::TEN, |at| at.0),
            valid_days: input.valid_days.unwrap_or(5),
        };
        // Without a version it is stale by definition: versions begin at 1.
        let rule = input.id.map(|id| (id.0, input.version.unwrap_or_default()));
        Self { rule, draft, is_on: input.is_on, is_archived: input.archived }
    }
}

/// Who decides in whose place.
#[derive(InputObject)]
pub struct AppointDeputyInput {
    /// Who is away; the caller where none is given. Others need the right `approval_rule.write`.
    pub(super) user_id: Option<GlobalId<UserId>>,
    /// Who decides; he needs the right `approval.decide`.
    deputy_id: GlobalId<UserId>,
    /// The first day; today where none is given.
    from: Option<Date>,
    /// The last day, within a year of the first.
    to: Date,
    /// A repeat with this key changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}

impl AppointDeputyInput {
    pub(super) fn draft(&self) -> DeputyDraft {
        DeputyDraft {
            deputy: self.deputy_id.0,
            from: self.from.as_ref().map(|day| day.0),
            to: self.to.0,
        }
    }
}

/// Ending an appointment before its time.
#[derive(InputObject)]
pub struct EndDeputyInput {
    /// Which appointment; those of others need the right `approval_rule.write`.
    pub(super) id: GlobalId<ApprovalDeputyId>,
    /// A repeat with this key changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}
