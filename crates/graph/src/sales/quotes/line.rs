//! Lines of quotes: what is offered, for how much, and why.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use kernel::{Currency, UnitPrice};

use super::loads::OfferedFor;
use super::quote::{Quote, share};
use crate::catalog::{
    DiscountSource, PriceExplanation, PriceSource, Product, ProductPackaging, ProductVariant,
};
use crate::ids::global;
use crate::sales::{costed, priced};
use crate::scalars::{Decimal, Money};
use crate::session::Session;

/// A line of a quote.
#[derive(Clone)]
pub struct QuoteLine {
    line: Arc<::sales::QuoteLine>,
    currency: Currency,
    prices_include_vat: bool,
}

impl QuoteLine {
    pub(super) fn new(
        line: ::sales::QuoteLine,
        currency: Currency,
        prices_include_vat: bool,
    ) -> Self {
        Self { line: Arc::new(line), currency, prices_include_vat }
    }

    fn net(&self) -> kernel::Decimal {
        self.line.net(self.prices_include_vat)
    }

    fn money(&self, amount: kernel::Decimal) -> Money {
        Money::new(amount, self.currency)
    }
}

/// A line of a quote.
#[Object]
impl QuoteLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.line.id)
    }

    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// The quote it belongs to.
    async fn quote(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quote>> {
        Ok(Session::of(ctx)?.load(self.line.quote_id).await?)
    }

    /// What is offered, as it was called when the line was written.
    async fn name(&self) -> &str {
        &self.line.name
    }

    /// What the customer reads beside it.
    async fn note(&self) -> Option<&str> {
        self.line.note.as_deref()
    }

    /// What is offered.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// How much, in the base unit.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line.quantity.normalize())
    }

    /// The base unit when the line was written.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// The packaging it was entered in; null is the base unit.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.line.packaging_id).await?)
    }

    /// How many of the packaging; null where it was entered in the base unit.
    async fn entered_quantity(&self) -> Option<Decimal> {
        self.line.entered_quantity.map(|quantity| Decimal(quantity.normalize()))
    }

    /// The packaging's name when the line was written.
    async fn entered_unit(&self) -> Option<&str> {
        self.line.entered_unit.as_deref()
    }

    /// Whether the customer may leave it out.
    async fn is_optional(&self) -> bool {
        self.line.is_optional
    }

    /// Whether the customer took it; null before he accepted, and for lines that are not optional.
    async fn is_chosen(&self) -> Option<bool> {
        self.line.is_chosen
    }

    /// What orders of the quote name of it, cancelled ones apart, in the base unit.
    async fn ordered(&self) -> Decimal {
        Decimal(self.line.ordered.normalize())
    }

    /// What can still be ordered of it, in the base unit: nothing of an optional line that the
    /// customer did not take.
    async fn left_to_order(&self) -> Decimal {
        Decimal(self.line.left().normalize())
    }

    /// What the sources held on the quote's date, per base unit; null where none held a price. Needs
    /// the right `price.read`.
    async fn list_price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let money = self.line.list_price.map(|price| Money::unit_price(price, self.currency));
        Ok(priced(ctx, money)?)
    }

    /// Per base unit, before the discount, with VAT or without it as the quote says; where it stands
    /// for another unit, rounded to four places for showing. Needs the right `price.read`.
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

    /// Where the greatest automatic discount comes from; null where there was none. Needs the right
    /// `price.read`.
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

    /// How the price came about, as it was when the line was priced. Needs the right `price.read`.
    async fn price_explanation(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PriceExplanation>> {
        priced(ctx, ())?;
        let explanation = Session::of(ctx)?.load(OfferedFor(self.line.id)).await?;
        Ok(explanation.map(Into::into))
    }

    /// round(quantity × price × (1 − discount/100), 2), with VAT or without it as the quote says.
    /// Needs the right `price.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, self.money(self.line.amount))?))
    }

    /// Percent; null is "without VAT", which is not 0 %.
    async fn vat_rate(&self) -> Option<Decimal> {
        self.line.vat_rate.map(|rate| Decimal(rate.get().normalize()))
    }

    /// The tax in the amount or on top of it. Needs the right `price.read`.
    async fn vat_amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, self.money(self.line.vat_amount))?))
    }

    /// What the goods would have cost when the line was priced: the lots that would have been taken
    /// next, else the last purchase; null where nobody knew. Needs the right `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(costed(ctx, self.line.cost.map(|cost| self.money(cost)))?)
    }

    /// Revenue without VAT less that cost. Needs the right `cost.read`.
    async fn profit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(costed(ctx, self.line.cost.map(|cost| self.money(self.net() - cost)))?)
    }

    /// The profit in per cent of the revenue without VAT. Needs the right `cost.read`.
    async fn margin_percent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        let margin = self.line.cost.and_then(|cost| share(self.net() - cost, self.net()));
        Ok(costed(ctx, margin)?)
    }
}
