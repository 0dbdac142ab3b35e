//! Goods leaving with a shipment, and coming back when it is undone. Callers hold the row locks
//! of the order and the shipment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::Permit;
use catalog::Goods;
use db::{Fault, Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, OrderLineId, ProductId, Refusal, RefusalCode, ShipmentId, ShipmentLineId,
};
use serde_json::{Value, json};

use crate::coverage::cover;
use crate::demand::store::Waiting;
use crate::rules::{
    Balance, BalanceKey, Held, HeldMoveKind, Holds, IssuePlan, Shelf, Shortage, plan_issue,
};
use crate::store::movements::{self, Cause, Low, Movement};
use crate::store::{balances, reservations, variant_skus};
use crate::{Issue, IssueLine, IssuedLot, demand, events, pegging};

/// Takes a shipment's goods out of stock: the lots that were picked for a line; where nobody
/// picked, what is held for it first, then free lots, those that expire first and then those
/// received first. Gives each line's lots with their cost.
///
/// # Errors
/// `INSUFFICIENT_STOCK` or, back-dated, `NEGATIVE_BALANCE`, each with a list; `IN_USE` where goods
/// are being picked by another task; or a fault.
pub async fn issue<A>(tx: &TenantTx, permit: &Permit<A>, issue: &Issue) -> Outcome<Vec<IssuedLot>> {
    let (read, missed) = held_and_missed(tx, permit, issue).await?;
    let (held, picking) = unpicked(read.clone(), issue);
    // What is being picked is a part of what the order still has to ship.
    let left_for = |line: &IssueLine| picking.get(&line.order_line_id) <= Some(&line.left_after);
    if !issue.lines.iter().all(left_for) {
        return Err(reservations::being_picked().into());
    }
    let is_backdated = issue.occurred_on < tx.today();
    let mut keys: Vec<BalanceKey> = held.iter().map(Held::key).collect();
    keys.extend(chosen_keys(issue));
    let wanted = wanted_beyond_held(issue, &held, is_backdated);
    let mut locked = balances::lock_for_issue(tx, permit, issue, &keys, &wanted).await?;
    let lows = if is_backdated {
        cap(tx, permit, issue.occurred_on, &mut locked).await?
    } else {
        Vec::new()
    };
    let mut shelf = Shelf::new(locked, &HashMap::from([(issue.warehouse_id, 0)]));
    let mut holds = Holds::new(&held, &shelf);
    let plan = match plan_issue(&mut shelf, &mut holds, issue, &picking) {
        Ok(plan) => plan,
        Err(shortages) => {
            // What is held may have been carried here from elsewhere since it was read.
            if reservations::of_lines(tx, permit, held_lines(issue)).await? != read {
                return Err(Fault::Changed("reservations").into());
            }
            return Err(refusal(tx, permit, &shortages, &lows).await?.into());
        }
    };
    let movements: Vec<Movement> = plan.taken.iter().map(leaving).collect();
    let cause = Cause {
        kind: "SHIPMENT",
        document_kind: "Shipment",
        document_id: issue.shipment_id.0,
        occurred_on: issue.occurred_on,
    };
    // First: it tells what has been carried elsewhere since it was read.
    reservations::less(tx, permit, &holds.moves, issue.occurred_on).await?;
    balances::change(tx, permit, &shelf.changes()).await?;
    movements::add(tx, permit, &cause, &movements).await?;
    let changed: Vec<BalanceKey> = shelf.changes().iter().map(|change| change.key).collect();
    events::stock_changed(tx, "Shipment", issue.shipment_id, changed.iter());
    miss_less(tx, permit, &missed, issue, (&holds, &picking)).await?;
    // Goods held elsewhere than they were taken from are free again.
    let freed = holds.moves.iter().filter(|one| one.kind == HeldMoveKind::Release);
    let freed: Vec<BalanceKey> = freed.map(|one| one.held.key()).collect();
    pegging::peg(tx, permit, &freed).await?;
    Ok(lots(plan))
}

/// The lines whose reservations are taken first.
fn held_lines(issue: &Issue) -> BTreeSet<OrderLineId> {
    issue.lines.iter().map(|line| line.order_line_id).collect()
}

/// What a shipment may take of what is held: a line that nobody picked leaves alone what is being
/// picked. Gives that by line as well.
fn unpicked(held: Vec<Held>, issue: &Issue) -> (Vec<Held>, HashMap<OrderLineId, Decimal>) {
    let picked: BTreeSet<_> = issue
        .lines
        .iter()
        .filter(|line| !line.chosen.is_empty())
        .map(|line| line.order_line_id)
        .collect();
    let mut picking: HashMap<OrderLineId, Decimal> = HashMap::new();
    let less = |mut one: Held| {
        if !picked.contains(&one.order_line_id) {
            *picking.entry(one.order_line_id).or_default() += one.in_picking;
            one.quantity -= one.in_picking;
            one.in_picking = Decimal::ZERO;
        }
        one
    };
    let free = held.into_iter().map(less).filter(|one| !one.quantity.is_zero()).collect();
    (free, picking)
}

/// The balances of the lots that were picked.
fn chosen_keys(issue: &Issue) -> impl Iterator<Item = BalanceKey> {
    issue.lines.iter().flat_map(move |line| {
        line.chosen.iter().map(move |(lot_id, _)| BalanceKey {
            organization_id: issue.organization_id,
            warehouse_id: issue.warehouse_id,
            product_id: line.product_id,
            lot_id: *lot_id,
        })
    })
}

/// What is held for the shipment's lines, and what they miss. Where they miss something, or goods
/// may become free again, it is read under the queues of those goods.
async fn held_and_missed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    issue: &Issue,
) -> Outcome<(Vec<Held>, Vec<Waiting>)> {
    let lines = held_lines(issue);
    let held = reservations::of_lines(tx, permit, lines.iter().copied()).await?;
    let missed = demand::store::of_lines(tx, permit, lines.iter().copied()).await?;
    let elsewhere = held.iter().any(|one| one.warehouse_id != issue.warehouse_id);
    if missed.is_empty() && !elsewhere && issue.occurred_on == tx.today() {
        return Ok((held, missed));
    }
    let goods = issue.lines.iter().map(|line| (issue.organization_id, line.product_id));
    pegging::queue(tx, permit, goods).await?;
    let held = reservations::of_lines(tx, permit, lines.iter().copied()).await?;
    let missed = demand::store::of_lines(tx, permit, lines).await?;
    Ok((held, missed))
}

/// Lines that missed something miss what is neither shipped nor held by now.
async fn miss_less<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    missed: &[Waiting],
    issue: &Issue,
    (holds, picking): (&Holds, &HashMap<OrderLineId, Decimal>),
) -> Outcome<()> {
    let mut left: HashMap<OrderLineId, Decimal> = HashMap::new();
    for line in &issue.lines {
        left.insert(line.order_line_id, line.left_after);
    }
    let misses = |one: &Waiting| {
        let aside = picking.get(&one.order_line_id).copied().unwrap_or_default();
        let rest = *left.get(&one.order_line_id)? - holds.total(one.order_line_id) - aside;
        Some((one.id, rest.max(Decimal::ZERO)))
    };
    let misses: Vec<_> = missed.iter().filter_map(misses).collect();
    demand::store::set_quantities(tx, permit, &misses).await?;
    let queues = missed.iter().map(|one| (one.organization_id, one.product_id)).collect();
    cover(tx, permit, &queues).await
}

/// The goods for which free lots may be needed: those not wholly held here, and all of a
/// back-dated shipment, whose own reservations may lie in lots that came later.
fn wanted_beyond_held(issue: &Issue, held: &[Held], is_backdated: bool) -> Vec<Goods> {
    let mut here: HashMap<_, Decimal> = HashMap::new();
    for one in held.iter().filter(|one| one.warehouse_id == issue.warehouse_id) {
        *here.entry(one.order_line_id).or_default() += one.quantity;
    }
    let mut wanted = BTreeSet::new();
    for line in issue.lines.iter().filter(|line| line.chosen.is_empty()) {
        let covered = here.entry(line.order_line_id).or_default();
        if is_backdated || *covered < line.quantity {
            wanted.insert(Goods { product: line.product_id, variant: line.variant_id });
        }
        *covered -= line.quantity;
    }
    wanted.into_iter().collect()
}

/// Bounds each balance by the least it has from a document's date on.
pub(crate) async fn cap<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    on: NaiveDate,
    locked: &mut [Balance],
) -> Outcome<Vec<Low>> {
    let keys: Vec<BalanceKey> = locked.iter().map(Balance::key).collect();
    let lows = movements::lows(tx, permit, &keys, on).await?;
    let least: HashMap<_, Decimal> =
        lows.iter().map(|low| ((low.warehouse_id, low.lot_id), low.balance)).collect();
    for balance in locked {
        balance.ceiling = least.get(&(balance.warehouse_id, balance.lot_id)).copied();
    }
    Ok(lows)
}

fn leaving((line, taken): &(ShipmentLineId, crate::rules::Taken)) -> Movement {
    Movement {
        key: taken.key,
        line_id: line.0,
        quantity: -taken.quantity,
        value: -taken.cost,
        reverses: None,
    }
}

fn lots(plan: IssuePlan) -> Vec<IssuedLot> {
    let lot = |(shipment_line_id, taken): (ShipmentLineId, crate::rules::Taken)| IssuedLot {
        shipment_line_id,
        lot_id: taken.key.lot_id,
        quantity: taken.quantity,
        cost: taken.cost,
    };
    plan.taken.into_iter().map(lot).collect()
}

/// Says which lines cannot be served, by article number.
pub(crate) async fn refusal<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shortages: &[Shortage],
    lows: &[Low],
) -> Outcome<Refusal> {
    let ids: BTreeSet<ProductId> = shortages.iter().map(|short| short.product_id).collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    let variants: Vec<_> = shortages.iter().filter_map(|short| short.variant_id).collect();
    let variants = variant_skus(tx, permit, &variants).await?;
    let sku = |short: &Shortage| {
        let variant = short.variant_id.and_then(|id| variants.get(&id)).cloned();
        let product = cards.get(&short.product_id).map(|card| card.sku.clone());
        variant.or(product).unwrap_or_default()
    };
    let is_dated = shortages.iter().all(|short| !short.barred.is_empty());
    let describe = |short: &Shortage| {
        json!({
            "line": short.place,
            "sku": sku(short),
            "asked": short.asked,
            "available": short.available,
            "balances": barred(short, lows),
        })
    };
    let list: Vec<Value> = shortages.iter().map(describe).collect();
    let names: Vec<String> = shortages.iter().take(5).map(sku).collect();
    let names = names.join(", ");
    let refusal = if is_dated {
        Refusal::new(
            RefusalCode::NegativeBalance,
            format!("With this date a later balance would fall below zero: {names}."),
            format!("С этой датой остаток позже станет отрицательным: {names}."),
        )
    } else {
        Refusal::new(
            RefusalCode::InsufficientStock,
            format!("Not enough goods: {names}."),
            format!("Недостаточно товара: {names}."),
        )
    };
    let place = shortages.first().map_or(0, |short| short.place);
    let path = ["lines".to_owned(), place.to_string(), "quantity".to_owned()];
    Ok(refusal.at(path).with(json!({ "lines": list })))
}

/// The later balances of lots that stand in the way.
fn barred(short: &Shortage, lows: &[Low]) -> Vec<Value> {
    let stands = |low: &&Low| {
        let same =
            |key: &BalanceKey| key.lot_id == low.lot_id && key.warehouse_id == low.warehouse_id;
        short.barred.iter().any(same)
    };
    let describe = |low: &Low| json!({ "date": low.day, "balance": low.balance });
    lows.iter().filter(stands).map(describe).collect()
}

/// Puts a shipment's goods back into their lots, with their value. Gives what went back; the caller
/// states what the order misses and hands the goods out ([`hand_out_again`]).
///
/// # Errors
/// A fault of the database, also where the shipment was taken back before.
pub async fn take_back<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
    occurred_on: NaiveDate,
) -> Outcome<Vec<IssuedLot>> {
    let moved = movements::of_document(tx, permit, "SHIPMENT", shipment.0).await?;
    let keys: BTreeSet<BalanceKey> = moved.iter().map(movements::Moved::key).collect();
    pegging::queue(tx, permit, keys.iter().map(pegging::queue_of)).await?;
    balances::lock(tx, permit, &keys).await?;
    let back: Vec<Movement> = moved.iter().map(undone).collect();
    let cause =
        Cause { kind: "REVERSAL", document_kind: "Shipment", document_id: shipment.0, occurred_on };
    balances::change(tx, permit, &sums(&back)).await?;
    movements::add(tx, permit, &cause, &back).await?;
    events::stock_changed(tx, "Shipment", shipment, keys.iter());
    let lot = |one: &Movement| IssuedLot {
        shipment_line_id: ShipmentLineId(one.line_id),
        lot_id: one.key.lot_id,
        quantity: one.quantity,
        cost: one.value,
    };
    Ok(back.iter().map(lot).collect())
}

/// Gives what a shipment's reversal put back to who waits for it: the order itself, where it has
/// stated what it misses since, and others.
///
/// # Errors
/// A fault of the database.
pub async fn hand_out_again<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<()> {
    let back = movements::of_document(tx, permit, "REVERSAL", shipment.0).await?;
    let queues: BTreeSet<_> = back.iter().map(|one| pegging::queue_of(&one.key())).collect();
    // Shipping may have let goods go that lie elsewhere: the order may have them again.
    let keys = balances::free_of(tx, permit, queues).await?;
    pegging::peg(tx, permit, &keys).await?;
    Ok(())
}

/// The movement that undoes another.
pub(crate) fn undone(moved: &movements::Moved) -> Movement {
    Movement {
        key: moved.key(),
        line_id: moved.line_id,
        quantity: -moved.quantity,
        value: -moved.value,
        reverses: Some(moved.id),
    }
}

/// What movements make of balances: one change a balance.
pub(crate) fn sums(movements: &[Movement]) -> Vec<crate::rules::Change> {
    let mut sums: BTreeMap<BalanceKey, (Decimal, Decimal)> = BTreeMap::new();
    for one in movements {
        let sum = sums.entry(one.key).or_default();
        sum.0 += one.quantity;
        sum.1 += one.value;
    }
    let change = |(key, (on_hand, value))| crate::rules::Change {
        key,
        on_hand,
        reserved: Decimal::ZERO,
        value,
    };
    sums.into_iter().map(change).collect()
}

/// Refuses what would bring a balance below zero at the end of a day, with those days.
pub(crate) fn check_lows(lows: &[Low]) -> Result<(), Refusal> {
    let below: Vec<Value> = lows
        .iter()
        .filter(|low| low.balance.is_sign_negative() && !low.balance.is_zero())
        .map(|low| json!({ "date": low.day, "balance": low.balance }))
        .collect();
    if below.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::NegativeBalance,
        "With this date a later balance would fall below zero.",
        "С этой датой остаток позже станет отрицательным.",
    )
    .with(json!({ "balances": below })))
}
