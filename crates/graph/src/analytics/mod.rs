//! Reports and dashboards. They read snapshots of their own, kept until the next posting, and
//! say of which moment they are.

mod board;
mod figures;
mod report;
mod subjects;

use analytics::{DashboardPeriod, ReadDashboard, ReadSalesReport};
use async_graphql::{Context, Object};

use crate::scalars::Date;
use crate::session::Session;

pub use board::Dashboard;
pub use figures::SalesFigures;
pub use report::{SalesReport, SalesReportInput};

/// Queries about what was sold.
#[derive(Default)]
pub struct AnalyticsQuery;

#[Object]
impl AnalyticsQuery {
    /// Posted sales added up by any of month, customer, product, product group and manager.
    /// Equals the posted documents for every query that starts after a posting was answered.
    /// Managers see their own sales, a partner's key its customer's.
    async fn sales_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days, dimensions, filter, order.")] input: SalesReportInput,
    ) -> async_graphql::Result<SalesReport> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadSalesReport>()?;
        let query = input.into();
        let answered =
            analytics::cached_sales_report(session.live(), session.db(), &permit, &query).await?;
        Ok(answered.into())
    }

    /// The director's widgets from one snapshot. What the caller's rights do not cover is null;
    /// the rest shows what he reaches.
    async fn dashboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day of the sales widgets; by default the first of the month \
                          eleven months before the last day's.")]
        from: Option<Date>,
        #[graphql(desc = "The last day of the sales widgets; by default today.")] to: Option<Date>,
    ) -> async_graphql::Result<Dashboard> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadDashboard>()?;
        let period = DashboardPeriod { from: from.map(|day| day.0), to: to.map(|day| day.0) };
        let answered =
            analytics::cached_dashboard(session.live(), session.db(), &permit, &period).await?;
        Ok(answered.into())
    }
}
