//! What receipts hold in the fields that a tenant added. It touches nothing that was posted, so it
//! may be written in every state and in a closed period.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::draft;
use crate::ReceiptRow;
use crate::events;
use crate::store::receipts;

impl Customizable for ReceiptRow {
    const KIND: &'static str = "GoodsReceipt";
    const READ: Right = Right::ReceiptRead;
    const WRITE: Right = Right::ReceiptWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let receipt = draft::locked(tx, permit, id.into(), version).await?;
        receipts::update(tx, permit, &receipt).await?;
        events::receipt_changed(tx, &receipt);
        Ok(())
    }
}
