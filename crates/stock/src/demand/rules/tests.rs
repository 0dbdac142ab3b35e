use kernel::{CustomerId, DemandId, LotId, OrderId, OrderLineId, Uuid, WarehouseId};
use proptest::prelude::*;

use super::*;
use crate::rules::Balance;
use crate::rules::tests::{FAR, NEAR, ORGANIZATION, PRODUCT, day, lot, shelf};

pub(crate) fn waiting(n: u128, needed: u32, ordered: u32, pieces: i64) -> Waiting {
    Waiting {
        id: DemandId(Uuid::from_u128(n)),
        order_id: OrderId(Uuid::from_u128(n)),
        order_line_id: OrderLineId(Uuid::from_u128(n)),
        organization_id: ORGANIZATION,
        product_id: PRODUCT,
        variant_id: None,
        warehouse_id: None,
        customer_id: CustomerId(Uuid::nil()),
        manager_id: None,
        ordered_on: day(ordered),
        needed_by: day(needed),
        least_life_days: 0,
        quantity: Decimal::from(pieces),
    }
}

fn serve(waiting: Vec<Waiting>, shelf: &mut Shelf, product_days: i32) -> Vec<(u128, String)> {
    let days = HashMap::from([(PRODUCT, product_days)]);
    let page = Page { waiting, product_days: &days, today: day(5) };
    let total = |served: &Served| -> Decimal { served.parts.iter().map(|part| part.1).sum() };
    let served = page.serve(shelf);
    served.iter().map(|one| (one.waiting.id.0.as_u128(), total(one).to_string())).collect()
}

#[test]
fn who_stands_first_gets_all_he_misses_before_the_next() {
    let mut shelf = shelf(vec![lot(100, NEAR, 1, 10)]);
    let queue = vec![waiting(1, 6, 1, 7), waiting(2, 7, 1, 7), waiting(3, 8, 1, 7)];
    assert_eq!(serve(queue, &mut shelf, 0), [(1, "7".into()), (2, "3".into())]);
}

#[test]
fn a_chosen_warehouse_is_the_only_one() {
    let mut shelf = shelf(vec![lot(100, FAR, 1, 10)]);
    let chosen = Waiting { warehouse_id: Some(NEAR), ..waiting(1, 6, 1, 7) };
    let queue = vec![chosen, waiting(2, 7, 1, 7)];
    assert_eq!(serve(queue, &mut shelf, 0), [(2, "7".into())]);
}

#[test]
fn lots_that_do_not_last_for_one_are_left_to_another() {
    // The last day of sale counts the product's own two days already.
    for (least, gets) in [(0, true), (2, true), (4, true), (5, false)] {
        let balance = Balance { expires_on: Some(day(10)), ..lot(100, NEAR, 1, 4) };
        let mut shelf = shelf(vec![balance]);
        let picky = Waiting { least_life_days: least, ..waiting(1, 8, 1, 3) };
        let got = serve(vec![picky, waiting(2, 9, 1, 7)], &mut shelf, 2);
        let expected: Vec<(u128, String)> =
            if gets { vec![(1, "3".into()), (2, "1".into())] } else { vec![(2, "4".into())] };
        assert_eq!(got, expected, "{least}");
    }
}

#[test]
fn goods_must_last_until_the_day_they_leave() {
    // Today is the 5th: what is overdue leaves today.
    for (needed, last_day, fits) in [(8, 8, true), (9, 8, false), (1, 5, true), (1, 4, false)] {
        let balance = Balance { expires_on: Some(day(last_day)), ..lot(100, NEAR, 1, 10) };
        let mut shelf = shelf(vec![balance]);
        let got = serve(vec![waiting(1, needed, 1, 1)], &mut shelf, 0);
        assert_eq!(!got.is_empty(), fits, "{needed} {last_day}");
    }
}

#[test]
fn life_beyond_the_product_s_own_is_added_to_the_day() {
    for (needed, least, product_days, on) in
        [(8, 0, 0, 8), (8, 3, 0, 11), (8, 3, 3, 8), (8, 3, 10, 8), (1, 2, 0, 7)]
    {
        let waiting = Waiting { least_life_days: least, ..waiting(1, needed, 1, 1) };
        assert_eq!(day_it_leaves(&waiting, day(5), product_days), day(on), "{needed} {least}");
    }
}

#[test]
fn every_state_is_read_as_it_is_written() {
    use DemandState::{Cancelled, Covered, Open, PartlyCovered, Reserved};
    for state in [Open, PartlyCovered, Covered, Reserved, Cancelled] {
        assert_eq!(DemandState::parse(state.as_str()), Some(state));
    }
    assert_eq!(DemandState::parse("DONE"), None);
}

proptest! {
    #[test]
    fn exactly_what_is_free_goes_to_those_who_wait_in_their_turn(
        lots in prop::collection::vec((any::<bool>(), 1_i64..40, 0_i64..40), 0..8),
        queue in prop::collection::vec((1_i64..30, prop::option::of(any::<bool>())), 0..12),
    ) {
        let place = |near: bool| -> WarehouseId { if near { NEAR } else { FAR } };
        let balances: Vec<Balance> = lots.iter().enumerate().map(|(n, (near, pieces, reserved))| {
            Balance {
                reserved: Decimal::from(*reserved.min(pieces)),
                lot_id: LotId(Uuid::from_u128(100 + n as u128)),
                ..lot(100 + n as u128, place(*near), 1, *pieces)
            }
        }).collect();
        let free: Decimal = balances.iter().map(Balance::free).sum();
        let mut shelf = shelf(balances);
        let queue: Vec<Waiting> = queue.iter().enumerate().map(|(n, (pieces, near))| Waiting {
            warehouse_id: near.map(place),
            ..waiting(1 + n as u128, 6, 1, *pieces)
        }).collect();
        let asked: Decimal = queue.iter().map(|one| one.quantity).sum();
        let anywhere = queue.iter().all(|one| one.warehouse_id.is_none());
        let days = HashMap::new();
        let page = Page { waiting: queue.clone(), product_days: &days, today: day(5) };
        let served = page.serve(&mut shelf);
        let mut given = Decimal::ZERO;
        for one in &served {
            let got: Decimal = one.parts.iter().map(|part| part.1).sum();
            prop_assert!(got > Decimal::ZERO && got <= one.waiting.quantity);
            for (key, _) in &one.parts {
                let balance = shelf.get(key).unwrap();
                prop_assert!(balance.reserved <= balance.on_hand);
                prop_assert!(one.waiting.warehouse_id.is_none_or(|id| id == key.warehouse_id));
            }
            given += got;
        }
        prop_assert!(given <= free.min(asked));
        if anywhere {
            prop_assert_eq!(given, free.min(asked));
            // Nobody gets anything while one before him misses something.
            let full = served.iter().rev().skip(1).all(|one| {
                one.parts.iter().map(|part| part.1).sum::<Decimal>() == one.waiting.quantity
            });
            prop_assert!(full);
        }
    }
}
