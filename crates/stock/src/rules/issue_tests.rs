//! Stories of shipments taking lots.

use std::collections::HashMap;

use kernel::{
    LotId, NaiveDate, OrderId, OrderLineId, ReservationId, ShipmentId, ShipmentLineId, Uuid,
    WarehouseId,
};
use proptest::prelude::*;

use super::shelf::tests::{FAR, NEAR, ORGANIZATION, PRODUCT, day, lot, shelf};
use super::*;
use crate::{Issue, IssueLine};
use kernel::Decimal;

const LINE: OrderLineId = OrderLineId(Uuid::from_u128(70));

fn shipment(on: NaiveDate, pieces: &[i64], left_after: i64) -> Issue {
    let line = |quantity: &i64| IssueLine {
        shipment_line_id: ShipmentLineId(Uuid::from_u128(80)),
        order_line_id: LINE,
        product_id: PRODUCT,
        variant_id: None,
        quantity: Decimal::from(*quantity),
        left_after: Decimal::from(left_after),
        chosen: Vec::new(),
    };
    Issue {
        shipment_id: ShipmentId(Uuid::nil()),
        organization_id: ORGANIZATION,
        warehouse_id: NEAR,
        occurred_on: on,
        least_life_days: 0,
        lines: pieces.iter().map(line).collect(),
    }
}

/// A balance of which the line holds some, with its reservation.
fn held(mut balance: Balance, pieces: i64) -> (Balance, Held) {
    balance.reserved += Decimal::from(pieces);
    let held = Held {
        id: ReservationId(balance.lot_id.0),
        order_id: OrderId(Uuid::nil()),
        order_line_id: LINE,
        organization_id: ORGANIZATION,
        warehouse_id: balance.warehouse_id,
        product_id: PRODUCT,
        lot_id: balance.lot_id,
        quantity: Decimal::from(pieces),
        in_picking: Decimal::ZERO,
    };
    (balance, held)
}

/// The plan where nothing is being picked.
fn plan(shelf: &mut Shelf, holds: &mut Holds, issue: &Issue) -> Result<IssuePlan, Vec<Shortage>> {
    plan_issue(shelf, holds, issue, &HashMap::new())
}

fn costs(plan: &IssuePlan) -> Vec<(u128, String, String)> {
    let part = |(_, t): &(ShipmentLineId, Taken)| {
        (t.key.lot_id.0.as_u128(), t.quantity.to_string(), t.cost.normalize().to_string())
    };
    plan.taken.iter().map(part).collect()
}

fn part(lot: u128, quantity: &str, cost: &str) -> (u128, String, String) {
    (lot, quantity.to_owned(), cost.to_owned())
}

#[test]
fn worked_case_of_two_lots() {
    // Lot A 10 at 50.00 of 1 March, lot B 10 at 60.00 of 5 March; 15 leave for 800.00.
    let a = lot(1, NEAR, 1, 10);
    let b = Balance { value: Decimal::from(600), ..lot(2, NEAR, 5, 10) };
    let mut shelf = shelf(vec![b.clone(), a]);
    let mut holds = Holds::new(&[], &shelf);
    let plan = plan(&mut shelf, &mut holds, &shipment(day(10), &[15], 0)).unwrap();
    assert_eq!(costs(&plan), [part(1, "10", "500"), part(2, "5", "300")]);
    let left = shelf.get(&b.key()).unwrap();
    assert_eq!((left.on_hand, left.value), (Decimal::from(5), Decimal::from(300)));
}

#[test]
fn what_is_held_goes_first_then_free_lots() {
    let (newer, reservation) = held(lot(2, NEAR, 5, 10), 4);
    let mut shelf = shelf(vec![lot(1, NEAR, 1, 10), newer]);
    let mut holds = Holds::new(&[reservation], &shelf);
    let plan = plan(&mut shelf, &mut holds, &shipment(day(10), &[6], 0)).unwrap();
    assert_eq!(costs(&plan), [part(2, "4", "200"), part(1, "2", "100")]);
    assert_eq!(holds.total(LINE), Decimal::ZERO);
    assert!(shelf.changes().iter().all(|change| change.reserved <= Decimal::ZERO));
}

#[test]
fn what_others_hold_is_not_touched() {
    let other = Balance { reserved: Decimal::from(8), ..lot(1, NEAR, 1, 10) };
    let mut shelf = shelf(vec![other]);
    let mut holds = Holds::new(&[], &shelf);
    let short = plan(&mut shelf, &mut holds, &shipment(day(10), &[3], 0)).unwrap_err();
    assert_eq!((short[0].asked, short[0].available), (Decimal::from(3), Decimal::TWO));
    assert!(short[0].barred.is_empty());
}

#[test]
fn an_expired_reservation_is_replaced_and_let_go() {
    let expired = Balance { expires_on: Some(day(9)), ..lot(1, NEAR, 1, 10) };
    let (expired, reservation) = held(expired, 5);
    let mut shelf = shelf(vec![expired, lot(2, NEAR, 5, 10)]);
    let mut holds = Holds::new(&[reservation], &shelf);
    let plan = plan(&mut shelf, &mut holds, &shipment(day(10), &[5], 0)).unwrap();
    assert_eq!(costs(&plan), [part(2, "5", "250")]);
    assert_eq!(holds.moves.len(), 1);
    assert_eq!(holds.moves[0].kind, HeldMoveKind::Release);
}

#[test]
fn goods_held_elsewhere_stay_held_while_the_order_needs_them() {
    let (far, reservation) = held(lot(2, FAR, 1, 10), 4);
    for (left_after, kept) in [(4, 4), (3, 3), (0, 0)] {
        let mut shelf = shelf(vec![lot(1, NEAR, 1, 10), far.clone()]);
        let mut holds = Holds::new(std::slice::from_ref(&reservation), &shelf);
        let issue = shipment(day(10), &[6], left_after);
        plan(&mut shelf, &mut holds, &issue).unwrap();
        assert_eq!(holds.total(LINE), Decimal::from(kept), "left after {left_after}");
    }
}

#[test]
fn goods_held_elsewhere_stay_held_beside_what_is_being_picked() {
    let (far, reservation) = held(lot(2, FAR, 1, 10), 4);
    for (left_after, picking, kept) in [(6, 0, 4), (6, 2, 4), (6, 5, 1), (6, 6, 0)] {
        let mut shelf = shelf(vec![lot(1, NEAR, 1, 10), far.clone()]);
        let mut holds = Holds::new(std::slice::from_ref(&reservation), &shelf);
        let picking = HashMap::from([(LINE, Decimal::from(picking))]);
        let issue = shipment(day(10), &[4], left_after);
        plan_issue(&mut shelf, &mut holds, &issue, &picking).unwrap();
        assert_eq!(holds.total(LINE), Decimal::from(kept), "{left_after} left, {picking:?}");
    }
}

#[test]
fn a_backdated_shipment_takes_only_what_was_there_then() {
    let mut shelf = shelf(vec![lot(1, NEAR, 8, 10), lot(2, NEAR, 3, 4)]);
    let mut holds = Holds::new(&[], &shelf);
    let short = plan(&mut shelf, &mut holds, &shipment(day(5), &[6], 0)).unwrap_err();
    assert_eq!(short[0].available, Decimal::from(4));
    assert_eq!(short[0].barred, [lot(1, NEAR, 8, 10).key()], "enough today, but not then");
}

#[test]
fn a_later_low_bars_what_is_there_today() {
    let dipped = Balance { ceiling: Some(Decimal::TWO), ..lot(1, NEAR, 1, 10) };
    let (dipped, reservation) = held(dipped, 10);
    let mut shelf = shelf(vec![dipped.clone()]);
    let mut holds = Holds::new(&[reservation], &shelf);
    let short = plan(&mut shelf, &mut holds, &shipment(day(5), &[2, 1], 0)).unwrap_err();
    assert_eq!(short.len(), 1);
    assert_eq!((short[0].place, short[0].available), (1, Decimal::ZERO));
    assert_eq!(short[0].barred, [dipped.key()]);
}

fn warehouse(is_near: bool) -> WarehouseId {
    if is_near { NEAR } else { FAR }
}

proptest! {
    #[test]
    fn nothing_is_lost_between_lots_and_shipment(
        lots in prop::collection::vec((1_u32..20, 1_i64..40, 0_i64..100_000, 0_i64..40, any::<bool>()), 1..8),
        pieces in prop::collection::vec(1_i64..40, 1..5),
        left_after in 0_i64..50,
    ) {
        let mut balances = Vec::new();
        let mut reservations = Vec::new();
        for (i, (received, on_hand, kopecks, reserved, is_near)) in lots.into_iter().enumerate() {
            let mut balance = lot(100 + i as u128, warehouse(is_near), received, on_hand);
            balance.value = Decimal::new(kopecks, 2);
            let (balance, reservation) = held(balance, reserved.min(on_hand));
            reservations.extend((!reservation.quantity.is_zero()).then_some(reservation));
            balances.push(balance);
        }
        let value: Decimal = balances.iter().map(|b| b.value).sum();
        let keys: Vec<(BalanceKey, LotId)> = balances.iter().map(|b| (b.key(), b.lot_id)).collect();
        let mut shelf = shelf(balances);
        let mut holds = Holds::new(&reservations, &shelf);
        let issue = shipment(day(28), &pieces, left_after);
        let Ok(plan) = plan(&mut shelf, &mut holds, &issue) else { return Ok(()) };
        let quantity: Decimal = plan.taken.iter().map(|(_, t)| t.quantity).sum();
        prop_assert_eq!(quantity, pieces.iter().copied().map(Decimal::from).sum::<Decimal>());
        let cost: Decimal = plan.taken.iter().map(|(_, t)| t.cost).sum();
        let mut left = Decimal::ZERO;
        for (key, lot_id) in keys {
            let balance = shelf.get(&key).unwrap();
            prop_assert!(balance.on_hand >= balance.reserved && balance.reserved >= Decimal::ZERO);
            prop_assert!(!balance.on_hand.is_zero() || balance.value.is_zero());
            let still: Decimal = reservations
                .iter()
                .filter(|r| r.lot_id == lot_id)
                .map(|r| holds.left(r))
                .sum();
            prop_assert_eq!(balance.reserved, still, "reservations and balance part");
            left += balance.value;
        }
        prop_assert_eq!(cost + left, value);
        prop_assert!(holds.total(LINE) <= Decimal::from(left_after));
    }
}

/// The shipment of one line with the lots that were picked for it.
fn picked(on: NaiveDate, parts: &[(u128, i64)], left_after: i64) -> Issue {
    let pieces: i64 = parts.iter().map(|part| part.1).sum();
    let mut issue = shipment(on, &[pieces], left_after);
    let chosen = |part: &(u128, i64)| (LotId(Uuid::from_u128(part.0)), Decimal::from(part.1));
    issue.lines[0].chosen = parts.iter().map(chosen).collect();
    issue
}

#[test]
fn picked_lots_leave_and_no_others() {
    // Lot 7 would go first; the storekeeper took lot 8.
    let (first, held_first) = held(lot(7, NEAR, 1, 10), 2);
    let (second, mut held_second) = held(lot(8, NEAR, 5, 10), 4);
    held_second.in_picking = Decimal::from(4);
    let mut shelf = shelf(vec![first, second]);
    let mut holds = Holds::new(&[held_first, held_second], &shelf);
    let plan = plan(&mut shelf, &mut holds, &picked(day(9), &[(8, 4)], 2)).unwrap();
    assert_eq!(plan.taken.len(), 1);
    assert_eq!(plan.taken[0].1.key.lot_id, LotId(Uuid::from_u128(8)));
    assert_eq!(holds.moves.len(), 1);
    assert_eq!(holds.moves[0].in_picking, Decimal::from(4));
}

#[test]
fn a_picked_lot_that_was_blocked_meanwhile_is_no_longer_to_be_had() {
    let (mut balance, held) = held(lot(7, NEAR, 1, 10), 4);
    balance.blocked = true;
    let mut shelf = shelf(vec![balance, lot(8, NEAR, 1, 10)]);
    let mut holds = Holds::new(&[held], &shelf);
    let short = plan(&mut shelf, &mut holds, &picked(day(9), &[(7, 4)], 0)).unwrap_err();
    assert_eq!(short[0].available, Decimal::ZERO);
}

proptest! {
    #[test]
    fn whatever_was_picked_is_what_leaves(
        lots in prop::collection::vec((1_i64..50, 0_i64..50, 0_i64..50), 1..6),
    ) {
        let mut balances = Vec::new();
        let mut reserved = Vec::new();
        let mut parts = Vec::new();
        for (place, (pieces, of_line, take)) in lots.iter().copied().enumerate() {
            let id = 100 + place as u128;
            let (balance, mut one) = held(lot(id, NEAR, 1, pieces), of_line.min(pieces));
            one.in_picking = one.quantity;
            balances.push(balance);
            if !one.quantity.is_zero() {
                reserved.push(one);
            }
            if take.min(pieces) > 0 {
                parts.push((id, take.min(pieces)));
            }
        }
        let mut shelf = shelf(balances);
        let mut holds = Holds::new(&reserved, &shelf);
        if !parts.is_empty() {
            let plan = plan(&mut shelf, &mut holds, &picked(day(9), &parts, 1_000)).unwrap();
            let mut left: Vec<(u128, Decimal)> = plan
                .taken
                .iter()
                .map(|(_, taken)| (taken.key.lot_id.0.as_u128(), taken.quantity))
                .collect();
            left.sort_unstable();
            let asked: Vec<(u128, Decimal)> =
                parts.iter().map(|part| (part.0, Decimal::from(part.1))).collect();
            prop_assert_eq!(left, asked);
            for one in &holds.moves {
                prop_assert!(one.in_picking <= one.held.in_picking);
                prop_assert!(one.quantity <= one.held.quantity);
            }
        }
    }
}
