//! What returns hold in the fields that a tenant added. It touches nothing that was posted, so it may
//! be written in every state and in a closed period.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::super::model::SalesReturn;
use super::{Held, return_changed};
use crate::store::next_version;

impl Customizable for SalesReturn {
    const KIND: &'static str = "SalesReturn";
    const READ: Right = Right::ReturnRead;
    const WRITE: Right = Right::ReturnWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let held = Held::lock(tx, permit, id.into(), Some(version)).await?;
        next_version(tx, permit, "sales_return", id).await?;
        return_changed(tx, held.row.id, &held.shipment, held.row.warehouse_id.0);
        Ok(())
    }
}
