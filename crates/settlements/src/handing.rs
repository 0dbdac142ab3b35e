//! What of money names a responsible manager, and so goes to others with its customer. Who sees a
//! payment or a debt follows it; registers stay under the manager of the posting.

use catalog::Handed;

/// Payments, with what is left of them.
pub const HANDED_PAYMENTS: Handed = Handed {
    kind: "Payment",
    table: "payment",
    only: "true",
    key: "id",
    order: &["date", "id"],
    is_versioned: true,
    is_told: true,
    beside: &[("payment_balance", "payment_id")],
};

/// Debts, settled ones too.
pub const HANDED_RECEIVABLES: Handed = Handed {
    kind: "Receivable",
    table: "receivable_balance",
    only: "true",
    key: "receivable_id",
    order: &["due_on", "receivable_id"],
    is_versioned: false,
    is_told: false,
    beside: &[],
};

/// Invoices.
pub const HANDED_INVOICES: Handed = document("Invoice", "invoice");

/// Refunds.
pub const HANDED_REFUNDS: Handed = document("Refund", "refund");

const fn document(kind: &'static str, table: &'static str) -> Handed {
    Handed {
        kind,
        table,
        only: "true",
        key: "id",
        order: &["date", "id"],
        is_versioned: true,
        is_told: true,
        beside: &[],
    }
}
