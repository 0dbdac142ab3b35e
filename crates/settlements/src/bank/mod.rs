//! Lines of bank statements become payments. A line is known by the bank's own id of it, unique by
//! account for ever, so what is brought in twice is there once, and one line posts once: its row is
//! locked, and names its payment. Where that is reversed, the line waits again.
//!
//! What a line pays for is proposed (the customer by his tax number, the invoice by a number in the
//! purpose) and never taken for granted: somebody names it when he posts the line.

mod bring;
mod model;
mod post;
mod reads;

pub use bring::{BankLineDraft, BringBankLines, BroughtLines};
pub use model::{BankLine, BankLineState, BankProposal, ReadBankLines};
pub(crate) use post::set_free;
pub use post::{IgnoreBankLine, PostBankLine};
pub use reads::{
    BankLineFilter, BankLineSort, bank_lines, bank_lines_by_id, count_bank_lines, proposals,
};

use db::{EventDraft, TenantTx};
use kernel::BankLineId;

/// Tells the world that a line has changed. It is of no manager: those who see all see it.
fn line_changed(tx: &TenantTx, id: BankLineId) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "BankLine",
        subject_id: id.0,
        manager_id: None,
        customer_id: None,
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
