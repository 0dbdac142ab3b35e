//! Holding goods for orders. Callers hold the order's row lock; under the queues of its goods the
//! reservations of its lines stand still as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::Permit;
use catalog::Place;
use db::{Outcome, TenantTx};
use kernel::{Decimal, LotId, OrderId, OrderLineId, OrganizationId, ProductId, WarehouseId};

use crate::coverage::cover;
use crate::rules::{Balance, BalanceKey, Held, Holds, Shelf, Want};
use crate::store::{balances, reservations};
use crate::{Holding, ReserveLine, Reserved, demand, events, pegging};

/// Holds what is available for order lines: lots that expire first, then those received first;
/// never blocked ones, nor those with less life left on the day they leave than is asked for. What
/// is not there is told as short and is no error. One answer a line, in the order of the lines.
///
/// # Errors
/// A fault of the database.
pub async fn reserve<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[ReserveLine],
    holding: Holding,
) -> Outcome<Vec<Reserved>> {
    hold_free(tx, permit, lines, (holding, &[], &[])).await
}

/// As [`reserve`], out of these warehouses alone, in their order; none named is all of them by
/// their priority.
///
/// # Errors
/// A fault of the database.
pub async fn reserve_among<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[ReserveLine],
    (holding, among): (Holding, &[WarehouseId]),
) -> Outcome<Vec<Reserved>> {
    hold_free(tx, permit, lines, (holding, among, &[])).await
}

/// As [`reserve_among`], but never out of these lots in these warehouses: somebody has just found
/// less there than the books say.
///
/// # Errors
/// A fault of the database.
pub async fn reserve_beside<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[ReserveLine],
    (holding, among): (Holding, &[WarehouseId]),
    failed: &[(WarehouseId, LotId)],
) -> Outcome<Vec<Reserved>> {
    hold_free(tx, permit, lines, (holding, among, failed)).await
}

async fn hold_free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[ReserveLine],
    (holding, among, failed): (Holding, &[WarehouseId], &[(WarehouseId, LotId)]),
) -> Outcome<Vec<Reserved>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let wants: Vec<Want> = lines.iter().map(want).collect();
    // What comes in meanwhile waits for this, and finds what is stated as missing.
    let goods = wants.iter().map(|want| (want.organization_id, want.product_id));
    pegging::queue(tx, permit, goods).await?;
    let mut free = balances::lock_free(tx, permit, &places(&wants, among), holding).await?;
    free.retain(|balance| !failed.contains(&(balance.warehouse_id, balance.lot_id)));
    let (mut shelf, places) = shelf(tx, permit, free, among).await?;
    let mut holds: BTreeMap<(OrderLineId, BalanceKey), reservations::NewHold> = BTreeMap::new();
    let mut answers = Vec::with_capacity(lines.len());
    for (line, want) in lines.iter().zip(&wants) {
        let hold = shelf.hold(want, holding.ships_on);
        let mut reserved = Decimal::ZERO;
        for (key, quantity) in hold.parts {
            reserved += quantity;
            let new = reservations::NewHold {
                order_id: line.order_id,
                order_line_id: line.order_line_id,
                key,
                quantity: Decimal::ZERO,
                in_picking: Decimal::ZERO,
            };
            holds.entry((line.order_line_id, key)).or_insert(new).quantity += quantity;
        }
        answers.push(Reserved {
            order_line_id: line.order_line_id,
            available: hold.available,
            reserved,
            short: line.quantity - reserved,
        });
    }
    let holds: Vec<_> = holds.into_values().collect();
    balances::change(tx, permit, &shelf.changes()).await?;
    reservations::hold(tx, permit, &holds, holding.on).await?;
    if let Some(first) = lines.first() {
        let keys: Vec<BalanceKey> =
            holds.iter().map(|hold| events::shown(hold.key, &places)).collect();
        events::stock_changed(tx, "SalesOrder", first.order_id, keys.iter());
    }
    Ok(answers)
}

/// Takes the queues of goods until the transaction ends: what is held for the order's lines, and
/// what they miss, stands still from now on.
///
/// # Errors
/// A fault of the database.
pub async fn keep_still<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    products: &[ProductId],
) -> Outcome<()> {
    pegging::queue(tx, permit, products.iter().map(|product| (organization, *product))).await
}

/// Where to look: in the warehouse that is wanted, else in those that may give.
pub(crate) fn places(wants: &[Want], among: &[WarehouseId]) -> Vec<Want> {
    let each = |want: &Want| match want.warehouse_id {
        None if !among.is_empty() => {
            let at = |id: &WarehouseId| Want { warehouse_id: Some(*id), ..*want };
            among.iter().map(at).collect()
        }
        _ => vec![*want],
    };
    wants.iter().flat_map(each).collect()
}

pub(crate) fn want(line: &ReserveLine) -> Want {
    Want {
        organization_id: line.organization_id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: line.quantity,
        warehouse_id: line.warehouse_id,
    }
}

/// What lies free as orders are given it: out of warehouses in their turn first, then out of what is
/// on its way to any. Their turn is their priority, or their place among those named; archived ones,
/// and others than those named, give nothing. And the places it lies in.
pub(crate) async fn shelf<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    free: Vec<Balance>,
    among: &[WarehouseId],
) -> Outcome<(Shelf, HashMap<WarehouseId, Place>)> {
    let places = places_of(tx, permit, &free).await?;
    let shelf = Shelf::new(free, &ranks(&places, among)).with_transits(transits(&places));
    Ok((shelf, places))
}

/// The places that hold something.
async fn places_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    free: &[Balance],
) -> Outcome<HashMap<WarehouseId, Place>> {
    let ids: BTreeSet<WarehouseId> = free.iter().map(|balance| balance.warehouse_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<WarehouseId> = ids.into_iter().collect();
    catalog::places(tx, permit, &ids).await
}

/// The turns of places that give goods; see [`shelf`].
pub(crate) fn ranks(
    places: &HashMap<WarehouseId, Place>,
    among: &[WarehouseId],
) -> HashMap<WarehouseId, i64> {
    let turn = |place: &Place| {
        let stands_for = place.transit_to.unwrap_or(place.id);
        match among {
            [] => Some(i64::from(place.priority)),
            named => i64::try_from(named.iter().position(|one| *one == stands_for)?).ok(),
        }
    };
    let live = places.values().filter(|place| !place.archived);
    let rank = |place: &Place| {
        let later = if place.transit_to.is_some() { 1_i64 << 32 } else { 0 };
        Some((place.id, turn(place)? + later))
    };
    live.filter_map(rank).collect()
}

fn transits(places: &HashMap<WarehouseId, Place>) -> HashMap<WarehouseId, WarehouseId> {
    places.values().filter_map(|place| Some((place.id, place.transit_to?))).collect()
}

/// Frees all that is held for an order and ends its demand. The goods go to who waits for them.
///
/// # Errors
/// A fault of the database.
pub async fn release_order<A>(tx: &TenantTx, permit: &Permit<A>, order: OrderId) -> Outcome<()> {
    let queues = demand::store::queues_of_order(tx, permit, order).await?;
    if queues.is_empty() {
        return Ok(());
    }
    pegging::queue(tx, permit, queues.iter().copied()).await?;
    demand::store::cancel(tx, permit, order).await?;
    let held = reservations::of_order(tx, permit, order).await?;
    let all = held.iter().map(|one| (one.order_line_id, Decimal::MAX)).collect();
    let freed = release(tx, permit, &held, all).await?;
    pegging::peg(tx, permit, &freed).await?;
    cover(tx, permit, &queues).await
}

/// Frees up to these quantities (base units) of order lines of one order, the goods that would
/// be taken last first. The goods go to other lines that wait for them. What these lines miss from
/// then on is the caller's to state ([`crate::demand()`]).
///
/// # Errors
/// A fault of the database.
pub async fn release_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[(OrderLineId, Decimal)],
) -> Outcome<()> {
    let mut most: BTreeMap<OrderLineId, Decimal> = BTreeMap::new();
    for (line, quantity) in lines {
        *most.entry(*line).or_default() += *quantity;
    }
    let own: Vec<OrderLineId> = most.keys().copied().collect();
    let held = reservations::of_lines(tx, permit, own.iter().copied()).await?;
    pegging::queue(tx, permit, held.iter().map(|one| pegging::queue_of(&one.key()))).await?;
    let held = reservations::of_lines(tx, permit, own.iter().copied()).await?;
    let freed = release(tx, permit, &held, most).await?;
    pegging::peg_to_others(tx, permit, &freed, &own).await?;
    Ok(())
}

async fn release<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    held: &[Held],
    most: BTreeMap<OrderLineId, Decimal>,
) -> Outcome<Vec<BalanceKey>> {
    let Some(first) = held.first() else { return Ok(Vec::new()) };
    let keys: BTreeSet<BalanceKey> = held.iter().map(Held::key).collect();
    let locked = balances::lock(tx, permit, &keys).await?;
    let mut shelf = Shelf::new(locked, &HashMap::new());
    let mut holds = Holds::new(held, &shelf);
    for (line, quantity) in most {
        holds.release(&mut shelf, line, quantity, None);
    }
    // First: it tells what has been carried elsewhere since it was read.
    reservations::less(tx, permit, &holds.moves, tx.today()).await?;
    balances::change(tx, permit, &shelf.changes()).await?;
    let freed: Vec<BalanceKey> = holds.moves.iter().map(|one| one.held.key()).collect();
    events::stock_changed(tx, "SalesOrder", first.order_id, freed.iter());
    Ok(freed)
}

/// Where goods are held for an order, the warehouse that holds most of them first. Goods on their
/// way are held in no warehouse yet.
///
/// # Errors
/// A fault of the database.
pub async fn held_in<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Vec<WarehouseId>> {
    Ok(reservations::places_of_order(tx, permit, order).await?)
}
