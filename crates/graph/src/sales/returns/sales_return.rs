//! Returns and their lines.

use std::sync::Arc;

use ::sales::{GoodsCondition, ReturnMove, ReturnState};
use async_graphql::{Context, Enum, ID, Object};
use kernel::{Currency, OrderId, ShipmentId};

use super::loads::{LotsOfReturnLine, NoteOf, ReturnLinesOf};
use super::note::CreditNote;
use crate::catalog::{Customer, Organization, Product, ProductVariant, Warehouse};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::{DocumentTotal, SalesOrder, Shipment, ShipmentLine, costed, priced, user};
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::stock::{Lot, MovementsOf, StockMovement};

/// Where a return stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ReturnState")]
pub enum SalesReturnState {
    /// Written, nothing has moved.
    Draft,
    /// Goods are back, revenue, cost and debt are less.
    Posted,
    /// Posted and undone by a later posting.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// What can be done with a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ReturnMove")]
pub enum SalesReturnTransition {
    /// Take the goods in: `postSalesReturn`.
    Post,
    /// Give the draft up: `cancelSalesReturn`.
    Cancel,
    /// Undo the posting: `reverseSalesReturn`.
    Reverse,
}

/// In what state goods come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "GoodsCondition")]
pub enum ReturnedCondition {
    /// As they left: they go back into the lots that the shipment took last.
    Good,
    /// Not to be sold: they go into blocked lots beside those.
    Damaged,
}

/// Goods of a posted shipment coming back.
#[derive(Clone)]
pub struct SalesReturn(Arc<::sales::SalesReturn>);

impl From<::sales::SalesReturn> for SalesReturn {
    fn from(row: ::sales::SalesReturn) -> Self {
        Self(Arc::new(row))
    }
}

impl SalesReturn {
    /// What it is about, for the story of that.
    pub(in crate::sales) fn about(&self) -> (OrderId, Option<ShipmentId>) {
        (self.0.order_id, Some(self.0.shipment_id))
    }
}

/// Goods of a posted shipment coming back: posted, it takes goods, revenue, cost and debt back on
/// its own day. The order stays as it is.
#[Object]
impl SalesReturn {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Given on posting; numbers of returns may have gaps.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// The business date, not before the shipment's.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Where it stands.
    async fn state(&self) -> SalesReturnState {
        self.0.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<SalesReturnTransition> {
        self.0.state.moves().into_iter().map(Into::into).collect()
    }

    /// The shipment whose goods come back.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load(self.0.shipment_id).await?)
    }

    /// The shipment's order.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// Who brings goods back; null where the caller may not see him.
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

    /// Where the goods come in.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
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
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SalesReturnLine>> {
        let lines = Session::of(ctx)?.load(ReturnLinesOf(self.0.id)).await?;
        Ok(lines.unwrap_or_default())
    }

    /// What the customer owes less: parts of the shipment's amounts at its rates of VAT; the last
    /// return of a line takes the rest. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DocumentTotal>> {
        let total = DocumentTotal::of(self.0.net, self.0.vat, self.0.gross, self.0.currency);
        Ok(Some(priced(ctx, total)?))
    }

    /// What the goods had left with, in the base currency; null until posted. Needs the right
    /// `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        cost(ctx, self.0.cost)
    }

    /// The paper by which the customer owes less; null until posted.
    async fn credit_note(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<CreditNote>> {
        Ok(Session::of(ctx)?.load(NoteOf(self.0.id)).await?)
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

    /// Its key in another system; unique among the tenant's returns.
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
        Ok(custom_fields_of::<::sales::SalesReturn>(Session::of(ctx)?, self.0.id).await?)
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

/// A line of a return.
#[derive(Clone)]
pub struct SalesReturnLine {
    line: Arc<::sales::SalesReturnLine>,
    currency: Currency,
}

impl SalesReturnLine {
    pub(super) fn new(line: ::sales::SalesReturnLine, currency: Currency) -> Self {
        Self { line: Arc::new(line), currency }
    }
}

/// A line of a return.
#[Object]
impl SalesReturnLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.line.id)
    }

    /// The return it belongs to.
    async fn sales_return(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesReturn>> {
        Ok(Session::of(ctx)?.load(self.line.return_id).await?)
    }

    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// The shipment's line that it undoes a part of.
    async fn shipment_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ShipmentLine>> {
        Ok(Session::of(ctx)?.load(self.line.shipment_line_id).await?)
    }

    /// What comes back.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// In what state.
    async fn condition(&self) -> ReturnedCondition {
        self.line.condition.into()
    }

    /// How much, in its unit.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line.quantity.normalize())
    }

    /// The unit, as on the shipment's line.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// Its part of the shipment line's amount. Needs the right `price.read`.
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

    /// What its goods had left with, in the base currency; null until posted. Needs the right
    /// `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        cost(ctx, self.line.cost)
    }

    /// The lots its goods went into; empty until posted.
    async fn lots(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ReturnedLot>> {
        let lots = Session::of(ctx)?.load(LotsOfReturnLine(self.line.id)).await?;
        Ok(lots.unwrap_or_default().into_iter().map(ReturnedLot).collect())
    }
}

/// A part of a return's line that went into one lot.
pub struct ReturnedLot(::sales::ReturnLot);

/// A part of a return's line that went into one lot.
#[Object]
impl ReturnedLot {
    /// The lot it went into: a blocked one where it is damaged; null for those who may not see
    /// stock.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// The lot it had left from; null for those who may not see stock.
    async fn source_lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.source_lot_id).await?)
    }

    /// How much of it, in base units.
    async fn quantity(&self) -> Decimal {
        Decimal(self.0.quantity.normalize())
    }

    /// What it had left with, in the base currency. Needs the right `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        cost(ctx, Some(self.0.cost))
    }
}
