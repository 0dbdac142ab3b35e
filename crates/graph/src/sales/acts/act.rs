//! Acts and their lines.

use std::sync::Arc;

use ::sales::{ActMove, ActState};
use async_graphql::{Context, Enum, ID, Object};
use kernel::{Currency, OrderId, ShipmentId};

use super::loads::ActLinesOf;
use crate::catalog::{Customer, Organization, Product, ProductVariant};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::corrections::{CorrectionsOf, PriceCorrection};
use crate::sales::tax_invoices::{TaxInvoice, TaxInvoiceOfSale};
use crate::sales::{DocumentTotal, SalesOrder, SalesOrderLine, priced, user};
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::settlements::{Receivable, ReceivablesOfShipment};

/// Where an act stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ActState")]
pub enum ServiceActState {
    /// Written, nothing is booked.
    Draft,
    /// Revenue and debt are booked.
    Posted,
    /// Posted and undone by a later posting.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// What can be done with an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ActMove")]
pub enum ServiceActTransition {
    /// Book it: `postServiceAct`.
    Post,
    /// Give the draft up: `cancelServiceAct`.
    Cancel,
    /// Undo the posting: `reverseServiceAct`.
    Reverse,
}

/// Services done for a customer.
#[derive(Clone)]
pub struct ServiceAct(Arc<::sales::ServiceAct>);

impl From<::sales::ServiceAct> for ServiceAct {
    fn from(row: ::sales::ServiceAct) -> Self {
        Self(Arc::new(row))
    }
}

impl ServiceAct {
    /// Whose services.
    pub(in crate::sales) fn order_id(&self) -> OrderId {
        self.0.order_id
    }
}

/// Services of an order done for a customer: books revenue and opens receivables, without stock.
#[Object]
impl ServiceAct {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Without gaps by organization and year, given on posting; a reversed one keeps it.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// The business date, not before the order's.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Where it stands.
    async fn state(&self) -> ServiceActState {
        self.0.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<ServiceActTransition> {
        self.0.state.moves().into_iter().map(Into::into).collect()
    }

    /// The order it fulfils.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// Who buys; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// Who sells.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// The order's manager.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.manager_id).await
    }

    /// The order's currency.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// Its lines, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ServiceActLine>> {
        Ok(Session::of(ctx)?.load(ActLinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// What it comes to. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DocumentTotal>> {
        let total = DocumentTotal::of(self.0.net, self.0.vat, self.0.gross, self.0.currency);
        Ok(Some(priced(ctx, total)?))
    }

    /// What it opened, earliest due first. Needs the right `receivable.read`.
    async fn receivables(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<Receivable>>> {
        let sale = ShipmentId(self.0.id.0);
        let opened = Session::of(ctx)?.load(ReceivablesOfShipment(sale)).await?;
        Ok(Some(opened.unwrap_or_default()))
    }

    /// The corrections of its prices, oldest first. Needs the right `correction.read`.
    async fn price_corrections(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<PriceCorrection>>> {
        let sale = ShipmentId(self.0.id.0);
        let corrections = Session::of(ctx)?.load(CorrectionsOf(sale)).await?;
        Ok(Some(corrections.unwrap_or_default()))
    }

    /// Its tax invoice that stands; null where none was issued, or it was cancelled. Needs the right
    /// `tax_invoice.read`.
    async fn tax_invoice(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<TaxInvoice>> {
        Ok(Session::of(ctx)?.load(TaxInvoiceOfSale(ShipmentId(self.0.id.0))).await?)
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

    /// Its key in another system; unique among the tenant's acts.
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

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::sales::ServiceAct>(Session::of(ctx)?, self.0.id).await?)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// A line of an act.
#[derive(Clone)]
pub struct ServiceActLine {
    line: Arc<::sales::ServiceActLine>,
    currency: Currency,
}

impl ServiceActLine {
    pub(super) fn new(line: ::sales::ServiceActLine, currency: Currency) -> Self {
        Self { line: Arc::new(line), currency }
    }
}

/// A line of an act.
#[Object]
impl ServiceActLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.line.id)
    }

    /// The act it belongs to.
    async fn service_act(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ServiceAct>> {
        Ok(Session::of(ctx)?.load(self.line.act_id).await?)
    }

    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// The order's line it fulfils.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load(self.line.order_line_id).await?)
    }

    /// Which service.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null for a service without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// How much, in its unit.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line.quantity.normalize())
    }

    /// The unit, as on the order's line.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// With VAT or without it, as the order's prices are. Needs the right `price.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.line.amount, self.currency))?))
    }

    /// Percent, as of the posting; null is "without VAT", which is not 0 %.
    async fn vat_rate(&self) -> Option<Decimal> {
        self.line.vat_rate.map(|rate| Decimal(rate.get().normalize()))
    }

    /// The tax in the amount or on top of it. Needs the right `price.read`.
    async fn vat_amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.line.vat_amount, self.currency))?))
    }
}
