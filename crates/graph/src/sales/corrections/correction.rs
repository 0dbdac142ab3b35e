//! Price corrections and their lines.

use std::sync::Arc;

use ::sales::{CorrectionMove, CorrectionState};
use async_graphql::{Context, Enum, ID, Object};
use kernel::{Currency, OrderId, ShipmentId};

use super::loads::{CorrectionLinesOf, NoteOfCorrection};
use crate::catalog::{Customer, Organization, Product, ProductVariant};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::{
    CreditNote, DocumentTotal, SalesOrder, ServiceAct, Shipment, ShipmentLine, priced, user,
};
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;

/// Where a price correction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "CorrectionState")]
pub enum PriceCorrectionState {
    /// Written, nothing has changed.
    Draft,
    /// Revenue and debt are less.
    Posted,
    /// Posted and undone by a later posting.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// What can be done with a price correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "CorrectionMove")]
pub enum PriceCorrectionTransition {
    /// Make what was sold cheaper: `postPriceCorrection`.
    Post,
    /// Give the draft up: `cancelPriceCorrection`.
    Cancel,
    /// Undo the posting: `reversePriceCorrection`.
    Reverse,
}

/// What was sold becoming cheaper afterwards.
#[derive(Clone)]
pub struct PriceCorrection(Arc<::sales::PriceCorrection>);

impl From<::sales::PriceCorrection> for PriceCorrection {
    fn from(row: ::sales::PriceCorrection) -> Self {
        Self(Arc::new(row))
    }
}

impl PriceCorrection {
    /// What it is about, for the story of that.
    pub(in crate::sales) fn about(&self) -> (OrderId, Option<ShipmentId>) {
        (self.0.order_id, Some(self.0.shipment_id))
    }
}

/// What was sold becoming cheaper afterwards: posted, it takes revenue and debt back on its own day,
/// at the shipment's rates of VAT; what is paid already becomes an advance. Goods stay.
#[Object]
impl PriceCorrection {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Given on posting; numbers of corrections may have gaps.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// The business date, not before the shipment's.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Where it stands.
    async fn state(&self) -> PriceCorrectionState {
        self.0.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<PriceCorrectionTransition> {
        self.0.state.moves().into_iter().map(Into::into).collect()
    }

    /// The shipment that becomes cheaper; null where an act does.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.shipment_id)).await?)
    }

    /// The act that becomes cheaper; null where a shipment does, and for who sees no acts.
    async fn service_act(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ServiceAct>> {
        let act = kernel::ServiceActId(self.0.shipment_id.0);
        Ok(Session::of(ctx)?.load_made(Some(act)).await?)
    }

    /// The shipment's order.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// Who owes less; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// Who sold.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// The manager of the shipment.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.manager_id).await
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The shipment's currency.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// Its lines, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PriceCorrectionLine>> {
        let lines = Session::of(ctx)?.load(CorrectionLinesOf(self.0.id)).await?;
        Ok(lines.unwrap_or_default())
    }

    /// What the customer owes less. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DocumentTotal>> {
        let total = DocumentTotal::of(self.0.net, self.0.vat, self.0.gross, self.0.currency);
        Ok(Some(priced(ctx, total)?))
    }

    /// The paper by which the customer owes less; null until posted. Needs the right `return.read`.
    async fn credit_note(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<CreditNote>> {
        Ok(Session::of(ctx)?.load(NoteOfCorrection(self.0.id)).await?)
    }

    /// A note.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// When it was posted.
    async fn posted_at(&self) -> Option<DateTime> {
        self.0.posted_at.map(DateTime)
    }

    /// When it was reversed.
    async fn reversed_at(&self) -> Option<DateTime> {
        self.0.reversed_at.map(DateTime)
    }

    /// The business date of the reversal: its own date, or the first open day after.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// Why it was reversed.
    async fn reverse_reason(&self) -> Option<&str> {
        self.0.reverse_reason.as_deref()
    }

    /// Its key in another system; unique among the tenant's corrections.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change.
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

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// A line of a price correction.
#[derive(Clone)]
pub struct PriceCorrectionLine {
    line: Arc<::sales::PriceCorrectionLine>,
    currency: Currency,
}

impl PriceCorrectionLine {
    pub(super) fn new(line: ::sales::PriceCorrectionLine, currency: Currency) -> Self {
        Self { line: Arc::new(line), currency }
    }
}

/// A line of a price correction.
#[Object]
impl PriceCorrectionLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.line.id)
    }

    /// The correction it belongs to.
    async fn price_correction(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PriceCorrection>> {
        Ok(Session::of(ctx)?.load(self.line.correction_id).await?)
    }

    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// The shipment's line that becomes cheaper; null where an act's does.
    async fn shipment_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ShipmentLine>> {
        Ok(Session::of(ctx)?.load(self.line.shipment_line_id).await?)
    }

    /// What was sold.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// The unit, as on the shipment's line.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// The price of a unit that was asked for; null where an amount was. Needs the right `price.read`.
    async fn price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let price = self.line.price.map(|price| Money::new(price, self.currency));
        Ok(priced(ctx, price)?)
    }

    /// By how much the line becomes less: with VAT or without it, as the shipment's lines are. Needs
    /// the right `price.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.line.amount, self.currency))?))
    }

    /// Percent, as of the shipment; null is "without VAT", which is not 0 %.
    async fn vat_rate(&self) -> Option<Decimal> {
        self.line.vat_rate.map(|rate| Decimal(rate.get().normalize()))
    }

    /// The tax in the amount or on top of it. Needs the right `price.read`.
    async fn vat_amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.line.vat_amount, self.currency))?))
    }
}
