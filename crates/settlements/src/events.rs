//! What this context tells the world: a payment changed, a customer's debt changed.

use db::{EventDraft, TenantTx};
use kernel::{CustomerId, PaymentId, UserId, Uuid};

/// A payment was recorded, allocated, offset or reversed.
pub(crate) fn payment_changed(
    tx: &TenantTx,
    payment: PaymentId,
    customer: CustomerId,
    manager: Option<UserId>,
) {
    tx.emit(changed("Payment", payment.0, customer, manager));
}

/// What a customer owes or has paid changed.
pub fn debt_changed(tx: &TenantTx, customer: CustomerId, manager: Option<UserId>) {
    tx.emit(changed("Customer", customer.0, customer, manager));
}

fn changed(
    subject_kind: &'static str,
    subject_id: Uuid,
    customer: CustomerId,
    manager: Option<UserId>,
) -> EventDraft {
    EventDraft {
        kind: "document_changed",
        subject_kind,
        subject_id,
        manager_id: manager,
        customer_id: Some(customer),
        products: Vec::new(),
        warehouses: Vec::new(),
    }
}
