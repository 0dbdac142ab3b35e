//! Invoices as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    AgreementId, Currency, CustomerId, DateTime, Decimal, InvoiceId, NaiveDate, OrderId,
    OrderLineId, OrganizationId, PaymentId, Percent, ProductId, ProductVariantId, UserId, Utc,
};

use crate::model::words;

words! {
    /// Where an invoice stands.
    InvoiceState {
        /// Nothing of it is paid.
        Issued = "ISSUED",
        /// A part of it is paid.
        PartiallyPaid = "PARTIALLY_PAID",
        /// All of it is paid.
        Paid = "PAID",
        /// It asks for nothing any more.
        Cancelled = "CANCELLED",
    }
}

/// Seeing invoices.
pub struct ReadInvoices;

impl Action for ReadInvoices {
    const RIGHT: Right = Right::InvoiceRead;
}

/// A request to pay a part of an order, or all of it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Per organization and year, with gaps.
    pub number: String,
    /// The business date.
    pub date: NaiveDate,
    /// The day by which it is to be paid.
    pub due_on: NaiveDate,
    /// The order it asks money for.
    pub order_id: OrderId,
    /// To whom.
    pub organization_id: OrganizationId,
    /// Who is to pay.
    pub customer_id: CustomerId,
    /// Under which terms.
    pub agreement_id: AgreementId,
    /// The order's manager when it was issued.
    pub manager_id: Option<UserId>,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Which of the order's payment steps it asks for, from 1; none is a part of its own.
    pub payment_step: Option<i32>,
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// With VAT.
    pub gross: Decimal,
    /// What payments brought for it.
    pub paid: Decimal,
    /// Where it stands.
    pub state: InvoiceState,
    /// Why it was cancelled; of another one, why its order was, so that it is asked for no more.
    pub cancel_reason: Option<String>,
    /// Free text.
    pub comment: Option<String>,
    /// The caller's own id for it.
    pub external_reference: Option<String>,
    /// For optimistic locking.
    pub version: i32,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The user who issued it; none for keys and workers.
    pub created_by: Option<UserId>,
}

/// The columns of [`Invoice`], of `invoice i`.
pub(super) const INVOICE_COLUMNS: &str = "
    i.id, i.number, i.date, i.due_on, i.order_id, i.organization_id, i.customer_id,
    i.agreement_id, i.manager_id, i.currency, i.payment_step, i.net, i.vat, i.gross, i.paid,
    i.state, i.cancel_reason, i.comment, i.external_reference, i.version, i.created_at,
    i.updated_at, i.created_by";

/// What an invoice asks for of one line of its order.
#[derive(Clone, Debug, FromQueryResult)]
pub struct InvoiceLine {
    /// Its invoice.
    pub invoice_id: InvoiceId,
    /// Its place, from 1.
    pub position: i32,
    /// The order's line.
    pub order_line_id: OrderLineId,
    /// What was ordered.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The unit of the quantity.
    pub unit: String,
    /// How much the order's line holds.
    pub quantity: Decimal,
    /// What is asked for, without VAT.
    pub net: Decimal,
    /// The rate; `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax.
    pub vat: Decimal,
    /// With VAT.
    pub gross: Decimal,
}

/// A dated row of paying an invoice; below zero where it was taken back.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct InvoicePayment {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Whose money.
    pub payment_id: PaymentId,
    /// The currency of the amount.
    pub currency: Currency,
    /// How much.
    pub amount: Decimal,
    /// The business date.
    pub occurred_on: NaiveDate,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}
