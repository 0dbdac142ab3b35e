//! What a change of many prices would do, before it is applied.

use std::collections::HashMap;

use ::catalog::{
    PlannedPrice, PreviewPriceChange, PriceChangeCounts as Counts, PricedPlan, planned_prices,
    price_change_counts, price_change_products,
};
use ::stock::ReadCost;
use access::Permit;
use async_graphql::{ComplexObject, Context, Enum, Object, SimpleObject};
use kernel::{PackagingId, ProductId, ProductVariantId};

use super::list::Around;
use super::packaging::ProductPackaging;
use super::product::Product;
use super::variant::ProductVariant;
use crate::errors::Failure;
use crate::paging::Connection;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::stock::{PurchasesOf, SeeCost};

/// What should be looked at before a price is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PriceWarning {
    /// A price for a later day stands in the list already, and stays.
    LaterPriceStays,
    /// The new price would be below zero, or does not fit: nothing is applied with it.
    Impossible,
    /// It is below the product's minimum price. Told to those with the right `cost.read`.
    BelowMinimum,
    /// Without VAT it is below what the product cost on its last receipt. Told to those with the
    /// right `cost.read`.
    BelowCost,
}

/// What a change of many prices would do.
pub struct PriceChangePreview {
    plan: PricedPlan,
}

/// What a change of many prices would do.
#[Object]
impl PriceChangePreview {
    /// The change in figures. Computed over all prices at once.
    async fn counts(&self, ctx: &Context<'_>) -> async_graphql::Result<PriceChangeCounts> {
        let (session, permit) = asked(ctx)?;
        let tx = session.tx().await?;
        let counts = price_change_counts(&tx, &permit, &self.plan).await.map_err(Failure::from)?;
        Ok(counts.into())
    }

    /// The products that are looked at, by name, with their prices old and new.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<PriceChangeProduct>> {
        let (session, permit) = asked(ctx)?;
        let request = Around { first, after, last: None, before: None }.request("NAME")?;
        let tx = session.tx().await?;
        let page = price_change_products(&tx, &permit, &self.plan, &request).await;
        let page = page.map_err(Failure::from)?;
        let ids: Vec<ProductId> = page.rows.iter().map(|(_, id)| *id).collect();
        let rows = planned_prices(&tx, &permit, &self.plan, &ids).await.map_err(Failure::from)?;
        let mut prices: HashMap<ProductId, Vec<PlannedPrice>> = HashMap::new();
        for row in rows {
            prices.entry(row.product_id).or_default().push(row);
        }
        let costs = costs(session, &ids).await?;
        let product = |id: ProductId| PriceChangeProduct {
            prices: prices.get(&id).into_iter().flatten().map(|row| row_of(row, &costs)).collect(),
            product_id: id,
        };
        Ok(Connection::of(page, product))
    }
}

impl PriceChangePreview {
    pub(super) fn of(plan: PricedPlan) -> Self {
        Self { plan }
    }
}

fn asked<'c>(ctx: &Context<'c>) -> Result<(&'c Session, Permit<PreviewPriceChange>), Failure> {
    let session = Session::of(ctx)?;
    Ok((session, session.permit::<PreviewPriceChange>()?))
}

/// What products cost on their last receipt; `None` for who may not see it.
type Costs = Option<HashMap<ProductId, kernel::Decimal>>;

async fn costs(session: &Session, ids: &[ProductId]) -> Result<Costs, Failure> {
    if session.permit::<ReadCost>().is_err() {
        return Ok(None);
    }
    let keys: Vec<PurchasesOf> = ids.iter().map(|id| PurchasesOf(*id)).collect();
    let found = session.load_all(keys).await?;
    let known = ids.iter().zip(found).filter_map(|(id, found)| Some((*id, found?.last())));
    Ok(Some(known.collect()))
}

fn row_of(row: &PlannedPrice, costs: &Costs) -> PriceChangeRow {
    let cost = costs.as_ref().and_then(|costs| costs.get(&row.product_id));
    let is_below_cost = row.net_price.zip(cost).is_some_and(|(net, cost)| net < *cost);
    let warned = [
        (row.has_later, PriceWarning::LaterPriceStays),
        (row.impossible, PriceWarning::Impossible),
        (row.below_minimum && costs.is_some(), PriceWarning::BelowMinimum),
        (is_below_cost, PriceWarning::BelowCost),
    ];
    PriceChangeRow {
        variant_id: row.variant_id,
        min_quantity: Decimal(row.min_quantity.normalize()),
        old_price: row.old_price.map(|price| Decimal(price.normalize())),
        new_price: Decimal(row.new_price.normalize()),
        changes: row.changed,
        warnings: warned.into_iter().filter(|(is, _)| *is).map(|(_, warning)| warning).collect(),
        packaging_id: row.packaging_id,
    }
}

/// A change of many prices in figures.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct PriceChangeCounts {
    /// Prices that would be written.
    prices: i64,
    /// Products they are of.
    products: i64,
    /// Of the prices, those that go up.
    raised: i64,
    /// Those that go down.
    lowered: i64,
    /// Those that the list does not hold yet.
    added: i64,
    /// Prices of the source that change nothing.
    unchanged: i64,
    /// Those of which a price for a later day stands in the list already, and stays.
    with_later_price: i64,
    /// Those that would fall below zero, or do not fit: nothing is applied while there are any.
    impossible: i64,
    #[graphql(skip)]
    below: i64,
}

#[ComplexObject]
impl PriceChangeCounts {
    /// Those below their product's minimum price. Needs the right `cost.read`.
    async fn below_minimum(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<i64>> {
        Session::of(ctx)?.permit::<SeeCost>()?;
        Ok(Some(self.below))
    }
}

impl From<Counts> for PriceChangeCounts {
    fn from(counts: Counts) -> Self {
        Self {
            prices: counts.prices,
            products: counts.products,
            raised: counts.raised,
            lowered: counts.lowered,
            added: counts.added,
            unchanged: counts.unchanged,
            with_later_price: counts.with_later_price,
            impossible: counts.impossible,
            below: counts.below_minimum,
        }
    }
}

/// A product with what becomes of its prices.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct PriceChangeProduct {
    /// Its prices, by variant, unit and quantity.
    prices: Vec<PriceChangeRow>,
    #[graphql(skip)]
    product_id: ProductId,
}

#[ComplexObject]
impl PriceChangeProduct {
    /// What they are prices of.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.product_id).await?)
    }
}

/// What becomes of one price, in the list's currency.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct PriceChangeRow {
    /// From this quantity of a line on, in base units.
    min_quantity: Decimal,
    /// What the list holds on the day; null: nothing.
    old_price: Option<Decimal>,
    /// What it would hold.
    new_price: Decimal,
    /// Whether it would be written: it differs from the old one.
    changes: bool,
    /// What should be looked at.
    warnings: Vec<PriceWarning>,
    #[graphql(skip)]
    variant_id: Option<ProductVariantId>,
    #[graphql(skip)]
    packaging_id: Option<PackagingId>,
}

#[ComplexObject]
impl PriceChangeRow {
    /// The variant it is of; null is all of the product's.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.variant_id).await?)
    }

    /// The unit it is the price of; null is the base unit.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.packaging_id).await?)
    }
}
