//! What write-offs hold in the fields that a tenant added.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::{changed, locked, store};
use crate::WriteOffRow;

impl Customizable for WriteOffRow {
    const KIND: &'static str = "WriteOff";
    const READ: Right = Right::WriteOffRead;
    const WRITE: Right = Right::WriteOffWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let write_off = locked(tx, permit, id.into(), version).await?;
        store::update(tx, permit, &write_off).await?;
        changed(tx, &write_off);
        Ok(())
    }
}
