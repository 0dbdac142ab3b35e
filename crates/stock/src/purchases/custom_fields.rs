//! What purchase orders hold in the fields that a tenant added. It changes nothing that was ordered
//! or came, so it may be written in every state.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::commands::order_changed;
use super::reads::PurchaseOrderRow;
use super::store;

impl Customizable for PurchaseOrderRow {
    const KIND: &'static str = "PurchaseOrder";
    const READ: Right = Right::PurchaseRead;
    const WRITE: Right = Right::PurchaseWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let order = store::locked(tx, permit, id.into(), version).await?;
        store::update(tx, permit, &order).await?;
        order_changed(tx, &order);
        Ok(())
    }
}
