//! Stock as it was.

use ::stock::PastRow;
use async_graphql::{Context, Object};

use crate::catalog::{Organization, Product, ProductVariant, Warehouse};
use crate::scalars::{Decimal, Money};
use crate::session::Session;
use crate::stock::lot::Lot;
use crate::stock::{cost, quantity, value};

/// Goods that lay somewhere at a moment of the past.
#[derive(Clone, Debug)]
pub struct PastStock(PastRow);

impl From<PastRow> for PastStock {
    fn from(row: PastRow) -> Self {
        Self(row)
    }
}

/// Goods of one product, or of one variant of it, and one organization in one warehouse at a
/// moment of the past; of one lot where lots were asked for.
#[Object]
impl PastStock {
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

    /// Which lot; null where the row sums up all lots.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(self.0.lot_id).await?)
    }

    /// What lay there, in the product's base unit.
    async fn on_hand(&self) -> Decimal {
        quantity(self.0.on_hand)
    }

    /// What it had cost, in the base currency. Needs the right `cost.read`.
    async fn value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.value)?)
    }

    /// What a base unit of it had cost on average, in the base currency, without recoverable tax.
    /// Needs the right `cost.read`.
    async fn unit_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.unit_cost())?)
    }
}
