//! Rules of assembly: what a bill asks for, which lots leave, and what the goods that come of them
//! are worth. Value that goes in, labour included, is value that comes out.

use kernel::{Decimal, LotId, NaiveDate, round_money, round_quantity, share_out};

use super::{Balance, BalanceKey, Shelf, Shortage, Taken, Want};

/// Goods that leave for one line.
#[derive(Clone, Debug)]
pub struct Use {
    /// What, how much and from where.
    pub want: Want,
    /// Lots chosen by hand and how much of each; none is those whose turn it is.
    pub picks: Vec<(LotId, Decimal)>,
}

/// How much of a component so many finished goods take, where `per` of it make `yields`; three
/// places. `None` where it does not fit, or comes to nothing.
#[must_use]
pub fn needed(per: Decimal, yields: Decimal, finished: Decimal) -> Option<Decimal> {
    let exact = per.checked_mul(finished)?.checked_div(yields)?;
    Some(round_quantity(exact)).filter(|quantity| *quantity > Decimal::ZERO)
}

/// What work adds: rate × pieces, two places.
#[must_use]
pub fn labour(rate: Decimal, finished: Decimal) -> Option<Decimal> {
    rate.checked_mul(finished).map(round_money)
}

/// What the goods of each line are worth that come of a whole: in proportion to the weights, by
/// largest remainders, so that the parts add up to the whole. `None` where no line weighs
/// anything.
#[must_use]
pub fn worth(whole: Decimal, weights: &[Decimal]) -> Option<Vec<Decimal>> {
    let some = weights.iter().any(|weight| *weight > Decimal::ZERO);
    (some || whole.is_zero()).then(|| share_out(whole, weights))
}

/// Takes the goods of all lines off the shelf, by their places: lots chosen by hand, else those
/// that expire first and then those received first. Only free goods that were there by the day.
///
/// # Errors
/// Every line that cannot be served in full; the shelf is then of no more use.
pub fn take_all(
    shelf: &mut Shelf,
    uses: &[Use],
    on: NaiveDate,
) -> Result<Vec<(usize, Taken)>, Vec<Shortage>> {
    let mut taken: Vec<(usize, Taken)> = Vec::new();
    let mut shortages = Vec::new();
    for (place, one) in uses.iter().enumerate() {
        let mut left = one.want.quantity;
        for (key, most) in sources(shelf, one, on) {
            let Some(balance) = shelf.get(&key).filter(|b| fits(b, &one.want, on)) else {
                continue;
            };
            let part = balance.capped(balance.free()).min(most).min(left);
            if part > Decimal::ZERO
                && let Some(gone) = shelf.take(&key, part, Decimal::ZERO)
            {
                taken.push((place, gone));
                left -= part;
            }
        }
        if left > Decimal::ZERO {
            shortages.push(shortage(shelf, one, place, left, on));
        }
    }
    if shortages.is_empty() { Ok(taken) } else { Err(shortages) }
}

/// The balances a line takes from in their order, and how much of each at most.
fn sources(shelf: &Shelf, one: &Use, on: NaiveDate) -> Vec<(BalanceKey, Decimal)> {
    let Want { organization_id, product_id, warehouse_id, quantity, .. } = one.want;
    match warehouse_id {
        Some(warehouse_id) if !one.picks.is_empty() => {
            let key = |lot_id| BalanceKey { organization_id, warehouse_id, product_id, lot_id };
            one.picks.iter().map(|(lot, most)| (key(*lot), *most)).collect()
        }
        _ => shelf.in_turn(&one.want, on).into_iter().map(|key| (key, quantity)).collect(),
    }
}

fn fits(balance: &Balance, want: &Want, on: NaiveDate) -> bool {
    balance.variant_id == want.variant_id && balance.sells_on(on) && balance.received_on <= on
}

fn shortage(shelf: &Shelf, one: &Use, place: usize, left: Decimal, on: NaiveDate) -> Shortage {
    let Want { product_id, variant_id, quantity: asked, .. } = one.want;
    let mut rest = Decimal::ZERO;
    let mut barred = Vec::new();
    // What could be taken has been taken; what is free here today is barred by the date.
    for (key, most) in sources(shelf, one, on) {
        let free = shelf.get(&key).filter(|b| b.sells_on(on)).map(Balance::free);
        let free = free.unwrap_or_default().min(most);
        if free > Decimal::ZERO {
            rest += free;
            barred.push(key);
        }
    }
    if rest < left {
        barred.clear();
    }
    Shortage { place, product_id, variant_id, asked, available: asked - left, barred }
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::super::shelf::tests::{FAR, NEAR, day, lot, shelf, want};
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn wanted(pieces: i64, picks: &[(u128, i64)]) -> Use {
        let pick = |(id, n): &(u128, i64)| (LotId(Uuid::from_u128(*id)), Decimal::from(*n));
        Use { want: want(pieces, Some(NEAR)), picks: picks.iter().map(pick).collect() }
    }

    #[test]
    fn a_bill_asks_for_its_part() {
        for (per, yields, finished, asked) in [
            ("4", "1", "10", Some("40")),
            ("1", "3", "10", Some("3.333")),
            ("2", "3", "1", Some("0.667")),
            ("0.001", "10", "1", None),
            ("0.001", "1", "1", Some("0.001")),
        ] {
            let asked: Option<Decimal> = asked.map(dec);
            assert_eq!(needed(dec(per), dec(yields), dec(finished)), asked, "{per} for {yields}");
        }
        assert_eq!(labour(dec("12.3456"), dec("3")), Some(dec("37.04")));
    }

    #[test]
    fn free_goods_leave_in_turn_or_as_chosen() {
        let goods = || vec![lot(8, NEAR, 5, 10), lot(9, NEAR, 1, 10), lot(7, FAR, 1, 99)];
        let take = |one: Use| {
            let taken = take_all(&mut shelf(goods()), &[one], day(10));
            taken.map(|list| {
                let part = |(_, t): &(usize, Taken)| (t.key.lot_id.0.as_u128(), t.quantity);
                list.iter().map(part).collect::<Vec<_>>()
            })
        };
        assert_eq!(take(wanted(15, &[])).unwrap(), [(9, 10.into()), (8, 5.into())]);
        assert_eq!(take(wanted(5, &[(8, 5)])).unwrap(), [(8, 5.into())]);
        assert_eq!(take(wanted(15, &[(8, 9), (9, 6)])).unwrap(), [(8, 9.into()), (9, 6.into())]);
        // Not in this warehouse, not enough, and less chosen than asked for.
        for one in [wanted(1, &[(7, 1)]), wanted(21, &[]), wanted(6, &[(8, 5)])] {
            assert_eq!(take(one).unwrap_err().len(), 1);
        }
    }

    #[test]
    fn held_blocked_expired_and_later_goods_stay() {
        let stays = [
            Balance { reserved: Decimal::from(10), ..lot(1, NEAR, 1, 10) },
            Balance { blocked: true, ..lot(2, NEAR, 1, 10) },
            Balance { expires_on: Some(day(9)), ..lot(3, NEAR, 1, 10) },
            lot(4, NEAR, 11, 10),
            Balance { ceiling: Some(Decimal::ZERO), ..lot(5, NEAR, 1, 10) },
        ];
        for balance in stays {
            let id = balance.lot_id;
            for picks in [vec![], vec![(id, Decimal::ONE)]] {
                let one = Use { picks, ..wanted(1, &[]) };
                let told = take_all(&mut shelf(vec![balance.clone()]), &[one], day(10));
                assert_eq!(told.unwrap_err()[0].available, Decimal::ZERO, "{balance:?}");
            }
        }
    }

    #[test]
    fn a_whole_is_worth_its_parts() {
        let parts = worth(dec("100.00"), &[dec("1"), dec("1"), dec("1")]).unwrap();
        assert_eq!(parts, ["33.34", "33.33", "33.33"].map(dec));
        assert_eq!(worth(dec("100.00"), &[Decimal::ZERO, Decimal::ZERO]), None);
        assert_eq!(worth(Decimal::ZERO, &[Decimal::ZERO]), Some(vec![Decimal::ZERO]));
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_to_the_kopeck(
            lots in prop::collection::vec((1_i64..40, 0_i64..1_000_000), 1..6),
            asks in prop::collection::vec(1_i64..30, 1..6),
            labour_kopecks in 0_i64..100_000,
            weights in prop::collection::vec(0_i64..1_000, 1..8),
        ) {
            let balances: Vec<Balance> = lots.iter().enumerate().map(|(n, (pieces, kopecks))| {
                Balance { value: Decimal::new(*kopecks, 2), ..lot(100 + n as u128, NEAR, 1, *pieces) }
            }).collect();
            let there: Decimal = balances.iter().map(|b| b.on_hand).sum();
            let value: Decimal = balances.iter().map(|b| b.value).sum();
            let asked: Decimal = asks.iter().copied().map(Decimal::from).sum();
            let uses: Vec<Use> = asks.iter().map(|n| wanted(*n, &[])).collect();
            let mut shelf = shelf(balances.clone());
            match take_all(&mut shelf, &uses, day(10)) {
                Err(_) => prop_assert!(asked > there),
                Ok(taken) => {
                    prop_assert!(asked <= there);
                    let cost: Decimal = taken.iter().map(|(_, t)| t.cost).sum();
                    let left: Decimal =
                        balances.iter().map(|b| shelf.get(&b.key()).unwrap().value).sum();
                    prop_assert_eq!(cost + left, value);
                    let whole = cost + Decimal::new(labour_kopecks, 2);
                    let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
                    if let Some(parts) = worth(whole, &weights) {
                        prop_assert_eq!(parts.iter().sum::<Decimal>(), whole);
                        prop_assert!(parts.iter().all(|part| *part >= Decimal::ZERO));
                    }
                }
            }
        }
    }
}
