//! What the world is told of documents.

use db::{EventDraft, TenantTx};
use kernel::{CustomerId, OrderId, ShipmentId, UserId, WarehouseId};

/// An order has changed.
pub(crate) fn order_changed(
    tx: &TenantTx,
    order: OrderId,
    manager: Option<UserId>,
    customer: CustomerId,
) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "SalesOrder",
        subject_id: order.0,
        manager_id: manager,
        customer_id: Some(customer),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}

/// A shipment has changed.
pub(crate) fn shipment_changed(
    tx: &TenantTx,
    shipment: ShipmentId,
    manager: Option<UserId>,
    customer: CustomerId,
    warehouse: WarehouseId,
) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "Shipment",
        subject_id: shipment.0,
        manager_id: manager,
        customer_id: Some(customer),
        products: Vec::new(),
        warehouses: vec![warehouse.0],
    });
}
