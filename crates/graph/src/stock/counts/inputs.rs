//! What filters, orders and mutations of counts take.

use ::stock::counts::{CountEntry, EntryMode, Uncounted};
use ::stock::{CountFilter, CountLines, DocumentSort};
use async_graphql::{Enum, InputObject};
use kernel::{
    BinId, CountId, Direction, LotId, OrganizationId, PackagingId, ProductGroupId, ProductId,
    ProductVariantId, WarehouseId,
};

use super::count::StockCountState;
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::{Date, Decimal};

/// Which counts; all conditions hold together.
#[derive(InputObject)]
pub struct StockCountFilter {
    /// In one of these states.
    state: Option<Vec<StockCountState>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Of this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With this number.
    number: Option<String>,
    /// With this name in another program.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    pub(super) custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl StockCountFilter {
    pub(super) fn read(self) -> CountFilter {
        CountFilter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            organization: self.organization.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            number: self.number,
            external_reference: self.external_reference,
            custom: Vec::new(),
        }
    }
}

/// What counts are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DocumentSort")]
pub enum StockCountOrderField {
    /// The business date.
    Date,
    /// The number; drafts have none.
    Number,
}

/// The order of counts; ids break ties.
#[derive(InputObject)]
pub struct StockCountOrder {
    /// By what.
    field: StockCountOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl StockCountOrder {
    /// The newest first where nothing is asked for.
    pub(super) fn read(order: Option<Self>) -> (DocumentSort, Direction) {
        order.map_or((DocumentSort::Date, Direction::Desc), |order| {
            (order.field.into(), order.direction.into())
        })
    }
}

/// Which goods of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "CountLines")]
pub enum StockCountLines {
    /// All of them.
    All,
    /// Those of which more or less was found than the books said.
    Different,
    /// Those that nobody entered yet.
    Uncounted,
}

/// A new count.
#[derive(InputObject)]
pub struct CreateStockCountInput {
    /// Whose goods; the default organization where it is absent.
    pub(super) organization_id: Option<GlobalId<OrganizationId>>,
    /// Where; the default warehouse where it is absent.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// Only products of these groups and of those below them, at most 100; everything where there
    /// are none.
    #[graphql(default)]
    pub(super) groups: Vec<GlobalId<ProductGroupId>>,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    pub(super) comment: String,
    /// Its name in another program, unique among counts for ever.
    pub(super) external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// What an entry does to what was entered before of the same goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "EntryMode")]
pub enum CountEntryMode {
    /// Another part of them was found: the parts add up.
    Add,
    /// They were counted anew.
    Replace,
}

/// What somebody found of some goods.
#[derive(InputObject)]
pub struct CountEntryInput {
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// Which lot; needed where the product tracks lots, and only there.
    lot_id: Option<GlobalId<LotId>>,
    /// The packaging that `quantity` counts; the product's base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// Zero or more, at most 3 places.
    quantity: Decimal,
    /// Whether it is added to what was entered before or takes its place.
    #[graphql(default_with = "CountEntryMode::Add")]
    mode: CountEntryMode,
    /// The bin where they were found.
    bin_id: Option<GlobalId<BinId>>,
}

impl CountEntryInput {
    pub(super) fn read(self) -> CountEntry {
        CountEntry {
            product_id: self.product_id.0,
            variant_id: self.variant_id.map(|id| id.0),
            lot_id: self.lot_id.map(|id| id.0),
            packaging_id: self.packaging_id.map(|id| id.0),
            quantity: self.quantity.0,
            mode: self.mode.into(),
            bin_id: self.bin_id.map(|id| id.0),
        }
    }
}

/// What was found. Any number of people enter at once, so no version is asked for.
#[derive(InputObject)]
pub struct AddCountsInput {
    /// The count.
    pub(super) id: GlobalId<CountId>,
    /// What was found, at most 1,000 entries.
    pub(super) entries: Vec<CountEntryInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// What goods mean that nobody entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Uncounted")]
pub enum UncountedGoods {
    /// They were not looked at: the books stand.
    Stand,
    /// Nothing of them was found.
    Missing,
}

/// Which draft is started.
#[derive(InputObject)]
pub struct StartStockCountInput {
    /// The count.
    pub(super) id: GlobalId<CountId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which count is posted, and why there are differences.
#[derive(InputObject)]
pub struct PostStockCountInput {
    /// The count.
    pub(super) id: GlobalId<CountId>,
    /// The version that was read.
    pub(super) version: i32,
    /// The business date, not before the count was started; today where it is absent.
    pub(super) date: Option<Date>,
    /// Why there are differences, at most 500 characters; needed where there are any.
    pub(super) reason: Option<String>,
    /// What goods mean that nobody entered.
    #[graphql(default_with = "UncountedGoods::Stand")]
    pub(super) uncounted: UncountedGoods,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which posted count is undone.
#[derive(InputObject)]
pub struct ReverseStockCountInput {
    /// The count.
    pub(super) id: GlobalId<CountId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which count is given up.
#[derive(InputObject)]
pub struct CancelStockCountInput {
    /// The count.
    pub(super) id: GlobalId<CountId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}
