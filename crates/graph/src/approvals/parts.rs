//! Reasons, steps and decisions of requests.

use ::approvals::in_words;
use async_graphql::{Context, ID, Json, Object};

use super::{ApprovalKind, ApprovalRequest, ApprovalStepState, ApprovalVerdict};
use crate::identity::User;
use crate::ids::global;
use crate::scalars::{CurrencyCode, DateTime, Decimal};
use crate::session::Session;

/// Why somebody has to agree, with the figures of that moment.
pub struct ApprovalReason {
    pub(super) row: ::approvals::ApprovalReason,
    pub(super) request: ApprovalRequest,
}

impl ApprovalReason {
    /// Figures give cost, debts and limits away to those who may not see them.
    fn may_see(&self, session: &Session) -> bool {
        self.row.kind.shows_figures(|right| self.request.is_covered(session, right))
    }
}

/// Why somebody has to agree, with the figures of that moment.
#[Object]
impl ApprovalReason {
    /// What is special.
    async fn kind(&self) -> ApprovalKind {
        self.row.kind.into()
    }

    /// What is special, as a person reads it, in the language of the request; without figures for who
    /// may not see them.
    async fn message(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        let session = Session::of(ctx)?;
        let told = self.row.told(self.request.currency());
        let words = in_words(&told, self.may_see(session));
        Ok(words.get(session.language()).to_owned())
    }

    /// The name of the rule that asks, as it was then.
    async fn rule_name(&self) -> &str {
        &self.row.rule_name
    }

    /// The place of the document's line it is about, from 1; null where it is about all of it.
    async fn line_position(&self) -> Option<i32> {
        self.row.line_position
    }

    /// What is sold on that line.
    async fn product_name(&self) -> Option<&str> {
        self.row.about.as_deref()
    }

    /// How much, by the kind: per cent, days or money. Null where it is not known, or where the
    /// caller may not see such figures of this document: discounts and terms need `price.read`,
    /// minima and margins `cost.read`, debts `receivable.read`, limits `terms.read` too.
    async fn measure(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        let seen = self.may_see(Session::of(ctx)?);
        Ok(self.row.measure.filter(|_| seen).map(|measure| Decimal(measure.normalize())))
    }

    /// What may get worse while a decision holds, as it was: a list of names (`EXPOSURE`,
    /// `OVERDUE_AMOUNT`, `DAYS_OVERDUE`, `PAYMENT_DUE`, `MARGIN`) and values. Null where the caller
    /// may not see such figures.
    async fn circumstances(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Json<serde_json::Value>>> {
        let seen = self.may_see(Session::of(ctx)?);
        Ok(seen.then(|| Json(self.row.circumstances.clone())))
    }

    /// Further figures of that moment, such as the limit. Null where the caller may not see such
    /// figures.
    async fn details(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Json<serde_json::Value>>> {
        let seen = self.may_see(Session::of(ctx)?);
        Ok(seen.then(|| Json(self.row.details.clone())))
    }

    /// The document's currency.
    async fn currency(&self) -> CurrencyCode {
        self.request.currency().into()
    }
}

/// A step of one of the rules that ask.
pub struct ApprovalStep {
    pub(super) row: ::approvals::ApprovalStep,
    pub(super) seats: Vec<::approvals::ApprovalSeat>,
    pub(super) rule_name: String,
}

/// A step of one of the rules that ask.
#[Object]
impl ApprovalStep {
    /// The name of the rule, as it was then.
    async fn rule_name(&self) -> &str {
        &self.rule_name
    }

    /// Its place in the rule, from 1.
    async fn position(&self) -> i32 {
        self.row.position
    }

    /// How many different people have to agree.
    async fn needed(&self) -> i32 {
        self.row.needed
    }

    /// Where it stands.
    async fn state(&self) -> ApprovalStepState {
        self.row.state.into()
    }

    /// Who may decide it.
    async fn approvers(&self) -> Vec<ApprovalSeat> {
        self.seats.iter().cloned().map(ApprovalSeat).collect()
    }

    /// Since when its approvers may decide.
    async fn opened_at(&self) -> Option<DateTime> {
        self.row.opened_at.map(Into::into)
    }

    /// When the fallback is asked as well, if nobody decides.
    async fn escalates_at(&self) -> Option<DateTime> {
        self.row.escalates_at.map(Into::into)
    }

    /// When the fallback was asked.
    async fn escalated_at(&self) -> Option<DateTime> {
        self.row.escalated_at.map(Into::into)
    }
}

/// Who may decide a step: everybody in a role, or one person.
pub struct ApprovalSeat(::approvals::ApprovalSeat);

/// Who may decide a step: everybody in a role, or one person.
#[Object]
impl ApprovalSeat {
    /// The role's name; null where it is a person.
    async fn role(&self) -> Option<&str> {
        self.0.role.as_deref()
    }

    /// The person; null where it is a role.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.user_id).await?)
    }

    /// Whether it is the rule's fallback.
    async fn is_fallback(&self) -> bool {
        self.0.is_fallback
    }

    /// Whether he may decide by now; a fallback may when the step has escalated.
    async fn is_asked(&self) -> bool {
        self.0.is_taken
    }
}

/// One person's word on a request. Decisions are never changed or removed.
pub struct ApprovalDecision(pub(super) ::approvals::ApprovalDecision);

/// One person's word on a request. Decisions are never changed or removed.
#[Object]
impl ApprovalDecision {
    /// An opaque id.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Yes or no.
    async fn verdict(&self) -> ApprovalVerdict {
        self.0.verdict.into()
    }

    /// Who decided.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.user_id)).await?)
    }

    /// In whose place he decided, as a deputy; null in his own.
    async fn on_behalf_of(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.for_user_id).await?)
    }

    /// What he said; a rejection always says why.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// The tolerance in per cent that he named; null: the rule's.
    async fn tolerance_percent(&self) -> Option<Decimal> {
        self.0.tolerance_percent.map(|percent| Decimal(percent.normalize()))
    }

    /// The days for which he agreed; null: the rule's.
    async fn valid_days(&self) -> Option<i32> {
        self.0.valid_days
    }

    /// Whether he decided through the link from his letter; else he had signed in.
    async fn by_link(&self) -> bool {
        self.0.link_id.is_some()
    }

    /// When.
    async fn decided_at(&self) -> DateTime {
        self.0.decided_at.into()
    }
}
