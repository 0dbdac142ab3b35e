//! Undoing a posted assembly while what came of it is still there.

use std::collections::BTreeSet;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::AssemblyOrderId;
use serde_json::json;

use super::draft;
use super::order_commands::changed;
use super::state::AssemblyState;
use super::store;
use crate::commands::check_untouched;
use crate::house::reversal_day;
use crate::issuing::{check_lows, sums, undone};
use crate::rules::BalanceKey;
use crate::store::balances;
use crate::store::movements::{self, Cause, Moved, Movement};
use crate::{document, events, pegging};

/// Reverses a posted assembly order: what came out is gone, what went in is back in its lots at
/// the cost it left with. Refused where anything of what came out is held or gone. Dated as the
/// order, or on the first open day where that period is closed.
#[derive(Clone, Copy, Debug)]
pub struct ReverseAssemblyOrder {
    /// Which.
    pub id: AssemblyOrderId,
    /// The version that was read.
    pub version: i32,
}

impl Action for ReverseAssemblyOrder {
    const RIGHT: Right = Right::AssemblyReverse;
}

#[async_trait::async_trait]
impl Command for ReverseAssemblyOrder {
    type Output = AssemblyOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AssemblyOrderId> {
        let mut order = draft::locked(tx, permit, self.id, self.version).await?;
        order.state()?.to(AssemblyState::Reversed)?;
        let organization = document::held_organization(tx, permit, order.organization_id).await?;
        let date = reversal_day(tx, &organization, order.occurred_on)?;
        let moved = movements::of_document(tx, permit, "ASSEMBLY", self.id.0).await?;
        let keys: BTreeSet<BalanceKey> = moved.iter().map(Moved::key).collect();
        pegging::queue(tx, permit, keys.iter().map(pegging::queue_of)).await?;
        let locked = balances::lock(tx, permit, &keys).await?;
        let (came, went): (Vec<Moved>, Vec<Moved>) =
            moved.into_iter().partition(|one| one.quantity.is_sign_positive());
        check_untouched(&came, &locked)?;
        let back: Vec<Movement> = came.iter().chain(&went).map(undone).collect();
        let cause = Cause {
            kind: "REVERSAL",
            document_kind: "AssemblyOrder",
            document_id: self.id.0,
            occurred_on: date,
        };
        balances::change(tx, permit, &sums(&back)).await?;
        movements::add(tx, permit, &cause, &back).await?;
        // Goods may have gone out and come back after this date.
        let gone: Vec<BalanceKey> = came.iter().map(Moved::key).collect();
        check_lows(&movements::lows(tx, permit, &gone, date).await?)?;
        order.state = AssemblyState::Reversed.as_str().to_owned();
        order.reversed_on = Some(date);
        store::update(tx, permit, &order).await?;
        tx.audit(AuditEntry::new(
            "reverseAssemblyOrder",
            "AssemblyOrder",
            self.id,
            json!({ "state": ["POSTED", "REVERSED"], "reversedOn": date }),
        ));
        changed(tx, &order);
        events::stock_changed(tx, "AssemblyOrder", self.id, keys.iter());
        let again: Vec<BalanceKey> = went.iter().map(Moved::key).collect();
        pegging::peg(tx, permit, &again).await?;
        Ok(self.id)
    }
}
