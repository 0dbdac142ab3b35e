//! Money given back to customers. A refund is taken out of advances and lessens nothing else: what
//! settles a debt is an advance again first (a credit note, an allocation moved).
//!
//! Invariants: what a refund took of each payment are rows of the payment's own register, and add up
//! to the refund; a payment of which a refund stands is not reversed; whoever writes here holds the
//! customer's lock.

mod give;
mod model;
mod reads;
mod reverse;

pub use give::RefundCustomer;
pub(crate) use give::refunded;
pub use model::{Refund, RefundPart};
pub use reads::{RefundFilter, RefundSort, count_refunds, refund_parts, refunds, refunds_by_id};
pub use reverse::ReverseRefund;

use db::{EventDraft, TenantTx};
use kernel::{CustomerId, RefundId, UserId};

/// Tells the world that a refund has changed.
fn refund_changed(tx: &TenantTx, id: RefundId, customer: CustomerId, manager: Option<UserId>) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "Refund",
        subject_id: id.0,
        manager_id: manager,
        customer_id: Some(customer),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
