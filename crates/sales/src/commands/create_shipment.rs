//! Writing a shipment.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::ShipmentId;
use serde_json::json;

use super::dispatch::{Dispatch, write_draft};
use crate::events::shipment_changed;
use crate::store::lock_order;

/// Writes a shipment as a draft: nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateShipment {
    /// What is written.
    pub dispatch: Dispatch,
}

impl Action for CreateShipment {
    const RIGHT: Right = Right::ShipmentPost;
}

#[async_trait::async_trait]
impl Command for CreateShipment {
    type Output = ShipmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ShipmentId> {
        let order = lock_order(tx, permit, self.dispatch.order_id).await?;
        let (shipment, picked) = write_draft(tx, permit, &order, &self.dispatch).await?;
        tx.audit(AuditEntry::new(
            "createShipment",
            "Shipment",
            shipment.id,
            json!({ "order": order.id, "lines": picked.lines.len(), "date": shipment.date }),
        ));
        let (manager, customer) = (shipment.manager_id, shipment.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        Ok(shipment.id)
    }
}
