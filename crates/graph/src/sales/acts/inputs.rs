//! What clients write of acts.

use ::sales::{ActDraft, ActFilter, ShipLine};
use async_graphql::InputObject;
use kernel::{CustomerId, OrderId, OrderLineId, ServiceActId, UserId};

use super::act::ServiceActState;
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::scalars::{Date, Decimal};

/// Which acts; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceActFilter {
    /// In one of these states.
    state: Option<Vec<ServiceActState>>,
    /// Of this customer; for a merged card, of the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of this manager.
    manager: Option<GlobalId<UserId>>,
    /// Of this order.
    order: Option<GlobalId<OrderId>>,
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

impl From<ServiceActFilter> for ActFilter {
    fn from(filter: ServiceActFilter) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            order: filter.order.map(|id| id.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
            custom: Vec::new(),
        }
    }
}

/// A service that was done.
#[derive(InputObject)]
pub struct ServiceActLineInput {
    /// The order's line, of a service.
    order_line_id: GlobalId<OrderLineId>,
    /// How much, above zero, at most three places, at most what is not done yet.
    quantity: Decimal,
}

impl From<ServiceActLineInput> for ShipLine {
    fn from(line: ServiceActLineInput) -> Self {
        Self { order_line_id: line.order_line_id.0, quantity: line.quantity.0 }
    }
}

/// A new act.
#[derive(InputObject)]
pub struct CreateServiceActInput {
    /// The confirmed order whose services were done.
    order_id: GlobalId<OrderId>,
    /// The business date, not before the order's; today where none is given.
    date: Option<Date>,
    /// Which services; all of the order that are not done yet where no lines are given.
    lines: Option<Vec<ServiceActLineInput>>,
    /// A note.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's acts.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreateServiceActInput> for ActDraft {
    fn from(input: CreateServiceActInput) -> Self {
        Self {
            order_id: input.order_id.0,
            date: input.date.map(|day| day.0),
            lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// A draft of an act to be posted.
#[derive(InputObject)]
pub struct PostServiceActInput {
    /// Which.
    pub(super) id: GlobalId<ServiceActId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A draft of an act to be given up.
#[derive(InputObject)]
pub struct CancelServiceActInput {
    /// Which.
    pub(super) id: GlobalId<ServiceActId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A posted act to be undone.
#[derive(InputObject)]
pub struct ReverseServiceActInput {
    /// Which.
    pub(super) id: GlobalId<ServiceActId>,
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
