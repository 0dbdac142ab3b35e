//! Turnover of stock over a period.

use ::stock::{KindMoves, Moves, TurnoverRow};
use async_graphql::{Context, Object};

use crate::catalog::{Product, ProductVariant, Warehouse};
use crate::scalars::{Decimal, Money};
use crate::session::Session;
use crate::stock::lot::Lot;
use crate::stock::movement::MovementKind;
use crate::stock::{quantity, value};

/// What there was, what came, what went and what is left.
#[derive(Clone, Debug)]
pub struct StockTurnover(TurnoverRow);

impl From<TurnoverRow> for StockTurnover {
    fn from(row: TurnoverRow) -> Self {
        Self(row)
    }
}

/// What there was before a period, what came in and went out in it, and what is left after it:
/// opening + in − out = closing, in quantity and in value.
#[Object]
impl StockTurnover {
    /// What; null where the row sums up goods of many.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load_made(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// Where; null where the row sums up warehouses.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load_made(self.0.warehouse_id).await?)
    }

    /// Which lot; null where the row sums up lots.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(self.0.lot_id).await?)
    }

    /// What there was before the first day, in the product's base unit.
    async fn opening(&self) -> Decimal {
        quantity(self.0.opening)
    }

    /// What came in, in the product's base unit.
    async fn quantity_in(&self) -> Decimal {
        quantity(self.0.moves.quantity_in)
    }

    /// What went out, in the product's base unit, above zero.
    async fn quantity_out(&self) -> Decimal {
        quantity(self.0.moves.quantity_out)
    }

    /// What is left after the last day, in the product's base unit.
    async fn closing(&self) -> Decimal {
        quantity(self.0.closing)
    }

    /// What the goods of the opening cost, in the base currency. Needs the right `cost.read`.
    async fn opening_value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, Some(self.0.opening_value))?)
    }

    /// What the goods that came in cost, and what value was added, such as by freight, in the base
    /// currency. Needs the right `cost.read`.
    async fn value_in(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, Some(self.0.moves.value_in))?)
    }

    /// What the goods that went out cost, in the base currency. Needs the right `cost.read`.
    async fn value_out(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, Some(self.0.moves.value_out))?)
    }

    /// What the goods of the closing cost, in the base currency. Needs the right `cost.read`.
    async fn closing_value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, Some(self.0.closing_value))?)
    }

    /// What came in and went out by the kind of movement; kinds without movements are absent.
    async fn by_kind(&self) -> async_graphql::Result<Vec<StockTurnoverOfKind>> {
        let told = self.0.kinds.iter().map(|KindMoves { kind, moves }| {
            Ok(StockTurnoverOfKind { kind: MovementKind::read(kind)?, moves: *moves })
        });
        told.collect()
    }
}

/// What came in and went out for one reason.
#[derive(Clone, Copy, Debug)]
pub struct StockTurnoverOfKind {
    kind: MovementKind,
    moves: Moves,
}

/// What came in and went out for one reason.
#[Object]
impl StockTurnoverOfKind {
    /// Why it moved.
    async fn kind(&self) -> MovementKind {
        self.kind
    }

    /// What came in, in the product's base unit.
    async fn quantity_in(&self) -> Decimal {
        quantity(self.moves.quantity_in)
    }

    /// What went out, in the product's base unit, above zero.
    async fn quantity_out(&self) -> Decimal {
        quantity(self.moves.quantity_out)
    }

    /// What the goods that came in cost, in the base currency. Needs the right `cost.read`.
    async fn value_in(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, Some(self.moves.value_in))?)
    }

    /// What the goods that went out cost, in the base currency. Needs the right `cost.read`.
    async fn value_out(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, Some(self.moves.value_out))?)
    }
}
