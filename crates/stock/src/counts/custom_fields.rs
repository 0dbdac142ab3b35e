//! What counts hold in the fields that a tenant added.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::{changed, locked, store};
use crate::CountRow;

impl Customizable for CountRow {
    const KIND: &'static str = "StockCount";
    const READ: Right = Right::CountRead;
    const WRITE: Right = Right::CountWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let count = locked(tx, permit, id.into(), version).await?;
        store::update(tx, permit, &count).await?;
        changed(tx, &count);
        Ok(())
    }
}
