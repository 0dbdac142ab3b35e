//! The sales report: any crossing of its dimensions, exact in the snapshot it reads.

mod customers;
mod query;
mod source;

use access::{Action, Permit, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, CustomerId, DateTime, Decimal, NaiveDate, ProductGroupId, ProductId,
    ProductVariantId, UserId, Utc, Uuid,
};
use serde::{Deserialize, Serialize};

pub use query::{Dimension, LARGEST_REPORT, Measure, ReportOrder, SalesFilter, SalesQuery};

use crate::rules::{Span, margin_percent};

const REPORT: &str = include_str!("../sql/report.sql");

/// Seeing sales reports.
#[derive(Clone, Copy, Debug)]
pub struct ReadSalesReport;

impl Action for ReadSalesReport {
    const RIGHT: Right = Right::SalesReport;
}

/// The measures of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Base units, whatever each product's unit is.
    pub quantity: Decimal,
    /// Without VAT, in the report's currency.
    pub revenue: Decimal,
    /// Of the lots taken, in the base currency. Nothing where the caller may not see cost, and
    /// where the report's currency is another one.
    pub cost: Option<Decimal>,
    /// Gross profit: revenue less cost. Absent with the cost.
    pub profit: Option<Decimal>,
    /// Profit by revenue in percent; absent with the cost, and where revenue is zero.
    pub margin_percent: Option<Decimal>,
    /// What deliveries cost, in the base currency; absent with the cost.
    pub variable_costs: Option<Decimal>,
    /// Profit less variable costs; absent with the cost.
    pub contribution: Option<Decimal>,
}

/// What sales cost, in the base currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// Of the lots taken.
    pub goods: Decimal,
    /// Of single shipments beside that: logistics.
    pub variable: Decimal,
}

impl Figures {
    /// The measures, with what follows from them; no cost where it is not to be told.
    #[must_use]
    pub fn of(quantity: Decimal, revenue: Decimal, costs: Option<Costs>) -> Self {
        let profit = costs.map(|costs| revenue - costs.goods);
        Self {
            quantity,
            revenue,
            cost: costs.map(|costs| costs.goods),
            profit,
            margin_percent: profit.and_then(|profit| margin_percent(profit, revenue)),
            variable_costs: costs.map(|costs| costs.variable),
            contribution: costs.map(|costs| revenue - costs.goods - costs.variable),
        }
    }
}

/// A record a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<Id> {
    /// Its id.
    pub id: Id,
    /// Its name today; absent where the caller may not see such records.
    pub name: Option<String>,
}

/// A product a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedProduct {
    /// Its id.
    pub id: ProductId,
    /// Its stock-keeping code; absent with the name.
    pub sku: Option<String>,
    /// Its name today; absent where the caller may not see products.
    pub name: Option<String>,
}

/// A variant a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedVariant {
    /// Its id.
    pub id: ProductVariantId,
    /// Its article number; absent with the name.
    pub sku: Option<String>,
    /// Its name today; absent where the caller may not see products.
    pub name: Option<String>,
}

/// A row: the dimensions asked for, and the measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesRow {
    /// The first day of the month.
    pub month: Option<NaiveDate>,
    /// Who bought.
    pub customer: Option<Named<CustomerId>>,
    /// What was sold.
    pub product: Option<NamedProduct>,
    /// The product's group as of the posting; absent for products without one.
    pub product_group: Option<Named<ProductGroupId>>,
    /// Who was responsible as of the posting; absent where nobody was.
    pub manager: Option<Named<UserId>>,
    /// In which variant it was sold; absent for products without variants.
    pub variant: Option<NamedVariant>,
    /// The measures.
    pub figures: Figures,
}

/// What was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesReport {
    /// When its snapshot was taken.
    pub as_of: DateTime<Utc>,
    /// The days it covers.
    pub span: Span,
    /// The currency of its revenue; sales in others are left out.
    pub currency: Currency,
    /// Other currencies that sales of these days were made in.
    pub other_currencies: Vec<Currency>,
    /// Whether cost, profit and margin are told.
    pub shows_cost: bool,
    /// The rows, in order, the first of them.
    pub rows: Vec<SalesRow>,
    /// How many rows there are in all.
    pub row_count: i64,
    /// Over all rows, those that are not listed too.
    pub totals: Figures,
}

/// Whether cost is told to whoever holds the permit: he may see cost of all that he may report.
pub(crate) fn sees_cost<A>(permit: &Permit<A>) -> bool {
    permit.scope().reach(Right::CostRead).is_some_and(|reach| reach >= permit.reach())
}

/// Adds up posted sales. Sums by month answer where they can, the register where they cannot;
/// the result is the same. One statement whatever the number of rows, and one more where customers
/// are named: sales of a merged card count for the one it went into.
///
/// # Errors
/// A refusal for a question that makes no sense; Forbidden where the order is by a measure the
/// caller may not see; a fault.
pub async fn sales_report(
    tx: &TenantTx,
    permit: &Permit<ReadSalesReport>,
    query: &SalesQuery,
) -> Outcome<SalesReport> {
    query.check(permit)?;
    let base = permit.scope().facts().base_currency;
    let currency = query.currency.unwrap_or(base);
    let customers = customers::counted(tx, permit, &query.filter).await?;
    let rows: Vec<Row> = tx.all(statement(permit, query, customers, currency, tx.today())).await?;
    let allowed = sees_cost(permit);
    // Cost is in the base currency: against another one it says nothing.
    let told = Told {
        cost: allowed && currency == base,
        customers: permit.scope().reach(Right::CustomerRead).is_some(),
        products: permit.scope().reach(Right::ProductRead).is_some(),
    };
    let mut report = SalesReport {
        as_of: tx.now(),
        span: query.span,
        currency,
        other_currencies: Vec::new(),
        shows_cost: allowed,
        rows: Vec::with_capacity(rows.len()),
        row_count: 0,
        totals: Figures::of(Decimal::ZERO, Decimal::ZERO, told.cost.then(Costs::default)),
    };
    for row in rows {
        if row.place > 0 {
            report.rows.push(told.row(row));
        } else if row.currency == currency {
            report.row_count = row.rows;
            report.totals = told.figures(&row);
        } else {
            report.other_currencies.push(row.currency);
        }
    }
    report.other_currencies.sort_by(|a, b| a.code().cmp(b.code()));
    Ok(report)
}

fn statement(
    permit: &Permit<ReadSalesReport>,
    query: &SalesQuery,
    customers: Option<Vec<Uuid>>,
    currency: Currency,
    today: NaiveDate,
) -> Sql {
    let (head, tail) = REPORT.split_once("{source}").unwrap_or((REPORT, ""));
    let limit = i64::from(query.top.unwrap_or(query::DEFAULT_ROWS));
    let mut sql = Sql::new(head, values![permit.tenant(), currency, limit]);
    source::push(&mut sql, permit, query, customers, today);
    let (keys, groups) = source::keys(&query.dimensions);
    let order = query.order_text();
    let tail = tail.replace("{heirs}", source::heirs(&query.dimensions));
    sql.push(
        &tail.replace("{keys}", &keys).replace("{groups}", &groups).replace("{order}", &order),
    );
    sql
}

#[derive(FromQueryResult)]
struct Row {
    place: i64,
    month: Option<NaiveDate>,
    customer_id: Option<CustomerId>,
    customer_name: Option<String>,
    product_id: Option<ProductId>,
    product_sku: Option<String>,
    product_name: Option<String>,
    product_group_id: Option<ProductGroupId>,
    group_name: Option<String>,
    manager_id: Option<UserId>,
    manager_name: Option<String>,
    variant_id: Option<ProductVariantId>,
    variant_sku: Option<String>,
    variant_name: Option<String>,
    currency: Currency,
    quantity: Decimal,
    revenue: Decimal,
    cost: Decimal,
    variable_cost: Decimal,
    rows: i64,
}

/// What may be told to the caller.
struct Told {
    cost: bool,
    customers: bool,
    products: bool,
}

impl Told {
    fn figures(&self, row: &Row) -> Figures {
        let costs = Costs { goods: row.cost, variable: row.variable_cost };
        Figures::of(row.quantity, row.revenue, self.cost.then_some(costs))
    }

    fn row(&self, row: Row) -> SalesRow {
        let figures = self.figures(&row);
        let product = |id| NamedProduct {
            id,
            sku: row.product_sku.filter(|_| self.products),
            name: row.product_name.filter(|_| self.products),
        };
        let variant = |id| NamedVariant {
            id,
            sku: row.variant_sku.filter(|_| self.products),
            name: row.variant_name.filter(|_| self.products),
        };
        SalesRow {
            month: row.month,
            customer: row
                .customer_id
                .map(|id| Named { id, name: row.customer_name.filter(|_| self.customers) }),
            product: row.product_id.map(product),
            product_group: row
                .product_group_id
                .map(|id| Named { id, name: row.group_name.filter(|_| self.products) }),
            manager: row.manager_id.map(|id| Named { id, name: row.manager_name }),
            variant: row.variant_id.map(variant),
            figures,
        }
    }
}
