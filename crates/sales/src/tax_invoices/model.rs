//! Tax invoices as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    CreditNoteId, Currency, CustomerId, DateTime, Decimal, NaiveDate, OrderId, OrganizationId,
    PaymentId, Percent, ProductId, ProductVariantId, ShipmentId, TaxInvoiceId, UserId, Utc,
};

use super::rules::{TaxInvoiceKind, TaxInvoiceState};

/// Seeing tax invoices.
pub struct ReadTaxInvoices;

impl Action for ReadTaxInvoices {
    const RIGHT: Right = Right::TaxInvoiceRead;
}

/// The tax paper of a sale, or of what lessens one.
#[derive(Clone, Debug, FromQueryResult)]
pub struct TaxInvoice {
    /// Its id.
    pub id: TaxInvoiceId,
    /// Per organization and year, in order of time.
    pub number: String,
    /// The business date.
    pub date: NaiveDate,
    /// Of a sale, or corrective.
    pub kind: TaxInvoiceKind,
    /// Where it stands.
    pub state: TaxInvoiceState,
    /// The order of the sale.
    pub order_id: OrderId,
    /// The shipment, or the act among shipments.
    pub shipment_id: ShipmentId,
    /// The credit note that a corrective one is of.
    pub credit_note_id: Option<CreditNoteId>,
    /// The sale's tax invoice that a corrective one corrects.
    pub corrects_id: Option<TaxInvoiceId>,
    /// Who sold.
    pub organization_id: OrganizationId,
    /// Who bought.
    pub customer_id: CustomerId,
    /// The manager of the sale.
    pub manager_id: Option<UserId>,
    /// The currency of its amounts.
    pub currency: Currency,
    /// The number of the document it is of.
    pub basis_number: String,
    /// The date of the document it is of.
    pub basis_date: NaiveDate,
    /// The seller's name when it was issued.
    pub seller_name: String,
    /// The seller's tax number.
    pub seller_inn: Option<String>,
    /// The seller's registration code.
    pub seller_kpp: Option<String>,
    /// The seller's address.
    pub seller_address: Option<String>,
    /// The buyer's name when it was issued.
    pub buyer_name: String,
    /// The buyer's tax number.
    pub buyer_inn: Option<String>,
    /// The buyer's registration code.
    pub buyer_kpp: Option<String>,
    /// The buyer's address.
    pub buyer_address: Option<String>,
    /// Without VAT; of a corrective one what the sale becomes less by.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// With VAT.
    pub gross: Decimal,
    /// The business date on which it was cancelled.
    pub cancelled_on: Option<NaiveDate>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
    /// Counts changes, for optimistic locking.
    pub version: i32,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The person who issued it.
    pub created_by: Option<UserId>,
}

/// The columns of [`TaxInvoice`], of `tax_invoice d`.
pub(super) const TAX_INVOICE_COLUMNS: &str = "
    d.id, d.number, d.date, d.kind, d.state, d.order_id, d.shipment_id, d.credit_note_id,
    d.corrects_id, d.organization_id, d.customer_id, d.manager_id, d.currency, d.basis_number,
    d.basis_date, d.seller_name, d.seller_inn, d.seller_kpp, d.seller_address, d.buyer_name,
    d.buyer_inn, d.buyer_kpp, d.buyer_address, d.net, d.vat, d.gross, d.cancelled_on,
    d.cancel_reason, d.comment, d.external_reference, d.version, d.created_at, d.updated_at,
    d.created_by";

/// A line of a tax invoice.
#[derive(Clone, Debug, FromQueryResult)]
pub struct TaxInvoiceLine {
    /// Its tax invoice.
    pub tax_invoice_id: TaxInvoiceId,
    /// Its place, from 1.
    pub position: i32,
    /// What was sold.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// What it was called.
    pub name: String,
    /// The unit of the quantity.
    pub unit: String,
    /// How much was sold, or came back; nothing where only the price changed.
    pub quantity: Decimal,
    /// Of a unit, without VAT; `None` where there is no quantity.
    pub price: Option<Decimal>,
    /// Without VAT.
    pub net: Decimal,
    /// The rate; `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax.
    pub vat: Decimal,
    /// With VAT.
    pub gross: Decimal,
    /// How much a corrective one found.
    pub before_quantity: Option<Decimal>,
    /// What a corrective one found, without VAT.
    pub before_net: Option<Decimal>,
    /// The tax that a corrective one found.
    pub before_vat: Option<Decimal>,
}

/// An advance that a tax invoice names.
#[derive(Clone, Debug, FromQueryResult)]
pub struct TaxInvoicePayment {
    /// Its tax invoice.
    pub tax_invoice_id: TaxInvoiceId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// How much of it settled the sale.
    pub amount: Decimal,
    /// The currency of the amount.
    pub currency: Currency,
}
