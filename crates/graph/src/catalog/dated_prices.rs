//! The prices that a list or an agreement holds itself.

use ::catalog::{BY_PRODUCT, DatedPrice as Row, PricesIn, dated_prices};
use access::Action;
use async_graphql::{ComplexObject, Context, SimpleObject};
use kernel::{PackagingId, PriceChangeId, ProductId, ProductVariantId};

use super::list::Around;
use super::packaging::ProductPackaging;
use super::price_change::PriceChange;
use super::product::Product;
use super::variant::ProductVariant;
use crate::errors::Failure;
use crate::paging::Connection;
use crate::scalars::{Date, Decimal};
use crate::session::Session;

/// The prices of one product in a list or an agreement.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct ProductPrices {
    /// Its prices, newest first within a variant, unit and quantity.
    prices: Vec<DatedPrice>,
    #[graphql(skip)]
    product_id: ProductId,
}

#[ComplexObject]
impl ProductPrices {
    /// What they are prices of.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.product_id).await?)
    }
}

/// A price from a day on, in the currency of its list or agreement.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct DatedPrice {
    /// From this quantity of a line on, in base units.
    min_quantity: Decimal,
    /// The first day it holds.
    valid_from: Date,
    /// The price of one unit, up to four places; null: from the day on there is none.
    price: Option<Decimal>,
    #[graphql(skip)]
    variant_id: Option<ProductVariantId>,
    #[graphql(skip)]
    packaging_id: Option<PackagingId>,
    #[graphql(skip)]
    change_id: Option<PriceChangeId>,
}

#[ComplexObject]
impl DatedPrice {
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

    /// The change of many prices that set it; null where it was set by itself.
    async fn change(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceChange>> {
        Ok(Session::of(ctx)?.load_made(self.change_id).await?)
    }
}

impl From<Row> for DatedPrice {
    fn from(row: Row) -> Self {
        Self {
            variant_id: row.variant_id,
            min_quantity: Decimal(row.min_quantity.normalize()),
            valid_from: row.valid_from.into(),
            price: row.price.map(Into::into),
            packaging_id: row.packaging_id,
            change_id: row.change_id,
        }
    }
}

/// A page of prices by product, read with the permit that shows their holder.
pub(super) async fn page<A: Action + 'static>(
    ctx: &Context<'_>,
    of: PricesIn,
    on: Option<Date>,
    around: Around,
) -> Result<Connection<ProductPrices>, Failure> {
    let session = Session::of(ctx)?;
    let permit = session.permit::<A>()?;
    let request = around.request(BY_PRODUCT)?;
    let tx = session.tx().await?;
    let rows = dated_prices(&tx, &permit, of, on.map(|day| day.0), &request).await?;
    Ok(Connection::of(rows, |(product_id, prices)| ProductPrices {
        prices: prices.into_iter().map(Into::into).collect(),
        product_id,
    }))
}
