//! The ageing report: how old is what customers owe.

use ::settlements::{AgeingQuery, ReadAgeing};
use async_graphql::{Context, Object, SimpleObject};
use kernel::CustomerId;

use crate::catalog::Customer;
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging;
use crate::scalars::{Date, DateTime, Money};
use crate::session::Session;

/// What is owed in one currency, by days overdue. Advances stand beside; they are not deducted
/// from the buckets.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgeingBuckets {
    /// Not due yet on the date.
    not_due: Money,
    /// 1 to 30 days overdue.
    days1_to30: Money,
    /// 31 to 60 days overdue.
    days31_to60: Money,
    /// 61 to 90 days overdue.
    days61_to90: Money,
    /// More than 90 days overdue.
    over90: Money,
    /// All that is overdue.
    overdue: Money,
    /// All that is owed.
    total: Money,
    /// Money that settles nothing yet.
    advances: Money,
    /// The balance: what is owed less the advances.
    balance: Money,
}

impl From<&::settlements::AgeingRow> for AgeingBuckets {
    fn from(row: &::settlements::AgeingRow) -> Self {
        let money = |amount| Money::new(amount, row.currency);
        Self {
            not_due: money(row.not_due),
            days1_to30: money(row.days_1_30),
            days31_to60: money(row.days_31_60),
            days61_to90: money(row.days_61_90),
            over90: money(row.over_90),
            overdue: money(row.overdue()),
            total: money(row.total),
            advances: money(row.advances),
            balance: money(row.balance()),
        }
    }
}

/// One customer's debt in one currency.
pub struct AgeingRow {
    customer: CustomerId,
    buckets: AgeingBuckets,
}

/// One customer's debt in one currency.
#[Object]
impl AgeingRow {
    /// Who owes.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.customer).await?)
    }

    /// What he owes, by days overdue.
    async fn buckets(&self) -> &AgeingBuckets {
        &self.buckets
    }
}

/// How old is what customers owe, as of a business date and as known at a recorded time.
#[derive(SimpleObject)]
pub struct AgeingReport {
    /// The business date.
    as_of: Date,
    /// The recorded time, where one was asked for: nothing recorded later is in the report.
    known_at: Option<DateTime>,
    /// By currency, over all customers within reach.
    totals: Vec<AgeingBuckets>,
    /// By customer and currency, who owes most first.
    rows: Vec<AgeingRow>,
}

/// The ageing report.
#[derive(Default)]
pub struct AgeingReportQuery;

#[Object]
impl AgeingReportQuery {
    /// How old is what customers owe. A payment that was recorded late shows in the report of
    /// its business date, and not in the same report as known before it was recorded.
    async fn receivables_ageing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The business date; today where none is given.")] as_of: Option<Date>,
        #[graphql(desc = "Only what was recorded by then; all where none is given.")]
        known_at: Option<DateTime>,
        #[graphql(desc = "Only this customer; for a merged card, the one that stands for it.")]
        customer_id: Option<GlobalId<CustomerId>>,
        #[graphql(desc = "How many rows, at most 250; 50 where none is given. Totals hold all.")]
        first: Option<i32>,
    ) -> async_graphql::Result<AgeingReport> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadAgeing>()?;
        let query = AgeingQuery {
            as_of: as_of.map(|day| day.0),
            known_at: known_at.map(|moment| moment.0),
            customer: customer_id.map(|id| id.0),
            limit: paging::request(first, None, None, None, "OWED")?.limit,
        };
        let report = ::settlements::ageing(&*session.tx().await?, &permit, &query).await?;
        let row = |row: &::settlements::AgeingRow| {
            let customer =
                row.customer_id.ok_or_else(|| Failure::broken("a row without a customer"))?;
            Ok(AgeingRow { customer, buckets: row.into() })
        };
        Ok(AgeingReport {
            as_of: report.as_of.into(),
            known_at: report.known_at.map(DateTime),
            totals: report.totals.iter().map(AgeingBuckets::from).collect(),
            rows: report.rows.iter().map(row).collect::<Result<_, Failure>>()?,
        })
    }
}
