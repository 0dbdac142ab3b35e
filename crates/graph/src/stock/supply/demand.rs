//! What orders' lines miss.

use ::stock::{DemandRow, DemandState as State, ReadDemand};
use async_graphql::{Context, Enum, ID, Object};
use kernel::{DemandId, OrderLineId};

use super::cover::DemandCover;
use super::loads::CoversOf;
use crate::catalog::{Customer, Organization, Product, ProductVariant, Warehouse};
use crate::errors::Failure;
use crate::identity::User;
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::sales::{SalesOrder, SalesOrderLine};
use crate::scalars::{Date, DateTime, Decimal};
use crate::session::Session;
use crate::stock::quantity;

/// Where a demand stands, by what it misses and what is on its way for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub enum DemandState {
    /// It misses goods, and nothing is on its way for it.
    Open,
    /// A part of what it misses is on its way.
    PartlyCovered,
    /// All that it misses is on its way.
    Covered,
    /// It misses nothing any more: goods are held for its line, or were shipped.
    Reserved,
    /// Its order was cancelled or closed.
    Cancelled,
}

/// What an order's line misses: ordered, and neither held for it nor shipped. Comes with the
/// line's first shortage. Goods that come in are held for whoever needs them first.
#[derive(Clone, Debug)]
pub struct Demand(DemandRow);

impl From<DemandRow> for Demand {
    fn from(row: DemandRow) -> Self {
        Self(row)
    }
}

/// What an order's line misses: ordered, and neither held for it nor shipped. Comes with the
/// line's first shortage. Goods that come in are held for whoever needs them first.
#[Object]
impl Demand {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<DemandState> {
        let unknown = || Failure::broken(format!("a demand in state {}", self.0.state));
        Ok(State::parse(&self.0.state).ok_or_else(unknown)?.into())
    }

    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// The order's line that misses it.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load(self.0.order_line_id).await?)
    }

    /// Who waits; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// The order's responsible manager.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.manager_id).await?)
    }

    /// Whose goods it wants.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// The warehouse it wants goods from and no other; null: from any.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load_made(self.0.warehouse_id).await?)
    }

    /// What it misses now, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// What of it is on its way, in the product's base unit.
    async fn covered(&self) -> Decimal {
        quantity(self.0.covered)
    }

    /// Which expected supply it may count on, the earliest first.
    async fn covers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<DemandCover>> {
        Ok(Session::of(ctx)?.load(CoversOf(self.0.id)).await?.unwrap_or_default())
    }

    /// When the goods are to leave: the day the customer wants them, else the order's date. Goods
    /// that come in go to the earliest day first, then to the older order.
    async fn needed_by(&self) -> Date {
        self.0.needed_by.into()
    }

    /// The date of the order.
    async fn ordered_on(&self) -> Date {
        self.0.ordered_on.into()
    }

    /// Days that are left of a lot's life when it leaves, at least; the product may ask for more.
    async fn least_life_days(&self) -> i32 {
        self.0.least_life_days
    }

    /// When its line first missed something.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// What an order's line misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DemandOf(pub OrderLineId);

impl Load<DemandId> for Loaders {
    type Value = Demand;

    async fn load(&self, keys: &[DemandId]) -> Loaded<DemandId, Demand> {
        let permit = self.permit::<ReadDemand>()?;
        let found = ::stock::demands_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<DemandOf> for Loaders {
    type Value = Demand;

    async fn load(&self, keys: &[DemandOf]) -> Loaded<DemandOf, Demand> {
        let permit = self.permit::<ReadDemand>()?;
        let lines: Vec<OrderLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::demand_of_order_lines(&*self.tx().await?, &permit, &lines).await?;
        Ok(found.into_iter().map(|(line, row)| (DemandOf(line), row.into())).collect())
    }
}
