//! Invoices: requests to pay an order by its payment steps (domain, section 4). They post nothing:
//! what is owed is what was shipped. A payment that names an invoice pays it, one that names an
//! order pays the order's invoices, those due first first; a reversed payment takes that back.
//!
//! Invariants: an invoice's total is the sum of its lines, and what is paid of it the sum of its
//! register; whoever writes here holds the customer's lock. The order is known by its id only: the
//! context above says what of it is to be asked for, under the order's lock.

mod calling_off;
mod cancel;
mod custom_fields;
mod holding;
mod issuing;
mod model;
mod paying;
mod reads;

pub use calling_off::{InvoiceKept, ask_no_more, call_off_invoices};
pub use cancel::CancelInvoice;
pub use issuing::{InvoicedLine, NewInvoice, NewInvoiceLine, invoiced_of_order, issue_invoice};
pub use model::{Invoice, InvoiceLine, InvoicePayment, InvoiceState, ReadInvoices};
pub use reads::{
    InvoiceFilter, InvoiceSort, count_invoices, invoice_lines, invoice_payments, invoices,
    invoices_by_id, invoices_of_customers, invoices_of_orders, invoices_of_payments,
};

pub(crate) use paying::{invoice_to_pay, pay, take_back};

use db::{EventDraft, TenantTx};
use kernel::{CustomerId, InvoiceId, UserId};

/// Tells the world that an invoice has changed.
fn invoice_changed(tx: &TenantTx, id: InvoiceId, customer: CustomerId, manager: Option<UserId>) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "Invoice",
        subject_id: id.0,
        manager_id: manager,
        customer_id: Some(customer),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
