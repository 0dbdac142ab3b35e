//! What people do with deliveries, one file each.

mod cost;
mod custom_fields;
mod details;
mod plan;
mod steps;
mod update;

pub use cost::SetDeliveryCost;
pub use details::PackageDraft;
pub use plan::{DeliveryDraft, PlanDelivery};
pub use steps::{CompleteDelivery, FailDelivery, ReplanDelivery, StartDelivery};
pub(crate) use steps::{call_off, follow_manager};
pub use update::{DeliveryChange, UpdateDelivery};

use access::Permit;
use db::{AuditEntry, EventDraft, Outcome, TenantTx};
use kernel::{DeliveryId, Refusal, RefusalCode};
use serde_json::{Value, json};

use super::model::Delivery;
use super::store::{lock_delivery, place_of_delivery, update_delivery};
use crate::commands::check_version;
use crate::model::Shipment;
use crate::rules::ShipmentState;
use crate::store::{lock_order, lock_shipment};

/// A delivery under its lock, with its shipment under its own.
pub(super) struct Held {
    pub(super) shipment: Shipment,
    pub(super) row: Delivery,
}

impl Held {
    /// Locks a delivery within reach.
    async fn lock<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: DeliveryId,
        version: Option<i32>,
    ) -> Outcome<Self> {
        let (order, shipment) = place_of_delivery(tx, permit, id).await?;
        lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, shipment).await?;
        let row = lock_delivery(tx, permit, id).await?;
        check_version(version, row.version)?;
        Ok(Self { shipment, row })
    }

    /// Goods leave with a posted shipment.
    fn check_posted(&self) -> Result<(), Refusal> {
        if self.shipment.state == ShipmentState::Posted {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::IllegalTransition,
            "The shipment is not posted: its goods have not left the stock.",
            "Реализация не проведена: её товары ещё на складе.",
        )
        .with(json!({ "state": self.shipment.state, "allowed": [ShipmentState::Posted] })))
    }

    /// Writes the delivery back, into the audit trail and to those who listen.
    async fn write<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        action: &'static str,
        told: Value,
    ) -> Outcome<()> {
        update_delivery(tx, permit, &self.row).await?;
        tx.audit(AuditEntry::new(action, "Delivery", self.row.id, told));
        delivery_changed(tx, &self.row);
        Ok(())
    }
}

/// Tells the world that a delivery has changed.
fn delivery_changed(tx: &TenantTx, row: &Delivery) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "Delivery",
        subject_id: row.id.0,
        manager_id: row.manager_id,
        customer_id: Some(row.customer_id),
        products: Vec::new(),
        warehouses: vec![row.warehouse_id.0],
    });
}
