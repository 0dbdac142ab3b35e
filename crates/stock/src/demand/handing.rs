//! What orders miss goes to others with its customer.

use catalog::Handed;

/// Demand of orders. Its orders are moved before it, and new demand takes the manager of its order.
pub const HANDED_DEMAND: Handed = Handed {
    kind: "Demand",
    table: "demand",
    only: "true",
    key: "id",
    order: &["needed_by", "id"],
    is_versioned: false,
    is_told: false,
    beside: &[],
};
