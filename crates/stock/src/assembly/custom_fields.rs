//! What assembly orders hold in the fields that a tenant added. It touches nothing that was posted,
//! so it may be written in every state and in a closed period.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::order_commands::changed;
use super::reads::AssemblyRow;
use super::{draft, store};

impl Customizable for AssemblyRow {
    const KIND: &'static str = "AssemblyOrder";
    const READ: Right = Right::AssemblyRead;
    const WRITE: Right = Right::AssemblyWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let order = draft::locked(tx, permit, id.into(), version).await?;
        store::update(tx, permit, &order).await?;
        changed(tx, &order);
        Ok(())
    }
}
