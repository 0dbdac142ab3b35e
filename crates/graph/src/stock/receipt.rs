//! Goods receipts.

use ::stock::{ReceiptLineRow, ReceiptRow, ReceiptState};
use async_graphql::{Context, Enum, ID, Object};

use super::loads::{LinesOf, LotOf, MovementsOf};
use super::lot::Lot;
use super::movement::StockMovement;
use super::supply::{PurchaseOrder, PurchaseOrderLine, ReturnsOf, SupplierReturn};
use super::{cost, quantity, value};
use crate::catalog::{Organization, Product, ProductPackaging, ProductVariant, Warehouse};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;

/// Where a goods receipt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ReceiptState")]
pub enum GoodsReceiptState {
    /// May be changed; nothing has moved.
    Draft,
    /// Its goods are in stock.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// Goods coming in: each line makes a lot when the receipt is posted.
#[derive(Clone, Debug)]
pub struct GoodsReceipt(ReceiptRow);

impl From<ReceiptRow> for GoodsReceipt {
    fn from(row: ReceiptRow) -> Self {
        Self(row)
    }
}

impl GoodsReceipt {
    fn standing(&self) -> Result<ReceiptState, Failure> {
        let unknown = || Failure::broken(format!("a receipt in state {}", self.0.state));
        ReceiptState::parse(&self.0.state).ok_or_else(unknown)
    }
}

/// Goods coming in: each line makes a lot when the receipt is posted.
#[Object]
impl GoodsReceipt {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The number, given on posting: unique by organization and year.
    async fn number(&self) -> Option<&str> {
        Some(self.0.number.as_str()).filter(|number| !number.is_empty())
    }

    /// The business date: its lots are received on this day.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<GoodsReceiptState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<GoodsReceiptState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Where to.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// The purchase order whose goods came. Needs the right `purchase.read`.
    async fn purchase_order(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PurchaseOrder>> {
        match self.0.purchase_order_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// The returns of its goods to their supplier, the oldest first.
    async fn supplier_returns(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<SupplierReturn>> {
        Ok(Session::of(ctx)?.load(ReturnsOf(self.0.id)).await?.unwrap_or_default())
    }

    /// Who delivered.
    async fn supplier_name(&self) -> &str {
        &self.0.supplier_name
    }

    /// The lines in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<GoodsReceiptLine>> {
        Ok(Session::of(ctx)?.load(LinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The sum of its lines, in the base currency, without recoverable tax; null while a cost is
    /// missing. Needs the right `cost.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }

    /// What it moved, and what its reversal moved back.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?.unwrap_or_default())
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Its name in another program, unique among receipts.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// The business date of its reversal.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// For the next change: a stale one is refused.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who made it, where a person did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<ReceiptRow>(Session::of(ctx)?, self.0.id).await?)
    }

    /// Who did what to it, the newest first; at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// A line of a goods receipt.
#[derive(Clone, Debug)]
pub struct GoodsReceiptLine(ReceiptLineRow);

impl From<ReceiptLineRow> for GoodsReceiptLine {
    fn from(row: ReceiptLineRow) -> Self {
        Self(row)
    }
}

/// A line of a goods receipt.
#[Object]
impl GoodsReceiptLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// What came in, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// How much as it was entered: in the packaging, or in the product's base unit.
    async fn entered_quantity(&self) -> Decimal {
        quantity(self.0.entered_quantity.unwrap_or(self.0.quantity))
    }

    /// The packaging's name when the line was written; null where the base unit was entered.
    async fn entered_unit(&self) -> Option<&str> {
        self.0.entered_unit.as_deref()
    }

    /// The packaging it was entered in; null for the base unit.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.0.packaging_id).await?)
    }

    /// The lot's number as the maker printed it.
    async fn lot_number(&self) -> Option<&str> {
        self.0.lot_number.as_deref()
    }

    /// What a base unit cost, in the base currency, without recoverable tax; null while it is
    /// not stated. Needs the right `cost.read`.
    async fn unit_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.unit_cost)?)
    }

    /// The line of a purchase order that it brings. Needs the right `purchase.read`.
    async fn purchase_order_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PurchaseOrderLine>> {
        match self.0.purchase_order_line_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// What a base unit was to cost by its purchase order, in the base currency at the rate of the
    /// receipt's date; null until it is posted, and without an order. Needs the right `cost.read`.
    async fn ordered_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.ordered_cost)?)
    }

    /// How much more a base unit cost than it was to cost by its purchase order, below zero where
    /// it was less, in the base currency; null where either is not known. Needs the right
    /// `cost.read`.
    async fn cost_difference(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let costs = self.0.unit_cost.zip(self.0.ordered_cost);
        Ok(cost(ctx, costs.map(|(paid, ordered)| paid - ordered))?)
    }

    /// Quantity times unit cost, rounded to two places. Needs the right `cost.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }

    /// The last day the goods may be sold on.
    async fn expires_on(&self) -> Option<Date> {
        self.0.expires_on.map(Date)
    }

    /// The lot it made; null until the receipt is posted.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(LotOf(self.0.id)).await?)
    }

    /// The receipt it is of.
    async fn receipt(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<GoodsReceipt>> {
        Ok(Session::of(ctx)?.load(self.0.receipt_id).await?)
    }
}
