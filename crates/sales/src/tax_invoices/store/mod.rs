//! All SQL of tax invoices.

mod basis;
mod reads;
mod writes;

pub(super) use basis::{
    NoteHead, last_of_series, note_head, parts_of_note, place_of_note, standing_of_note,
    standing_of_sale, standing_on, told_of_sale,
};
pub use reads::{
    TaxInvoiceFilter, count_tax_invoices, tax_invoice_lines, tax_invoice_payments, tax_invoices,
    tax_invoices_by_id, tax_invoices_of_notes, tax_invoices_of_orders, tax_invoices_of_sales,
    tax_invoices_that_correct,
};
pub(crate) use writes::move_tax_invoices;
pub(super) use writes::{
    NewTaxInvoice, Which, insert_tax_invoice, lock_tax_invoice, mark_cancelled,
    order_of_tax_invoice,
};
