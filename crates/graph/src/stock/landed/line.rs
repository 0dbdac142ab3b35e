//! Lines of landed costs, and where their shares went.

use ::stock::{LandedCostLineRow, LandedCostPartRow};
use async_graphql::{Context, ID, Object};

use super::super::{GoodsReceiptLine, Lot, SeeCost, quantity, value};
use super::cost::LandedCost;
use super::loads::PartsOf;
use crate::catalog::{Product, Warehouse};
use crate::ids::global;
use crate::sales::ShipmentLine;
use crate::scalars::{Decimal, Money};
use crate::session::Session;

/// What a landed cost is for: what a line of a receipt brought.
#[derive(Clone, Debug)]
pub struct LandedCostLine(LandedCostLineRow);

impl From<LandedCostLineRow> for LandedCostLine {
    fn from(row: LandedCostLineRow) -> Self {
        Self(row)
    }
}

/// What a landed cost is for: what a line of a receipt brought.
#[Object]
impl LandedCostLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What brought the goods.
    async fn receipt_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<GoodsReceiptLine>> {
        Ok(Session::of(ctx)?.load(self.0.receipt_line_id).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// What was received, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// What the landed cost was spread by: the line's cost, base units, kilograms or cubic metres;
    /// null until it is posted. Needs the right `cost.read`.
    async fn weight(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        Session::of(ctx)?.permit::<SeeCost>()?;
        Ok(self.0.weight.map(quantity))
    }

    /// Its share, in the base currency; null until it is posted. Needs the right `cost.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }

    /// Where its pieces were when it was posted, and what they got of its share.
    async fn parts(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LandedCostPart>> {
        Ok(Session::of(ctx)?.load(PartsOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The landed cost it is of.
    async fn landed_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<LandedCost>> {
        Ok(Session::of(ctx)?.load(self.0.document_id).await?)
    }
}

/// Pieces of a line where they were when its landed cost was posted: in a warehouse, or on their
/// way to it; sold; or neither.
#[derive(Clone, Debug)]
pub struct LandedCostPart(LandedCostPartRow);

impl From<LandedCostPartRow> for LandedCostPart {
    fn from(row: LandedCostPartRow) -> Self {
        Self(row)
    }
}

/// Pieces of a line where they were when its landed cost was posted: in a warehouse, or on their
/// way to it; sold; or neither.
#[Object]
impl LandedCostPart {
    /// How many, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// What they became dearer by, in the base currency. Needs the right `cost.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }

    /// The lot they were of; null where they were gone.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(self.0.lot_id).await?)
    }

    /// Where they lay; null where they were not in stock.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load_made(self.0.warehouse_id).await?)
    }

    /// What sold them; null where nothing had, or the caller may not see it.
    async fn shipment_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ShipmentLine>> {
        Ok(Session::of(ctx)?.load_made(self.0.shipment_line_id).await?)
    }
}
