//! Requests for approval.

use std::sync::Arc;

use ::sales::words_instead;
use access::Right;
use async_graphql::{Context, ID, Json, Object};
use kernel::{AgreementId, Currency, OrderId, QuoteId, ShipmentId, Text, UserId, Uuid};
use serde::Deserialize;

use super::loads::{DecisionsOf, ReasonsOf, SeatsOf, StepsOf, WaitsForMe};
use super::parts::{ApprovalDecision, ApprovalReason, ApprovalStep};
use super::{ApprovalState, SeeAmounts};
use crate::catalog::{Agreement, Customer};
use crate::identity::User;
use crate::ids::global;
use crate::sales::{Quote, SalesOrder, Shipment};
use crate::scalars::{DateTime, Decimal, Money};
use crate::session::Session;

/// One asking whether a document may go on: its reasons, who has to decide, and what they said.
#[derive(Clone)]
pub struct ApprovalRequest(pub(super) Arc<::approvals::ApprovalRequest>);

impl From<::approvals::ApprovalRequest> for ApprovalRequest {
    fn from(row: ::approvals::ApprovalRequest) -> Self {
        Self(Arc::new(row))
    }
}

impl ApprovalRequest {
    /// Whether somebody has to decide.
    pub(crate) fn is_pending(&self) -> bool {
        self.0.state == ::approvals::ApprovalState::Pending
    }

    fn agreement_id(&self) -> Option<AgreementId> {
        (self.0.subject_kind == "Agreement").then_some(AgreementId(self.0.subject_id))
    }

    /// Which document it is about.
    pub(crate) fn subject(&self) -> Uuid {
        self.0.subject_id
    }

    /// Its document's currency.
    pub(super) fn currency(&self) -> Currency {
        self.0.currency
    }

    /// Whether a right of the caller's takes its document in.
    pub(super) fn is_covered(&self, session: &Session, right: Right) -> bool {
        session.covers(right, self.0.manager_id, self.0.customer_id)
    }
}

/// One asking whether a document may go on: its reasons, who has to decide, and what they said.
#[Object]
impl ApprovalRequest {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Where it stands.
    async fn state(&self) -> ApprovalState {
        self.0.state.into()
    }

    /// The order it is about, or the order of the shipment it is about; null where it is about a
    /// quote or an agreement, or the caller may not see it.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        let order = matches!(self.0.subject_kind.as_str(), "SalesOrder" | "Shipment");
        let order = order.then_some(OrderId(self.0.root_id));
        Ok(Session::of(ctx)?.load_made(order).await?)
    }

    /// The quote it is about; null where it is about another document, or the caller may not see it.
    async fn quote(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quote>> {
        let quote = (self.0.subject_kind == "Quote").then_some(QuoteId(self.0.subject_id));
        Ok(Session::of(ctx)?.load_made(quote).await?)
    }

    /// The agreement it is about; null where it is about another document, or the caller may not see
    /// it.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load_made(self.agreement_id()).await?)
    }

    /// The shipment it is about; null where it is about another document.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        let shipment = (self.0.subject_kind == "Shipment").then_some(ShipmentId(self.0.subject_id));
        Ok(Session::of(ctx)?.load_made(shipment).await?)
    }

    /// Whose document it is about; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.customer_id)).await?)
    }

    /// Who is responsible for the document now.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.manager_id).await?)
    }

    /// Who asked; null where a program did. He decides nothing of it himself.
    async fn requested_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let asker = (self.0.asker_kind == "user").then_some(UserId(self.0.asker_id));
        Ok(Session::of(ctx)?.load_made(asker).await?)
    }

    /// When it was asked.
    async fn requested_at(&self) -> DateTime {
        self.0.requested_at.into()
    }

    /// What the document came to then, with VAT; null of an agreement. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Session::of(ctx)?.permit::<SeeAmounts>()?;
        if self.agreement_id().is_some() {
            return Ok(None);
        }
        Ok(Some(Money::new(self.0.amount, self.0.currency)))
    }

    /// What the document said then: customer, agreement, lines, prices, terms. A decision is about
    /// nothing else. Needs the right `price.read`.
    async fn facts(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Json<serde_json::Value>>> {
        Session::of(ctx)?.permit::<SeeAmounts>()?;
        Ok(Some(Json(self.0.facts.clone())))
    }

    /// Why somebody has to agree, all reasons at once.
    async fn reasons(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApprovalReason>> {
        let rows = Session::of(ctx)?.load(ReasonsOf(self.0.id)).await?.unwrap_or_default();
        let reason = |row| ApprovalReason { row, request: self.clone() };
        Ok(rows.into_iter().map(reason).collect())
    }

    /// Who decides in which order: a row of steps for each rule that asks.
    async fn steps(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApprovalStep>> {
        let session = Session::of(ctx)?;
        let (steps, seats, reasons) = futures::try_join!(
            session.load(StepsOf(self.0.id)),
            session.load(SeatsOf(self.0.id)),
            session.load(ReasonsOf(self.0.id)),
        )?;
        let (seats, reasons) = (seats.unwrap_or_default(), reasons.unwrap_or_default());
        let step = |row: ::approvals::ApprovalStep| {
            let his = |seat: &&::approvals::ApprovalSeat| {
                seat.rule_id == row.rule_id && seat.position == row.position
            };
            let rule = reasons.iter().find(|reason| reason.rule_id == row.rule_id);
            ApprovalStep {
                seats: seats.iter().filter(his).cloned().collect(),
                rule_name: rule.map(|reason| reason.rule_name.clone()).unwrap_or_default(),
                row,
            }
        };
        Ok(steps.unwrap_or_default().into_iter().map(step).collect())
    }

    /// What was decided so far, oldest first.
    async fn decisions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApprovalDecision>> {
        let rows = Session::of(ctx)?.load(DecisionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(ApprovalDecision).collect())
    }

    /// Whether it waits for the caller's word, in his own place or as somebody's deputy.
    async fn may_decide(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        if !self.is_pending() {
            return Ok(false);
        }
        Ok(Session::of(ctx)?.load(WaitsForMe(self.0.id)).await?.unwrap_or_default())
    }

    /// When it was decided or given up.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(Into::into)
    }

    /// Why it was withdrawn or is out of date.
    async fn close_reason(&self) -> Option<&str> {
        self.0.close_reason.as_deref()
    }

    /// Until when an approval holds; then it must be asked anew.
    async fn valid_until(&self) -> Option<DateTime> {
        self.0.valid_until.map(Into::into)
    }

    /// By how many per cent debt, days overdue and margin may get worse while an approval holds.
    async fn tolerance_percent(&self) -> Option<Decimal> {
        self.0.tolerance_percent.map(|percent| Decimal(percent.normalize()))
    }

    /// Why the document did not move on by itself though it was approved, such as goods that were
    /// gone; it may be changed again, and the approval stays valid. Without figures of debts and
    /// limits for who may not see them.
    async fn follow_refusal(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        let session = Session::of(ctx)?;
        let Some(refusal) = &self.0.follow_refusal else { return Ok(None) };
        let code = refusal["code"].as_str().unwrap_or_default();
        // It was worded for whoever asked, or for this program, which sees everything.
        let text = match words_instead(code, |right| self.is_covered(session, right)) {
            Some(text) => Some(text),
            None => Text::deserialize(refusal).ok(),
        };
        Ok(text.map(|text| text.get(session.language()).to_owned()))
    }

    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
