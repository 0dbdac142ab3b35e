//! Goods in transit coming to lie somewhere again, with what is held of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{Action, Permit};
use db::{Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, Uuid, WarehouseId};

use super::send::{both_ways, cause};
use super::store::Header;
use crate::events;
use crate::house::{Guarded, Kept, Promises, guard, keep, write_bound};
use crate::pegging::{self, queue_of};
use crate::rules::{BalanceKey, Bound, Carried, Load, Shelf, Taken, carry};
use crate::store::movements::{self, Cause, Movement};
use crate::store::{balances, reservations};

/// What of a line lies in transit, lot by lot, in the order it was sent.
pub(super) type InTransit = BTreeMap<Uuid, Vec<(BalanceKey, Decimal)>>;

/// What a transfer has in transit.
pub(super) async fn in_transit<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    transfer: &Header,
) -> Outcome<InTransit> {
    let mut found = InTransit::new();
    for one in movements::of_document(tx, permit, "TRANSFER", transfer.id.0).await? {
        if one.quantity > Decimal::ZERO {
            found.entry(one.line_id).or_default().push((one.key(), one.quantity));
        }
    }
    Ok(found)
}

/// Where goods go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// The warehouse.
    pub(super) warehouse_id: WarehouseId,
    /// The business date.
    pub(super) on: NaiveDate,
    /// Whether what is held of them is held there too, or is to be held elsewhere.
    pub(super) held: HeldThere,
}

/// What becomes of reservations of goods in transit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeldThere {
    /// They go with the goods.
    Too,
    /// The goods go where nobody waits for them.
    No,
}

/// Goods of one line and lot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) line_id: Uuid,
    pub(super) key: BalanceKey,
    /// Base units that arrive.
    pub(super) arrives: Decimal,
    /// Base units that were sent and do not arrive.
    pub(super) missing: Decimal,
}

impl Part {
    fn is_short(&self) -> bool {
        self.missing > Decimal::ZERO
    }
}

/// Puts goods into a warehouse, where who waits for them gets them held, and writes off what did
/// not come. Gives what is held elsewhere now, or nowhere.
pub(super) async fn arrive<P: Promises, A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    transfer: &Header,
    arrival: Arrival,
    parts: &[Part],
) -> Outcome<Vec<Kept>> {
    let there = |key: BalanceKey| BalanceKey { warehouse_id: arrival.warehouse_id, ..key };
    let sources: BTreeSet<BalanceKey> = parts.iter().map(|part| part.key).collect();
    // Where all arrives, nobody loses what is held for him.
    let loses = arrival.held == HeldThere::No || parts.iter().any(Part::is_short);
    let queues = sources.iter().map(queue_of);
    let guarded = if loses {
        guard::<P, A>(tx, permit, sources.iter(), queues).await?
    } else {
        pegging::queue(tx, permit, queues).await?;
        Guarded::default()
    };
    let keys: BTreeSet<BalanceKey> =
        parts.iter().flat_map(|part| [part.key, there(part.key)]).collect();
    let locked = balances::lock(tx, permit, &keys).await?;
    let held = reservations::of_balances(tx, permit, sources.iter()).await?;
    let mut shelf = Shelf::new(locked, &HashMap::new());
    let mut bound = Bound::new(&held);
    let moved = move_parts(&mut shelf, &mut bound, arrival, parts);
    for key in &sources {
        bound.free_excess(&mut shelf, key);
    }
    balances::ensure(tx, permit, moved.carried.iter().map(|(_, one)| &one.to)).await?;
    // First: it lets go of what is then held elsewhere.
    write_bound(tx, permit, &bound, arrival.on).await?;
    balances::change(tx, permit, &shelf.changes()).await?;
    let carried: Vec<Movement> =
        moved.carried.iter().flat_map(|(line, one)| both_ways(*line, one)).collect();
    movements::add(tx, permit, &cause(transfer, arrival.on), &carried).await?;
    let lost: Vec<Movement> = moved.missing.iter().map(|(line, one)| gone(*line, one)).collect();
    let written_off = Cause { kind: "WRITE_OFF", ..cause(transfer, arrival.on) };
    movements::add(tx, permit, &written_off, &lost).await?;
    let shown: Vec<BalanceKey> = sources
        .iter()
        .flat_map(|key| [BalanceKey { warehouse_id: transfer.to_id, ..*key }, there(*key)])
        .collect();
    events::stock_changed(tx, "StockTransfer", transfer.id, shown.iter());
    let kept = keep::<P, A>(tx, permit, &guarded, &bound).await?;
    let came: Vec<BalanceKey> = moved.carried.iter().map(|(_, one)| one.to).collect();
    pegging::peg(tx, permit, &came).await?;
    Ok(kept)
}

struct Moved {
    carried: Vec<(Uuid, Carried)>,
    missing: Vec<(Uuid, Taken)>,
}

fn move_parts(shelf: &mut Shelf, bound: &mut Bound, arrival: Arrival, parts: &[Part]) -> Moved {
    let mut moved = Moved { carried: Vec::new(), missing: Vec::new() };
    for part in parts {
        if part.arrives > Decimal::ZERO {
            let to = BalanceKey { warehouse_id: arrival.warehouse_id, ..part.key };
            let load = Load { from: part.key, to, quantity: part.arrives };
            let mut nobody = Bound::new(&[]);
            let who = match arrival.held {
                HeldThere::Too => &mut *bound,
                HeldThere::No => &mut nobody,
            };
            moved
                .carried
                .extend(carry(shelf, who, &[load]).into_iter().map(|one| (part.line_id, one)));
        }
        if part.missing > Decimal::ZERO
            && let Some(taken) = shelf.take(&part.key, part.missing, Decimal::ZERO)
        {
            moved.missing.push((part.line_id, taken));
        }
    }
    moved
}

fn gone(line_id: Uuid, taken: &Taken) -> Movement {
    let Taken { key, quantity, cost } = *taken;
    Movement { key, line_id, quantity: -quantity, value: -cost, reverses: None }
}
