//! What transfers hold in the fields that a tenant added.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::{changed, locked, store};
use crate::TransferRow;

impl Customizable for TransferRow {
    const KIND: &'static str = "StockTransfer";
    const READ: Right = Right::TransferRead;
    const WRITE: Right = Right::TransferWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let transfer = locked(tx, permit, id.into(), version).await?;
        store::update(tx, permit, &transfer).await?;
        changed(tx, &transfer);
        Ok(())
    }
}
