//! Transfers and their lines.

use ::stock::{TransferLineRow, TransferRow, TransferState};
use async_graphql::{Context, Enum, ID, Object};

use super::super::loads::MovementsOf;
use super::super::{Lot, StockMovement, quantity};
use super::loads::LinesOf;
use crate::catalog::{Organization, Product, ProductPackaging, ProductVariant, Warehouse};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{Date, DateTime, Decimal};
use crate::session::Session;

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "TransferState")]
pub enum StockTransferState {
    /// May be changed; nothing has moved.
    Draft,
    /// Its goods are on their way: `inTransit` of the destination.
    Sent,
    /// Its goods are in the destination.
    Received,
    /// Its goods are back where they were sent from.
    Returned,
    /// Given up before it was sent.
    Cancelled,
}

/// Goods moved from one warehouse to another: sent, then received or returned. Lots stay the lots
/// they are and keep their value.
#[derive(Clone, Debug)]
pub struct StockTransfer(TransferRow);

impl From<TransferRow> for StockTransfer {
    fn from(row: TransferRow) -> Self {
        Self(row)
    }
}

impl StockTransfer {
    fn standing(&self) -> Result<TransferState, Failure> {
        let unknown = || Failure::broken(format!("a transfer in state {}", self.0.state));
        TransferState::parse(&self.0.state).ok_or_else(unknown)
    }
}

/// Goods moved from one warehouse to another: sent, then received or returned. Lots stay the lots
/// they are and keep their value.
#[Object]
impl StockTransfer {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The number, given on sending: unique by organization and year.
    async fn number(&self) -> Option<&str> {
        Some(self.0.number.as_str()).filter(|number| !number.is_empty())
    }

    /// The business date of sending.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// When the goods are to be there; null where nobody has said.
    async fn expected_on(&self) -> Option<Date> {
        self.0.expected_on.map(Date)
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<StockTransferState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<StockTransferState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// From where.
    async fn from(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.from_id).await?)
    }

    /// Where to.
    async fn to(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.to_id).await?)
    }

    /// The lines in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockTransferLine>> {
        Ok(Session::of(ctx)?.load(LinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// What it moved: out of one place and into another, each time.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?.unwrap_or_default())
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Its name in another program, unique among transfers.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// The business date on which it was received.
    async fn received_on(&self) -> Option<Date> {
        self.0.received_on.map(Date)
    }

    /// The business date on which its goods came back.
    async fn returned_on(&self) -> Option<Date> {
        self.0.returned_on.map(Date)
    }

    /// Why less came than was sent; what is missing was written off.
    async fn short_reason(&self) -> Option<&str> {
        self.0.short_reason.as_deref()
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
        Ok(custom_fields_of::<TransferRow>(Session::of(ctx)?, self.0.id).await?)
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

/// A line of a transfer.
#[derive(Clone, Debug)]
pub struct StockTransferLine(TransferLineRow);

impl From<TransferLineRow> for StockTransferLine {
    fn from(row: TransferLineRow) -> Self {
        Self(row)
    }
}

/// A line of a transfer.
#[Object]
impl StockTransferLine {
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

    /// What is moved, in the product's base unit.
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

    /// The lot that was chosen; null where lots go in their turn.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(self.0.lot_id).await?)
    }

    /// What came, in the product's base unit; null until the transfer is received.
    async fn received(&self) -> Option<Decimal> {
        self.0.received.map(quantity)
    }

    /// The transfer it is of.
    async fn transfer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<StockTransfer>> {
        Ok(Session::of(ctx)?.load(self.0.document_id).await?)
    }
}
