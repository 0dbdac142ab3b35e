//! A whole lot held back, wherever it lies, and let go again.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Fault, Outcome, TenantTx};
use kernel::{LotId, Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store;
use crate::events;
use crate::house::{Kept, Promises, guard, keep, reason, write_bound};
use crate::pegging::{self, queue_of};
use crate::rules::{BalanceKey, Bound, Shelf};
use crate::store::{balances, reservations};

/// What came of holding goods back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LotHeld {
    /// The lot that is held back, or was let go.
    pub lot: LotId,
    /// What became of what was held of it.
    pub kept: Vec<Kept>,
}

/// Holds a whole lot back. What is held of it is let go, and other goods are held instead as far
/// as they are there.
#[derive(Clone, Debug)]
pub struct BlockLot<P> {
    /// Which.
    pub id: LotId,
    /// Why.
    pub reason: String,
    /// Who holds other goods for orders that lose these.
    pub promises: PhantomData<P>,
}

impl<P: Promises> Action for BlockLot<P> {
    const RIGHT: Right = Right::LotBlock;
}

#[async_trait::async_trait]
impl<P: Promises> Command for BlockLot<P> {
    type Output = LotHeld;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LotHeld> {
        let reason = reason(Some(&self.reason), "reason")?;
        let lot = store::lock(tx, permit, self.id).await?.ok_or(CommandError::NotFound)?;
        if lot.blocked {
            return Err(standing(IsBlocked::Already).into());
        }
        let keys: BTreeSet<BalanceKey> =
            store::keys(tx, permit, self.id).await?.into_iter().collect();
        let guarded = guard::<P, Self>(tx, permit, keys.iter(), keys.iter().map(queue_of)).await?;
        let locked = balances::lock(tx, permit, &keys).await?;
        // A transfer may have carried it on while its balances were waited for.
        if store::keys(tx, permit, self.id).await?.len() != keys.len() {
            return Err(Fault::Changed("where a lot lies").into());
        }
        let held = reservations::of_balances(tx, permit, keys.iter()).await?;
        let mut shelf = Shelf::new(locked, &HashMap::new());
        let mut bound = Bound::new(&held);
        for key in &keys {
            bound.free(&mut shelf, key, kernel::Decimal::MAX);
        }
        write_bound(tx, permit, &bound, tx.today()).await?;
        balances::change(tx, permit, &shelf.changes()).await?;
        store::set_blocked(tx, permit, self.id, Some(&reason)).await?;
        let kept = keep::<P, Self>(tx, permit, &guarded, &bound).await?;
        tx.audit(AuditEntry::new(
            "blockLot",
            "Lot",
            self.id,
            json!({ "blocked": [false, true], "reason": reason, "reservations": kept }),
        ));
        tell(tx, permit, self.id, &keys).await?;
        Ok(LotHeld { lot: self.id, kept })
    }
}

/// Lets a lot go that was held back.
#[derive(Clone, Copy, Debug)]
pub struct UnblockLot {
    /// Which.
    pub id: LotId,
}

impl Action for UnblockLot {
    const RIGHT: Right = Right::LotBlock;
}

#[async_trait::async_trait]
impl Command for UnblockLot {
    type Output = LotId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LotId> {
        let lot = store::lock(tx, permit, self.id).await?.ok_or(CommandError::NotFound)?;
        if !lot.blocked {
            return Err(standing(IsBlocked::NotYet).into());
        }
        let keys: BTreeSet<BalanceKey> =
            store::keys(tx, permit, self.id).await?.into_iter().collect();
        pegging::queue(tx, permit, keys.iter().map(queue_of)).await?;
        balances::lock(tx, permit, &keys).await?;
        store::set_blocked(tx, permit, self.id, None).await?;
        tx.audit(AuditEntry::new(
            "unblockLot",
            "Lot",
            self.id,
            json!({ "blocked": [true, false], "reason": lot.block_reason }),
        ));
        tell(tx, permit, self.id, &keys).await?;
        let keys: Vec<BalanceKey> = keys.into_iter().collect();
        pegging::peg(tx, permit, &keys).await?;
        Ok(self.id)
    }
}

/// Tells where the lot lies that what is available there has changed.
async fn tell<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lot: LotId,
    keys: &BTreeSet<BalanceKey>,
) -> Outcome<()> {
    let ids: Vec<_> = keys.iter().map(|key| key.warehouse_id).collect();
    let places = catalog::places(tx, permit, &ids).await?;
    let shown: Vec<BalanceKey> = keys.iter().map(|key| events::shown(*key, &places)).collect();
    events::stock_changed(tx, "Lot", lot, shown.iter());
    Ok(())
}

enum IsBlocked {
    Already,
    NotYet,
}

fn standing(is: IsBlocked) -> Refusal {
    let (en, ru) = match is {
        IsBlocked::Already => ("The lot is held back already.", "Партия уже заблокирована."),
        IsBlocked::NotYet => ("The lot is not held back.", "Партия не заблокирована."),
    };
    Refusal::new(RefusalCode::IllegalTransition, en, ru)
}
