//! What can be asked of the register of sales.

use std::collections::BTreeSet;

use access::{Forbidden, Permit, Right};
use db::CommandError;
use kernel::{
    Currency, CustomerId, Direction, OrganizationId, ProductGroupId, ProductId, Refusal,
    RefusalCode, RegionId, UserId, WarehouseId,
};
use serde::Serialize;

use super::{ReadSalesReport, sees_cost};
use crate::rules::Span;

/// Rows of a report at most.
pub const LARGEST_REPORT: u32 = 5_000;
/// Rows of a report that does not say how many.
pub(super) const DEFAULT_ROWS: u32 = 1_000;
/// Ids in one filter at most.
const LARGEST_FILTER: usize = 250;
/// Days of a report at most: thirty years.
const LONGEST_DAYS: i64 = 30 * 366;

/// What rows are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Dimension {
    /// The month of the posting.
    Month,
    /// Who bought.
    Customer,
    /// What was sold.
    Product,
    /// The product's group as of the posting.
    ProductGroup,
    /// Who was responsible as of the posting.
    Manager,
    /// In which variant it was sold.
    Variant,
}

/// What is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Measure {
    /// Base units.
    Quantity,
    /// Without VAT.
    Revenue,
    /// Of the lots taken.
    Cost,
    /// Revenue less cost.
    Profit,
    /// Profit by revenue.
    Margin,
    /// Profit less what deliveries cost.
    Contribution,
}

impl Measure {
    fn column(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::Revenue => "revenue",
            Self::Cost => "cost",
            Self::Profit => "profit",
            Self::Margin => "margin",
            Self::Contribution => "contribution",
        }
    }

    fn needs_cost(self) -> bool {
        matches!(self, Self::Cost | Self::Profit | Self::Margin | Self::Contribution)
    }
}

/// The order of rows; ties go by month and ids, so that it is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ReportOrder {
    /// By month.
    Month(Direction),
    /// By a measure; rows without it come last.
    Measure(Measure, Direction),
}

/// Which sales count. `None` is all of them, an empty list none. Dimensions as of the posting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SalesFilter {
    /// Sold to these customers.
    pub customers: Option<Vec<CustomerId>>,
    /// These products.
    pub products: Option<Vec<ProductId>>,
    /// Products of these groups, not of the groups under them.
    pub product_groups: Option<Vec<ProductGroupId>>,
    /// These managers were responsible.
    pub managers: Option<Vec<UserId>>,
    /// Sold by these organizations.
    pub organizations: Option<Vec<OrganizationId>>,
    /// Shipped from these warehouses.
    pub warehouses: Option<Vec<WarehouseId>>,
    /// Customers of these regions.
    pub regions: Option<Vec<RegionId>>,
}

/// A question to the register of sales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SalesQuery {
    /// Business dates, in the tenant's calendar.
    pub span: Span,
    /// What rows are made by; none is one row.
    pub dimensions: BTreeSet<Dimension>,
    /// Which sales count.
    pub filter: SalesFilter,
    /// The order; without it by month where rows are made by month, else by revenue downward.
    pub order: Option<ReportOrder>,
    /// The first so many rows, at most [`LARGEST_REPORT`]; without it 1,000.
    pub top: Option<u32>,
    /// Sales in this currency; without it in the tenant's base currency.
    pub currency: Option<Currency>,
}

impl SalesQuery {
    /// All sales of some days by some dimensions.
    #[must_use]
    pub fn new(span: Span, dimensions: impl IntoIterator<Item = Dimension>) -> Self {
        Self {
            span,
            dimensions: dimensions.into_iter().collect(),
            filter: SalesFilter::default(),
            order: None,
            top: None,
            currency: None,
        }
    }

    /// The first rows by a measure, largest first.
    #[must_use]
    pub fn first(mut self, top: u32, measure: Measure) -> Self {
        self.top = Some(top);
        self.order = Some(ReportOrder::Measure(measure, Direction::Desc));
        self
    }

    pub(super) fn check(&self, permit: &Permit<ReadSalesReport>) -> Result<(), CommandError> {
        self.sense()?;
        match self.order {
            Some(ReportOrder::Measure(measure, _)) if measure.needs_cost() => {
                // The order of rows would tell what the rows do not.
                if sees_cost(permit) { Ok(()) } else { Err(Forbidden(Right::CostRead).into()) }
            }
            _ => Ok(()),
        }
    }

    fn sense(&self) -> Result<(), Nonsense> {
        let Span { from, to } = self.span;
        if from > to {
            return Err(Nonsense::EndBeforeStart);
        }
        if (to - from).num_days() > LONGEST_DAYS {
            return Err(Nonsense::TooLong);
        }
        if self.top.is_some_and(|top| !(1..=LARGEST_REPORT).contains(&top)) {
            return Err(Nonsense::Top);
        }
        if matches!(self.order, Some(ReportOrder::Month(_)))
            && !self.dimensions.contains(&Dimension::Month)
        {
            return Err(Nonsense::OrderWithoutMonth);
        }
        match self.filter.longest() {
            (name, length) if length > LARGEST_FILTER => Err(Nonsense::Filter(name)),
            _ => Ok(()),
        }
    }

    /// The `order by` of the rows, by columns of the statement.
    pub(super) fn order_text(&self) -> String {
        let by_default = if self.dimensions.contains(&Dimension::Month) {
            ReportOrder::Month(Direction::Asc)
        } else {
            ReportOrder::Measure(Measure::Revenue, Direction::Desc)
        };
        let way = |direction| if direction == Direction::Asc { "asc" } else { "desc" };
        let first = match self.order.unwrap_or(by_default) {
            // Within a month the largest first.
            ReportOrder::Month(direction) => format!("g.month {}, g.revenue desc", way(direction)),
            ReportOrder::Measure(measure, direction) => {
                format!("g.{} {} nulls last, g.month", measure.column(), way(direction))
            }
        };
        format!(
            "{first}, g.customer_id, g.product_id, g.product_group_id, g.manager_id, g.variant_id"
        )
    }
}

impl SalesFilter {
    fn longest(&self) -> (&'static str, usize) {
        fn length<T>(ids: Option<&Vec<T>>) -> usize {
            ids.map_or(0, Vec::len)
        }
        [
            ("customers", length(self.customers.as_ref())),
            ("products", length(self.products.as_ref())),
            ("productGroups", length(self.product_groups.as_ref())),
            ("managers", length(self.managers.as_ref())),
            ("organizations", length(self.organizations.as_ref())),
            ("warehouses", length(self.warehouses.as_ref())),
            ("regions", length(self.regions.as_ref())),
        ]
        .into_iter()
        .max_by_key(|(_, length)| *length)
        .unwrap_or_default()
    }
}

/// Why a question makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nonsense {
    EndBeforeStart,
    TooLong,
    Top,
    OrderWithoutMonth,
    Filter(&'static str),
}

impl From<Nonsense> for CommandError {
    fn from(nonsense: Nonsense) -> Self {
        Refusal::from(nonsense).into()
    }
}

impl From<Nonsense> for Refusal {
    fn from(nonsense: Nonsense) -> Self {
        match nonsense {
            Nonsense::EndBeforeStart => Self::new(
                RefusalCode::Invalid,
                "the last day is before the first",
                "последний день раньше первого",
            )
            .at(["input", "to"]),
            Nonsense::TooLong => Self::new(
                RefusalCode::OutOfRange,
                "a report covers 30 years at most",
                "отчёт охватывает не более 30 лет",
            )
            .at(["input", "from"]),
            Nonsense::Top => Self::new(
                RefusalCode::OutOfRange,
                format!("a report has 1 to {LARGEST_REPORT} rows"),
                format!("в отчёте от 1 до {LARGEST_REPORT} строк"),
            )
            .at(["input", "top"]),
            Nonsense::OrderWithoutMonth => Self::new(
                RefusalCode::Invalid,
                "an order by month needs rows by month",
                "порядок по месяцам возможен только для строк по месяцам",
            )
            .at(["input", "orderBy"]),
            Nonsense::Filter(name) => Self::new(
                RefusalCode::TooMany,
                format!("a filter names {LARGEST_FILTER} records at most"),
                format!("в отборе не более {LARGEST_FILTER} записей"),
            )
            .at(["input", "filter", name]),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::NaiveDate;

    use super::*;

    fn query(from: &str, to: &str) -> SalesQuery {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        SalesQuery::new(Span { from: day(from), to: day(to) }, [Dimension::Customer])
    }

    #[test]
    fn questions_without_sense_are_refused() {
        let good = query("2024-01-01", "2024-12-31");
        assert_eq!(good.sense(), Ok(()));
        let many = |n: usize| {
            let customers = Some(vec![CustomerId::new(); n]);
            SalesQuery { filter: SalesFilter { customers, ..Default::default() }, ..good.clone() }
        };
        let by_month = ReportOrder::Month(Direction::Asc);
        for (question, sense) in [
            (query("2024-01-02", "2024-01-01"), Err(Nonsense::EndBeforeStart)),
            (query("2024-01-01", "2024-01-01"), Ok(())),
            (query("1900-01-01", "2024-01-01"), Err(Nonsense::TooLong)),
            (SalesQuery { top: Some(0), ..good.clone() }, Err(Nonsense::Top)),
            (SalesQuery { top: Some(5_001), ..good.clone() }, Err(Nonsense::Top)),
            (SalesQuery { top: Some(5_000), ..good.clone() }, Ok(())),
            (
                SalesQuery { order: Some(by_month), ..good.clone() },
                Err(Nonsense::OrderWithoutMonth),
            ),
            (many(250), Ok(())),
            (many(251), Err(Nonsense::Filter("customers"))),
        ] {
            assert_eq!(question.sense(), sense, "{question:?}");
        }
    }

    #[test]
    fn every_order_ends_with_all_keys() {
        let mut question = query("2024-01-01", "2024-12-31");
        let keys = "g.customer_id, g.product_id, g.product_group_id, g.manager_id, g.variant_id";
        assert_eq!(question.order_text(), format!("g.revenue desc nulls last, g.month, {keys}"));
        question.dimensions.insert(Dimension::Month);
        assert_eq!(question.order_text(), format!("g.month asc, g.revenue desc, {keys}"));
        let top = question.first(10, Measure::Profit);
        assert_eq!(top.order_text(), format!("g.profit desc nulls last, g.month, {keys}"));
    }
}
