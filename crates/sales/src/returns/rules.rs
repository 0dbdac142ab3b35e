//! Rules of returns: the ways of the document, what a part of a shipment's line comes to, and which
//! lots goods go back into. Values in, values out.

use kernel::{Decimal, LotId, proportion, round_money};

use crate::rules::{IllegalTransition, LineSum, OrderedLine, VatMode, part_of, words};

words! {
    /// Where a return stands.
    ReturnState {
        /// Written, nothing has moved.
        Draft = "DRAFT",
        /// Goods are back, revenue and debt are less.
        Posted = "POSTED",
        /// Posted and undone by a later posting.
        Reversed = "REVERSED",
        /// Given up before it was posted.
        Cancelled = "CANCELLED",
    }

    /// What can be done with a return.
    ReturnMove {
        /// Take the goods in.
        Post = "POST",
        /// Give the draft up.
        Cancel = "CANCEL",
        /// Undo the posting.
        Reverse = "REVERSE",
    }

    /// In what state goods come back.
    GoodsCondition {
        /// As they left.
        Good = "GOOD",
        /// Not to be sold.
        Damaged = "DAMAGED",
    }
}

use ReturnState as S;

const WAYS: &[(ReturnState, ReturnMove, ReturnState)] = &[
    (S::Draft, ReturnMove::Post, S::Posted),
    (S::Draft, ReturnMove::Cancel, S::Cancelled),
    (S::Posted, ReturnMove::Reverse, S::Reversed),
];

impl ReturnState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<ReturnMove> {
        WAYS.iter().filter(|(from, ..)| *from == self).map(|(_, by, _)| *by).collect()
    }

    /// Where a move leads.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn by(self, by: ReturnMove) -> Result<Self, IllegalTransition> {
        let way = WAYS.iter().find(|(from, how, _)| *from == self && *how == by);
        way.map(|(.., to)| *to).ok_or_else(|| IllegalTransition {
            state: self.as_str(),
            allowed: self.moves().into_iter().map(ReturnMove::as_str).collect(),
        })
    }
}

/// What a part of a shipped line comes to as it comes back: in proportion, and the last part takes
/// all that is left. The line's tax is a difference of rounded sums, or less what corrections took:
/// it may be less than its amount makes, so a part takes no more of it than is left.
pub(super) fn sum_back(line: &OrderedLine, quantity: Decimal, mode: VatMode) -> LineSum {
    let part = part_of(line, quantity, line.vat_rate, mode);
    LineSum { vat: part.vat.min(line.sum.vat - line.shipped_sum.vat), ..part }
}

/// A lot that a shipment's line took, and what has come back of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TakenLot {
    pub(super) lot_id: LotId,
    pub(super) quantity: Decimal,
    pub(super) cost: Decimal,
    pub(super) returned: Decimal,
    pub(super) returned_cost: Decimal,
}

/// A part of what comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BackPart {
    pub(super) lot_id: LotId,
    pub(super) quantity: Decimal,
    pub(super) cost: Decimal,
}

/// Goods go back into the lots that the line took last first, at the cost they left with: what the
/// returned quantity of a lot with this part cost, less what came back before, so that a lot's cost
/// comes back without a rest. `lots` stand in the order they were taken and become what they are
/// after. `None` where less was taken than comes back.
pub(super) fn back_into(lots: &mut [TakenLot], quantity: Decimal) -> Option<Vec<BackPart>> {
    let mut left = quantity;
    let mut parts = Vec::new();
    for lot in lots.iter_mut().rev() {
        let part = left.min(lot.quantity - lot.returned);
        if part <= Decimal::ZERO {
            continue;
        }
        let returned = lot.returned + part;
        let so_far = if returned == lot.quantity {
            lot.cost
        } else {
            round_money(proportion(lot.cost, returned, lot.quantity))
        };
        let cost = (so_far - lot.returned_cost).max(Decimal::ZERO);
        lot.returned = returned;
        lot.returned_cost += cost;
        left -= part;
        parts.push(BackPart { lot_id: lot.lot_id, quantity: part, cost });
    }
    left.is_zero().then_some(parts)
}

#[cfg(test)]
mod tests {
    use kernel::{Percent, Uuid};
    use proptest::prelude::*;

    use super::*;

    fn lot(id: u128, quantity: i64, cost: i64) -> TakenLot {
        TakenLot {
            lot_id: LotId(Uuid::from_u128(id)),
            quantity: Decimal::from(quantity),
            cost: Decimal::from(cost),
            returned: Decimal::ZERO,
            returned_cost: Decimal::ZERO,
        }
    }

    fn part(id: u128, quantity: &str, cost: &str) -> BackPart {
        BackPart {
            lot_id: LotId(Uuid::from_u128(id)),
            quantity: quantity.parse().unwrap(),
            cost: cost.parse().unwrap(),
        }
    }

    #[test]
    fn three_of_fifteen_go_back_into_the_lot_that_was_taken_last() {
        // Domain, section 5: 10 at 50 and 5 at 60 left for 800.
        let mut lots = [lot(1, 10, 500), lot(2, 5, 300)];
        let three = back_into(&mut lots, Decimal::from(3)).unwrap();
        assert_eq!(three, [part(2, "3", "180")]);
        let four = back_into(&mut lots, Decimal::from(4)).unwrap();
        assert_eq!(four, [part(2, "2", "120"), part(1, "2", "100")]);
        assert_eq!(back_into(&mut lots, Decimal::from(9)), None);
    }

    /// A line at 20 %, of which nothing is gone yet.
    fn line_of(quantity: Decimal, sum: impl Fn(Option<Percent>) -> LineSum) -> OrderedLine {
        let vat_rate = Some(Percent::new(Decimal::from(20)).unwrap());
        OrderedLine {
            quantity,
            sum: sum(vat_rate),
            vat_rate,
            shipped: Decimal::ZERO,
            shipped_sum: LineSum::default(),
        }
    }

    fn take(line: &mut OrderedLine, quantity: Decimal, part: LineSum) {
        line.shipped += quantity;
        line.shipped_sum.amount += part.amount;
        line.shipped_sum.vat += part.vat;
    }

    /// The second of two shipments of an ordered line; its tax is what the first one left it.
    fn second(pieces: i64, kopecks: i64, shipments: (i64, i64), mode: VatMode) -> OrderedLine {
        let amount = Decimal::new(kopecks, 2);
        let whole = |rate| LineSum { amount, vat: mode.vat(amount, rate) };
        let mut ordered = line_of(Decimal::from(pieces), whole);
        let (first, second) = (Decimal::from(shipments.0), Decimal::from(shipments.1));
        let part = part_of(&ordered, first, ordered.vat_rate, mode);
        take(&mut ordered, first, part);
        line_of(second, |rate| part_of(&ordered, second, rate, mode))
    }

    #[test]
    fn a_part_takes_no_more_tax_than_is_left_of_its_line() {
        // Twenty at 0.01: the second shipment's tax is 0.01, and most of its amount makes 0.02.
        for (mode, shipped, back) in [(VatMode::Excluded, 9, 8), (VatMode::Included, 11, 10)] {
            let mut line = second(20, 20, (3, shipped), mode);
            let part = sum_back(&line, Decimal::from(back), mode);
            let kopeck = Decimal::new(1, 2);
            assert_eq!(part, LineSum { amount: Decimal::new(back, 2), vat: kopeck }, "{mode:?}");
            take(&mut line, Decimal::from(back), part);
            let last = sum_back(&line, Decimal::ONE, mode);
            assert_eq!(last, LineSum { amount: kopeck, vat: Decimal::ZERO }, "{mode:?}");
        }
    }

    #[test]
    fn a_return_is_reversed_only_when_posted() {
        use ReturnMove::{Cancel, Post, Reverse};
        for (state, ways) in [
            (S::Draft, vec![(Post, S::Posted), (Cancel, S::Cancelled)]),
            (S::Posted, vec![(Reverse, S::Reversed)]),
            (S::Reversed, vec![]),
            (S::Cancelled, vec![]),
        ] {
            for by in ReturnMove::ALL {
                let way = ways.iter().find(|(how, _)| how == by).map(|(_, to)| *to);
                assert_eq!(state.by(*by).ok(), way, "{state:?} {by:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn however_a_shipped_line_is_cut_it_comes_back_whole(
            first in 1_i64..40,
            cuts in prop::collection::vec(1_i64..20, 1..10),
            rest in 0_i64..40,
            kopecks in 0_i64..2_000,
            included in any::<bool>(),
        ) {
            let mode = VatMode::of(included);
            let shipped: i64 = cuts.iter().sum();
            let mut line = second(first + shipped + rest, kopecks, (first, shipped), mode);
            for cut in cuts.into_iter().map(Decimal::from) {
                let part = sum_back(&line, cut, mode);
                prop_assert!(part.amount >= Decimal::ZERO && part.vat >= Decimal::ZERO);
                take(&mut line, cut, part);
                prop_assert!(line.shipped_sum.amount <= line.sum.amount);
                prop_assert!(line.shipped_sum.vat <= line.sum.vat);
            }
            prop_assert_eq!(line.shipped_sum, line.sum);
        }

        #[test]
        fn whatever_the_portions_all_comes_back_at_what_it_left_with(
            taken in prop::collection::vec((1_i64..500, 0_i64..100_000), 1..5),
            cuts in prop::collection::vec(1_i64..400, 1..20),
        ) {
            let mut lots: Vec<TakenLot> = taken
                .iter()
                .enumerate()
                .map(|(i, (quantity, kopecks))| TakenLot {
                    cost: Decimal::new(*kopecks, 2),
                    ..lot(i as u128, *quantity, 0)
                })
                .collect();
            let mut left: Decimal = lots.iter().map(|lot| lot.quantity).sum();
            let mut cost = Decimal::ZERO;
            for cut in cuts.into_iter().map(Decimal::from).chain([Decimal::MAX]) {
                let quantity = cut.min(left);
                if quantity.is_zero() {
                    continue;
                }
                let parts = back_into(&mut lots, quantity).unwrap();
                prop_assert_eq!(parts.iter().map(|one| one.quantity).sum::<Decimal>(), quantity);
                prop_assert!(parts.iter().all(|one| one.cost >= Decimal::ZERO));
                cost += parts.iter().map(|one| one.cost).sum::<Decimal>();
                left -= quantity;
            }
            let whole: Decimal = lots.iter().map(|lot| lot.cost).sum();
            prop_assert_eq!(cost, whole);
        }
    }
}
