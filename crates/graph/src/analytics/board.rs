//! The dashboard's widgets.

use std::sync::Arc;

use analytics::{Answered, MonthFigures, SalesWidget, StateSum};
use async_graphql::{Object, SimpleObject};
use kernel::Currency;

use super::figures::SalesFigures;
use super::report::SalesReportRow;
use crate::scalars::{CurrencyCode, Date, DateTime, Money};
use crate::settlements::AgeingBuckets;

/// What was sold in a month.
#[derive(Clone, SimpleObject)]
pub struct MonthlySales {
    /// The first day of the month.
    month: Date,
    /// The measures; zeros where nothing was sold.
    #[graphql(flatten)]
    figures: SalesFigures,
}

/// Open orders together.
#[derive(Clone, SimpleObject)]
pub struct OpenOrders {
    /// How many.
    count: i64,
    /// Their totals with VAT.
    amount: Money,
    /// What of the amount has not been shipped.
    to_ship: Money,
    /// How many were asked to be shipped before today and are not completed.
    late_count: i64,
    /// What of their amount has not been shipped.
    late: Money,
}

impl OpenOrders {
    fn of(sum: &StateSum, currency: Currency) -> Self {
        let money = |amount| Money::new(amount, currency);
        Self {
            count: sum.orders,
            amount: money(sum.amount),
            to_ship: money(sum.to_ship),
            late_count: sum.late_orders,
            late: money(sum.late),
        }
    }
}

/// Open orders in one state.
#[derive(Clone, SimpleObject)]
pub struct OpenOrdersInState {
    /// CONFIRMED: nothing shipped yet; IN_FULFILMENT: shipped in part.
    state: String,
    /// Their sums.
    #[graphql(flatten)]
    orders: OpenOrders,
}

/// A director's widgets, from one snapshot. Amounts of sales and orders are in the tenant's base
/// currency. A widget that the caller's rights do not cover is null.
pub struct Dashboard {
    board: Arc<analytics::Dashboard>,
    cached: bool,
}

impl From<Answered<analytics::Dashboard>> for Dashboard {
    fn from(answered: Answered<analytics::Dashboard>) -> Self {
        Self { board: answered.value, cached: answered.cached }
    }
}

/// A director's widgets, from one snapshot. Amounts of sales and orders are in the tenant's base
/// currency. A widget that the caller's rights do not cover is null.
#[Object]
impl Dashboard {
    /// The moment of the snapshot that all figures are from.
    async fn as_of(&self) -> DateTime {
        self.board.as_of.into()
    }

    /// Whether the answer had been computed for an earlier query; nothing was posted since.
    async fn cached(&self) -> bool {
        self.cached
    }

    /// The first day of the sales widgets.
    async fn from(&self) -> Date {
        self.board.span.from.into()
    }

    /// The last day of the sales widgets, included.
    async fn to(&self) -> Date {
        self.board.span.to.into()
    }

    /// The tenant's base currency.
    async fn currency(&self) -> CurrencyCode {
        self.board.currency.into()
    }

    /// All sales of these days.
    async fn totals(&self) -> Option<SalesFigures> {
        self.board.sales.as_ref().map(|sales| self.figures(sales))
    }

    /// Revenue and profit over time: every month of these days, oldest first.
    async fn revenue_by_month(&self) -> Option<Vec<MonthlySales>> {
        let sales = self.board.sales.as_ref()?;
        Some(sales.by_month.iter().map(|month| self.month(sales, month)).collect())
    }

    /// Today's month so far, whatever days the dashboard covers.
    async fn this_month(&self) -> Option<MonthlySales> {
        self.board.sales.as_ref().map(|sales| self.month(sales, &sales.this_month))
    }

    /// The whole month before today's, whatever days the dashboard covers.
    async fn previous_month(&self) -> Option<MonthlySales> {
        self.board.sales.as_ref().map(|sales| self.month(sales, &sales.previous_month))
    }

    /// The ten customers with most profit in these days; with most revenue for callers who may
    /// not see cost.
    async fn top_customers(&self) -> Option<Vec<SalesReportRow>> {
        let sales = self.board.sales.as_ref()?;
        let like = self.figures(sales);
        let rows = sales.top_customers.iter().cloned();
        Some(rows.map(|row| SalesReportRow::of(row, like)).collect())
    }

    /// Other currencies that sales of these days were made in; they are left out.
    async fn other_currencies(&self) -> Option<Vec<CurrencyCode>> {
        let sales = self.board.sales.as_ref()?;
        Some(sales.other_currencies.iter().copied().map(Into::into).collect())
    }

    /// What customers owe today by days overdue, one entry a currency.
    async fn ageing(&self) -> Option<Vec<AgeingBuckets>> {
        let debts = self.board.receivables.as_ref()?;
        Some(debts.iter().map(|debt| AgeingBuckets::from(&(*debt).into())).collect())
    }

    /// Orders confirmed and not completed.
    async fn open_orders(&self) -> Option<OpenOrders> {
        let orders = self.board.orders.as_ref()?;
        Some(OpenOrders::of(&orders.total(), self.board.currency))
    }

    /// Orders confirmed and not completed, by state.
    async fn orders_by_state(&self) -> Option<Vec<OpenOrdersInState>> {
        let in_state = |sum: &StateSum| OpenOrdersInState {
            state: sum.state.clone(),
            orders: OpenOrders::of(sum, self.board.currency),
        };
        Some(self.board.orders.as_ref()?.by_state.iter().map(in_state).collect())
    }
}

impl Dashboard {
    fn figures(&self, sales: &SalesWidget) -> SalesFigures {
        SalesFigures {
            figures: sales.totals,
            currency: self.board.currency,
            shows_cost: sales.shows_cost,
        }
    }

    fn month(&self, sales: &SalesWidget, month: &MonthFigures) -> MonthlySales {
        let figures = SalesFigures { figures: month.figures, ..self.figures(sales) };
        MonthlySales { month: month.month.into(), figures }
    }
}
