//! Assembly orders.

use ::stock::assembly::{AssemblyLineRow, AssemblyPickRow, AssemblyRow, AssemblyState};
use async_graphql::{Context, Enum, ID, Object};
use kernel::Uuid;

use super::bill::BillOfMaterials;
use super::loads::{ComponentsOf, PicksOf};
use crate::catalog::{Organization, Product, ProductVariant, Warehouse};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::stock::loads::MovementsOf;
use crate::stock::lot::Lot;
use crate::stock::movement::StockMovement;
use crate::stock::supply::{CoversOfSupply, DemandCover};
use crate::stock::{quantity, value};

/// Which way goods go in an assembly order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::stock::assembly::AssemblyKind")]
pub enum AssemblyKind {
    /// Components become finished goods.
    Assembly,
    /// Finished goods become components.
    Disassembly,
}

/// Where an assembly order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "AssemblyState")]
pub enum AssemblyOrderState {
    /// May be changed; nothing has moved.
    Draft,
    /// Its goods have moved.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// Goods put together of others, or taken apart.
#[derive(Clone, Debug)]
pub struct AssemblyOrder(AssemblyRow);

impl From<AssemblyRow> for AssemblyOrder {
    fn from(row: AssemblyRow) -> Self {
        Self(row)
    }
}

impl AssemblyOrder {
    fn standing(&self) -> Result<AssemblyState, Failure> {
        let unknown = || Failure::broken(format!("an assembly order in state {}", self.0.state));
        AssemblyState::parse(&self.0.state).ok_or_else(unknown)
    }

    async fn picks(&self, ctx: &Context<'_>, line: Uuid) -> Result<Vec<ChosenLot>, Failure> {
        let rows = Session::of(ctx)?.load(PicksOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().filter(|row| row.line_id == line).map(ChosenLot).collect())
    }
}

/// Goods put together of others, or taken apart: what goes in, with the work on it, is worth what
/// comes out.
#[Object]
impl AssemblyOrder {
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

    /// Which way goods go.
    async fn kind(&self) -> async_graphql::Result<AssemblyKind> {
        let unknown = || Failure::broken(format!("an assembly order of kind {}", self.0.kind));
        let kind = ::stock::assembly::AssemblyKind::parse(&self.0.kind).ok_or_else(unknown)?;
        Ok(kind.into())
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<AssemblyOrderState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<AssemblyOrderState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// The bill it was written by; null where there was none, or the caller sees no bills.
    async fn bill(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<BillOfMaterials>> {
        Ok(Session::of(ctx)?.load_made(self.0.bill_id).await?)
    }

    /// The finished goods.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// How many finished goods, in their base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// What work adds to the goods' cost, in the base currency. Needs the right `cost.read`.
    async fn labour(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.labour)?)
    }

    /// What the goods that went in cost, in the base currency; null until posted. Needs the right
    /// `cost.read`.
    async fn goods_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.goods_cost)?)
    }

    /// What came out is worth, in the base currency: goods and labour; null until posted. Needs
    /// the right `cost.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let total = self.0.goods_cost.zip(self.0.labour).map(|(goods, work)| goods + work);
        Ok(value(ctx, total)?)
    }

    /// Putting together: the number of the finished goods' lot.
    async fn lot_number(&self) -> Option<&str> {
        self.0.lot_number.as_deref()
    }

    /// Putting together: the last day of the finished goods' lot.
    async fn expires_on(&self) -> Option<Date> {
        self.0.expires_on.map(Date)
    }

    /// The components, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AssemblyOrderLine>> {
        Ok(Session::of(ctx)?.load(ComponentsOf(self.0.id)).await?.unwrap_or_default())
    }

    /// Taking apart: lots of the finished goods chosen by hand.
    async fn lots(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ChosenLot>> {
        Ok(self.picks(ctx, self.0.id.0).await?)
    }

    /// Which orders that miss goods count on what a draft is to bring. Needs the right
    /// `demand.read`.
    async fn covers(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<DemandCover>>> {
        let covers = Session::of(ctx)?.load(CoversOfSupply(self.0.id.0)).await?;
        Ok(Some(covers.unwrap_or_default()))
    }

    /// What it moved, and what its reversal moved back.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?.unwrap_or_default())
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Its name in another program, unique among assembly orders.
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
        Ok(custom_fields_of::<AssemblyRow>(Session::of(ctx)?, self.0.id).await?)
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

/// A component of an assembly order.
#[derive(Clone, Debug)]
pub struct AssemblyOrderLine(AssemblyLineRow);

impl From<AssemblyLineRow> for AssemblyOrderLine {
    fn from(row: AssemblyLineRow) -> Self {
        Self(row)
    }
}

/// A component of an assembly order.
#[Object]
impl AssemblyOrderLine {
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

    /// How much, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// Taking apart: its part of the value, in a unit common to all lines.
    async fn share(&self) -> Option<Decimal> {
        self.0.share.map(quantity)
    }

    /// Taking apart: the number of its lot.
    async fn lot_number(&self) -> Option<&str> {
        self.0.lot_number.as_deref()
    }

    /// Taking apart: the last day of its lot.
    async fn expires_on(&self) -> Option<Date> {
        self.0.expires_on.map(Date)
    }

    /// Putting together: lots chosen by hand.
    async fn lots(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ChosenLot>> {
        let rows = Session::of(ctx)?.load(PicksOf(self.0.assembly_id)).await?.unwrap_or_default();
        Ok(rows.into_iter().filter(|row| row.line_id == self.0.id.0).map(ChosenLot).collect())
    }

    /// What went out or came in with it, in the base currency; null until posted. Needs the right
    /// `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.cost)?)
    }

    /// The order it is of.
    async fn assembly_order(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<AssemblyOrder>> {
        Ok(Session::of(ctx)?.load(self.0.assembly_id).await?)
    }
}

/// A lot chosen by hand.
#[derive(Clone, Debug)]
pub struct ChosenLot(AssemblyPickRow);

/// A lot chosen by hand.
#[Object]
impl ChosenLot {
    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.lot_id)).await?)
    }

    /// How much of it, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }
}
