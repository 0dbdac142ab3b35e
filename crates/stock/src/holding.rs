//! Holding goods for orders. Callers hold the order's row lock; under the queues of its goods the
//! reservations of its lines stand still as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::Permit;
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
    reserve_beside(tx, permit, lines, holding, &[]).await
}

/// As [`reserve`], but never out of these lots in these warehouses: somebody has just found less
/// there than the books say.
///
/// # Errors
/// A fault of the database.
pub async fn reserve_beside<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[ReserveLine],
    holding: Holding,
    failed: &[(WarehouseId, LotId)],
) -> Outcome<Vec<Reserved>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let wants: Vec<Want> = lines.iter().map(want).collect();
    // What comes in meanwhile waits for this, and finds what is stated as missing.
    let goods = wants.iter().map(|want| (want.organization_id, want.product_id));
    pegging::queue(tx, permit, goods).await?;
    let mut free = balances::lock_free(tx, permit, &wants, holding).await?;
    free.retain(|balance| !failed.contains(&(balance.warehouse_id, balance.lot_id)));
    let ranks = ranks(tx, permit, &free).await?;
    let mut shelf = Shelf::new(free, &ranks);
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
        let keys = holds.iter().map(|hold| &hold.key);
        events::stock_changed(tx, "SalesOrder", first.order_id, keys);
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

pub(crate) fn want(line: &ReserveLine) -> Want {
    Want {
        organization_id: line.organization_id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: line.quantity,
        warehouse_id: line.warehouse_id,
    }
}

/// The priorities of the warehouses that hold something; archived ones give nothing.
pub(crate) async fn ranks<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    free: &[Balance],
) -> Outcome<HashMap<WarehouseId, i32>> {
    let ids: BTreeSet<WarehouseId> = free.iter().map(|balance| balance.warehouse_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<WarehouseId> = ids.into_iter().collect();
    let cards = catalog::warehouse_cards(tx, permit, &ids).await?;
    let live = cards.into_values().filter(|card| !card.archived);
    Ok(live.map(|card| (card.id, card.priority)).collect())
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
    balances::change(tx, permit, &shelf.changes()).await?;
    reservations::less(tx, permit, &holds.moves, tx.today()).await?;
    let freed: Vec<BalanceKey> = holds.moves.iter().map(|one| one.held.key()).collect();
    events::stock_changed(tx, "SalesOrder", first.order_id, freed.iter());
    Ok(freed)
}

/// Where goods are held for an order, the warehouse that holds most of them first.
///
/// # Errors
/// A fault of the database.
pub async fn held_in<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Vec<WarehouseId>> {
    let mut held: BTreeMap<WarehouseId, Decimal> = BTreeMap::new();
    for one in reservations::of_order(tx, permit, order).await? {
        *held.entry(one.warehouse_id).or_default() += one.quantity;
    }
    let mut held: Vec<(WarehouseId, Decimal)> = held.into_iter().collect();
    held.sort_by_key(|(_, quantity)| std::cmp::Reverse(*quantity));
    Ok(held.into_iter().map(|(warehouse, _)| warehouse).collect())
}
