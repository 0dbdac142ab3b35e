//! What filters, orders and mutations of transfers take.

use ::stock::transfers::ReceivedLine;
use ::stock::{DocumentSort, TransferFilter};
use async_graphql::{Enum, InputObject, MaybeUndefined};
use kernel::{Direction, OrganizationId, TransferId, TransferLineId, WarehouseId};

use super::super::house::GoodsLineInput;
use super::transfer::StockTransferState;
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::{Date, Decimal};

/// Which transfers; all conditions hold together.
#[derive(InputObject)]
pub struct StockTransferFilter {
    /// In one of these states.
    state: Option<Vec<StockTransferState>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// From this warehouse.
    from: Option<GlobalId<WarehouseId>>,
    /// To this warehouse.
    to: Option<GlobalId<WarehouseId>>,
    /// Sent on this day or later.
    date_from: Option<Date>,
    /// Sent on this day or earlier.
    date_to: Option<Date>,
    /// With this number.
    number: Option<String>,
    /// With this name in another program.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    pub(super) custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl StockTransferFilter {
    pub(super) fn read(self) -> TransferFilter {
        TransferFilter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            organization: self.organization.map(|id| id.0),
            from_warehouse: self.from.map(|id| id.0),
            to_warehouse: self.to.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            number: self.number,
            external_reference: self.external_reference,
            custom: Vec::new(),
        }
    }
}

/// What transfers are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DocumentSort")]
pub enum StockTransferOrderField {
    /// The business date of sending.
    Date,
    /// The number; drafts have none.
    Number,
}

/// The order of transfers; ids break ties.
#[derive(InputObject)]
pub struct StockTransferOrder {
    /// By what.
    field: StockTransferOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl StockTransferOrder {
    /// The newest first where nothing is asked for.
    pub(super) fn read(order: Option<Self>) -> (DocumentSort, Direction) {
        order.map_or((DocumentSort::Date, Direction::Desc), |order| {
            (order.field.into(), order.direction.into())
        })
    }
}

/// A new transfer.
#[derive(InputObject)]
pub struct CreateStockTransferInput {
    /// Whose goods; the default organization where it is absent.
    pub(super) organization_id: Option<GlobalId<OrganizationId>>,
    /// From where; the default warehouse where it is absent.
    pub(super) from_id: Option<GlobalId<WarehouseId>>,
    /// Where to.
    pub(super) to_id: GlobalId<WarehouseId>,
    /// The business date of sending; today where it is absent. Sending checks it against the
    /// closed period.
    pub(super) date: Option<Date>,
    /// When the goods are to be there, not before they are sent; promises of orders rest on it.
    pub(super) expected_on: Option<Date>,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    pub(super) comment: String,
    /// Its name in another program, unique among transfers for ever.
    pub(super) external_reference: Option<String>,
    /// The goods, at most 1,000 lines.
    #[graphql(default)]
    pub(super) lines: Vec<GoodsLineInput>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A change of a draft. What is absent stays as it is.
#[derive(InputObject)]
pub struct UpdateStockTransferInput {
    /// The transfer.
    pub(super) id: GlobalId<TransferId>,
    /// The version that was read.
    pub(super) version: i32,
    /// From where.
    pub(super) from_id: Option<GlobalId<WarehouseId>>,
    /// Where to.
    pub(super) to_id: Option<GlobalId<WarehouseId>>,
    /// The business date of sending.
    pub(super) date: Option<Date>,
    /// When the goods are to be there; null removes it.
    pub(super) expected_on: MaybeUndefined<Date>,
    /// A note, at most 2,000 characters.
    pub(super) comment: Option<String>,
    /// Its name in another program; null removes it.
    pub(super) external_reference: MaybeUndefined<String>,
    /// All lines anew.
    pub(super) lines: Option<Vec<GoodsLineInput>>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is sent.
#[derive(InputObject)]
pub struct SendStockTransferInput {
    /// The transfer.
    pub(super) id: GlobalId<TransferId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// What came of one line.
#[derive(InputObject)]
pub struct ReceivedLineInput {
    /// The line.
    line_id: GlobalId<TransferLineId>,
    /// In the product's base unit: from 0 to what was sent, at most 3 places.
    quantity: Decimal,
}

impl ReceivedLineInput {
    pub(super) fn read(self) -> ReceivedLine {
        ReceivedLine { line_id: self.line_id.0.0, quantity: self.quantity.0 }
    }
}

/// Which transfer has come, and what of it.
#[derive(InputObject)]
pub struct ReceiveStockTransferInput {
    /// The transfer.
    pub(super) id: GlobalId<TransferId>,
    /// The version that was read.
    pub(super) version: i32,
    /// The business date, not before that of sending; today where it is absent.
    pub(super) date: Option<Date>,
    /// Lines of which less came than was sent; all others came whole. What is missing is written
    /// off.
    #[graphql(default)]
    pub(super) lines: Vec<ReceivedLineInput>,
    /// Why less came, at most 500 characters; needed where it did.
    pub(super) short_reason: Option<String>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which transfer comes back.
#[derive(InputObject)]
pub struct ReturnStockTransferInput {
    /// The transfer.
    pub(super) id: GlobalId<TransferId>,
    /// The version that was read.
    pub(super) version: i32,
    /// The business date, not before that of sending; today where it is absent.
    pub(super) date: Option<Date>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is given up.
#[derive(InputObject)]
pub struct CancelStockTransferInput {
    /// The transfer.
    pub(super) id: GlobalId<TransferId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}
