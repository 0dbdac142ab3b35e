//! What deliveries hold in the fields that a tenant added. It moves nothing, so it may be written in
//! every state: what the driver noted comes after the arrival.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::super::model::Delivery;
use super::{Held, delivery_changed};
use crate::store::next_version;

impl Customizable for Delivery {
    const KIND: &'static str = "Delivery";
    const READ: Right = Right::DeliveryRead;
    const WRITE: Right = Right::DeliveryWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let held = Held::lock(tx, permit, id.into(), Some(version)).await?;
        next_version(tx, permit, "delivery", id).await?;
        delivery_changed(tx, &held.row);
        Ok(())
    }
}
