//! Rules of deliveries: their ways, and how what carrying costs falls on lines. Values in, values
//! out.

use kernel::{Decimal, share_out};

use crate::rules::{IllegalTransition, words};

words! {
    /// Where a delivery stands.
    DeliveryState {
        /// It is known when it goes, with whom and where to.
        Planned = "PLANNED",
        /// It has left.
        OnTheWay = "ON_THE_WAY",
        /// The customer has it.
        Delivered = "DELIVERED",
        /// It did not get there.
        Failed = "FAILED",
    }

    /// What can be done with a delivery.
    DeliveryMove {
        /// Change how it goes.
        Update = "UPDATE",
        /// Let it go.
        Start = "START",
        /// Say that the customer has it.
        Complete = "COMPLETE",
        /// Say that nothing came of it.
        Fail = "FAIL",
        /// Try once more.
        Replan = "REPLAN",
    }
}

use DeliveryState as S;

const WAYS: &[(DeliveryState, DeliveryMove, DeliveryState)] = &[
    (S::Planned, DeliveryMove::Update, S::Planned),
    (S::Planned, DeliveryMove::Start, S::OnTheWay),
    (S::Planned, DeliveryMove::Fail, S::Failed),
    (S::OnTheWay, DeliveryMove::Update, S::OnTheWay),
    (S::OnTheWay, DeliveryMove::Complete, S::Delivered),
    (S::OnTheWay, DeliveryMove::Fail, S::Failed),
    (S::Failed, DeliveryMove::Replan, S::Planned),
];

impl DeliveryState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<DeliveryMove> {
        WAYS.iter().filter(|(from, ..)| *from == self).map(|(_, by, _)| *by).collect()
    }

    /// Where a move leads.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn by(self, by: DeliveryMove) -> Result<Self, IllegalTransition> {
        let way = WAYS.iter().find(|(from, how, _)| *from == self && *how == by);
        way.map(|(.., to)| *to).ok_or_else(|| IllegalTransition {
            state: self.as_str(),
            allowed: self.moves().into_iter().map(DeliveryMove::as_str).collect(),
        })
    }
}

/// What of a cost is still to be booked: all of it once the delivery has set off, nothing before.
pub(super) fn to_book(attempts: i32, cost: Option<Decimal>, booked: Decimal) -> Decimal {
    if attempts > 0 { cost.unwrap_or_default() - booked } else { Decimal::ZERO }
}

/// How a cost falls on a shipment's lines: in proportion to their amounts, to their quantities
/// where all are given away.
pub(super) fn spread(cost: Decimal, lines: &[(Decimal, Decimal)]) -> Vec<Decimal> {
    let amounts: Vec<Decimal> = lines.iter().map(|(amount, _)| *amount).collect();
    if amounts.iter().all(Decimal::is_zero) {
        let quantities: Vec<Decimal> = lines.iter().map(|(_, quantity)| *quantity).collect();
        return share_out(cost, &quantities);
    }
    share_out(cost, &amounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_goes_its_way_and_a_failed_one_may_try_again() {
        use DeliveryMove::{Complete, Fail, Replan, Start, Update};
        for (state, ways) in [
            (S::Planned, vec![(Update, S::Planned), (Start, S::OnTheWay), (Fail, S::Failed)]),
            (S::OnTheWay, vec![(Update, S::OnTheWay), (Complete, S::Delivered), (Fail, S::Failed)]),
            (S::Failed, vec![(Replan, S::Planned)]),
            (S::Delivered, vec![]),
        ] {
            for by in DeliveryMove::ALL {
                let way = ways.iter().find(|(how, _)| how == by).map(|(_, to)| *to);
                assert_eq!(state.by(*by).ok(), way, "{state:?} {by:?}");
            }
        }
    }

    #[test]
    fn nothing_is_booked_before_it_sets_off_and_differences_after() {
        let (hundred, eighty) = (Decimal::from(100), Decimal::from(80));
        for (attempts, cost, booked, expected) in [
            (0, Some(hundred), Decimal::ZERO, Decimal::ZERO),
            (1, Some(hundred), Decimal::ZERO, hundred),
            (2, Some(hundred), eighty, Decimal::from(20)),
            (1, Some(eighty), hundred, Decimal::from(-20)),
            (1, None, hundred, -hundred),
        ] {
            assert_eq!(to_book(attempts, cost, booked), expected);
        }
    }

    #[test]
    fn a_cost_falls_on_lines_by_amount_and_adds_up() {
        let line = |amount: i64, quantity: i64| (Decimal::from(amount), Decimal::from(quantity));
        let parts = spread(Decimal::from(100), &[line(1, 5), line(1, 5), line(1, 5)]);
        assert_eq!(parts.iter().sum::<Decimal>(), Decimal::from(100));
        assert_eq!(parts[0].to_string(), "33.34");
        let gifts = spread(Decimal::from(10), &[line(0, 1), line(0, 4)]);
        assert_eq!(gifts, [Decimal::from(2), Decimal::from(8)]);
    }
}
