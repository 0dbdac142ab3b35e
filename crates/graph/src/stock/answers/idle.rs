//! What expires soon, and what does not leave.

use ::stock::{ExpiringRow, SlowRow};
use async_graphql::{Context, Object};
use kernel::NaiveDate;

use crate::catalog::{Organization, Product, ProductVariant, Warehouse};
use crate::scalars::{Date, Decimal, Money};
use crate::session::Session;
use crate::stock::lot::Lot;
use crate::stock::{quantity, value};

/// What is left of a lot in a warehouse, and how long it lasts.
#[derive(Clone, Debug)]
pub struct ExpiringStock {
    row: ExpiringRow,
    today: NaiveDate,
}

impl ExpiringStock {
    pub(super) fn new(row: ExpiringRow, today: NaiveDate) -> Self {
        Self { row, today }
    }
}

/// What is left in one warehouse of a lot that expires soon, or has expired.
#[Object]
impl ExpiringStock {
    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.row.lot_id).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.row.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.row.variant_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.row.warehouse_id).await?)
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.row.organization_id).await?)
    }

    /// The last day of the lot.
    async fn expires_on(&self) -> Date {
        self.row.expires_on.into()
    }

    /// The last day it may be sold on: its product may want some days of its life left.
    async fn sold_until(&self) -> Date {
        self.row.sold_until.into()
    }

    /// Days from today to the last day; below zero where the lot has expired.
    async fn days_left(&self) -> i32 {
        let days = (self.row.expires_on - self.today).num_days();
        i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
    }

    /// What lies there, in the product's base unit.
    async fn on_hand(&self) -> Decimal {
        quantity(self.row.on_hand)
    }

    /// What of it is held for orders, in the product's base unit.
    async fn reserved(&self) -> Decimal {
        quantity(self.row.reserved)
    }

    /// What it cost, in the base currency. Needs the right `cost.read`.
    async fn value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.row.value)?)
    }
}

/// Goods that do not leave.
#[derive(Clone, Debug)]
pub struct SlowStock {
    row: SlowRow,
    measured_days: u32,
}

impl SlowStock {
    pub(super) fn new(row: SlowRow, measured_days: u32) -> Self {
        Self { row, measured_days }
    }
}

/// Goods of one product, or of one variant of it, that do not leave, all warehouses asked about
/// together.
#[Object]
impl SlowStock {
    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.row.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.row.variant_id).await?)
    }

    /// What lies there, in the product's base unit.
    async fn on_hand(&self) -> Decimal {
        quantity(self.row.on_hand)
    }

    /// What of it is held for orders, in the product's base unit.
    async fn reserved(&self) -> Decimal {
        quantity(self.row.reserved)
    }

    /// What it cost, in the base currency. Needs the right `cost.read`.
    async fn value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.row.value)?)
    }

    /// When the oldest lot that is left came in.
    async fn lying_since(&self) -> Date {
        self.row.lying_since.into()
    }

    /// When some of it was last sold, or built into other goods; null: never.
    async fn last_out_on(&self) -> Option<Date> {
        self.row.last_out_on.map(Date)
    }

    /// What was sold or built in over the days that cover is measured by, less what came back, in
    /// the product's base unit.
    async fn gone(&self) -> Decimal {
        quantity(self.row.gone)
    }

    /// How many days it would last if it went on leaving as over the days that cover is measured
    /// by, to a tenth; null where nothing left.
    async fn days_of_cover(&self) -> Option<Decimal> {
        self.row.days_of_cover(self.measured_days).map(quantity)
    }
}
