//! What acts hold in the fields that a tenant added. It touches nothing that was posted, so it may be
//! written in every state and in a closed period.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::act_changed;
use super::model::ServiceAct;
use super::store::{lock_act, order_of_act};
use crate::commands::check_version;
use crate::store::{lock_order, next_version};

impl Customizable for ServiceAct {
    const KIND: &'static str = "ServiceAct";
    const READ: Right = Right::ActRead;
    const WRITE: Right = Right::ActWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let order = order_of_act(tx, permit, id.into()).await?;
        lock_order(tx, permit, order).await?;
        let act = lock_act(tx, permit, id.into()).await?;
        check_version(Some(version), act.version)?;
        next_version(tx, permit, "shipment", id).await?;
        act_changed(tx, &act);
        Ok(())
    }
}
