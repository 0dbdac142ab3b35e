//! What clients write of pick tasks.

use ::sales::{ConfirmPick, CreatePickTask, PickTaskFilter, ReportShortage};
use async_graphql::InputObject;
use kernel::{LotId, OrderId, PickLineId, PickTaskId, UserId, WarehouseId};

use super::task::PickTaskState;
use crate::ids::GlobalId;
use crate::scalars::{Date, Decimal};

/// Which pick tasks; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "PickTaskFilter")]
pub struct PickTaskFilterInput {
    /// In one of these states.
    state: Option<Vec<PickTaskState>>,
    /// In this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Those that this storekeeper picks or picked.
    taker: Option<GlobalId<UserId>>,
    /// Those that the caller picks or picked himself; false is no condition.
    #[graphql(default)]
    pub(super) mine: bool,
    /// Those that pick for this order.
    order: Option<GlobalId<OrderId>>,
    /// Made on this day or later.
    date_from: Option<Date>,
    /// Made on this day or earlier.
    date_to: Option<Date>,
    /// With exactly this number; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

impl From<PickTaskFilterInput> for PickTaskFilter {
    fn from(filter: PickTaskFilterInput) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            warehouse: filter.warehouse.map(|id| id.0),
            taker: filter.taker.map(|id| id.0),
            order: filter.order.map(|id| id.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
        }
    }
}

/// Orders whose goods are to be picked.
#[derive(InputObject)]
pub struct CreatePickTaskInput {
    /// One order, or several of one organization (a wave); at most 100.
    orders: Vec<GlobalId<OrderId>>,
    /// Where; the warehouse that holds most for the first order where none is given.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// A note for the storekeeper.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's pick tasks.
    external_reference: Option<String>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreatePickTaskInput> for CreatePickTask {
    fn from(input: CreatePickTaskInput) -> Self {
        Self {
            orders: input.orders.into_iter().map(|id| id.0).collect(),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// A pick task to be taken on.
#[derive(InputObject)]
pub struct TakePickTaskInput {
    /// Which.
    pub(super) id: GlobalId<PickTaskId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A pick task to be given back.
#[derive(InputObject)]
pub struct GiveBackPickTaskInput {
    /// Which.
    pub(super) id: GlobalId<PickTaskId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why; required where somebody else picks it.
    pub(super) reason: Option<String>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// Goods taken from the shelf. At least one of line, barcode, lot number and lot is given, and all
/// that is given must agree.
#[derive(InputObject)]
pub struct ConfirmPickInput {
    /// The task; the caller has taken it.
    pick_task_id: GlobalId<PickTaskId>,
    /// The line.
    line_id: Option<GlobalId<PickLineId>>,
    /// What the scanner read: a code of the goods, or of one of their packagings.
    barcode: Option<String>,
    /// The number on the lot. A lot that fits may be another one than the reserved: the
    /// reservation moves to it.
    lot_number: Option<String>,
    /// The lot itself, where its number says too little.
    lot_id: Option<GlobalId<LotId>>,
    /// How many of what was scanned: packagings where the barcode is a packaging's, else base
    /// units. Not given: one of what was scanned, or without a barcode all that the line wants.
    quantity: Option<Decimal>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<ConfirmPickInput> for ConfirmPick {
    fn from(input: ConfirmPickInput) -> Self {
        Self {
            task_id: input.pick_task_id.0,
            line_id: input.line_id.map(|id| id.0),
            barcode: input.barcode,
            lot_number: input.lot_number,
            lot_id: input.lot_id.map(|id| id.0),
            quantity: input.quantity.map(|quantity| quantity.0),
        }
    }
}

/// Goods that are not where they should be.
#[derive(InputObject)]
pub struct ReportShortageInput {
    /// The task; the caller has taken it.
    pick_task_id: GlobalId<PickTaskId>,
    /// The line.
    line_id: GlobalId<PickLineId>,
    /// Base units that are missing; all that the line still wants where none are given.
    quantity: Option<Decimal>,
    /// What the storekeeper saw.
    note: Option<String>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<ReportShortageInput> for ReportShortage {
    fn from(input: ReportShortageInput) -> Self {
        Self {
            task_id: input.pick_task_id.0,
            line_id: input.line_id.0,
            quantity: input.quantity.map(|quantity| quantity.0),
            note: input.note,
        }
    }
}

/// A pick task of which every line is picked or said to be short.
#[derive(InputObject)]
pub struct FinishPickInput {
    /// Which; the caller has taken it.
    pub(super) id: GlobalId<PickTaskId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A pick task to be called off.
#[derive(InputObject)]
pub struct CancelPickTaskInput {
    /// Which.
    pub(super) id: GlobalId<PickTaskId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}
