//! Shipments and their lines.

use std::sync::Arc;

use ::analytics::{Costs, Figures};
use ::sales::ShipmentLot;
use async_graphql::{Context, ID, Object};
use kernel::Currency;

use super::corrections::{CorrectionsOf, PriceCorrection};
use super::deliveries::{BroughtBy, DeliveriesOf, Delivery};
use super::loads::{LotsOf, ShippedLinesOf};
use super::order::{SalesOrder, SalesOrderLine};
use super::returns::{ReturnsOf, SalesReturn};
use super::tax_invoices::{TaxInvoice, TaxInvoiceOfSale};
use super::{DocumentTotal, ShipmentState, ShipmentTransition, costed, priced, user};
use crate::analytics::SalesFigures;
use crate::approvals::{ApprovalRequest, ApprovalsOf, asked_about, awaited};
use crate::catalog::{
    Agreement, AgreementVersion, Customer, Organization, Product, ProductVariant, Warehouse,
};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::settlements::{Receivable, ReceivablesOfShipment};
use crate::stock::{Lot, MovementsOf, StockMovement};

/// Goods and services leaving for a customer: writes stock off, books revenue and cost, opens
/// receivables.
#[derive(Clone)]
pub struct Shipment(Arc<::sales::Shipment>);

impl From<::sales::Shipment> for Shipment {
    fn from(row: ::sales::Shipment) -> Self {
        Self(Arc::new(row))
    }
}

impl Shipment {
    pub(super) fn row(&self) -> &::sales::Shipment {
        &self.0
    }
}

/// Goods and services leaving for a customer: writes stock off, books revenue and cost, opens
/// receivables.
#[Object]
impl Shipment {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Given on posting, without gaps by organization and year; a reversed one keeps it.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// The business date.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Where it stands.
    async fn state(&self) -> ShipmentState {
        self.0.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<ShipmentTransition> {
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

    /// The terms its order was written on. Needs the right `terms.read`.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.0.agreement_id).await?)
    }

    /// Those terms as they were then, whatever has become of them since; null on shipments
    /// written before versions were kept. Needs the right `terms.read`.
    async fn agreement_version(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<AgreementVersion>> {
        let key = self.0.agreement_version.map(|number| (self.0.agreement_id, number));
        Ok(Session::of(ctx)?.load_made(key).await?)
    }

    /// The manager who was responsible when it was posted.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.manager_id).await
    }

    /// From where goods leave.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// The currency of all its amounts but cost.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// Its lines, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ShipmentLine>> {
        let lines = Session::of(ctx)?.load(ShippedLinesOf(self.0.id)).await?;
        let shaped = |line| ShipmentLine::new(line, self.0.currency);
        Ok(lines.unwrap_or_default().into_iter().map(shaped).collect())
    }

    /// What it comes to; net is the revenue. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DocumentTotal>> {
        let total = DocumentTotal::of(self.0.net, self.0.vat, self.0.gross, self.0.currency);
        Ok(Some(priced(ctx, total)?))
    }

    /// What its goods cost, in the base currency; null until it is posted. Needs the right
    /// `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        cost(ctx, self.0.cost)
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

    /// Its key in another system; unique among the tenant's shipments.
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

    /// What it opened by the payment steps, oldest due first. Needs the right
    /// `receivable.read`.
    async fn receivables(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<Receivable>>> {
        let receivables = Session::of(ctx)?.load(ReceivablesOfShipment(self.0.id)).await?;
        Ok(Some(receivables.unwrap_or_default()))
    }

    /// The corrections of its prices, oldest first. Needs the right `correction.read`.
    async fn price_corrections(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<PriceCorrection>>> {
        let corrections = Session::of(ctx)?.load(CorrectionsOf(self.0.id)).await?;
        Ok(Some(corrections.unwrap_or_default()))
    }

    /// Its tax invoice that stands; null where none was issued, or it was cancelled. Needs the right
    /// `tax_invoice.read`.
    async fn tax_invoice(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<TaxInvoice>> {
        Ok(Session::of(ctx)?.load(TaxInvoiceOfSale(self.0.id)).await?)
    }

    /// Its returns, oldest first. Needs the right `return.read`.
    async fn returns(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<SalesReturn>>> {
        let returns = Session::of(ctx)?.load(ReturnsOf(self.0.id)).await?;
        Ok(Some(returns.unwrap_or_default()))
    }

    /// How it gets to the customer, oldest first. Needs the right `delivery.read`.
    async fn deliveries(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Delivery>>> {
        let deliveries = Session::of(ctx)?.load(DeliveriesOf(self.0.id)).await?;
        Ok(Some(deliveries.unwrap_or_default()))
    }

    /// What it has brought by now: its returns, its reversal and what its deliveries cost are
    /// counted in. Null until it is posted. Needs the right `price.read`.
    async fn figures(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesFigures>> {
        let session = Session::of(ctx)?;
        priced(ctx, ())?;
        let Some(brought) = session.load(BroughtBy(self.0.id)).await? else { return Ok(None) };
        let shows_cost = costed(ctx, ()).is_ok();
        let is_base = self.0.currency == session.scope()?.facts().base_currency;
        let costs = Costs { goods: brought.cost, variable: brought.variable_cost };
        let costs = Some(costs).filter(|_| shows_cost && is_base);
        let figures = Figures::of(brought.quantity, brought.revenue, costs);
        Ok(Some(SalesFigures::new(figures, self.0.currency, shows_cost)))
    }

    /// What it moved, and what its reversal moved back. Needs the right `stock.read`.
    async fn movements(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<StockMovement>>> {
        let moved = Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?;
        Ok(Some(moved.unwrap_or_default()))
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::sales::Shipment>(Session::of(ctx)?, self.0.id).await?)
    }

    /// What it waits for; null where nobody has to agree. Needs the right `approval.read`.
    async fn approval_request(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ApprovalRequest>> {
        awaited(ctx, self.0.id.0).await
    }

    /// What was asked about it, newest first, with who decided what and why. Needs the right
    /// `approval.read`.
    async fn approval_requests(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<ApprovalRequest>>> {
        asked_about(ctx, ApprovalsOf(self.0.id.0)).await
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

fn cost(
    ctx: &Context<'_>,
    amount: Option<kernel::Decimal>,
) -> async_graphql::Result<Option<Money>> {
    let base = Session::of(ctx)?.scope()?.facts().base_currency;
    Ok(costed(ctx, amount.map(|amount| Money::new(amount, base)))?)
}

/// A line of a shipment.
#[derive(Clone)]
pub struct ShipmentLine {
    line: Arc<::sales::ShipmentLine>,
    currency: Currency,
}

impl ShipmentLine {
    pub(super) fn new(line: ::sales::ShipmentLine, currency: Currency) -> Self {
        Self { line: Arc::new(line), currency }
    }
}

/// A line of a shipment.
#[Object]
impl ShipmentLine {
    /// The shipment it belongs to.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load(self.line.shipment_id).await?)
    }

    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.line.id)
    }

    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// The order's line it fulfils.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load(self.line.order_line_id).await?)
    }

    /// What was shipped.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null for a product without variants.
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

    /// Its part of the order line's amount: the parts add up to the whole. Needs the right
    /// `price.read`.
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

    /// What its goods cost, in the base currency; null until posted. Needs the right `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        cost(ctx, self.line.cost)
    }

    /// The lots its goods came out of; empty until posted.
    async fn lots(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ShippedLot>> {
        let lots = Session::of(ctx)?.load(LotsOf(self.line.id)).await?;
        Ok(lots.unwrap_or_default().into_iter().map(ShippedLot).collect())
    }
}

/// A part of a shipment's line that came out of one lot.
pub struct ShippedLot(ShipmentLot);

/// A part of a shipment's line that came out of one lot.
#[Object]
impl ShippedLot {
    /// The lot; null for those who may not see stock.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// How much of it, in base units.
    async fn quantity(&self) -> Decimal {
        Decimal(self.0.quantity.normalize())
    }

    /// What it cost, in the base currency. Needs the right `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        cost(ctx, Some(self.0.cost))
    }
}
