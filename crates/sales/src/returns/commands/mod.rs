//! What people do with returns, one file each.

mod booking;
mod cancel;
mod create;
mod custom_fields;
mod post;
mod reverse;

pub use cancel::CancelSalesReturn;
pub use create::{CreateSalesReturn, ReturnDraft, ReturnLineDraft};
pub use post::PostSalesReturn;
pub use reverse::ReverseSalesReturn;

use access::Permit;
use db::{EventDraft, Outcome, TenantTx};
use kernel::SalesReturnId;

use super::model::SalesReturn;
use super::store::{lock_return, place_of_return};
use crate::commands::check_version;
use crate::model::{Order, Shipment};
use crate::store::{lock_order, lock_shipment};

/// A return under its lock, with its shipment and order under theirs.
struct Held {
    order: Order,
    shipment: Shipment,
    row: SalesReturn,
}

impl Held {
    async fn lock<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: SalesReturnId,
        version: Option<i32>,
    ) -> Outcome<Self> {
        let (order, shipment) = place_of_return(tx, permit, id).await?;
        let order = lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, shipment).await?;
        let row = lock_return(tx, permit, id).await?;
        check_version(version, row.version)?;
        Ok(Self { order, shipment, row })
    }
}

/// Tells the world that a return has changed.
fn return_changed(tx: &TenantTx, id: SalesReturnId, shipment: &Shipment, warehouse: kernel::Uuid) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "SalesReturn",
        subject_id: id.0,
        manager_id: shipment.manager_id,
        customer_id: Some(shipment.customer_id),
        products: Vec::new(),
        warehouses: vec![warehouse],
    });
}
