//! What people do with price corrections, one file each.

mod booking;
mod cancel;
mod create;
mod post;
mod reverse;

pub use cancel::CancelPriceCorrection;
pub use create::{CorrectionDraft, CorrectionLineDraft, CreatePriceCorrection, SaleRef};
pub use post::PostPriceCorrection;
pub use reverse::ReversePriceCorrection;

use access::Permit;
use db::{EventDraft, Outcome, TenantTx};
use kernel::PriceCorrectionId;

use super::model::PriceCorrection;
use super::store::{lock_correction, place_of_correction};
use crate::commands::check_version;
use crate::sold::{Sold, lock_sold};
use crate::store::lock_order;

/// A correction under its lock, with what was sold and its order under theirs.
struct Held {
    sold: Sold,
    row: PriceCorrection,
}

impl Held {
    async fn lock<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: PriceCorrectionId,
        version: Option<i32>,
    ) -> Outcome<Self> {
        let (order, shipment) = place_of_correction(tx, permit, id).await?;
        lock_order(tx, permit, order).await?;
        let sold = lock_sold(tx, permit, shipment).await?;
        let row = lock_correction(tx, permit, id).await?;
        check_version(version, row.version)?;
        Ok(Self { sold, row })
    }
}

/// Tells the world that a correction has changed.
fn correction_changed(tx: &TenantTx, id: PriceCorrectionId, sold: &Sold) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "PriceCorrection",
        subject_id: id.0,
        manager_id: sold.manager_id,
        customer_id: Some(sold.customer_id),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
