//! Proof that balances equal their registers: movements, reservations and their moves; and that
//! supply equals its documents, and documents what they moved.

use access::{Action, Permit, Right};
use db::{Discrepancy, Outcome, Sql, TenantTx, values};

/// Reading every balance of the tenant to check it.
#[derive(Clone, Copy, Debug)]
pub struct VerifyStock;

impl Action for VerifyStock {
    const RIGHT: Right = Right::AuditRead;
}

/// Balances and reservations that differ from the sums of their registers, purchase orders that
/// differ from their receipts, demand from what covers it, and documents that differ from what they
/// moved or are worth other than what went into them.
///
/// # Errors
/// A fault where the statement fails.
pub async fn discrepancies(
    tx: &TenantTx,
    permit: &Permit<VerifyStock>,
) -> Outcome<Vec<Discrepancy>> {
    let mut found = Vec::new();
    let checks = [
        include_str!("verify.sql"),
        include_str!("verify_supply.sql"),
        include_str!("verify_assembly.sql"),
        include_str!("verify_transfers.sql"),
        include_str!("verify_house.sql"),
        include_str!("verify_landed.sql"),
    ];
    for text in checks {
        found.extend(tx.all::<Discrepancy>(Sql::new(text, values![permit.tenant()])).await?);
    }
    Ok(found)
}
