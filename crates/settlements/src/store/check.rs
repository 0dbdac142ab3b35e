//! The checker's part: open amounts equal their registers.

use access::{Action, Permit, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, Uuid};

/// Differences told at most: where there are more, the list is long enough.
const MOST_TOLD: i64 = 1000;

/// Proving that balances equal their registers.
pub struct VerifySettlements;

impl Action for VerifySettlements {
    const RIGHT: Right = Right::MoneyReport;
}

/// A balance that does not equal its register.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Discrepancy {
    /// The table and column.
    pub what: String,
    /// The payment or receivable item.
    pub id: Uuid,
    /// What the register says.
    pub expected: Decimal,
    /// What stands there; none where the row is missing.
    pub found: Option<Decimal>,
}

/// Compares all open amounts of a tenant with their registers; an empty list is good. Up to a
/// thousand differences are told.
///
/// # Errors
/// A fault where the statement fails.
pub async fn verify(
    tx: &TenantTx,
    permit: &Permit<VerifySettlements>,
) -> Outcome<Vec<Discrepancy>> {
    let values = values![permit.tenant(), MOST_TOLD];
    Ok(tx.all(Sql::new(include_str!("check.sql"), values)).await?)
}
