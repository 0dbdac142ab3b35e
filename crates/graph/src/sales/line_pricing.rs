//! What a line of an order costs, and why.

use std::collections::HashMap;
use std::sync::Arc;

use ::catalog::pricing::Explanation;
use ::sales::{OrderLine, ReadOrders, explanations_by_line};
use async_graphql::{Context, Object};
use kernel::{Currency, OrderLineId, UnitPrice};

use super::priced;
use crate::catalog::{DiscountSource, PriceExplanation, PriceSource};
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::{Decimal, Money};
use crate::session::Session;

/// What a line of an order costs, and why: flattened into the line.
pub struct LinePricing {
    line: Arc<OrderLine>,
    currency: Currency,
}

impl LinePricing {
    pub(super) fn of(line: Arc<OrderLine>, currency: Currency) -> Self {
        Self { line, currency }
    }
}

/// What a line of an order costs, and why.
#[Object]
impl LinePricing {
    /// What the sources held on the order's date, per base unit; null where none held a price.
    /// Needs the right `price.read`.
    async fn list_price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let money = self.line.list_price.map(|price| Money::unit_price(price, self.currency));
        Ok(priced(ctx, money)?)
    }

    /// Per base unit, before the discount, with VAT or without it as the order says; where it
    /// stands for another unit, rounded to four places for showing. Needs the right `price.read`.
    async fn price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let price = self.line.unit_price();
        let price = UnitPrice::per_base_unit(price).unwrap_or(price.amount);
        Ok(Some(priced(ctx, Money::unit_price(price, self.currency))?))
    }

    /// The source that held the price; null where none did. Needs the right `price.read`.
    async fn price_source(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceSource>> {
        Ok(priced(ctx, self.line.price_source.map(Into::into))?)
    }

    /// Whether somebody typed the price. Needs the right `price.read`.
    async fn price_is_manual(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<bool>> {
        Ok(Some(priced(ctx, self.line.price_is_manual)?))
    }

    /// Percent of the price. Needs the right `price.read`.
    async fn discount_percent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        Ok(Some(priced(ctx, Decimal(self.line.discount_percent.get().normalize()))?))
    }

    /// Where the greatest automatic discount comes from; null where there was none. Needs the
    /// right `price.read`.
    async fn discount_source(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<DiscountSource>> {
        Ok(priced(ctx, self.line.discount_source.map(Into::into))?)
    }

    /// Whether somebody typed the discount, or a price, which replaces it. Needs the right
    /// `price.read`.
    async fn discount_is_manual(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<bool>> {
        Ok(Some(priced(ctx, self.line.discount_is_manual)?))
    }

    /// How the price came about, as it was when the line was priced; null on lines older than
    /// explanations. Needs the right `price.read`.
    async fn price_explanation(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PriceExplanation>> {
        priced(ctx, ())?;
        let explanation = Session::of(ctx)?.load(ExplanationOf(self.line.id)).await?;
        Ok(explanation.map(Into::into))
    }
}

/// The explanation of a line's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ExplanationOf(pub(super) OrderLineId);

impl Load<ExplanationOf> for Loaders {
    type Value = Arc<Explanation>;

    async fn load(&self, keys: &[ExplanationOf]) -> Loaded<ExplanationOf, Arc<Explanation>> {
        let permit = self.permit::<ReadOrders>()?;
        let ids: Vec<OrderLineId> = keys.iter().map(|key| key.0).collect();
        let found = explanations_by_line(&*self.tx().await?, &permit, &ids).await?;
        let each = found.into_iter().map(|(id, found)| (ExplanationOf(id), Arc::new(found)));
        Ok(each.collect::<HashMap<_, _>>())
    }
}
