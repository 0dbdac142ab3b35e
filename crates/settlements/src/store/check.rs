//! The checker's part: open amounts equal their registers.

use access::{Action, Permit, Right};
use db::{Discrepancy, Outcome, Sql, TenantTx, values};

/// Differences told at most: where there are more, the list is long enough.
const MOST_TOLD: i64 = 1000;

/// Proving that balances equal their registers.
#[derive(Clone, Copy, Debug)]
pub struct VerifySettlements;

impl Action for VerifySettlements {
    const RIGHT: Right = Right::AuditRead;
}

/// Compares all open amounts of a tenant with their registers; an empty list is good. Up to a
/// thousand differences are told; a row that is missing is told as zero.
///
/// # Errors
/// A fault where the statement fails.
pub async fn discrepancies(
    tx: &TenantTx,
    permit: &Permit<VerifySettlements>,
) -> Outcome<Vec<Discrepancy>> {
    let values = values![permit.tenant(), MOST_TOLD];
    Ok(tx.all(Sql::new(include_str!("check.sql"), values)).await?)
}
