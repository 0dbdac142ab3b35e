//! The ageing report.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, CustomerId, DateTime, Decimal, NaiveDate, Utc};

use crate::ReadAgeing;

/// Currencies of one report at most; more do not come up, and every answer has an end.
const MOST_CURRENCIES: u32 = 100;

/// What to age.
#[derive(Clone, Debug, Default)]
pub struct AgeingQuery {
    /// The business date; today where none is given.
    pub as_of: Option<NaiveDate>,
    /// Only what was recorded by then; all that is known where none is given.
    pub known_at: Option<DateTime<Utc>>,
    /// Only one customer; a merged card is the one that stands for it.
    pub customer: Option<CustomerId>,
    /// How many customers' rows at most, those who owe most first. Totals always hold all.
    pub limit: u32,
}

/// What is owed in one currency, by days overdue.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct AgeingRow {
    /// The customer; none for the total of a currency.
    pub customer_id: Option<CustomerId>,
    /// The currency of all amounts of the row.
    pub currency: Currency,
    /// Due on the date or later.
    pub not_due: Decimal,
    /// 1 to 30 days overdue.
    pub days_1_30: Decimal,
    /// 31 to 60 days overdue.
    pub days_31_60: Decimal,
    /// 61 to 90 days overdue.
    pub days_61_90: Decimal,
    /// More than 90 days overdue.
    pub over_90: Decimal,
    /// All that is owed.
    pub total: Decimal,
    /// Advances, which are not deducted from the buckets.
    pub advances: Decimal,
}

impl AgeingRow {
    /// What was due before the date.
    #[must_use]
    pub fn overdue(&self) -> Decimal {
        self.total - self.not_due
    }

    /// The balance with the customer: open receivables − open advances.
    #[must_use]
    pub fn balance(&self) -> Decimal {
        self.total - self.advances
    }
}

/// How old debts are.
#[derive(Clone, Debug)]
pub struct Ageing {
    /// The business date.
    pub as_of: NaiveDate,
    /// The recorded time, where one was asked for.
    pub known_at: Option<DateTime<Utc>>,
    /// By currency.
    pub totals: Vec<AgeingRow>,
    /// By customer and currency, who owes most first.
    pub rows: Vec<AgeingRow>,
}

/// Ages what customers owe, within the permit's reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn ageing(
    tx: &TenantTx,
    permit: &Permit<ReadAgeing>,
    query: &AgeingQuery,
) -> Outcome<Ageing> {
    let as_of = query.as_of.unwrap_or_else(|| tx.today());
    let nothing = Ageing { as_of, known_at: query.known_at, totals: vec![], rows: vec![] };
    let asked = catalog::heir_of(tx, permit, query.customer).await?;
    let customer = match (permit.customer(), asked) {
        (Some(bound), Some(asked)) if bound != asked => return Ok(nothing),
        (bound, asked) => bound.or(asked),
    };
    let values = values![
        permit.tenant(),
        as_of,
        query.known_at,
        permit.managers(),
        customer,
        i64::from(query.limit) + i64::from(MOST_CURRENCIES),
    ];
    let sql = Sql::new(include_str!("ageing.sql"), values).planned_by_values();
    let rows: Vec<AgeingRow> = tx.all(sql).await?;
    let (totals, mut rows): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.customer_id.is_none());
    rows.truncate(query.limit as usize);
    Ok(Ageing { totals, rows, ..nothing })
}
