//! Tax invoices of what was sold and of what lessens it (domain, section 4).
//!
//! Invariants: a posted shipment or act has at most one that stands, and so has a credit note; within
//! an organization and year a later number has no earlier date, which the counter's lock keeps; what
//! one tells (parties, lines, advances) stays as it was when it was issued, and its amounts equal
//! those of its document to the kopeck. A corrective one is issued while the sale's own stands, which
//! is not cancelled before it. Whatever reverses the document cancels the tax invoice with it. The
//! order is locked before its tax invoices.

mod basis;
mod cancel;
mod issue;
mod model;
mod rules;
mod store;

pub use cancel::CancelTaxInvoice;
pub(crate) use cancel::{CalledOff, call_off};
pub use issue::{IssueTaxInvoice, TaxBasis, TaxInvoiceDraft};
pub use model::{ReadTaxInvoices, TaxInvoice, TaxInvoiceLine, TaxInvoicePayment};
pub use rules::{TaxInvoiceKind, TaxInvoiceState, unit_price};
pub(crate) use store::move_tax_invoices;
pub use store::{
    TaxInvoiceFilter, count_tax_invoices, tax_invoice_lines, tax_invoice_payments, tax_invoices,
    tax_invoices_by_id, tax_invoices_of_notes, tax_invoices_of_orders, tax_invoices_of_sales,
    tax_invoices_that_correct,
};

use db::{EventDraft, TenantTx};
use kernel::{CustomerId, TaxInvoiceId, UserId};

/// Tells the world that a tax invoice has changed.
fn tax_invoice_changed(
    tx: &TenantTx,
    id: TaxInvoiceId,
    customer: CustomerId,
    manager: Option<UserId>,
) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "TaxInvoice",
        subject_id: id.0,
        manager_id: manager,
        customer_id: Some(customer),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
