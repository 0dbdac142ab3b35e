use kernel::{OrderId, OrderLineId, PickTaskId, Uuid};
use proptest::prelude::*;

use super::*;

/// (line, product, variant, lot, wanted, picked)
fn line(id: u128, product: u128, variant: Option<u128>, lot: u128, left: i64) -> PickLine {
    PickLine {
        id: PickLineId(Uuid::from_u128(id)),
        task_id: PickTaskId(Uuid::nil()),
        order_id: OrderId(Uuid::from_u128(id)),
        order_line_id: OrderLineId(Uuid::from_u128(id)),
        position: i32::try_from(id).unwrap(),
        product_id: ProductId(Uuid::from_u128(product)),
        variant_id: variant.map(|id| ProductVariantId(Uuid::from_u128(id))),
        unit: "pcs".to_owned(),
        lot_id: LotId(Uuid::from_u128(lot)),
        instead_of_id: None,
        bin_id: None,
        quantity: Decimal::from(left + 1),
        picked: Decimal::ONE,
        short: Decimal::ZERO,
        short_note: None,
    }
}

fn shown(
    line: Option<u128>,
    goods: Option<(u128, Option<u128>)>,
    lots: Option<&[(u128, u128)]>,
) -> Shown {
    let product = |id| ProductId(Uuid::from_u128(id));
    Shown {
        line: line.map(|id| PickLineId(Uuid::from_u128(id))),
        goods: goods.map(|(of, variant)| {
            (product(of), variant.map(|id| ProductVariantId(Uuid::from_u128(id))))
        }),
        lots: lots.map(|lots| {
            let lot = |(id, of): &(u128, u128)| ShownLot {
                id: LotId(Uuid::from_u128(*id)),
                product: product(*of),
                variant: None,
            };
            lots.iter().map(lot).collect()
        }),
    }
}

#[test]
fn a_scan_finds_its_lines_or_says_why_not() {
    // Product 1 for two orders out of lot 11 and for a third out of lot 12; product 2 in two
    // variants; product 3 is settled.
    let lines = [
        line(1, 1, None, 11, 5),
        line(2, 1, None, 12, 5),
        line(3, 1, None, 11, 5),
        line(4, 2, Some(21), 13, 5),
        line(5, 2, Some(22), 14, 5),
        line(6, 3, None, 15, 0),
    ];
    let found = |ids: &[u128]| {
        Ok(Match::Lines(ids.iter().map(|id| PickLineId(Uuid::from_u128(*id))).collect()))
    };
    let other = |line, lot| {
        Ok(Match::OtherLot(PickLineId(Uuid::from_u128(line)), LotId(Uuid::from_u128(lot))))
    };
    for (what, shown, by_lot, answer) in [
        ("goods, lots alike", shown(None, Some((1, None)), None), false, found(&[1, 3])),
        ("goods, by lot", shown(None, Some((1, None)), None), true, Err(Mismatch::WhichLot)),
        ("goods and lot", shown(None, Some((1, None)), Some(&[(12, 1)])), true, found(&[2])),
        ("lot alone", shown(None, None, Some(&[(11, 1)])), true, found(&[1, 3])),
        ("a line", shown(Some(2), None, None), true, found(&[2])),
        ("a line, other lot", shown(Some(2), None, Some(&[(19, 1)])), true, other(2, 19)),
        ("other lot", shown(None, Some((1, None)), Some(&[(19, 1)])), true, other(1, 19)),
        ("lot of other goods", shown(Some(2), None, Some(&[(15, 3)])), true, Err(Mismatch::Lot)),
        ("no such lot", shown(None, None, Some(&[])), true, Err(Mismatch::Lot)),
        ("other goods", shown(None, Some((9, None)), None), true, Err(Mismatch::Goods)),
        ("settled goods", shown(None, Some((3, None)), None), true, Err(Mismatch::Goods)),
        (
            "other goods than the line",
            shown(Some(2), Some((2, None)), None),
            true,
            Err(Mismatch::Goods),
        ),
        ("which variant", shown(None, Some((2, None)), None), true, Err(Mismatch::WhichVariant)),
        ("a variant", shown(None, Some((2, Some(22))), None), true, found(&[5])),
    ] {
        assert_eq!(matched(&lines, &shown, |_| by_lot), answer, "{what}");
    }
}

#[test]
fn a_task_goes_its_ways_and_no_others() {
    use PickMove::{Cancel, Finish, GiveBack, Pick, Take};
    for (state, ways) in [
        (S::New, vec![(Take, S::InProgress), (Cancel, S::Cancelled)]),
        (
            S::InProgress,
            vec![
                (Pick, S::InProgress),
                (GiveBack, S::New),
                (Finish, S::Done),
                (Cancel, S::Cancelled),
            ],
        ),
        (S::Done, vec![]),
        (S::Cancelled, vec![]),
    ] {
        for by in PickMove::ALL {
            let way = ways.iter().find(|(how, _)| how == by).map(|(_, to)| *to);
            assert_eq!(state.by(*by).ok(), way, "{state:?} {by:?}");
        }
    }
}

proptest! {
    #[test]
    fn a_quantity_falls_on_lines_in_order_and_whole(
        wanted in prop::collection::vec(0_i64..50, 0..8),
        quantity in 1_i64..300,
    ) {
        let left: Vec<(PickLineId, Decimal)> = wanted
            .iter()
            .enumerate()
            .map(|(i, n)| (PickLineId(Uuid::from_u128(i as u128)), Decimal::from(*n)))
            .collect();
        let all: i64 = wanted.iter().sum();
        match spread(&left, Decimal::from(quantity)) {
            Ok(parts) => {
                let sum: Decimal = parts.iter().map(|part| part.1).sum();
                prop_assert_eq!(sum, Decimal::from(quantity));
                // All but the last are filled.
                for (place, (id, part)) in parts.iter().enumerate() {
                    let want = left.iter().find(|one| one.0 == *id).unwrap().1;
                    prop_assert!(*part <= want);
                    prop_assert!(place + 1 == parts.len() || *part == want);
                }
            }
            Err(most) => prop_assert!(quantity > all && most == Decimal::from(all)),
        }
    }
}
