//! What clients write of returns.

use ::sales::{ReturnDraft, ReturnFilter, ReturnLineDraft};
use async_graphql::InputObject;
use kernel::{CustomerId, SalesReturnId, ShipmentId, ShipmentLineId, UserId, WarehouseId};

use super::sales_return::{ReturnedCondition, SalesReturnState};
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::scalars::{Date, Decimal};

/// Which returns; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SalesReturnFilter {
    /// In one of these states.
    state: Option<Vec<SalesReturnState>>,
    /// Of this customer; for a merged card, of the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of the shipments of this manager.
    manager: Option<GlobalId<UserId>>,
    /// Of this shipment.
    shipment: Option<GlobalId<ShipmentId>>,
    /// Into this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With exactly this number; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    pub(super) custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl From<SalesReturnFilter> for ReturnFilter {
    fn from(filter: SalesReturnFilter) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            shipment: filter.shipment.map(|id| id.0),
            warehouse: filter.warehouse.map(|id| id.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
            custom: Vec::new(),
        }
    }
}

/// A line of a return as it is written.
#[derive(InputObject)]
pub struct SalesReturnLineInput {
    /// The shipment's line.
    shipment_line_id: GlobalId<ShipmentLineId>,
    /// Base units, above zero, at most three places, at most what was shipped and has not come
    /// back.
    quantity: Decimal,
    /// In what state it comes back; a line may be named once in each.
    #[graphql(default_with = "ReturnedCondition::Good")]
    condition: ReturnedCondition,
}

impl From<SalesReturnLineInput> for ReturnLineDraft {
    fn from(line: SalesReturnLineInput) -> Self {
        Self {
            shipment_line_id: line.shipment_line_id.0,
            quantity: line.quantity.0,
            condition: line.condition.into(),
        }
    }
}

/// A new return.
#[derive(InputObject)]
pub struct CreateSalesReturnInput {
    /// The posted shipment whose goods come back.
    shipment_id: GlobalId<ShipmentId>,
    /// Where they come in; the shipment's warehouse where none is given.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date, not before the shipment's; today where none is given.
    date: Option<Date>,
    /// Why goods come back.
    reason: String,
    /// What; everything that has not come back, in good state, where no lines are given.
    lines: Option<Vec<SalesReturnLineInput>>,
    /// A note.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's returns.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreateSalesReturnInput> for ReturnDraft {
    fn from(input: CreateSalesReturnInput) -> Self {
        Self {
            shipment_id: input.shipment_id.0,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            date: input.date.map(|day| day.0),
            reason: input.reason,
            lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// A draft of a return to be posted.
#[derive(InputObject)]
pub struct PostSalesReturnInput {
    /// Which.
    pub(super) id: GlobalId<SalesReturnId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A draft of a return to be given up.
#[derive(InputObject)]
pub struct CancelSalesReturnInput {
    /// Which.
    pub(super) id: GlobalId<SalesReturnId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A posted return to be undone.
#[derive(InputObject)]
pub struct ReverseSalesReturnInput {
    /// Which.
    pub(super) id: GlobalId<SalesReturnId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}
