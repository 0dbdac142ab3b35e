//! What became of goods that were held for orders.

use ::stock::Kept;
use async_graphql::{Context, Object};

use super::super::quantity;
use crate::sales::{SalesOrder, SalesOrderLine};
use crate::scalars::Decimal;
use crate::session::Session;

/// What became of goods that were held for an order's line and are there no more: other goods are
/// held instead, as far as there are any.
pub struct ReservationKept(Kept);

impl From<Kept> for ReservationKept {
    fn from(kept: Kept) -> Self {
        Self(kept)
    }
}

/// What became of goods that were held for an order's line and are there no more: other goods are
/// held instead, as far as there are any.
#[Object]
impl ReservationKept {
    /// The order; null where the caller may not see it.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.order_id)).await?)
    }

    /// The order's line; null where the caller may not see it.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.order_line_id)).await?)
    }

    /// What is not held any more, in the product's base unit.
    async fn lost(&self) -> Decimal {
        quantity(self.0.lost)
    }

    /// What is held elsewhere instead, in the product's base unit.
    async fn held_instead(&self) -> Decimal {
        quantity(self.0.again)
    }

    /// What is missing now, in the product's base unit.
    async fn short(&self) -> Decimal {
        quantity(self.0.lost - self.0.again)
    }
}
