//! Proof that balances equal their registers: movements, reservations and their moves.

use access::{Action, Permit, Right};
use db::{Discrepancy, Outcome, Sql, TenantTx, values};

/// Reading every balance of the tenant to check it.
#[derive(Clone, Copy, Debug)]
pub struct VerifyStock;

impl Action for VerifyStock {
    const RIGHT: Right = Right::AuditRead;
}

/// Balances and reservations that differ from the sums of their registers, and assembly orders that
/// are worth other than what went into them.
///
/// # Errors
/// A fault where the statement fails.
pub async fn discrepancies(
    tx: &TenantTx,
    permit: &Permit<VerifyStock>,
) -> Outcome<Vec<Discrepancy>> {
    let mut found = Vec::new();
    for sql in [include_str!("verify.sql"), include_str!("verify_assembly.sql")] {
        let rows: Vec<Discrepancy> = tx.all(Sql::new(sql, values![permit.tenant()])).await?;
        found.extend(rows);
    }
    Ok(found)
}
