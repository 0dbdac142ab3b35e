//! What is expected, and who counts on it.

use ::stock::{Cover, Expected};
use async_graphql::{Context, Object};
use kernel::PurchaseOrderLineId;

use super::demand::Demand;
use super::order::PurchaseOrderLine;
use crate::catalog::{Organization, ProductVariant, Warehouse};
use crate::scalars::{Date, Decimal};
use crate::session::Session;
use crate::stock::quantity;

/// Expected goods that an order's line which misses them may count on: as they would be handed out
/// if all came on its day. Goods that come go to whoever needs them first all the same.
#[derive(Clone, Debug)]
pub struct DemandCover(Cover);

impl From<Cover> for DemandCover {
    fn from(row: Cover) -> Self {
        Self(row)
    }
}

/// Expected goods that an order's line which misses them may count on: as they would be handed out
/// if all came on its day. Goods that come go to whoever needs them first all the same.
#[Object]
impl DemandCover {
    /// Who counts on it; null where the caller may not see it.
    async fn demand(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Demand>> {
        Ok(Session::of(ctx)?.load(self.0.demand_id).await?)
    }

    /// How much of it, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// When it is expected; null where nobody has said.
    async fn expected_on(&self) -> Option<Date> {
        self.0.expected_on.map(Date)
    }

    /// The line of a purchase order that is to bring it. Needs the right `purchase.read`.
    async fn purchase_order_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PurchaseOrderLine>> {
        line(ctx, &self.0.supply_kind, self.0.supply_line_id).await
    }
}

/// Goods that are to come.
#[derive(Clone, Debug)]
pub struct ExpectedGoods(Expected);

impl From<Expected> for ExpectedGoods {
    fn from(row: Expected) -> Self {
        Self(row)
    }
}

/// Goods that are to come.
#[Object]
impl ExpectedGoods {
    /// When; null where nobody has said.
    async fn expected_on(&self) -> Option<Date> {
        self.0.expected_on.map(Date)
    }

    /// How much is still to come, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Where to.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// The line of a purchase order that is to bring it. Needs the right `purchase.read`.
    async fn purchase_order_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PurchaseOrderLine>> {
        line(ctx, &self.0.supply_kind, self.0.supply_line_id).await
    }
}

/// The line of a purchase order, where that is what is to bring goods.
async fn line(
    ctx: &Context<'_>,
    kind: &str,
    id: kernel::Uuid,
) -> async_graphql::Result<Option<PurchaseOrderLine>> {
    if kind != "PurchaseOrder" {
        return Ok(None);
    }
    Ok(Session::of(ctx)?.load(PurchaseOrderLineId(id)).await?)
}
