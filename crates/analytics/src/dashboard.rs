//! The dashboard of a director, and of anybody else as far as his rights go: a widget that the
//! caller may not see is absent, the others show what he reaches. One snapshot for all of them.

use access::{Action, Permit, Right};
use chrono::Months;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, DateTime, Decimal, Month, NaiveDate, Refusal, RefusalCode, Utc};
use serde::{Deserialize, Serialize};
use settlements::{AgeingQuery, AgeingRow, ReadAgeing};

use crate::report::{
    Costs, Dimension, Figures, Measure, ReadSalesReport, SalesQuery, SalesRow, sales_report,
    sees_cost,
};
use crate::rules::{Span, months_of};

/// Months that the charts cover at most.
const MOST_MONTHS: usize = 60;
/// Customers of the top list.
const TOP: u32 = 10;

const OPEN_ORDERS: &str = include_str!("sql/open_orders.sql");

/// Seeing dashboards.
#[derive(Clone, Copy, Debug)]
pub struct ReadDashboard;

impl Action for ReadDashboard {
    const RIGHT: Right = Right::DashboardRead;
}

/// Seeing how much is on order.
struct ReadOpenOrders;

impl Action for ReadOpenOrders {
    const RIGHT: Right = Right::OrderRead;
}

/// The days a dashboard covers; by default twelve months to date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DashboardPeriod {
    /// The first day; by default that of the month eleven months before the last day's.
    pub from: Option<NaiveDate>,
    /// The last day; by default today.
    pub to: Option<NaiveDate>,
}

impl DashboardPeriod {
    /// The days, with what was left open filled in.
    ///
    /// # Errors
    /// A refusal where the end is before the start or there are more than 60 months.
    pub fn span(&self, today: NaiveDate) -> Result<Span, Refusal> {
        let to = self.to.unwrap_or(today);
        let year_ago = Month::of(to).first_day().checked_sub_months(Months::new(11));
        let span = Span { from: self.from.or(year_ago).unwrap_or(to), to };
        if span.from > span.to {
            let (en, ru) = ("the last day is before the first", "последний день раньше первого");
            return Err(Refusal::new(RefusalCode::Invalid, en, ru).at(["to"]));
        }
        if months_of(span).len() > MOST_MONTHS {
            let en = format!("a dashboard covers {MOST_MONTHS} months at most");
            let ru = format!("панель охватывает не более {MOST_MONTHS} месяцев");
            return Err(Refusal::new(RefusalCode::OutOfRange, en, ru).at(["from"]));
        }
        Ok(span)
    }
}

/// The figures of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthFigures {
    /// Its first day.
    pub month: NaiveDate,
    /// The measures; zeros where nothing was sold.
    pub figures: Figures,
}

/// Sales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesWidget {
    /// Whether cost, profit and margin are told.
    pub shows_cost: bool,
    /// All days together.
    pub totals: Figures,
    /// Every month of the days, oldest first.
    pub by_month: Vec<MonthFigures>,
    /// Today's month so far.
    pub this_month: MonthFigures,
    /// The whole month before it.
    pub previous_month: MonthFigures,
    /// The ten customers with most profit, or with most revenue where cost is not told.
    pub top_customers: Vec<SalesRow>,
    /// Currencies that other sales of these days were made in.
    pub other_currencies: Vec<Currency>,
}

/// What customers owe in one currency today, by days overdue: the form an [`AgeingRow`] is kept
/// in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgedDebt {
    /// The currency.
    pub currency: Currency,
    /// Due today or later.
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
    /// Advances, not deducted from the others.
    pub advances: Decimal,
}

/// Open orders in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromQueryResult)]
pub struct StateSum {
    /// CONFIRMED or IN_FULFILMENT.
    pub state: String,
    /// How many.
    pub orders: i64,
    /// With VAT.
    pub amount: Decimal,
    /// What of the amount has not been shipped.
    pub to_ship: Decimal,
    /// How many were to be shipped before today.
    pub late_orders: i64,
    /// What of their amount has not been shipped.
    pub late: Decimal,
}

/// Orders that are confirmed and not completed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersWidget {
    /// By state.
    pub by_state: Vec<StateSum>,
}

impl OrdersWidget {
    /// All states together.
    #[must_use]
    pub fn total(&self) -> StateSum {
        let nothing = StateSum {
            state: String::new(),
            orders: 0,
            amount: Decimal::ZERO,
            to_ship: Decimal::ZERO,
            late_orders: 0,
            late: Decimal::ZERO,
        };
        self.by_state.iter().fold(nothing, |sum, row| StateSum {
            state: sum.state,
            orders: sum.orders + row.orders,
            amount: sum.amount + row.amount,
            to_ship: sum.to_ship + row.to_ship,
            late_orders: sum.late_orders + row.late_orders,
            late: sum.late + row.late,
        })
    }
}

/// All widgets, from one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    /// When the snapshot was taken.
    pub as_of: DateTime<Utc>,
    /// The days the sales cover.
    pub span: Span,
    /// The tenant's base currency: sales and orders are in it.
    pub currency: Currency,
    /// Absent without the right to sales reports.
    pub sales: Option<SalesWidget>,
    /// By currency; absent without the right to money reports.
    pub receivables: Option<Vec<AgedDebt>>,
    /// Absent without the right to orders.
    pub orders: Option<OrdersWidget>,
}

/// Reads all widgets that the caller may see.
///
/// # Errors
/// A refusal for days that make no sense, or a fault.
pub async fn dashboard(
    tx: &TenantTx,
    permit: &Permit<ReadDashboard>,
    period: &DashboardPeriod,
) -> Outcome<Dashboard> {
    let scope = permit.scope();
    let currency = scope.facts().base_currency;
    let span = period.span(tx.today())?;
    let sales = match scope.permit::<ReadSalesReport>() {
        Ok(permit) => Some(sales_widget(tx, &permit, span).await?),
        Err(_) => None,
    };
    let receivables = match scope.permit::<ReadAgeing>() {
        Ok(permit) => Some(receivables_widget(tx, &permit).await?),
        Err(_) => None,
    };
    let orders = match scope.permit::<ReadOpenOrders>() {
        Ok(permit) => Some(orders_widget(tx, &permit, currency).await?),
        Err(_) => None,
    };
    Ok(Dashboard { as_of: tx.now(), span, currency, sales, receivables, orders })
}

async fn sales_widget(
    tx: &TenantTx,
    permit: &Permit<ReadSalesReport>,
    span: Span,
) -> Outcome<SalesWidget> {
    let by_month = SalesQuery::new(span, [Dimension::Month]);
    let by_month = sales_report(tx, permit, &by_month).await?;
    let this_month = Month::of(tx.today()).first_day();
    let previous = this_month.checked_sub_months(Months::new(1)).unwrap_or(this_month);
    let two_months = Span { from: previous, to: tx.today() };
    let lately = SalesQuery::new(two_months, [Dimension::Month]);
    let lately = fill(two_months, sales_report(tx, permit, &lately).await?.rows, by_month.totals);
    let shows_cost = sees_cost(permit);
    let measure = if shows_cost { Measure::Profit } else { Measure::Revenue };
    let top = SalesQuery::new(span, [Dimension::Customer]).first(TOP, measure);
    let top = sales_report(tx, permit, &top).await?;
    let of = |month| lately.iter().copied().find(|row| row.month == month);
    let nothing = |month| MonthFigures { month, figures: zero_like(by_month.totals) };
    Ok(SalesWidget {
        shows_cost,
        totals: by_month.totals,
        this_month: of(this_month).unwrap_or(nothing(this_month)),
        previous_month: of(previous).unwrap_or(nothing(previous)),
        by_month: fill(span, by_month.rows, by_month.totals),
        top_customers: top.rows,
        other_currencies: by_month.other_currencies,
    })
}

/// Every month of the days once: a chart has no holes where nothing was sold.
fn fill(span: Span, rows: Vec<SalesRow>, like: Figures) -> Vec<MonthFigures> {
    let found = |month| rows.iter().find(|row| row.month == Some(month)).map(|row| row.figures);
    let figures = |month| found(month).unwrap_or(zero_like(like));
    let month = |month| MonthFigures { month, figures: figures(month) };
    months_of(span).into_iter().map(month).collect()
}

/// Nothing sold, with a cost of zero where cost is told.
fn zero_like(like: Figures) -> Figures {
    Figures::of(Decimal::ZERO, Decimal::ZERO, like.cost.map(|_| Costs::default()))
}

async fn receivables_widget(tx: &TenantTx, permit: &Permit<ReadAgeing>) -> Outcome<Vec<AgedDebt>> {
    let ageing = settlements::ageing(tx, permit, &AgeingQuery::default()).await?;
    Ok(ageing.totals.into_iter().map(Into::into).collect())
}

impl From<AgeingRow> for AgedDebt {
    fn from(row: AgeingRow) -> Self {
        Self {
            currency: row.currency,
            not_due: row.not_due,
            days_1_30: row.days_1_30,
            days_31_60: row.days_31_60,
            days_61_90: row.days_61_90,
            over_90: row.over_90,
            total: row.total,
            advances: row.advances,
        }
    }
}

impl From<AgedDebt> for AgeingRow {
    fn from(debt: AgedDebt) -> Self {
        Self {
            customer_id: None,
            currency: debt.currency,
            not_due: debt.not_due,
            days_1_30: debt.days_1_30,
            days_31_60: debt.days_31_60,
            days_61_90: debt.days_61_90,
            over_90: debt.over_90,
            total: debt.total,
            advances: debt.advances,
        }
    }
}

async fn orders_widget(
    tx: &TenantTx,
    permit: &Permit<ReadOpenOrders>,
    currency: Currency,
) -> Outcome<OrdersWidget> {
    let values =
        values![permit.tenant(), currency, tx.today(), permit.managers(), permit.customer(),];
    Ok(OrdersWidget { by_state: tx.all(Sql::new(OPEN_ORDERS, values)).await? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn row(month: &str, revenue: i64) -> SalesRow {
        let costs = Costs { goods: Decimal::ONE, variable: Decimal::ZERO };
        let figures = Figures::of(Decimal::ONE, Decimal::from(revenue), Some(costs));
        SalesRow {
            month: Some(day(month)),
            customer: None,
            product: None,
            product_group: None,
            variant: None,
            manager: None,
            figures,
        }
    }

    #[test]
    fn the_default_is_twelve_months_to_date() {
        let given = |from: Option<&str>, to: Option<&str>| {
            let period = DashboardPeriod { from: from.map(day), to: to.map(day) };
            period.span(day("2026-11-23")).map(|span| (span.from, span.to)).map_err(|no| no.code)
        };
        let days = |from, to| Ok((day(from), day(to)));
        assert_eq!(given(None, None), days("2025-12-01", "2026-11-23"));
        assert_eq!(given(None, Some("2024-02-29")), days("2023-03-01", "2024-02-29"));
        assert_eq!(given(Some("2026-11-23"), None), days("2026-11-23", "2026-11-23"));
        assert_eq!(given(Some("2026-11-24"), None), Err(RefusalCode::Invalid));
        assert_eq!(given(Some("2021-12-01"), None), days("2021-12-01", "2026-11-23"));
        assert_eq!(given(Some("2021-11-30"), None), Err(RefusalCode::OutOfRange));
    }

    #[test]
    fn months_without_sales_are_zero_and_not_missing() {
        let span = Span { from: day("2026-01-15"), to: day("2026-03-01") };
        let rows = vec![row("2026-01-01", 10), row("2026-03-01", 30)];
        let filled = fill(span, rows.clone(), rows[0].figures);
        let revenues: Vec<_> = filled.iter().map(|row| row.figures.revenue).collect();
        assert_eq!(revenues, [Decimal::from(10), Decimal::ZERO, Decimal::from(30)]);
        assert_eq!(filled[1].figures.profit, Some(Decimal::ZERO));
        assert_eq!(filled[1].figures.margin_percent, None);
        // Where cost is not told, it is not told as zero either.
        let hidden = fill(span, vec![], Figures::of(Decimal::ONE, Decimal::ONE, None));
        assert_eq!(hidden[0].figures.cost, None);
    }
}
