//! The proof that the sums are the sums.

use access::{Action, Permit, Right};
use db::{Discrepancy, Outcome, Sql, TenantTx, values};

const VERIFY: &str = include_str!("sql/verify.sql");
/// Differences told at most.
const LIMIT: i64 = 100;

/// Reading all sums of the tenant to check them.
#[derive(Clone, Copy, Debug)]
pub struct VerifySales;

impl Action for VerifySales {
    const RIGHT: Right = Right::AuditRead;
}

/// Sums of sales, with what is queued for them, that differ from the register, the first 100.
/// Reads the whole register: a job, not a request.
///
/// # Errors
/// A fault where the statement fails.
pub async fn discrepancies(
    tx: &TenantTx,
    permit: &Permit<VerifySales>,
) -> Outcome<Vec<Discrepancy>> {
    Ok(tx.all(Sql::new(VERIFY, values![permit.tenant(), LIMIT])).await?)
}
