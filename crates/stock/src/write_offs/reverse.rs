//! A write-off posted by mistake.

use std::collections::BTreeSet;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::WriteOffId;
use serde_json::json;

use super::{changed, locked, store};
use crate::document::held_organization;
use crate::events;
use crate::house::reversal_day;
use crate::issuing::{sums, undone};
use crate::pegging::{self, queue_of};
use crate::rules::{BalanceKey, WriteOffState};
use crate::store::balances;
use crate::store::movements::{self, Cause, Moved, Movement};

/// Puts the goods of a posted write-off back into their lots, with their value. Dated as the
/// write-off, or on the first open day where that period is closed. What was held of them is not
/// held again.
#[derive(Clone, Copy, Debug)]
pub struct ReverseWriteOff {
    /// Which.
    pub id: WriteOffId,
    /// The version that was read.
    pub version: i32,
}

impl Action for ReverseWriteOff {
    const RIGHT: Right = Right::WriteOffReverse;
}

#[async_trait::async_trait]
impl Command for ReverseWriteOff {
    type Output = WriteOffId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WriteOffId> {
        let mut write_off = locked(tx, permit, self.id, self.version).await?;
        write_off.state()?.to(WriteOffState::Reversed)?;
        let organization = held_organization(tx, permit, write_off.organization_id).await?;
        let on = reversal_day(tx, &organization, write_off.occurred_on)?;
        let moved = movements::of_document(tx, permit, "WRITE_OFF", self.id.0).await?;
        let keys: BTreeSet<BalanceKey> = moved.iter().map(Moved::key).collect();
        pegging::queue(tx, permit, keys.iter().map(queue_of)).await?;
        balances::lock(tx, permit, &keys).await?;
        let back: Vec<Movement> = moved.iter().map(undone).collect();
        let cause = Cause {
            kind: "REVERSAL",
            document_kind: "WriteOff",
            document_id: self.id.0,
            occurred_on: on,
        };
        balances::change(tx, permit, &sums(&back)).await?;
        movements::add(tx, permit, &cause, &back).await?;
        write_off.state = WriteOffState::Reversed.as_str().to_owned();
        write_off.reversed_on = Some(on);
        store::update(tx, permit, &write_off).await?;
        tx.audit(AuditEntry::new(
            "reverseWriteOff",
            "WriteOff",
            self.id,
            json!({ "state": ["POSTED", "REVERSED"], "reversedOn": on }),
        ));
        changed(tx, &write_off);
        events::stock_changed(tx, "WriteOff", self.id, keys.iter());
        let keys: Vec<BalanceKey> = keys.into_iter().collect();
        pegging::peg(tx, permit, &keys).await?;
        Ok(self.id)
    }
}
