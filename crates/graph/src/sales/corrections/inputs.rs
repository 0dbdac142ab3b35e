//! What clients write of price corrections.

use ::sales::{CorrectionDraft, CorrectionFilter, CorrectionLineDraft, SaleRef};
use async_graphql::InputObject;
use kernel::{
    CustomerId, PriceCorrectionId, ServiceActId, ServiceActLineId, ShipmentId, ShipmentLineId,
    UserId,
};

use super::correction::PriceCorrectionState;
use crate::ids::GlobalId;
use crate::scalars::{Date, Decimal};

/// Which price corrections; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PriceCorrectionFilter {
    /// In one of these states.
    state: Option<Vec<PriceCorrectionState>>,
    /// Of this customer; for a merged card, of the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of the shipments of this manager.
    manager: Option<GlobalId<UserId>>,
    /// Of this shipment.
    shipment: Option<GlobalId<ShipmentId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With exactly this number; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

impl From<PriceCorrectionFilter> for CorrectionFilter {
    fn from(filter: PriceCorrectionFilter) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            shipment: filter.shipment.map(|id| id.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
        }
    }
}

/// A line that becomes cheaper: by a new price, or by an amount.
#[derive(InputObject)]
pub struct PriceCorrectionLineInput {
    /// The shipment's line; this or an act's.
    shipment_line_id: Option<GlobalId<ShipmentLineId>>,
    /// The act's line; this or a shipment's.
    service_act_line_id: Option<GlobalId<ServiceActLineId>>,
    /// The price of a unit from now on, discounts taken off already; for what has not come back by
    /// the posting, which finds anew what that takes off.
    price: Option<Decimal>,
    /// By how much the whole line becomes less, instead of a price.
    amount: Option<Decimal>,
}

impl From<PriceCorrectionLineInput> for CorrectionLineDraft {
    fn from(line: PriceCorrectionLineInput) -> Self {
        let of_act = line.service_act_line_id.map(|id| ShipmentLineId(id.0.0));
        Self {
            shipment_line_id: line.shipment_line_id.map(|id| id.0).or(of_act),
            price: line.price.map(|price| price.0),
            amount: line.amount.map(|amount| amount.0),
        }
    }
}

/// A new price correction.
#[derive(InputObject)]
pub struct CreatePriceCorrectionInput {
    /// The posted shipment that becomes cheaper; this or an act.
    pub(super) shipment_id: Option<GlobalId<ShipmentId>>,
    /// The posted act that becomes cheaper; this or a shipment.
    pub(super) service_act_id: Option<GlobalId<ServiceActId>>,
    /// The business date, not before the shipment's; today where none is given.
    date: Option<Date>,
    /// Why.
    reason: String,
    /// Which lines, and by how much; prices and amounts with VAT or without it, as the shipment's
    /// lines are.
    lines: Option<Vec<PriceCorrectionLineInput>>,
    /// Instead of lines: an amount spread over all lines in proportion, to the kopeck.
    amount: Option<Decimal>,
    /// A note.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's corrections.
    external_reference: Option<String>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreatePriceCorrectionInput> for CorrectionDraft {
    fn from(input: CreatePriceCorrectionInput) -> Self {
        Self {
            sale: match (input.shipment_id, input.service_act_id) {
                (Some(shipment), None) => Some(SaleRef::Shipment(shipment.0)),
                (None, Some(act)) => Some(SaleRef::Act(act.0)),
                _ => None,
            },
            date: input.date.map(|day| day.0),
            reason: input.reason,
            lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
            amount: input.amount.map(|amount| amount.0),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// A draft of a price correction to be posted.
#[derive(InputObject)]
pub struct PostPriceCorrectionInput {
    /// Which.
    pub(super) id: GlobalId<PriceCorrectionId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A draft of a price correction to be given up.
#[derive(InputObject)]
pub struct CancelPriceCorrectionInput {
    /// Which.
    pub(super) id: GlobalId<PriceCorrectionId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A posted price correction to be undone.
#[derive(InputObject)]
pub struct ReversePriceCorrectionInput {
    /// Which.
    pub(super) id: GlobalId<PriceCorrectionId>,
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
