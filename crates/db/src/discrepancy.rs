//! What a check of the registers finds.

use kernel::Decimal;
use sea_orm::FromQueryResult;

/// A figure that is kept and does not equal the sum of its register.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Discrepancy {
    /// What is kept: `stock_balance.on_hand`.
    pub figure: String,
    /// Of which record, by its keys.
    pub record: String,
    /// What the register adds up to.
    pub expected: Decimal,
    /// What is kept.
    pub found: Decimal,
}
