//! Goods leave stock for good.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, WriteOffId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::{self, Header};
use super::{changed, locked};
use crate::document::{held_organization, number};
use crate::events;
use crate::house::{
    GoodsLine, Guarded, Kept, Promises, Table, check_day, goods_of, guard, keep, no_lines,
    read_lines, warehouse, write_bound,
};
use crate::issuing::{cap, refusal};
use crate::pegging::queue_of;
use crate::rules::{
    Balance, BalanceKey, Bound, Shelf, TakeLine, Taken, Taking, Unnamed, WriteOffState, plan_take,
};
use crate::store::movements::{self, Cause, Low, Movement};
use crate::store::{balances, reservations};

/// What came of a write-off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WrittenOff {
    /// The write-off.
    pub write_off: WriteOffId,
    /// What became of goods of it that were held.
    pub kept: Vec<Kept>,
}

/// Posts a draft: its goods leave stock with their value. Lots that are named go whatever state
/// they are in; else those go that expire first, expired ones too, blocked ones not. Held goods go
/// only out of lots that are named, and where the write-off says so.
#[derive(Clone, Debug)]
pub struct PostWriteOff<P> {
    /// Which.
    pub id: WriteOffId,
    /// The version that was read.
    pub version: i32,
    /// Who holds other goods for orders that lose these.
    pub promises: PhantomData<P>,
}

impl<P: Promises> Action for PostWriteOff<P> {
    const RIGHT: Right = Right::WriteOffPost;
}

#[async_trait::async_trait]
impl<P: Promises> Command for PostWriteOff<P> {
    type Output = WrittenOff;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WrittenOff> {
        let mut write_off = locked(tx, permit, self.id, self.version).await?;
        write_off.state()?.to(WriteOffState::Posted)?;
        let organization = held_organization(tx, permit, write_off.organization_id).await?;
        check_day(tx, permit, &organization, write_off.occurred_on)?;
        warehouse(tx, permit, Some(write_off.warehouse_id), "warehouseId").await?;
        let lines = read_lines(tx, permit, Table::WriteOff, self.id.0).await?;
        if lines.is_empty() {
            return Err(no_lines().into());
        }
        let (taken, kept) = take::<P, Self>(tx, permit, &write_off, &lines).await?;
        write_off.amount = Some(taken.iter().map(|(_, one)| one.cost).sum());
        write_off.state = WriteOffState::Posted.as_str().to_owned();
        write_off.number = number(tx, &organization, "write_off", write_off.occurred_on).await?;
        store::update(tx, permit, &write_off).await?;
        tx.audit(AuditEntry::new(
            "postWriteOff",
            "WriteOff",
            self.id,
            json!({ "state": ["DRAFT", "POSTED"], "number": write_off.number, "lines": lines,
                    "reservations": kept }),
        ));
        changed(tx, &write_off);
        let keys = taken.iter().map(|(_, one)| &one.key);
        events::stock_changed(tx, "WriteOff", self.id, keys);
        Ok(WrittenOff { write_off: self.id, kept })
    }
}

/// Takes the goods out of their lots.
async fn take<P: Promises, A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    write_off: &Header,
    lines: &[GoodsLine],
) -> Outcome<(Vec<(usize, Taken)>, Vec<Kept>)> {
    let named = named(write_off, lines);
    let guarded = if named.is_empty() {
        Guarded::default()
    } else {
        guard::<P, A>(tx, permit, named.iter(), named.iter().map(queue_of)).await?
    };
    let place = (write_off.organization_id, write_off.warehouse_id, None);
    let mut locked = balances::lock_place(tx, permit, place, &goods_of(lines)).await?;
    let lows: Vec<Low> = if write_off.occurred_on < tx.today() {
        cap(tx, permit, write_off.occurred_on, &mut locked).await?
    } else {
        Vec::new()
    };
    let held = reservations::of_balances(tx, permit, named.iter()).await?;
    let mut bound = Bound::new(&held);
    let mut shelf = Shelf::new(locked, &HashMap::from([(write_off.warehouse_id, 0)]));
    for key in &named {
        let wanted: Decimal =
            lines.iter().filter(|one| one.lot_id == Some(key.lot_id)).map(|l| l.quantity).sum();
        let missing = wanted - shelf.get(key).map_or(Decimal::ZERO, Balance::free);
        if missing > Decimal::ZERO {
            bound.free(&mut shelf, key, missing);
        }
    }
    let taking = Taking {
        organization_id: write_off.organization_id,
        warehouse_id: write_off.warehouse_id,
        occurred_on: write_off.occurred_on,
        unnamed: Unnamed::Unblocked,
    };
    let asked: Vec<TakeLine> = lines.iter().map(TakeLine::from).collect();
    let taken = match plan_take(&mut shelf, &taking, &asked) {
        Ok(taken) => taken,
        Err(shortages) => return Err(refusal(tx, permit, &shortages, &lows).await?.into()),
    };
    write_bound(tx, permit, &bound, write_off.occurred_on).await?;
    balances::change(tx, permit, &shelf.changes()).await?;
    let cause = Cause {
        kind: "WRITE_OFF",
        document_kind: "WriteOff",
        document_id: write_off.id.0,
        occurred_on: write_off.occurred_on,
    };
    let gone = |(place, one): &(usize, Taken)| Movement {
        key: one.key,
        line_id: lines.get(*place).map(|line| line.id).unwrap_or_default(),
        quantity: -one.quantity,
        value: -one.cost,
        reverses: None,
    };
    let moved: Vec<Movement> = taken.iter().map(gone).collect();
    movements::add(tx, permit, &cause, &moved).await?;
    let kept = keep::<P, A>(tx, permit, &guarded, &bound).await?;
    Ok((taken, kept))
}

/// The balances whose held goods may go.
fn named(write_off: &Header, lines: &[GoodsLine]) -> BTreeSet<BalanceKey> {
    if !write_off.takes_held {
        return BTreeSet::new();
    }
    let key = |line: &GoodsLine| {
        line.lot_id.map(|lot_id| BalanceKey {
            organization_id: write_off.organization_id,
            warehouse_id: write_off.warehouse_id,
            product_id: line.product_id,
            lot_id,
        })
    };
    lines.iter().filter_map(key).collect()
}
