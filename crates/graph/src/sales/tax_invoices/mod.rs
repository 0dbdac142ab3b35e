//! Tax invoices as the API shows them.

mod inputs;
mod line;
mod loads;
mod mutations;
mod queries;
mod tax_invoice;

pub(super) use loads::{TaxInvoiceOfNote, TaxInvoiceOfSale, TaxInvoicesOfOrder};
pub use mutations::TaxInvoiceMutation;
pub use queries::TaxInvoiceQuery;
pub use tax_invoice::TaxInvoice;
