//! Reservations worked on by hand: lots chosen for a line, a reservation let go or given to another
//! order. Callers hold the row locks of the orders.

use std::collections::{BTreeSet, HashMap};

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::{Decimal, Refusal, RefusalCode, ReservationId, WarehouseId};
use serde_json::{Value, json};

use crate::events;
use crate::holding::{ranks, shelf, want};
use crate::rules::{BalanceKey, Held, HeldMove, Holds, Misfit, Pick, Shelf, fits, hold_chosen};
use crate::store::{balances, reservations};
use crate::{Holding, ReserveLine, pegging};

/// An open reservation, where it is still there.
///
/// # Errors
/// A fault of the database.
pub async fn reservation<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ReservationId,
) -> Outcome<Option<Held>> {
    Ok(reservations::by_id(tx, permit, &[id]).await?.pop())
}

/// Holds a line's goods out of lots that somebody chose, in place of all that was held for it. No
/// picks let everything go, and what is let go is for other lines that wait. What this line misses
/// from then on is the caller's to state. `among` names the warehouses that may give, none named is all.
///
/// # Errors
/// `LOT_UNFIT` with each pick that does not fit, or a fault.
pub async fn hold_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    line: &ReserveLine,
    picks: &[Pick],
    (holding, among): (Holding, &[WarehouseId]),
) -> Outcome<()> {
    pegging::queue(tx, permit, [(line.organization_id, line.product_id)]).await?;
    let before = reservations::of_lines(tx, permit, [line.order_line_id]).await?;
    let chosen = picks.iter().map(|pick| BalanceKey {
        organization_id: line.organization_id,
        warehouse_id: pick.warehouse_id,
        product_id: line.product_id,
        lot_id: pick.lot_id,
    });
    let keys: BTreeSet<BalanceKey> = before.iter().map(Held::key).chain(chosen).collect();
    let locked = balances::lock_living(tx, permit, &keys, holding.least_life_days).await?;
    let (mut shelf, places) = shelf(tx, permit, locked, among).await?;
    let ranks = ranks(&places, among);
    let mut holds = Holds::new(&before, &shelf);
    holds.release(&mut shelf, line.order_line_id, Decimal::MAX, None);
    let parts = hold_chosen(&mut shelf, &want(line), picks, &ranks, holding.ships_on)
        .map_err(|misfits| unfit(picks, &misfits))?;
    let mut new: HashMap<BalanceKey, Decimal> = HashMap::new();
    for (key, quantity) in parts {
        *new.entry(key).or_default() += quantity;
    }
    let new: Vec<reservations::NewHold> = new
        .into_iter()
        .map(|(key, quantity)| reservations::NewHold {
            order_id: line.order_id,
            order_line_id: line.order_line_id,
            key,
            quantity,
            in_picking: Decimal::ZERO,
        })
        .collect();
    balances::change(tx, permit, &shelf.changes()).await?;
    reservations::less(tx, permit, &holds.moves, holding.on).await?;
    reservations::hold(tx, permit, &new, holding.on).await?;
    let seen: Vec<BalanceKey> = keys.iter().map(|key| events::shown(*key, &places)).collect();
    events::stock_changed(tx, "SalesOrder", line.order_id, seen.iter());
    let freed: Vec<BalanceKey> = holds.moves.iter().map(|one| one.held.key()).collect();
    pegging::peg_to_others(tx, permit, &freed, &[line.order_line_id]).await?;
    Ok(())
}

/// Lets a part of a reservation go, base units, no more than it holds. The goods go to other lines
/// that wait for them; what this one misses from then on is the caller's to state.
///
/// # Errors
/// A fault of the database.
pub async fn release_part<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    held: &Held,
    quantity: Decimal,
) -> Outcome<()> {
    let key = held.key();
    pegging::queue(tx, permit, [pegging::queue_of(&key)]).await?;
    let locked = balances::lock(tx, permit, &BTreeSet::from([key])).await?;
    let mut shelf = Shelf::new(locked, &HashMap::new());
    shelf.release(&key, quantity);
    balances::change(tx, permit, &shelf.changes()).await?;
    let moved = HeldMove::released(held, quantity);
    reservations::less(tx, permit, &[moved], tx.today()).await?;
    events::stock_changed(tx, "SalesOrder", held.order_id, [key].iter());
    pegging::peg_to_others(tx, permit, &[key], &[held.order_line_id]).await?;
    Ok(())
}

/// Gives a part of a reservation to a line of another order, base units, no more than it holds.
/// The lot must fit that order as if it were chosen for it. The caller has kept the goods still, and
/// states what both lines miss from then on.
///
/// # Errors
/// `LOT_UNFIT`, or a fault.
pub async fn move_part<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (held, quantity): (&Held, Decimal),
    to: &ReserveLine,
    (holding, among): (Holding, &[WarehouseId]),
) -> Outcome<()> {
    let key = held.key();
    let keys = BTreeSet::from([key]);
    let locked = balances::lock_living(tx, permit, &keys, holding.least_life_days).await?;
    let (shelf, places) = shelf(tx, permit, locked, among).await?;
    let ranks = ranks(&places, among);
    let pick = Pick { lot_id: held.lot_id, warehouse_id: held.warehouse_id, quantity };
    // What is moved is held already: only whether the lot fits is asked.
    fits(&shelf, &want(to), &key, &ranks, holding.ships_on)
        .map_err(|misfit| unfit(&[pick], &[(0, misfit)]))?;
    let moved = HeldMove::released(held, quantity);
    reservations::less(tx, permit, &[moved], holding.on).await?;
    let new = reservations::NewHold {
        order_id: to.order_id,
        order_line_id: to.order_line_id,
        key,
        quantity,
        in_picking: Decimal::ZERO,
    };
    Ok(reservations::hold(tx, permit, &[new], holding.on).await?)
}

/// How much of a reservation is meant: all of it where nothing is said.
///
/// # Errors
/// `OUT_OF_RANGE` where it is not above zero, or more than is held.
pub fn part_of(held: &Held, asked: Option<Decimal>) -> Result<Decimal, Refusal> {
    let quantity = asked.unwrap_or(held.quantity);
    if quantity > Decimal::ZERO && quantity <= held.quantity && quantity.scale() <= 3 {
        return Ok(quantity);
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        format!("Above zero, at most the {} that are held.", held.quantity.normalize()),
        format!("Больше нуля и не больше {}, что в резерве.", held.quantity.normalize()),
    )
    .at(["quantity"])
    .with(json!({ "held": held.quantity })))
}

fn unfit(picks: &[Pick], misfits: &[(usize, Misfit)]) -> CommandError {
    let describe = |(place, misfit): &(usize, Misfit)| {
        let free = match misfit {
            Misfit::TooLittle(free) => Some(*free),
            _ => None,
        };
        json!({ "place": place, "why": misfit.name(), "free": free,
                "asked": picks.get(*place).map(|pick| pick.quantity) })
    };
    let list: Vec<Value> = misfits.iter().map(describe).collect();
    let (en, ru) = match misfits.first().map(|one| one.1) {
        Some(Misfit::NotThere) | None => (
            "Nothing of this lot lies there for this line.",
            "Этой партии для этой строки там нет.",
        ),
        Some(Misfit::OtherWarehouse) => (
            "The order does not take goods from this warehouse.",
            "Заказ не берёт товар с этого склада.",
        ),
        Some(Misfit::Blocked) => ("The lot is held back.", "Партия заблокирована."),
        Some(Misfit::ExpiresTooSoon) => (
            "The lot does not last until the goods leave, with the life that is asked for.",
            "Срок годности партии не дотягивает до отгрузки с требуемым запасом.",
        ),
        Some(Misfit::TooLittle(_)) => {
            ("Less of the lot is free than is asked for.", "Свободно меньше, чем запрошено.")
        }
    };
    let place = misfits.first().map_or(0, |one| one.0);
    Refusal::new(RefusalCode::LotUnfit, en, ru)
        .at(["lots".to_owned(), place.to_string()])
        .with(json!({ "lots": list }))
        .into()
}

/// The lots of a set of picks, for the audit trail.
#[must_use]
pub fn picked(picks: &[Pick]) -> Value {
    let one = |pick: &Pick| {
        let Pick { lot_id, warehouse_id, quantity } = pick;
        json!({ "lot": lot_id, "warehouse": warehouse_id, "quantity": quantity })
    };
    picks.iter().map(one).collect()
}
