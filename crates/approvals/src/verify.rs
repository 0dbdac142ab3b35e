//! Proof that requests are what their steps and decisions make them.

use access::{Action, Permit, Right};
use db::{Discrepancy, Outcome, Sql, TenantTx, values};

/// Reading every request of the tenant to check it.
#[derive(Clone, Copy, Debug)]
pub struct VerifyApprovals;

impl Action for VerifyApprovals {
    const RIGHT: Right = Right::AuditRead;
}

/// What differs: steps that are done from their signatures, approvals from their steps, rejections
/// from their decisions, and signatures of those who asked or wrote the document.
///
/// # Errors
/// A fault where the statement fails.
pub async fn discrepancies(
    tx: &TenantTx,
    permit: &Permit<VerifyApprovals>,
) -> Outcome<Vec<Discrepancy>> {
    let text = include_str!("verify.sql");
    Ok(tx.all(Sql::new(text, values![permit.tenant()])).await?)
}
