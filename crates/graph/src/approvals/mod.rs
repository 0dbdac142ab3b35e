//! Approvals: who must agree before something special happens, and what they decided.

mod deputy;
mod inputs;
mod loads;
mod mutations;
mod parts;
mod queries;
mod request;
mod rule;

pub use deputy::ApprovalDeputy;
pub(crate) use loads::{ApprovalsOf, ApprovalsOfRoot};
pub use request::ApprovalRequest;
pub use rule::ApprovalRule;

use access::{Action, Right};
use async_graphql::{Context, Enum, MergedObject};

/// Queries of this context.
#[derive(MergedObject, Default)]
pub struct ApprovalQuery(queries::RequestQuery, queries::RuleQuery, queries::DeputyQuery);

/// Mutations of this context.
#[derive(MergedObject, Default)]
pub struct ApprovalMutation(
    mutations::DecisionMutation,
    mutations::RuleMutation,
    mutations::DeputyMutation,
);

use crate::errors::Failure;
use crate::loaders::{Key, Load, Loaders};
use crate::session::Session;

/// What a document waits for, as far as the caller may see it.
pub(crate) async fn waiting(
    session: &Session,
    document: kernel::Uuid,
) -> Result<Option<ApprovalRequest>, Failure> {
    let requests = session.load_made(Some(ApprovalsOf(document))).await?;
    Ok(requests.into_iter().flatten().find(ApprovalRequest::is_pending))
}

/// What was asked about a document, or about it and what follows it, newest first; an error without the
/// right `approval.read`.
pub(crate) async fn asked_about<K>(
    ctx: &Context<'_>,
    about: K,
) -> async_graphql::Result<Option<Vec<ApprovalRequest>>>
where
    K: Key,
    Loaders: Load<K, Value = Vec<ApprovalRequest>>,
{
    Ok(Some(Session::of(ctx)?.load(about).await?.unwrap_or_default()))
}

/// Which of it waits; an error without the right `approval.read`.
pub(crate) async fn awaited(
    ctx: &Context<'_>,
    document: kernel::Uuid,
) -> async_graphql::Result<Option<ApprovalRequest>> {
    let requests = asked_about(ctx, ApprovalsOf(document)).await?;
    Ok(requests.into_iter().flatten().find(ApprovalRequest::is_pending))
}

macro_rules! seeing {
    ($($name:ident: $right:ident),* $(,)?) => {
        $(pub(super) struct $name; impl Action for $name { const RIGHT: Right = Right::$right; })*
    };
}

seeing! {
    SeeAmounts: PriceRead,
    SeeRules: ApprovalRuleRead,
}

/// What is special about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "::approvals::ApprovalKind")]
pub enum ApprovalKind {
    /// A typed price or discount is above its author's limit; measured in per cent of discount.
    DiscountOverLimit,
    /// A net price is below the product's minimum; measured in per cent below it.
    PriceBelowMinimum,
    /// A margin is below its minimum, or nobody knows the cost; measured in per cent of margin.
    MarginBelowMinimum,
    /// The credit limit would be exceeded; measured by how much, in the limit's currency.
    CreditLimitExceeded,
    /// Goods would leave for a customer with overdue debt; measured in days overdue.
    ShipmentWithOverdueDebt,
    /// Goods would leave before what is due before shipping is paid; measured by what is missing, in
    /// the document's currency.
    ShipmentBeforePayment,
    /// A deferral of payment, or a sales route chosen for this order alone; measured in days of the
    /// last payment.
    SpecialTerms,
}

/// Where a request for approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "::approvals::ApprovalState")]
pub enum ApprovalState {
    /// Somebody has to decide.
    Pending,
    /// Everybody who was asked agreed.
    Approved,
    /// Somebody who was asked said no.
    Rejected,
    /// Whoever asked took it back.
    Withdrawn,
    /// The document or the circumstances are not any more what was decided about.
    Outdated,
}

/// Where a step of a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "::approvals::StepState")]
pub enum ApprovalStepState {
    /// The step before it is not done.
    Waiting,
    /// Its approvers may decide.
    Open,
    /// As many agreed as were needed.
    Done,
    /// Nobody is asked any more: the request is over.
    Closed,
}

/// What somebody says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "::approvals::Verdict")]
pub enum ApprovalVerdict {
    /// Yes.
    Approve,
    /// No; needs a comment.
    Reject,
}
