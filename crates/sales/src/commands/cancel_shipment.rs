//! Giving up a draft of a shipment.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Refusal, ShipmentId};
use serde_json::json;

use super::check_version;
use crate::deliveries::call_off;
use crate::events::shipment_changed;
use crate::picking::free_picks;
use crate::rules::{ShipmentMove, ShipmentState};
use crate::store::{lock_order, lock_shipment, mark_cancelled, order_of_shipment};

/// Cancels a draft; nothing had moved. What was picked for it stays held for its order.
#[derive(Clone, Debug)]
pub struct CancelShipment {
    /// Which.
    pub id: ShipmentId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for CancelShipment {
    const RIGHT: Right = Right::ShipmentPost;
}

#[async_trait::async_trait]
impl Command for CancelShipment {
    type Output = ShipmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ShipmentId> {
        let order = order_of_shipment(tx, permit, self.id).await?;
        lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, self.id).await?;
        check_version(self.version, shipment.version)?;
        shipment.state.by(ShipmentMove::Cancel).map_err(Refusal::from)?;
        if shipment.state == ShipmentState::PendingApproval {
            approvals::close_waiting(tx, permit, shipment.id.0, "cancelled").await?;
        }
        free_picks(tx, permit, &shipment).await?;
        call_off(tx, permit, &shipment, "The shipment was cancelled.").await?;
        mark_cancelled(tx, permit, shipment.id).await?;
        tx.audit(AuditEntry::new(
            "cancelShipment",
            "Shipment",
            shipment.id,
            json!({ "state": [shipment.state, ShipmentState::Cancelled] }),
        ));
        let (manager, customer) = (shipment.manager_id, shipment.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        Ok(shipment.id)
    }
}
