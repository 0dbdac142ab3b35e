//! What clients write of tax invoices.

use ::sales::{TaxBasis, TaxInvoiceDraft};
use async_graphql::InputObject;
use kernel::{
    CreditNoteId, CustomerId, OrderId, OrganizationId, ServiceActId, ShipmentId, TaxInvoiceId,
    UserId,
};

use super::tax_invoice::{TaxInvoiceKind, TaxInvoiceState};
use crate::ids::GlobalId;
use crate::scalars::Date;

/// Which tax invoices; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TaxInvoiceFilter {
    /// In one of these states.
    state: Option<Vec<TaxInvoiceState>>,
    /// Of sales, or correctives.
    kind: Option<TaxInvoiceKind>,
    /// Of this customer; for a merged card, of the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Of this manager.
    manager: Option<GlobalId<UserId>>,
    /// Of the sales of this order.
    order: Option<GlobalId<OrderId>>,
    /// Of this shipment, and of what lessens it.
    shipment: Option<GlobalId<ShipmentId>>,
    /// Of this act, and of what lessens it.
    service_act: Option<GlobalId<ServiceActId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With exactly this number; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Whose number or key in another system begins with this, or whose number ends in this count.
    search: Option<String>,
}

impl From<TaxInvoiceFilter> for ::sales::TaxInvoiceFilter {
    fn from(filter: TaxInvoiceFilter) -> Self {
        let of_act = filter.service_act.map(|id| ShipmentId(id.0.0));
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            kind: filter.kind.map(Into::into),
            customer: filter.customer.map(|id| id.0),
            organization: filter.organization.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            order: filter.order.map(|id| id.0),
            sale: filter.shipment.map(|id| id.0).or(of_act),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
            search: filter.search,
        }
    }
}

/// A tax invoice to issue: name one document.
#[derive(InputObject)]
pub struct IssueTaxInvoiceInput {
    /// The posted shipment it is of.
    shipment_id: Option<GlobalId<ShipmentId>>,
    /// The posted act it is of.
    service_act_id: Option<GlobalId<ServiceActId>>,
    /// The credit note that a corrective one is of; the tax invoice of its sale stands.
    credit_note_id: Option<GlobalId<CreditNoteId>>,
    /// The business date in an open period, not before the document's and not before that of the last
    /// tax invoice of the organization in that year; today where none is given.
    date: Option<Date>,
    /// A note.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's tax invoices.
    external_reference: Option<String>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<IssueTaxInvoiceInput> for TaxInvoiceDraft {
    fn from(input: IssueTaxInvoiceInput) -> Self {
        let named = (input.shipment_id, input.service_act_id, input.credit_note_id);
        Self {
            basis: match named {
                (Some(shipment), None, None) => Some(TaxBasis::Shipment(shipment.0)),
                (None, Some(act), None) => Some(TaxBasis::Act(act.0)),
                (None, None, Some(note)) => Some(TaxBasis::CreditNote(note.0)),
                _ => None,
            },
            date: input.date.map(|day| day.0),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// A tax invoice to cancel.
#[derive(InputObject)]
pub struct CancelTaxInvoiceInput {
    /// Which.
    pub(super) id: GlobalId<TaxInvoiceId>,
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
