//! Lots, and what is left of them.

use ::stock::{LotRow, LotStock, StockRow};
use async_graphql::{Context, Enum, ID, Object};
use kernel::LotId;

use super::loads::{BalancesOf, MovementsOfLot};
use super::movement::StockMovement;
use super::places::{GoodsPlace, PlacesOfLot};
use super::receipt::GoodsReceipt;
use super::{cost, quantity, value};
use crate::catalog::{Organization, Product, ProductVariant, Warehouse};
use crate::errors::Failure;
use crate::ids::global;
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;

/// How a lot came into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LotOrigin {
    /// It was received.
    GoodsReceipt,
    /// It was put together of other goods, or taken out of them.
    Assembly,
    /// A stock count found it.
    StockCount,
    /// It is a part of another lot that is held back.
    Quarantine,
}

/// A received quantity of one product and organization with its own value.
#[derive(Clone, Debug)]
pub struct Lot(LotRow);

impl From<LotRow> for Lot {
    fn from(row: LotRow) -> Self {
        Self(row)
    }
}

impl Lot {
    pub(super) fn key(&self) -> LotId {
        self.0.id
    }
}

/// A received quantity of one product, or of one variant of it, and one organization with its own
/// value.
#[Object]
impl Lot {
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

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// The bins that were named for this lot itself, one a warehouse at most; a lot without lies
    /// where its product does.
    async fn places(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<GoodsPlace>> {
        Ok(Session::of(ctx)?.load(PlacesOfLot(self.0.id)).await?.unwrap_or_default())
    }

    /// The business date of its receipt; lots leave in this order.
    async fn received_on(&self) -> Date {
        self.0.received_on.into()
    }

    /// The last day it may be sold on; lots that expire leave first.
    async fn expires_on(&self) -> Option<Date> {
        self.0.expires_on.map(Date)
    }

    /// Held back: neither reserved nor shipped.
    async fn blocked(&self) -> bool {
        self.0.blocked
    }

    /// Why it is held back.
    async fn block_reason(&self) -> Option<&str> {
        self.0.block_reason.as_deref()
    }

    /// How it came into being.
    async fn origin(&self) -> async_graphql::Result<LotOrigin> {
        match self.0.origin.as_str() {
            "GOODS_RECEIPT" => Ok(LotOrigin::GoodsReceipt),
            "ASSEMBLY" => Ok(LotOrigin::Assembly),
            "STOCK_COUNT" => Ok(LotOrigin::StockCount),
            "QUARANTINE" => Ok(LotOrigin::Quarantine),
            other => Err(Failure::broken(format!("a lot of origin {other}")).into()),
        }
    }

    /// The lot that its goods were of, where it is a part that is held back.
    async fn source(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(self.0.source_lot_id).await?)
    }

    /// Its number as the maker printed it.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// Who delivered it.
    async fn supplier_name(&self) -> &str {
        &self.0.supplier_name
    }

    /// What a base unit cost when it was received, in the base currency, without recoverable
    /// tax. Needs the right `cost.read`.
    async fn unit_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.unit_cost)?)
    }

    /// What is left of it, by warehouse.
    async fn balances(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LotBalance>> {
        Ok(Session::of(ctx)?.load(BalancesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The receipt it came with; null for a lot that no receipt brought. Needs the right
    /// `receipt.read`.
    async fn receipt(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<GoodsReceipt>> {
        Ok(Session::of(ctx)?.load_made(self.0.receipt_id).await?)
    }

    /// What went in and out, the newest first; at most 250. `stockMovements` gives all of them.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOfLot(self.0.id)).await?.unwrap_or_default())
    }

    /// When it was written down.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

/// What is left of a lot in one warehouse.
#[derive(Clone, Debug)]
pub struct LotBalance(LotStock);

impl From<LotStock> for LotBalance {
    fn from(row: LotStock) -> Self {
        Self(row)
    }
}

impl LotBalance {
    /// Whether anything is left.
    pub(super) fn is_some(&self) -> bool {
        !self.0.on_hand.is_zero()
    }

    /// Whether it is one of the lots that a balance sums up.
    pub(super) fn is_part_of(&self, row: &StockRow) -> bool {
        self.0.warehouse_id == row.warehouse_id
            && self.0.organization_id == row.organization_id
            && self.0.variant_id == row.variant_id
            && !self.0.on_hand.is_zero()
    }
}

/// What is left of a lot in one warehouse.
#[Object]
impl LotBalance {
    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// What lies there, in the product's base unit.
    async fn on_hand(&self) -> Decimal {
        quantity(self.0.on_hand)
    }

    /// What is held for orders, in the product's base unit.
    async fn reserved(&self) -> Decimal {
        quantity(self.0.reserved)
    }

    /// On hand less reserved, in the product's base unit; 0 where the lot has expired today or
    /// is blocked.
    async fn available(&self) -> Decimal {
        quantity(self.0.available)
    }

    /// What the goods on hand cost, in the base currency. Needs the right `cost.read`.
    async fn value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.value)?)
    }
}
