//! Saying what a delivery costs.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{Decimal, DeliveryId};
use serde_json::json;

use super::super::booking::book;
use super::Held;
use super::details::checked_cost;

/// Says what carrying costs in all, in every state. Where the delivery has set off, the difference
/// to what is booked is booked today.
#[derive(Clone, Debug)]
pub struct SetDeliveryCost {
    /// Which.
    pub id: DeliveryId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Base currency, without recoverable VAT, zero or more; `None` takes it back.
    pub cost: Option<Decimal>,
}

impl Action for SetDeliveryCost {
    const RIGHT: Right = Right::DeliveryCost;
}

#[async_trait::async_trait]
impl Command for SetDeliveryCost {
    type Output = DeliveryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryId> {
        let cost = self.cost.map(|cost| checked_cost(permit, cost)).transpose()?;
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = std::mem::replace(&mut held.row.cost, cost);
        let booked = book(tx, permit, &mut held).await?;
        let told = json!({ "cost": [before, cost], "booked": booked });
        held.write(tx, permit, "setDeliveryCost", told).await?;
        Ok(self.id)
    }
}
