//! What the world is told of pick tasks.

use db::{EventDraft, TenantTx};
use kernel::{CustomerId, PickTaskId, UserId, WarehouseId};

use crate::model::Order;

/// A task has changed. The task of one order is of its manager and customer; a wave is of nobody,
/// and is heard of by those who see all.
pub(super) fn task_changed(
    tx: &TenantTx,
    task: PickTaskId,
    warehouse: WarehouseId,
    orders: &[Order],
) {
    let (manager_id, customer_id): (Option<UserId>, Option<CustomerId>) = match orders {
        [order] => (order.manager_id, Some(order.customer_id)),
        _ => (None, None),
    };
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "PickTask",
        subject_id: task.0,
        manager_id,
        customer_id,
        products: Vec::new(),
        warehouses: vec![warehouse.0],
    });
}
