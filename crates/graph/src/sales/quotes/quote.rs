//! Quotes.

use std::sync::Arc;

use ::sales::{QuoteMove, QuoteState, QuoteText as KeptText};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::line::QuoteLine;
use super::loads::{MailsOf, OrdersOfQuote, QuoteLinesOf, VersionsOf};
use super::mail::OutgoingMail;
use crate::approvals::{ApprovalRequest, ApprovalsOf, asked_about, awaited};
use crate::catalog::{Agreement, AgreementVersion, Customer, Organization};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::{DocumentTotal, SalesOrder, costed, priced, user};
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;

/// Where a quote stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "QuoteState", remote = "QuoteState")]
pub enum QuoteStateName {
    /// Written, not offered yet.
    Draft,
    /// Waits for an approval.
    PendingApproval,
    /// Offered; the customer has not answered.
    Sent,
    /// The customer agreed: orders are made of it.
    Accepted,
    /// The customer declined.
    Declined,
    /// Its validity ended without an answer.
    Expired,
    /// A newer version stands for it.
    Superseded,
    /// Given up.
    Cancelled,
}

/// What can be done with a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "QuoteMove")]
pub enum QuoteTransition {
    /// Change the draft: `updateQuote`.
    Update,
    /// Offer it, or send it once more: `sendQuote`.
    Send,
    /// Note that the customer agrees: `acceptQuote`.
    Accept,
    /// Note that the customer declines: `declineQuote`.
    Decline,
    /// Let it be valid for longer: `extendQuote`.
    Extend,
    /// Make a new version of it: `reviseQuote`.
    Revise,
    /// Give it up: `cancelQuote`.
    Cancel,
    /// Make an order of it: `createSalesOrderFromQuote`.
    Order,
}

/// A block of text that the customer reads beside a quote's lines.
#[derive(Clone, SimpleObject)]
pub struct QuoteText {
    /// What stands above it; null: nothing.
    heading: Option<String>,
    /// Plain text; line breaks are kept.
    text: String,
}

impl From<&KeptText> for QuoteText {
    fn from(kept: &KeptText) -> Self {
        Self { heading: kept.heading.clone(), text: kept.text.clone() }
    }
}

/// What was offered to a customer, in one version.
#[derive(Clone)]
pub struct Quote(Arc<::sales::Quote>);

impl From<::sales::Quote> for Quote {
    fn from(row: ::sales::Quote) -> Self {
        Self(Arc::new(row))
    }
}

impl Quote {
    async fn rows(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<::sales::QuoteLine>> {
        Ok(Session::of(ctx)?.load(QuoteLinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// Net and profit of the lines that count now; the profit is unknown where a cost is.
    async fn gain(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<(kernel::Decimal, kernel::Decimal)>> {
        let rows = costed(ctx, self.rows(ctx).await?)?;
        let counted = rows.iter().filter(|line| line.is_taken());
        let cost: Option<kernel::Decimal> = counted.map(|line| line.cost).sum();
        Ok(cost.map(|cost| (self.0.net, self.0.net - cost)))
    }
}

/// What was offered to a customer, in one version: sent, it never changes but for its validity.
#[Object]
impl Quote {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Given on leaving DRAFT, by organization and year of the date; the same in all versions.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// Which version of the quote it is, from 1.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// As people call it: the number, and from the second version on which one (`V-000007/2`); null
    /// without a number.
    async fn name(&self) -> Option<String> {
        self.0.name()
    }

    /// The document's date.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// The last day on which it can be accepted, in the tenant's time zone.
    async fn valid_until(&self) -> Date {
        self.0.valid_until.into()
    }

    /// Where it stands.
    async fn state(&self) -> QuoteStateName {
        self.0.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<QuoteTransition> {
        self.0.moves().into_iter().map(Into::into).collect()
    }

    /// To whom it is offered; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// Who sells.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// The terms it was written on.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.0.agreement_id).await?)
    }

    /// The terms as they were when it was written. Needs the right `terms.read`.
    async fn agreement_version(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<AgreementVersion>> {
        let key = (self.0.agreement_id, self.0.agreement_version);
        Ok(Session::of(ctx)?.load(key).await?)
    }

    /// The responsible manager.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.manager_id).await
    }

    /// The currency of all its amounts.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// Whether prices and amounts of its lines include VAT.
    async fn prices_include_vat(&self) -> bool {
        self.0.prices_include_vat
    }

    /// Its lines, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<QuoteLine>> {
        let (currency, with_vat) = (self.0.currency, self.0.prices_include_vat);
        let rows = self.rows(ctx).await?.into_iter();
        Ok(rows.map(|row| QuoteLine::new(row, currency, with_vat)).collect())
    }

    /// What it waits for; null where nobody has to agree. Needs the right `approval.read`.
    async fn approval_request(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ApprovalRequest>> {
        awaited(ctx, self.0.id.0).await
    }

    /// What was asked about it, newest first, with who decided what and why: what was agreed to holds
    /// for the orders that keep its prices. Needs the right `approval.read`.
    async fn approval_requests(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<ApprovalRequest>>> {
        asked_about(ctx, ApprovalsOf(self.0.id.0)).await
    }

    /// What it comes to; optional lines count once the customer has chosen them. Needs the right
    /// `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DocumentTotal>> {
        let row = &self.0;
        let total = DocumentTotal::of(row.net, row.vat, row.gross, row.currency);
        Ok(Some(priced(ctx, total)?))
    }

    /// Revenue without VAT less what the goods would have cost when the lines were priced, of the
    /// lines in `total`; null where a cost was not known. Needs the right `cost.read`.
    async fn profit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let gain = self.gain(ctx).await?;
        Ok(gain.map(|(_, profit)| Money::new(profit, self.0.currency)))
    }

    /// The profit in per cent of the revenue without VAT; null where it is not known, or where there
    /// is no revenue. Needs the right `cost.read`.
    async fn margin_percent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        let gain = self.gain(ctx).await?;
        Ok(gain.and_then(|(net, profit)| share(profit, net)))
    }

    /// What the customer reads beside the lines.
    async fn texts(&self) -> Vec<QuoteText> {
        self.0.texts.0.iter().map(Into::into).collect()
    }

    /// A note that the customer does not read.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// When it was first offered.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(Into::into)
    }

    /// When the customer answered, or somebody wrote his answer down.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.answered_at.map(Into::into)
    }

    /// Whether the customer answered through the link that was sent to him; null without an answer.
    async fn answered_by_link(&self) -> Option<bool> {
        self.0.answered_by_link
    }

    /// Who answered, as he wrote it.
    async fn answered_by(&self) -> Option<&str> {
        self.0.answered_by.as_deref()
    }

    /// Why the customer declined.
    async fn decline_reason(&self) -> Option<&str> {
        self.0.decline_reason.as_deref()
    }

    /// Why it was given up.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// All versions of the quote, this one among them, oldest first.
    async fn versions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Quote>> {
        let rows = Session::of(ctx)?.load(VersionsOf(self.0.root_id)).await?;
        Ok(rows.unwrap_or_default())
    }

    /// The version that was made of this one; null where there is none.
    async fn successor(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quote>> {
        Ok(Session::of(ctx)?.load_made(self.0.successor_id).await?)
    }

    /// The orders that were made of it, oldest first. Needs the right `order.read`.
    async fn orders(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<SalesOrder>>> {
        let session = Session::of(ctx)?;
        let ids = session.load(OrdersOfQuote(self.0.id)).await?.unwrap_or_default();
        Ok(Some(session.load_all(ids).await?.into_iter().flatten().collect()))
    }

    /// The letters that brought it, newest first, at most 50: where each stands, and not what it
    /// says. A letter is sent at least once.
    async fn mails(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<OutgoingMail>> {
        let mails = Session::of(ctx)?.load(MailsOf(self.0.id)).await?;
        Ok(mails.unwrap_or_default())
    }

    /// Its key in another system; unique among the tenant's quotes.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change; an update names the version it has read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The person who wrote it; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.created_by).await
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::sales::Quote>(Session::of(ctx)?, self.0.id).await?)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// Per cent of a revenue; none where there is none.
pub(super) fn share(profit: kernel::Decimal, net: kernel::Decimal) -> Option<Decimal> {
    let percent = profit.checked_mul(kernel::Decimal::ONE_HUNDRED)?.checked_div(net)?;
    Some(Decimal(kernel::round_percent(percent).normalize()))
}
