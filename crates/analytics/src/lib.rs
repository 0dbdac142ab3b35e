//! What was sold, to whom, by whom and at what profit: reports and dashboards over the register
//! of sales.
//!
//! Invariants: a report equals the sum of the posted documents it covers, in the snapshot it
//! reads; rollups make it fast, never different; a kept answer is given only to callers who may
//! see the same, and only while no posting has come since.

mod cache;
mod dashboard;
mod fold;
mod report;
mod rules;
mod verify;

pub use cache::{Answered, cached_dashboard, cached_sales_report};
pub use dashboard::{
    AgedDebt, Dashboard, DashboardPeriod, MonthFigures, OrdersWidget, ReadDashboard, SalesWidget,
    StateSum, dashboard,
};
pub use fold::{FoldSales, fold, fold_all};
pub use report::{
    Costs, Dimension, Figures, LARGEST_REPORT, Measure, Named, NamedProduct, NamedVariant,
    ReadSalesReport, ReportOrder, SalesFilter, SalesQuery, SalesReport, SalesRow, sales_report,
};
pub use rules::{Cover, Span, cover, margin_percent, months_of};
pub use verify::{VerifySales, discrepancies};
