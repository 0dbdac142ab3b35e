//! Rules, requests and decisions as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    ApprovalDecisionId, ApprovalDeputyId, ApprovalRequestId, ApprovalRuleId, Currency, CustomerId,
    DateTime, Decimal, LinkId, NaiveDate, UserId, Utc, Uuid,
};
use serde_json::Value;

use crate::rules::{ApprovalKind, ApprovalState, Measured, StepState, Steps, Told, Verdict};

/// Reading requests and what was decided.
pub struct ReadApprovals;
impl Action for ReadApprovals {
    const RIGHT: Right = Right::ApprovalRead;
}

/// Reading rules.
pub struct ReadApprovalRules;
impl Action for ReadApprovalRules {
    const RIGHT: Right = Right::ApprovalRuleRead;
}

/// Reading who decides in whose place.
pub struct ReadDeputies;
impl Action for ReadDeputies {
    const RIGHT: Right = Right::ApprovalRead;
}

/// Who must agree to something special, and when.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApprovalRule {
    /// The rule.
    pub id: ApprovalRuleId,
    /// Its name, unique in the tenant.
    pub name: String,
    /// About what.
    pub kind: ApprovalKind,
    /// Whether it asks anybody.
    pub is_on: bool,
    /// From this measure on; margins: below it.
    pub threshold: Option<Decimal>,
    /// From this amount of the document on, base currency.
    pub amount_from: Option<Decimal>,
    /// Customers of these price segments; empty is all.
    pub segments: Vec<Uuid>,
    /// Who decides, in which order.
    pub steps: Steps,
    /// The role that decides where others do not.
    pub fallback_role: Option<String>,
    /// Or the person.
    pub fallback_user_id: Option<UserId>,
    /// Per cent by which circumstances may get worse.
    pub tolerance_percent: Decimal,
    /// Days that an approval holds.
    pub valid_days: i32,
    /// Counts changes, for optimistic locking.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// The columns of [`ApprovalRule`], of `approval_rule r`.
pub(crate) const RULE_COLUMNS: &str = "
    r.id, r.name, r.kind, r.is_on, r.threshold, r.amount_from,
    array(select g.segment_id
          from approval_rule_segment g
          where g.tenant_id = $1 and g.rule_id = r.id
          order by g.segment_id) as segments,
    r.steps, r.fallback_role, r.fallback_user_id, r.tolerance_percent, r.valid_days, r.version,
    r.created_at, r.updated_at, r.archived_at";

/// One asking about a document.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApprovalRequest {
    /// The request.
    pub id: ApprovalRequestId,
    /// Where it stands.
    pub state: ApprovalState,
    /// The kind of its document: `SalesOrder`, `Shipment`.
    pub subject_kind: String,
    /// The document.
    pub subject_id: Uuid,
    /// The document at the head of its chain: the order.
    pub root_id: Uuid,
    /// Whose document it is about.
    pub customer_id: CustomerId,
    /// The document's responsible manager.
    pub manager_id: Option<UserId>,
    /// Who wrote the document.
    pub author_id: Option<UserId>,
    /// Who asked: a user, a key or a worker.
    pub asker_kind: String,
    /// His id.
    pub asker_id: Uuid,
    /// What the document came to, with VAT.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// What the document said.
    pub facts: Value,
    /// The hash of that.
    pub facts_hash: String,
    /// When it was asked.
    pub requested_at: DateTime<Utc>,
    /// When it was decided or given up.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn or is out of date.
    pub close_reason: Option<String>,
    /// Until when an approval holds.
    pub valid_until: Option<DateTime<Utc>>,
    /// By how many per cent circumstances may get worse meanwhile.
    pub tolerance_percent: Option<Decimal>,
    /// It is decided and the document has not moved on yet.
    pub is_unfollowed: bool,
    /// Why the document did not move on by itself.
    pub follow_refusal: Option<Value>,
    /// Counts changes.
    pub version: i32,
}

/// The columns of [`ApprovalRequest`], of `approval_request d`.
pub(crate) const REQUEST_COLUMNS: &str = "
    d.id, d.state, d.subject_kind, d.subject_id, d.root_id, d.customer_id, d.manager_id,
    d.author_id, d.asker_kind, d.asker_id, d.amount, d.currency, d.facts, d.facts_hash,
    d.requested_at, d.closed_at, d.close_reason, d.valid_until, d.tolerance_percent,
    d.is_unfollowed, d.follow_refusal, d.version";

impl ApprovalRequest {
    /// Who asked, where it was a person.
    #[must_use]
    pub fn asker(&self) -> Option<UserId> {
        (self.asker_kind == "user").then_some(UserId(self.asker_id))
    }

    /// Whoever may not decide it: who asked and who wrote the document.
    #[must_use]
    pub fn own_people(&self) -> Vec<UserId> {
        self.asker().into_iter().chain(self.author_id).collect()
    }
}

/// Why somebody had to be asked.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApprovalReason {
    /// Its request.
    pub request_id: ApprovalRequestId,
    /// Its place, from 1.
    pub place: i32,
    /// What is special.
    pub kind: ApprovalKind,
    /// The rule that asks.
    pub rule_id: ApprovalRuleId,
    /// Its name then.
    pub rule_name: String,
    /// The document's line, from 1.
    pub line_position: Option<i32>,
    /// What is sold on it.
    pub about: Option<String>,
    /// By the kind: per cent, days or money; `None` is not known.
    pub measure: Option<Decimal>,
    /// What may get worse, as it was.
    pub circumstances: Value,
    /// Further figures of that moment.
    pub details: Value,
}

impl ApprovalReason {
    /// As it is put into words.
    #[must_use]
    pub fn told(&self, currency: Currency) -> Told<'_> {
        Told {
            kind: self.kind,
            line: self.line_position.map(|at| (at, self.about.as_deref().unwrap_or_default())),
            measure: self.measure,
            details: &self.details,
            currency,
        }
    }

    /// What may get worse, as it was.
    #[must_use]
    pub fn measured(&self) -> Vec<Measured> {
        serde_json::from_value(self.circumstances.clone()).unwrap_or_default()
    }
}

/// A step of one of the rules that ask.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApprovalStep {
    /// Its request.
    pub request_id: ApprovalRequestId,
    /// The rule.
    pub rule_id: ApprovalRuleId,
    /// Its place in the rule, from 1.
    pub position: i32,
    /// How many different people have to agree.
    pub needed: i32,
    /// Where it stands.
    pub state: StepState,
    /// Minutes after which it escalates.
    pub escalate_after: Option<i32>,
    /// Since when it is open.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it escalates if nobody decides.
    pub escalates_at: Option<DateTime<Utc>>,
    /// When it did.
    pub escalated_at: Option<DateTime<Utc>>,
}

/// Who may decide a step.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApprovalSeat {
    /// Its request.
    pub request_id: ApprovalRequestId,
    /// The rule.
    pub rule_id: ApprovalRuleId,
    /// The step.
    pub position: i32,
    /// Everybody in this role.
    pub role: Option<String>,
    /// Or this person.
    pub user_id: Option<UserId>,
    /// Whether it is the rule's fallback.
    pub is_fallback: bool,
    /// Whether it counts: a fallback's does from the escalation on.
    pub is_taken: bool,
}

/// One person's word.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApprovalDecision {
    /// The decision.
    pub id: ApprovalDecisionId,
    /// Its request.
    pub request_id: ApprovalRequestId,
    /// Yes or no.
    pub verdict: Verdict,
    /// Who.
    pub user_id: UserId,
    /// In whose place; `None` is his own.
    pub for_user_id: Option<UserId>,
    /// What he said.
    pub comment: Option<String>,
    /// The tolerance he named.
    pub tolerance_percent: Option<Decimal>,
    /// The days he named.
    pub valid_days: Option<i32>,
    /// Through which link it came; `None` where he had signed in.
    pub link_id: Option<LinkId>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Who decides in whose place.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApprovalDeputy {
    /// The appointment.
    pub id: ApprovalDeputyId,
    /// Who is away.
    pub user_id: UserId,
    /// Who decides for him.
    pub deputy_id: UserId,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_to: NaiveDate,
    /// When it was ended before its time.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
