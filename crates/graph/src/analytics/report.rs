//! The sales report: what is asked, and its rows.

use std::sync::Arc;

use analytics::{Answered, Dimension, Measure, ReportOrder, SalesFilter, SalesQuery, Span};
use async_graphql::{Enum, InputObject, Object, SimpleObject};
use kernel::{
    CustomerId, OrganizationId, ProductGroupId, ProductId, RegionId, UserId, WarehouseId,
};

use super::figures::SalesFigures;
use super::subjects::{
    SalesReportCustomer, SalesReportManager, SalesReportProduct, SalesReportProductGroup,
    SalesReportVariant,
};
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::{CurrencyCode, Date, DateTime};

/// What rows are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "analytics::Dimension")]
pub enum SalesDimension {
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
    /// In which variant it was sold; rows are then made from the register.
    Variant,
}

/// What a sales report can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SalesReportOrderField {
    /// The month; rows must be made by it.
    Month,
    /// Quantity in base units.
    Quantity,
    /// Revenue without VAT.
    Revenue,
    /// Cost; needs the right to see it.
    Cost,
    /// Gross profit; needs the right to see cost.
    Profit,
    /// Gross profit / revenue, rows without revenue last; needs the right to see cost.
    Margin,
    /// Profit less what deliveries cost; needs the right to see cost.
    Contribution,
}

/// The order of a sales report. Ties go by month and ids, so that it is stable.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SalesReportOrder {
    /// By what.
    field: SalesReportOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

/// Which sales count; all conditions hold together. Manager, group and region are as of the
/// posting. A list names 250 records at most; an empty one finds nothing.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SalesReportFilter {
    /// Sold to one of these customers.
    customers: Option<Vec<GlobalId<CustomerId>>>,
    /// One of these products.
    products: Option<Vec<GlobalId<ProductId>>>,
    /// Products of one of these groups, not of the groups under them.
    product_groups: Option<Vec<GlobalId<ProductGroupId>>>,
    /// One of these managers was responsible.
    managers: Option<Vec<GlobalId<UserId>>>,
    /// Sold by one of these organizations.
    organizations: Option<Vec<GlobalId<OrganizationId>>>,
    /// Shipped from one of these warehouses.
    warehouses: Option<Vec<GlobalId<WarehouseId>>>,
    /// Sold to customers of one of these regions.
    regions: Option<Vec<GlobalId<RegionId>>>,
}

/// A question to the register of sales.
#[derive(Clone, Debug, InputObject)]
pub struct SalesReportInput {
    /// The first day, by the business date of the posting.
    from: Date,
    /// The last day, included. The report covers 30 years at most.
    to: Date,
    /// What rows are made by: any crossing, or nothing for one row.
    #[graphql(default)]
    dimensions: Vec<SalesDimension>,
    /// Which sales count.
    filter: Option<SalesReportFilter>,
    /// The order; by default by month, in it by revenue downward.
    order_by: Option<SalesReportOrder>,
    /// Only the first so many rows, 1 to 5,000; by default 1,000. Totals always cover all.
    top: Option<u32>,
    /// Only sales in this currency; by default the tenant's base currency.
    currency: Option<CurrencyCode>,
}

impl From<SalesReportInput> for SalesQuery {
    fn from(input: SalesReportInput) -> Self {
        let dimensions = input.dimensions.into_iter().map(Dimension::from);
        Self {
            filter: input.filter.unwrap_or_default().into(),
            order: input.order_by.map(ReportOrder::from),
            top: input.top,
            currency: input.currency.map(|code| code.0),
            ..Self::new(Span { from: input.from.0, to: input.to.0 }, dimensions)
        }
    }
}

impl From<SalesReportFilter> for SalesFilter {
    fn from(filter: SalesReportFilter) -> Self {
        fn ids<T>(ids: Option<Vec<GlobalId<T>>>) -> Option<Vec<T>> {
            ids.map(|ids| ids.into_iter().map(|id| id.0).collect())
        }
        Self {
            customers: ids(filter.customers),
            products: ids(filter.products),
            product_groups: ids(filter.product_groups),
            managers: ids(filter.managers),
            organizations: ids(filter.organizations),
            warehouses: ids(filter.warehouses),
            regions: ids(filter.regions),
        }
    }
}

impl From<SalesReportOrder> for ReportOrder {
    fn from(order: SalesReportOrder) -> Self {
        let measure = match order.field {
            SalesReportOrderField::Month => return Self::Month(order.direction.into()),
            SalesReportOrderField::Quantity => Measure::Quantity,
            SalesReportOrderField::Revenue => Measure::Revenue,
            SalesReportOrderField::Cost => Measure::Cost,
            SalesReportOrderField::Profit => Measure::Profit,
            SalesReportOrderField::Margin => Measure::Margin,
            SalesReportOrderField::Contribution => Measure::Contribution,
        };
        Self::Measure(measure, order.direction.into())
    }
}

/// A row: the dimensions that were asked for, null where not, and the measures.
#[derive(Clone, SimpleObject)]
pub struct SalesReportRow {
    /// The first day of the month.
    month: Option<Date>,
    /// Who bought.
    customer: Option<SalesReportCustomer>,
    /// What was sold.
    product: Option<SalesReportProduct>,
    /// The product's group as of the posting; null too for products without a group.
    product_group: Option<SalesReportProductGroup>,
    /// Who was responsible as of the posting; null too where nobody was.
    manager: Option<SalesReportManager>,
    /// In which variant it was sold; null too for products without variants.
    variant: Option<SalesReportVariant>,
    /// The measures.
    #[graphql(flatten)]
    figures: SalesFigures,
}

impl SalesReportRow {
    pub(super) fn of(row: analytics::SalesRow, like: SalesFigures) -> Self {
        Self {
            month: row.month.map(Date),
            customer: row.customer.map(Into::into),
            product: row.product.map(Into::into),
            product_group: row.product_group.map(Into::into),
            manager: row.manager.map(Into::into),
            variant: row.variant.map(Into::into),
            figures: SalesFigures { figures: row.figures, ..like },
        }
    }
}

/// What was sold.
pub struct SalesReport {
    report: Arc<analytics::SalesReport>,
    cached: bool,
}

impl From<Answered<analytics::SalesReport>> for SalesReport {
    fn from(answered: Answered<analytics::SalesReport>) -> Self {
        Self { report: answered.value, cached: answered.cached }
    }
}

/// What was sold.
#[Object]
impl SalesReport {
    /// The rows in order, the first of them.
    async fn rows(&self) -> Vec<SalesReportRow> {
        let like = self.figures();
        self.report.rows.iter().cloned().map(|row| SalesReportRow::of(row, like)).collect()
    }

    /// How many rows there are in all.
    async fn row_count(&self) -> i64 {
        self.report.row_count
    }

    /// Over all rows, those that are not listed too.
    async fn totals(&self) -> SalesFigures {
        self.figures()
    }

    /// The moment of the snapshot that the figures are from.
    async fn as_of(&self) -> DateTime {
        self.report.as_of.into()
    }

    /// Whether the answer had been computed for an earlier query; nothing was posted since.
    async fn cached(&self) -> bool {
        self.cached
    }

    /// The currency of the sales that count.
    async fn currency(&self) -> CurrencyCode {
        self.report.currency.into()
    }

    /// Other currencies that sales of these days were made in; the report leaves them out.
    async fn other_currencies(&self) -> Vec<CurrencyCode> {
        self.report.other_currencies.iter().copied().map(Into::into).collect()
    }
}

impl SalesReport {
    fn figures(&self) -> SalesFigures {
        SalesFigures {
            figures: self.report.totals,
            currency: self.report.currency,
            shows_cost: self.report.shows_cost,
        }
    }
}
