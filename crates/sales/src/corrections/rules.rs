//! Rules of price corrections: the ways of the document, and what a line becomes less by. Values in,
//! values out.

use kernel::{Decimal, proportion, round_money, share_out};

use crate::rules::{IllegalTransition, LineSum, words};

words! {
    /// Where a price correction stands.
    CorrectionState {
        /// Written, nothing has changed.
        Draft = "DRAFT",
        /// Revenue and debt are less.
        Posted = "POSTED",
        /// Posted and undone by a later posting.
        Reversed = "REVERSED",
        /// Given up before it was posted.
        Cancelled = "CANCELLED",
    }

    /// What can be done with a price correction.
    CorrectionMove {
        /// Make what was sold cheaper.
        Post = "POST",
        /// Give the draft up.
        Cancel = "CANCEL",
        /// Undo the posting.
        Reverse = "REVERSE",
    }
}

use CorrectionState as S;

const WAYS: &[(CorrectionState, CorrectionMove, CorrectionState)] = &[
    (S::Draft, CorrectionMove::Post, S::Posted),
    (S::Draft, CorrectionMove::Cancel, S::Cancelled),
    (S::Posted, CorrectionMove::Reverse, S::Reversed),
];

impl CorrectionState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<CorrectionMove> {
        WAYS.iter().filter(|(from, ..)| *from == self).map(|(_, by, _)| *by).collect()
    }

    /// Where a move leads.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn by(self, by: CorrectionMove) -> Result<Self, IllegalTransition> {
        let way = WAYS.iter().find(|(from, how, _)| *from == self && *how == by);
        way.map(|(.., to)| *to).ok_or_else(|| IllegalTransition {
            state: self.as_str(),
            allowed: self.moves().into_iter().map(CorrectionMove::as_str).collect(),
        })
    }
}

/// What of a sale's line stands: after returns and other corrections of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StandingLine {
    pub(super) quantity: Decimal,
    pub(super) sum: LineSum,
}

/// By how much the amount of a line becomes less under a new price of a unit; zero or below where the
/// price is no lower.
pub(super) fn less_by_price(line: &StandingLine, price: Decimal) -> Decimal {
    line.sum.amount - round_money(line.quantity * price)
}

/// What a line becomes less by, with its tax in the line's own proportion; all of the amount takes
/// all of the tax. The amount is at most the line's.
pub(super) fn less_by_amount(line: &StandingLine, amount: Decimal) -> LineSum {
    let vat = if amount >= line.sum.amount || line.sum.amount.is_zero() {
        line.sum.vat
    } else {
        round_money(proportion(line.sum.vat, amount, line.sum.amount))
    };
    LineSum { amount, vat }
}

/// Spreads an amount over lines in proportion to what stands of them, by largest remainders: the
/// parts add up to it to the kopeck. `None` where less stands.
pub(super) fn spread_over(lines: &[StandingLine], amount: Decimal) -> Option<Vec<Decimal>> {
    let weights: Vec<Decimal> = lines.iter().map(|line| line.sum.amount).collect();
    (amount <= weights.iter().sum()).then(|| share_out(amount, &weights))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn line(quantity: &str, amount: &str, vat: &str) -> StandingLine {
        let sum = LineSum { amount: dec(amount), vat: dec(vat) };
        StandingLine { quantity: dec(quantity), sum }
    }

    #[test]
    fn a_new_price_and_an_amount_say_the_same() {
        // 10 pieces at 120 with VAT of 20 % become 90 each.
        let sold = line("10", "1200.00", "200.00");
        assert_eq!(less_by_price(&sold, dec("90")), dec("300.00"));
        let less = less_by_amount(&sold, dec("300.00"));
        assert_eq!((less.amount, less.vat), (dec("300.00"), dec("50.00")));
        assert_eq!(less_by_price(&sold, dec("120")), dec("0.00"));
        assert!(less_by_price(&sold, dec("121")) < Decimal::ZERO);
        let all = less_by_amount(&line("3", "100.00", "16.67"), dec("100.00"));
        assert_eq!(all.vat, dec("16.67"));
    }

    #[test]
    fn a_correction_is_reversed_only_when_posted() {
        use CorrectionMove::{Cancel, Post, Reverse};
        for (state, ways) in [
            (S::Draft, vec![(Post, S::Posted), (Cancel, S::Cancelled)]),
            (S::Posted, vec![(Reverse, S::Reversed)]),
            (S::Reversed, vec![]),
            (S::Cancelled, vec![]),
        ] {
            for by in CorrectionMove::ALL {
                let way = ways.iter().find(|(how, _)| how == by).map(|(_, to)| *to);
                assert_eq!(state.by(*by).ok(), way, "{state:?} {by:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_off_a_line_leaves_nothing_below_zero_and_adds_up(
            lines in prop::collection::vec((1_i64..100_000, 0_i64..20_000), 1..6),
            cuts in prop::collection::vec(1_i64..50_000, 0..8),
        ) {
            let mut left: Vec<StandingLine> = lines
                .iter()
                .map(|(amount, vat)| StandingLine {
                    quantity: Decimal::ONE,
                    sum: LineSum {
                        amount: Decimal::new(*amount, 2),
                        vat: Decimal::new((*vat).min(*amount), 2),
                    },
                })
                .collect();
            for cut in cuts.into_iter().map(|cut| Decimal::new(cut, 2)).chain([Decimal::MAX]) {
                let whole: Decimal = left.iter().map(|line| line.sum.amount).sum();
                let parts = spread_over(&left, cut.min(whole)).unwrap();
                prop_assert_eq!(parts.iter().sum::<Decimal>(), cut.min(whole));
                for (line, part) in left.iter_mut().zip(parts) {
                    let less = less_by_amount(line, part);
                    line.sum.amount -= less.amount;
                    line.sum.vat -= less.vat;
                    prop_assert!(line.sum.amount >= Decimal::ZERO);
                    prop_assert!(line.sum.vat >= Decimal::ZERO);
                    prop_assert!(line.sum.vat <= line.sum.amount);
                }
            }
            prop_assert!(left.iter().all(|line| line.sum == LineSum::default()));
        }
    }
}
