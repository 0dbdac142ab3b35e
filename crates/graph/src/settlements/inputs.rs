//! What clients send about settlements.

use async_graphql::{Enum, InputObject};
use kernel::{
    AgreementId, CustomerId, Direction, InvoiceId, OrderId, OrganizationId, PaymentId,
    ReceivableId, ShipmentId, UserId,
};

use super::payment::{PaymentMethod, PaymentState};
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::{CurrencyCode, Date, Decimal};

/// Which payments; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PaymentFilter {
    /// Those of this customer; for a merged card, of the one that stands for it.
    customer_id: Option<GlobalId<CustomerId>>,
    /// Those to this organization.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Those that name this order.
    order_id: Option<GlobalId<OrderId>>,
    /// Those of this manager's customers, as of the recording.
    manager_id: Option<GlobalId<UserId>>,
    /// Those that count, or those that were reversed.
    state: Option<PaymentState>,
    /// Those that came in this way.
    method: Option<PaymentMethod>,
    /// Those dated on or after this day.
    date_from: Option<Date>,
    /// Those dated on or before this day.
    date_to: Option<Date>,
    /// The ones with exactly this number.
    number: Option<String>,
    /// The one with this key of its recorder.
    external_reference: Option<String>,
    /// Those with an advance left (true) or with nothing left (false).
    has_advance: Option<bool>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    pub(super) custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl From<PaymentFilter> for ::settlements::PaymentFilter {
    fn from(filter: PaymentFilter) -> Self {
        Self {
            customer: filter.customer_id.map(|id| id.0),
            organization: filter.organization_id.map(|id| id.0),
            order: filter.order_id.map(|id| id.0),
            manager: filter.manager_id.map(|id| id.0),
            state: filter.state.map(Into::into),
            method: filter.method.map(Into::into),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            custom: Vec::new(),
            number: filter.number,
            external_reference: filter.external_reference,
            advance: filter.has_advance,
        }
    }
}

/// What payments are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::PaymentSort")]
pub enum PaymentOrderField {
    /// By business date.
    Date,
    /// By amount, whatever its currency.
    Amount,
    /// By number, as text.
    Number,
}

/// The order of payments; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct PaymentOrder {
    /// By what.
    field: PaymentOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

impl PaymentOrder {
    /// The newest first where no order is asked for.
    pub(super) fn read(order: Option<Self>) -> (::settlements::PaymentSort, Direction) {
        match order {
            Some(order) => (order.field.into(), order.direction.into()),
            None => (::settlements::PaymentSort::Date, Direction::Desc),
        }
    }
}

/// Which receivables; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReceivableFilter {
    /// Those of this customer; for a merged card, of the one that stands for it.
    customer_id: Option<GlobalId<CustomerId>>,
    /// Those to this organization.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Those of this order.
    order_id: Option<GlobalId<OrderId>>,
    /// Those of this shipment.
    shipment_id: Option<GlobalId<ShipmentId>>,
    /// Those of this manager, as of the shipment.
    manager_id: Option<GlobalId<UserId>>,
    /// Those with something left to pay (true) or with nothing left (false).
    open: Option<bool>,
    /// Those open and due before today (true), or all others (false).
    overdue: Option<bool>,
    /// Those due on or after this day.
    due_from: Option<Date>,
    /// Those due on or before this day.
    due_to: Option<Date>,
    /// Those shipped on or after this day.
    date_from: Option<Date>,
    /// Those shipped on or before this day.
    date_to: Option<Date>,
}

impl From<ReceivableFilter> for ::settlements::ReceivableFilter {
    fn from(filter: ReceivableFilter) -> Self {
        Self {
            customer: filter.customer_id.map(|id| id.0),
            organization: filter.organization_id.map(|id| id.0),
            order: filter.order_id.map(|id| id.0),
            shipment: filter.shipment_id.map(|id| id.0),
            manager: filter.manager_id.map(|id| id.0),
            open: filter.open,
            overdue: filter.overdue,
            due_from: filter.due_from.map(|day| day.0),
            due_to: filter.due_to.map(|day| day.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
        }
    }
}

/// What receivables are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::ReceivableSort")]
pub enum ReceivableOrderField {
    /// By due date.
    DueOn,
    /// By the shipment's date.
    Date,
    /// By what is left to pay, whatever its currency.
    Open,
}

/// The order of receivables; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ReceivableOrder {
    /// By what.
    field: ReceivableOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

impl ReceivableOrder {
    /// The earliest due first where no order is asked for.
    pub(super) fn read(order: Option<Self>) -> (::settlements::ReceivableSort, Direction) {
        match order {
            Some(order) => (order.field.into(), order.direction.into()),
            None => (::settlements::ReceivableSort::DueOn, Direction::Asc),
        }
    }
}

/// Money received. It settles the open receivables of the named order, or the oldest due ones of
/// the same customer, organization, agreement and currency; what is left is an advance, which
/// stays with the named order.
#[derive(InputObject)]
pub struct RecordPaymentInput {
    /// Who paid; the order's customer where none is given.
    pub(super) customer_id: Option<GlobalId<CustomerId>>,
    /// To whom; the order's, else the agreement's, else the tenant's default organization.
    pub(super) organization_id: Option<GlobalId<OrganizationId>>,
    /// Under which terms; the order's, else the customer's default agreement.
    pub(super) agreement_id: Option<GlobalId<AgreementId>>,
    /// The order that the payer named.
    pub(super) order_id: Option<GlobalId<OrderId>>,
    /// The invoice that the payer named: its order, customer and terms hold where none are given.
    /// What an order's payment brings without naming one pays the order's invoices, due first first.
    pub(super) invoice_id: Option<GlobalId<InvoiceId>>,
    /// How much, above zero, with at most 2 decimal places.
    pub(super) amount: Decimal,
    /// The currency: it must be the order's, else the agreement's; that one where none is given.
    pub(super) currency: Option<CurrencyCode>,
    /// The business date in an open period; today where none is given. A date in the past needs
    /// the right `document.backdate`.
    pub(super) date: Option<Date>,
    /// How it came.
    #[graphql(default_with = "PaymentMethod::Bank")]
    pub(super) method: PaymentMethod,
    /// Your own key for it, unique among the tenant's payments for ever.
    pub(super) external_reference: Option<String>,
    /// Free text.
    pub(super) comment: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}

/// What a receivable gets of a payment.
#[derive(InputObject)]
pub struct AllocationInput {
    /// The receivable: of the payment's customer, organization, agreement and currency.
    pub(super) receivable_id: GlobalId<ReceivableId>,
    /// How much of it the payment settles, above zero.
    pub(super) amount: Decimal,
}

/// What a payment settles from now on.
#[derive(InputObject)]
pub struct AllocatePaymentInput {
    /// The payment.
    pub(super) id: GlobalId<PaymentId>,
    /// Its version as it was read.
    pub(super) version: i32,
    /// All that it settles, at most 200; what is not named here is taken back, and what is left
    /// is an advance. None makes all of it an advance.
    pub(super) allocations: Vec<AllocationInput>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}

/// A payment to reverse.
#[derive(InputObject)]
pub struct ReversePaymentInput {
    /// The payment.
    pub(super) id: GlobalId<PaymentId>,
    /// Its version as it was read.
    pub(super) version: i32,
    /// The business date of the reversal, in an open period and not before the payment's; today
    /// where none is given.
    pub(super) date: Option<Date>,
    /// Why.
    pub(super) reason: Option<String>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}
