//! The proof that the sums are the sums.

use access::{Action, Forbidden, Permit, Reach, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, Decimal, NaiveDate, Uuid};

const VERIFY: &str = include_str!("sql/verify.sql");
/// Differences told at most.
const LIMIT: i64 = 100;

/// Checking the sums against the register, everybody's sales.
#[derive(Clone, Copy, Debug)]
pub struct VerifySales;

impl Action for VerifySales {
    const RIGHT: Right = Right::SalesReport;
}

/// The measures of one sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// Base units.
    pub quantity: Decimal,
    /// Without VAT, in the sum's currency.
    pub revenue: Decimal,
    /// Base currency.
    pub cost: Decimal,
    /// How many facts.
    pub facts: i64,
}

/// A sum that differs from its register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// TOTAL, CUSTOMER, PRODUCT, PRODUCT_GROUP or MANAGER.
    pub dimension: String,
    /// The month, by its first day.
    pub month: NaiveDate,
    /// The dimension's value; nil for none.
    pub key: Uuid,
    /// The currency.
    pub currency: Currency,
    /// What rollup and queue say together.
    pub held: Sums,
    /// What the register says.
    pub expected: Sums,
}

impl std::fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { dimension, month, key, currency, held, expected } = self;
        write!(f, "sales by {dimension} {key} in {month} {currency}: ")?;
        write!(f, "kept {held:?}, the register says {expected:?}")
    }
}

/// The sums that differ from the register, in one snapshot, the first 100. Reads the whole
/// register: a check to be run as a job.
///
/// # Errors
/// Forbidden where the permit does not reach everybody's sales, or a fault.
pub async fn verify(tx: &TenantTx, permit: &Permit<VerifySales>) -> Outcome<Vec<Discrepancy>> {
    if permit.reach() != Reach::All {
        return Err(Forbidden(VerifySales::RIGHT).into());
    }
    let rows: Vec<Row> = tx.all(Sql::new(VERIFY, values![permit.tenant(), LIMIT])).await?;
    Ok(rows.into_iter().map(Discrepancy::from).collect())
}

#[derive(FromQueryResult)]
struct Row {
    dimension: String,
    month: NaiveDate,
    key: Uuid,
    currency: Currency,
    held_quantity: Decimal,
    quantity: Decimal,
    held_revenue: Decimal,
    revenue: Decimal,
    held_cost: Decimal,
    cost: Decimal,
    held_facts: i64,
    facts: i64,
}

impl From<Row> for Discrepancy {
    fn from(row: Row) -> Self {
        Self {
            dimension: row.dimension,
            month: row.month,
            key: row.key,
            currency: row.currency,
            held: Sums {
                quantity: row.held_quantity,
                revenue: row.held_revenue,
                cost: row.held_cost,
                facts: row.held_facts,
            },
            expected: Sums {
                quantity: row.quantity,
                revenue: row.revenue,
                cost: row.cost,
                facts: row.facts,
            },
        }
    }
}
