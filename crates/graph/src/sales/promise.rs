//! When lines of orders can leave.

use ::sales::ReadOrders;
use ::stock::{Promise, PromiseSource as Source, ReadStock};
use async_graphql::{Context, Enum, Object};
use kernel::{OrderLineId, PurchaseOrderLineId};

use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::Date;
use crate::session::Session;
use crate::stock::PurchaseOrderLine;

/// What a promised day rests on: the latest thing that has to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Source")]
pub enum PromiseSource {
    /// All of it lies in stock: held for the line, or free where nothing is held yet.
    Stock,
    /// What does not is expected, and nobody before it counts on it.
    ExpectedReceipt,
    /// A part is to be bought first: the time that the quickest supplier takes, from today.
    LeadTime,
    /// No day can be told: no supplier says how long it takes, or expected goods have no day.
    Unknown,
}

/// When all that is left of an order's line can leave, as things stand now.
#[derive(Clone, Debug)]
pub struct LinePromise(Promise);

/// When all that is left of an order's line can leave, as things stand now.
#[Object]
impl LinePromise {
    /// The day; not before today and the day that the customer wants. Null where it is not known.
    async fn date(&self) -> Option<Date> {
        self.0.on.map(Date)
    }

    /// What it rests on.
    async fn source(&self) -> PromiseSource {
        self.0.source.into()
    }

    /// The line of a purchase order that comes last, where it rests on an expected receipt. Needs
    /// the right `purchase.read`.
    async fn purchase_order_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PurchaseOrderLine>> {
        let supply = self.0.supply.as_ref().filter(|one| one.supply_kind == "PurchaseOrder");
        let id = supply.map(|one| PurchaseOrderLineId(one.supply_line_id));
        match id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }
}

/// When an order's line can leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PromiseOf(pub(super) OrderLineId);

impl Load<PromiseOf> for Loaders {
    type Value = LinePromise;

    async fn load(&self, keys: &[PromiseOf]) -> Loaded<PromiseOf, LinePromise> {
        self.permit::<ReadStock>()?;
        let permit = self.permit::<ReadOrders>()?;
        let lines: Vec<OrderLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::promises_of_lines(&*self.tx().await?, &permit, &lines).await?;
        Ok(found.into_iter().map(|(id, promise)| (PromiseOf(id), LinePromise(promise))).collect())
    }
}
