//! Proof that balances equal their registers: movements, reservations and their moves.

use access::{Action, Permit, Right};
use db::{Discrepancy, Outcome, Sql, TenantTx, values};

/// Reading every balance of the tenant to check it.
#[derive(Clone, Copy, Debug)]
pub struct VerifyStock;

impl Action for VerifyStock {
    const RIGHT: Right = Right::AuditRead;
}

/// Balances and reservations that differ from the sums of their registers.
///
/// # Errors
/// A fault where the statement fails.
pub async fn discrepancies(
    tx: &TenantTx,
    permit: &Permit<VerifyStock>,
) -> Outcome<Vec<Discrepancy>> {
    let sql = Sql::new(include_str!("verify.sql"), values![permit.tenant()]);
    Ok(tx.all(sql).await?)
}
