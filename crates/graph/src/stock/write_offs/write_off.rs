//! Write-offs and their lines.

use ::stock::{WriteOffLineRow, WriteOffRow, WriteOffState};
use async_graphql::{Context, Enum, ID, Object};

use super::super::loads::MovementsOf;
use super::super::{Lot, StockMovement, quantity, value};
use super::inputs::HeldGoodsChoice;
use super::loads::LinesOf;
use crate::catalog::{Organization, Product, ProductPackaging, ProductVariant, Warehouse};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;

/// Where a write-off stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "WriteOffState", remote = "WriteOffState")]
pub enum WriteOffDocumentState {
    /// May be changed; nothing has moved.
    Draft,
    /// Its goods are gone.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// Goods that are no more: broken, spoiled, lost, used up in the house.
#[derive(Clone, Debug)]
pub struct WriteOff(WriteOffRow);

impl From<WriteOffRow> for WriteOff {
    fn from(row: WriteOffRow) -> Self {
        Self(row)
    }
}

impl WriteOff {
    fn standing(&self) -> Result<WriteOffState, Failure> {
        let unknown = || Failure::broken(format!("a write-off in state {}", self.0.state));
        WriteOffState::parse(&self.0.state).ok_or_else(unknown)
    }
}

/// Goods that are no more: broken, spoiled, lost, used up in the house.
#[Object]
impl WriteOff {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The number, given on posting: unique by organization and year.
    async fn number(&self) -> Option<&str> {
        Some(self.0.number.as_str()).filter(|number| !number.is_empty())
    }

    /// The business date.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<WriteOffDocumentState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<WriteOffDocumentState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// From where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What becomes of its goods that are held for orders.
    async fn held_goods(&self) -> HeldGoodsChoice {
        if self.0.takes_held { HeldGoodsChoice::Go } else { HeldGoodsChoice::Stay }
    }

    /// What its goods cost, in the base currency; null until it is posted. Needs the right
    /// `cost.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }

    /// The lines in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<WriteOffLine>> {
        Ok(Session::of(ctx)?.load(LinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// What it moved, and what its reversal moved back.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?.unwrap_or_default())
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Its name in another program, unique among write-offs.
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
        Ok(custom_fields_of::<WriteOffRow>(Session::of(ctx)?, self.0.id).await?)
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

/// A line of a write-off.
#[derive(Clone, Debug)]
pub struct WriteOffLine(WriteOffLineRow);

impl From<WriteOffLineRow> for WriteOffLine {
    fn from(row: WriteOffLineRow) -> Self {
        Self(row)
    }
}

/// A line of a write-off.
#[Object]
impl WriteOffLine {
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

    /// What is gone, in the product's base unit.
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

    /// The write-off it is of.
    async fn write_off(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<WriteOff>> {
        Ok(Session::of(ctx)?.load(self.0.document_id).await?)
    }
}
