//! Goods of a count, and what people entered of them.

use ::stock::{CountEntryRow, CountLineRow};
use async_graphql::{Context, ID, Object};

use super::super::{Lot, quantity};
use super::count::StockCount;
use super::loads::EntriesOf;
use crate::catalog::{Bin, Product, ProductVariant};
use crate::identity::User;
use crate::ids::global;
use crate::scalars::{DateTime, Decimal};
use crate::session::Session;

/// Goods of a count: of one lot where the product tracks lots.
#[derive(Clone, Debug)]
pub struct StockCountLine(CountLineRow);

impl From<CountLineRow> for StockCountLine {
    fn from(row: CountLineRow) -> Self {
        Self(row)
    }
}

/// Goods of a count: of one lot where the product tracks lots.
#[Object]
impl StockCountLine {
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

    /// Of which lot; null where the product does not track lots.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(self.0.lot_id).await?)
    }

    /// What the books said when the count was started, in the product's base unit.
    async fn book(&self) -> Decimal {
        quantity(self.0.book)
    }

    /// What was found, all parts together, in the product's base unit; null where nobody entered
    /// anything yet.
    async fn counted(&self) -> Option<Decimal> {
        self.0.counted.map(quantity)
    }

    /// What the books said at the last entry, in the product's base unit: what moved since the
    /// count was started is in it.
    async fn expected(&self) -> Option<Decimal> {
        self.0.said.map(quantity)
    }

    /// Counted less expected: what posting will change, in the product's base unit; above zero
    /// where more was found.
    async fn difference(&self) -> Option<Decimal> {
        self.0.counted.zip(self.0.said).map(|(counted, said)| quantity(counted - said))
    }

    /// What posting changed, in the product's base unit.
    async fn posted(&self) -> Option<Decimal> {
        self.0.posted.map(quantity)
    }

    /// Who entered what, and when.
    async fn entries(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockCountEntry>> {
        Ok(Session::of(ctx)?.load(EntriesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The count it is of.
    async fn stock_count(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<StockCount>> {
        Ok(Session::of(ctx)?.load(self.0.document_id).await?)
    }
}

/// What somebody entered of some goods.
#[derive(Clone, Debug)]
pub struct StockCountEntry(CountEntryRow);

impl From<CountEntryRow> for StockCountEntry {
    fn from(row: CountEntryRow) -> Self {
        Self(row)
    }
}

/// What somebody entered of some goods.
#[Object]
impl StockCountEntry {
    /// What was found, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// Whether it took the place of what was entered before; else it was added to that.
    async fn replaces(&self) -> bool {
        self.0.replaces
    }

    /// Where it was found.
    async fn bin(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Bin>> {
        Ok(Session::of(ctx)?.load_made(self.0.bin_id).await?)
    }

    /// When it was entered.
    async fn counted_at(&self) -> DateTime {
        self.0.counted_at.into()
    }

    /// Who entered it, where a person did.
    async fn counted_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.counted_by).await?)
    }
}
