//! Shipping in one step: the simple sale.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::ShipmentId;

use super::check_version;
use super::dispatch::{Dispatch, write_draft};
use crate::posting::post;
use crate::store::lock_order;

/// Writes a shipment and posts it, both or nothing.
#[derive(Clone, Debug)]
pub struct ShipSalesOrder {
    /// What is shipped; without lines everything that is left, refused where it is not there.
    pub dispatch: Dispatch,
    /// The order's version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for ShipSalesOrder {
    const RIGHT: Right = Right::ShipmentPost;
}

#[async_trait::async_trait]
impl Command for ShipSalesOrder {
    type Output = ShipmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ShipmentId> {
        let order = lock_order(tx, permit, self.dispatch.order_id).await?;
        check_version(self.version, order.version)?;
        let (shipment, picked) = write_draft(tx, permit, &order, &self.dispatch).await?;
        post(tx, permit, "shipSalesOrder", &order, &shipment, &picked).await?;
        Ok(shipment.id)
    }
}
