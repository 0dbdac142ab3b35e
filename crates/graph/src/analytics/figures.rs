//! The measures, told as far as the caller may see them.

use access::{Forbidden, Right};
use analytics::Figures;
use async_graphql::Object;
use kernel::Currency;

use crate::scalars::{Decimal, Money};

/// The measures of a row.
#[derive(Clone, Copy)]
pub struct SalesFigures {
    pub(super) figures: Figures,
    pub(super) currency: Currency,
    /// Whether the caller may see cost.
    pub(super) shows_cost: bool,
}

impl SalesFigures {
    pub(crate) fn new(figures: Figures, currency: Currency, shows_cost: bool) -> Self {
        Self { figures, currency, shows_cost }
    }

    /// A measure that follows from cost: refused without the right, null where there is none.
    fn of_cost<T>(&self, measure: Option<T>) -> async_graphql::Result<Option<T>> {
        if self.shows_cost { Ok(measure) } else { Err(Forbidden(Right::CostRead).into()) }
    }

    fn money(&self, amount: kernel::Decimal) -> Money {
        Money::new(amount, self.currency)
    }
}

/// What was sold.
#[Object]
impl SalesFigures {
    /// In base units, whatever the unit of each product is; returned goods are deducted.
    async fn quantity(&self) -> Decimal {
        self.figures.quantity.normalize().into()
    }

    /// Without VAT.
    async fn revenue(&self) -> Money {
        self.money(self.figures.revenue)
    }

    /// Of the lots that left, without recoverable VAT. Null in a report of another currency than
    /// the tenant's base one; FORBIDDEN without the right to see cost.
    async fn cost(&self) -> async_graphql::Result<Option<Money>> {
        self.of_cost(self.figures.cost.map(|amount| self.money(amount)))
    }

    /// Gross profit: revenue − cost. Null and FORBIDDEN as `cost` is.
    async fn profit(&self) -> async_graphql::Result<Option<Money>> {
        self.of_cost(self.figures.profit.map(|amount| self.money(amount)))
    }

    /// What deliveries of the goods cost, without recoverable VAT: no part of `cost`. Null and
    /// FORBIDDEN as `cost` is.
    async fn variable_costs(&self) -> async_graphql::Result<Option<Money>> {
        self.of_cost(self.figures.variable_costs.map(|amount| self.money(amount)))
    }

    /// Profit − variable costs. Null and FORBIDDEN as `cost` is.
    async fn contribution(&self) -> async_graphql::Result<Option<Money>> {
        self.of_cost(self.figures.contribution.map(|amount| self.money(amount)))
    }

    /// Gross profit / revenue × 100, rounded to two places; null where revenue is zero, and null
    /// and FORBIDDEN as `cost` is.
    async fn margin_percent(&self) -> async_graphql::Result<Option<Decimal>> {
        self.of_cost(self.figures.margin_percent.map(Decimal::from))
    }
}
