//! Pick tasks and the orders they pick for.

use std::sync::Arc;

use ::sales::{PickMove, PickState};
use async_graphql::{Context, Enum, ID, Object};

use super::line::PickTaskLine;
use super::loads::{PickLinesOf, PickOrdersOf};
use crate::catalog::{Customer, DeliveryAddress, Organization, Warehouse};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::{SalesOrder, Shipment, user};
use crate::scalars::{Date, DateTime};
use crate::session::Session;

/// Where a pick task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "PickState")]
pub enum PickTaskState {
    /// Nobody picks it yet, or it was given back.
    New,
    /// A storekeeper picks it.
    InProgress,
    /// All of it is picked or said to be short; drafts of shipments were made.
    Done,
    /// Called off; its goods stay held for the orders.
    Cancelled,
}

/// What can be done with a pick task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "PickMove")]
pub enum PickTaskTransition {
    /// Take it on: `takePickTask`.
    Take,
    /// Give it back for others to take: `giveBackPickTask`.
    GiveBack,
    /// Confirm what was taken from the shelf (`confirmPick`), or say what is not there
    /// (`reportShortage`).
    Pick,
    /// End it and make drafts of shipments: `finishPick`.
    Finish,
    /// Call it off: `cancelPickTask`.
    Cancel,
}

/// What a storekeeper is to take in one warehouse, for one order or several. It shows no prices.
#[derive(Clone)]
pub struct PickTask(Arc<::sales::PickTask>);

impl From<::sales::PickTask> for PickTask {
    fn from(row: ::sales::PickTask) -> Self {
        Self(Arc::new(row))
    }
}

/// What a storekeeper is to take in one warehouse, for one order or several (a wave), out of what
/// is held for them. It shows no prices.
#[Object]
impl PickTask {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its number; numbers of tasks may have gaps.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// The day it was made.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Where it stands.
    async fn state(&self) -> PickTaskState {
        self.0.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<PickTaskTransition> {
        self.0.state.moves().into_iter().map(Into::into).collect()
    }

    /// Where goods are taken.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Who picks, or picked; null while nobody does.
    async fn taker(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.taker_id).await
    }

    /// Since when he has had it.
    async fn taken_at(&self) -> Option<DateTime> {
        self.0.taken_at.map(DateTime)
    }

    /// When it was done.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// Whether something of it was not to be found.
    async fn has_shortage(&self) -> bool {
        self.0.has_shortage
    }

    /// The orders it picks for, as far as the caller may see them.
    async fn orders(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PickTaskOrder>> {
        let orders = Session::of(ctx)?.load(PickOrdersOf(self.0.id)).await?;
        Ok(orders.unwrap_or_default().into_iter().map(PickTaskOrder).collect())
    }

    /// What is to be taken, in the order in which the warehouse is walked: by the bins' walk
    /// order, goods without a bin last. Lines of orders that the caller may not see are absent.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PickTaskLine>> {
        let lines = Session::of(ctx)?.load(PickLinesOf(self.0.id)).await?;
        Ok(lines.unwrap_or_default())
    }

    /// Why it was called off.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// A note for the storekeeper.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// Its key in another system; unique among the tenant's pick tasks.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The person who made it; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.created_by).await
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// An order that a pick task picks for: to whom the goods go, and where to.
#[derive(Clone)]
pub struct PickTaskOrder(::sales::PickTaskOrder);

/// An order that a pick task picks for: to whom the goods go, and where to.
#[Object]
impl PickTaskOrder {
    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// Who buys; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// His name when the task was made.
    async fn customer_name(&self) -> &str {
        &self.0.customer_name
    }

    /// His default delivery address when the task was made; null where he had none.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// That address as it is now.
    async fn delivery_address(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<DeliveryAddress>> {
        Ok(Session::of(ctx)?.load_made(self.0.delivery_address_id).await?)
    }

    /// The draft that came of it when the task was done; null before, and where nothing was
    /// picked. Posted, it takes exactly the picked lots.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load_made(self.0.shipment_id).await?)
    }
}
