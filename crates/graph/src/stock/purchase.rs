//! A product's stock as a whole, and what it cost when it came in.

use std::collections::HashMap;

use ::stock::{PurchasePrice, ReadPurchases, StockTotal, purchase_prices};
use async_graphql::{Context, Object};
use kernel::{ProductId, ProductVariantId};

use super::loads::{StockOf, StockOfVariant};
use super::{cost, quantity, value};
use crate::errors::Failure;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::{Date, Decimal, Money};
use crate::session::Session;

/// What is in stock of a product, all warehouses and organizations together.
#[derive(Clone, Debug)]
pub struct ProductStock(StockTotal);

/// What is in stock of a product or of a variant, all warehouses and organizations together.
#[Object]
impl ProductStock {
    /// What lies there, in the product's base unit.
    async fn on_hand(&self) -> Decimal {
        quantity(self.0.on_hand)
    }

    /// What is held for orders, in the product's base unit.
    async fn reserved(&self) -> Decimal {
        quantity(self.0.reserved)
    }

    /// On hand less reserved, of lots neither expired today nor blocked, in the product's base
    /// unit.
    async fn available(&self) -> Decimal {
        quantity(self.0.available)
    }

    /// What is on its way between warehouses, in the product's base unit. The other figures are
    /// without it.
    async fn in_transit(&self) -> Decimal {
        quantity(self.0.in_transit)
    }

    /// Of what is on its way, what nobody holds yet, of lots neither expired today nor blocked, in
    /// the product's base unit.
    async fn in_transit_available(&self) -> Decimal {
        quantity(self.0.in_transit_available)
    }

    /// What the goods on their way cost, in the base currency; null where there are none. Needs
    /// the right `cost.read`.
    async fn in_transit_value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.in_transit_value)?)
    }

    /// What the goods on hand cost, in the base currency; null where nothing is on hand. Needs
    /// the right `cost.read`.
    async fn value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.value)?)
    }

    /// What a base unit on hand cost on average, in the base currency, without recoverable tax;
    /// null where nothing is on hand. Needs the right `cost.read`.
    async fn unit_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.unit_cost())?)
    }
}

/// A product's stock, summed up from what its list shows.
pub(crate) async fn stock_total(
    session: &Session,
    product: ProductId,
) -> Result<ProductStock, Failure> {
    Ok(total(session.load(StockOf(product)).await?.unwrap_or_default()))
}

/// A variant's stock, summed up in the same way.
pub(crate) async fn variant_stock_total(
    session: &Session,
    variant: ProductVariantId,
) -> Result<ProductStock, Failure> {
    Ok(total(session.load(StockOfVariant(variant)).await?.unwrap_or_default()))
}

fn total(rows: Vec<super::StockBalance>) -> ProductStock {
    let rows: Vec<_> = rows.into_iter().map(super::StockBalance::into_row).collect();
    ProductStock(StockTotal::of(&rows))
}

/// What a product cost when it was received, per base unit, without recoverable tax.
#[derive(Clone, Debug)]
pub struct ProductPurchases(PurchasePrice);

/// What a product cost when it was received, per base unit, without recoverable tax.
#[Object]
impl ProductPurchases {
    /// On the last posted receipt, in the base currency.
    async fn last_price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, Some(self.0.last))?)
    }

    /// The business date of that receipt.
    async fn last_on(&self) -> Date {
        self.0.last_on.into()
    }

    /// Who delivered it.
    async fn last_supplier_name(&self) -> &str {
        &self.0.last_supplier
    }

    /// Amount over quantity of the posted receipts of the last 365 days, in the base currency;
    /// null where there were none.
    async fn average_price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.average)?)
    }
}

impl ProductPurchases {
    /// Per base unit on the last posted receipt, base currency. Whoever loaded it may see cost.
    pub(crate) fn last(&self) -> kernel::Decimal {
        self.0.last
    }
}

/// What a product cost when it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PurchasesOf(pub ProductId);

impl Load<PurchasesOf> for Loaders {
    type Value = ProductPurchases;

    async fn load(&self, keys: &[PurchasesOf]) -> Loaded<PurchasesOf, ProductPurchases> {
        let permit = self.permit::<ReadPurchases>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = purchase_prices(&*self.tx().await?, &permit, &ids).await?;
        let shape = |(id, price)| (PurchasesOf(id), ProductPurchases(price));
        Ok(found.into_iter().map(shape).collect::<HashMap<_, _>>())
    }
}
