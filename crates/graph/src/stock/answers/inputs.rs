//! What answers about stock are asked about.

use ::stock::{LotFilter, LotSort, PastDetail, PastFilter, Slow, StockFilter, TurnoverBy};
use async_graphql::{Enum, InputObject};
use kernel::{Direction, LotId, OrganizationId, ProductId, ProductVariantId, WarehouseId};

use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::Date;
use crate::stock::query::ids;

/// Which goods and where; all conditions hold together.
#[derive(InputObject, Default)]
pub struct StockAnswerFilter {
    /// Of these products, at most 250.
    products: Option<Vec<GlobalId<ProductId>>>,
    /// Of these variants, at most 250.
    variants: Option<Vec<GlobalId<ProductVariantId>>>,
    /// In these warehouses, at most 250.
    warehouses: Option<Vec<GlobalId<WarehouseId>>>,
    /// Of these organizations, at most 250.
    organizations: Option<Vec<GlobalId<OrganizationId>>>,
    /// Of these lots, at most 250.
    lots: Option<Vec<GlobalId<LotId>>>,
}

impl StockAnswerFilter {
    pub(super) fn read(filter: Option<Self>) -> Result<PastFilter, Failure> {
        let filter = filter.unwrap_or_default();
        let stock = StockFilter {
            products: ids(filter.products)?,
            variants: ids(filter.variants)?,
            warehouses: ids(filter.warehouses)?,
            organizations: ids(filter.organizations)?,
        };
        Ok(PastFilter { stock, lots: ids(filter.lots)? })
    }
}

/// Which goods and where; all conditions hold together.
#[derive(InputObject, Default)]
pub struct IdleStockFilter {
    /// Of these products, at most 250.
    products: Option<Vec<GlobalId<ProductId>>>,
    /// Of these variants, at most 250.
    variants: Option<Vec<GlobalId<ProductVariantId>>>,
    /// In these warehouses, at most 250.
    warehouses: Option<Vec<GlobalId<WarehouseId>>>,
    /// Of these organizations, at most 250.
    organizations: Option<Vec<GlobalId<OrganizationId>>>,
}

impl IdleStockFilter {
    pub(super) fn read(filter: Option<Self>) -> Result<StockFilter, Failure> {
        let filter = filter.unwrap_or_default();
        Ok(StockFilter {
            products: ids(filter.products)?,
            variants: ids(filter.variants)?,
            warehouses: ids(filter.warehouses)?,
            organizations: ids(filter.organizations)?,
        })
    }
}

/// Days that a question may name at most: a hundred years.
const MOST_DAYS: i32 = 36_500;

/// A number of days, from `least` to a hundred years.
pub(super) fn days(days: i32, least: i32) -> Result<u32, Failure> {
    u32::try_from(days).ok().filter(|_| (least..=MOST_DAYS).contains(&days)).ok_or_else(|| {
        Failure::bad_input(
            format!("days are from {least} to {MOST_DAYS}"),
            format!("дней может быть от {least} до {MOST_DAYS}"),
        )
    })
}

/// What is slow; conditions that are named hold together.
#[derive(InputObject)]
pub struct SlowStockCondition {
    /// Neither sold nor built into other goods for so many days, and there as long.
    idle_days: Option<i32>,
    /// What is there would last longer than so many days, going on as over `measuredDays`.
    cover_over_days: Option<i32>,
    /// The days of sales that cover is measured by.
    #[graphql(default = 365)]
    measured_days: i32,
}

/// Days after which goods are slow where nothing is said.
const IDLE_DAYS: u32 = 90;
/// Days of sales that cover is measured by where nothing is said.
const MEASURED_DAYS: u32 = 365;

impl SlowStockCondition {
    pub(super) fn read(condition: Option<Self>, stock: StockFilter) -> Result<Slow, Failure> {
        let Some(asked) = condition else {
            return Ok(Slow {
                stock,
                idle_days: Some(IDLE_DAYS),
                measured_days: MEASURED_DAYS,
                cover_over_days: None,
            });
        };
        Ok(Slow {
            stock,
            idle_days: asked.idle_days.map(|number| days(number, 0)).transpose()?,
            measured_days: days(asked.measured_days, 1)?,
            cover_over_days: asked.cover_over_days.map(|number| days(number, 0)).transpose()?,
        })
    }
}

/// What a row of past stock sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "PastDetail")]
pub enum PastStockDetail {
    /// All lots of goods of an organization in a warehouse.
    Goods,
    /// Each lot for itself.
    Lots,
}

/// What a row of turnover sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "TurnoverBy")]
pub enum StockTurnoverGrouping {
    /// A product, or a variant of it, in all warehouses.
    Product,
    /// All goods of a warehouse; its quantities add up goods of different units.
    Warehouse,
    /// A product, or a variant of it, in one warehouse.
    ProductAndWarehouse,
    /// A lot in one warehouse.
    Lot,
}

/// Which lots; all conditions hold together.
#[derive(InputObject, Default)]
#[graphql(name = "LotFilter")]
pub struct LotFilterInput {
    /// With this number, as the maker printed it; case does not matter. Several receipts may have
    /// brought lots of one number.
    number: Option<String>,
    /// Of this product.
    product: Option<GlobalId<ProductId>>,
    /// Of this variant.
    variant: Option<GlobalId<ProductVariantId>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Of which something lies in this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// True: held back; false: not.
    blocked: Option<bool>,
    /// True: something is left of them; false: nothing.
    in_stock: Option<bool>,
    /// Received on this day or later.
    received_from: Option<Date>,
    /// Received on this day or earlier.
    received_to: Option<Date>,
    /// Expiring on this day or later.
    expires_from: Option<Date>,
    /// Expiring on this day or earlier.
    expires_to: Option<Date>,
}

impl LotFilterInput {
    pub(super) fn read(self) -> LotFilter {
        LotFilter {
            number: self.number,
            product: self.product.map(|id| id.0),
            variant: self.variant.map(|id| id.0),
            organization: self.organization.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            blocked: self.blocked,
            in_stock: self.in_stock,
            received_from: self.received_from.map(|day| day.0),
            received_to: self.received_to.map(|day| day.0),
            expires_from: self.expires_from.map(|day| day.0),
            expires_to: self.expires_to.map(|day| day.0),
        }
    }
}

/// What lots are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "LotSort")]
pub enum LotOrderField {
    /// The business date of coming in.
    Received,
    /// The number; lots without one come first.
    Number,
}

/// The order of lots; ids break ties.
#[derive(InputObject)]
pub struct LotOrder {
    /// By what.
    field: LotOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl LotOrder {
    /// The newest first where nothing is asked for.
    pub(super) fn read(order: Option<Self>) -> (LotSort, Direction) {
        order.map_or((LotSort::Received, Direction::Desc), |order| {
            (order.field.into(), order.direction.into())
        })
    }
}
