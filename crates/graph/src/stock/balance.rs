//! Goods of one product, or of one variant of it, in one warehouse.

use ::stock::StockRow;
use async_graphql::{Context, Object};

use super::loads::{BalancesOf, LotsInStock, LotsOfVariant};
use super::lot::LotBalance;
use super::{cost, quantity, value};
use crate::catalog::{Organization, Product, ProductVariant, Warehouse};
use crate::scalars::{Decimal, Money};
use crate::session::Session;

/// Goods of one product and organization in one warehouse, all lots together.
#[derive(Clone, Debug)]
pub struct StockBalance(StockRow);

impl From<StockRow> for StockBalance {
    fn from(row: StockRow) -> Self {
        Self(row)
    }
}

impl StockBalance {
    pub(super) fn into_row(self) -> StockRow {
        self.0
    }

    /// Whether something of it may be sold.
    pub(crate) fn is_available(&self) -> bool {
        self.0.available > kernel::Decimal::ZERO
    }
}

/// Goods of one product, or of one variant of it, and one organization in one warehouse, all lots
/// together.
#[Object]
impl StockBalance {
    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// What lies there, in the product's base unit.
    async fn on_hand(&self) -> Decimal {
        quantity(self.0.on_hand)
    }

    /// What is held for orders, in the product's base unit.
    async fn reserved(&self) -> Decimal {
        quantity(self.0.reserved)
    }

    /// On hand less reserved, of lots neither expired today nor blocked, in the product's base
    /// unit.
    async fn available(&self) -> Decimal {
        quantity(self.0.available)
    }

    /// What is on its way there from other warehouses, in the product's base unit: it can be held
    /// for orders and is shipped once it has come. The other figures are without it.
    async fn in_transit(&self) -> Decimal {
        quantity(self.0.in_transit)
    }

    /// Of what is on its way, what nobody holds yet, of lots neither expired today nor blocked, in
    /// the product's base unit.
    async fn in_transit_available(&self) -> Decimal {
        quantity(self.0.in_transit_available)
    }

    /// What the goods on their way cost, in the base currency. Needs the right `cost.read`.
    async fn in_transit_value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.in_transit_value)?)
    }

    /// What the goods on hand cost, in the base currency. Needs the right `cost.read`.
    async fn value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.value)?)
    }

    /// What a base unit of it cost on average, in the base currency, without recoverable tax.
    /// Needs the right `cost.read`.
    async fn unit_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.unit_cost())?)
    }

    /// The lots it consists of, those received first first; at most 250.
    async fn lots(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LotBalance>> {
        let session = Session::of(ctx)?;
        let lots = match self.0.variant_id {
            Some(variant) => session.load(LotsOfVariant(variant)).await?,
            None => session.load(LotsInStock(self.0.product_id)).await?,
        };
        let lots = lots.unwrap_or_default();
        let keys = lots.iter().map(|lot| BalancesOf(lot.key())).collect();
        let balances = session.load_all(keys).await?.into_iter().flatten().flatten();
        Ok(balances.filter(|balance| balance.is_part_of(&self.0)).collect())
    }
}
