//! What settling a debt in a foreign currency costs or brings because the rate has changed
//! (domain, section 2).

use kernel::{Decimal, NaiveDate, round_money};

/// A payment and a debt that it settles a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What of the debt the payment settles in all, in the foreign currency.
    pub amount: Decimal,
    /// What a unit was worth on the day of the payment.
    pub payment_rate: Decimal,
    /// The day of the payment.
    pub paid_on: NaiveDate,
    /// What a unit was worth on the day of the sale.
    pub debt_rate: Decimal,
    /// The day of the sale.
    pub sold_on: NaiveDate,
}

/// The exchange difference of a settled part, in the base currency: what came less what was booked;
/// below zero is a loss. Money that came by the day of the sale makes none: the sale takes its rate.
#[must_use]
pub fn exchange_difference(settled: &Settled) -> Decimal {
    if settled.paid_on <= settled.sold_on {
        return Decimal::ZERO;
    }
    let worth = |rate: Decimal| round_money(settled.amount * rate);
    worth(settled.payment_rate) - worth(settled.debt_rate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, of_march).unwrap()
    }

    fn settled(amount: &str, payment_rate: &str, paid: u32, debt_rate: &str, sold: u32) -> Settled {
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        Settled {
            amount: dec(amount),
            payment_rate: dec(payment_rate),
            paid_on: day(paid),
            debt_rate: dec(debt_rate),
            sold_on: day(sold),
        }
    }

    #[test]
    fn a_hundred_dollars_sold_at_ninety_and_paid_at_ninety_five_bring_five_hundred() {
        for (case, expected) in [
            (settled("100", "95", 20, "90", 10), "500.00"),
            (settled("100", "85", 20, "90", 10), "-500.00"),
            (settled("100", "95", 10, "90", 10), "0"),
            (settled("100", "85", 1, "90", 10), "0"),
            (settled("0.33", "95.5555", 20, "90.1111", 10), "1.79"),
            (settled("0", "95", 20, "90", 10), "0"),
        ] {
            assert_eq!(exchange_difference(&case), expected.parse().unwrap(), "{case:?}");
        }
    }

    proptest! {
        /// What is booked is the difference of the whole less what was booked before: so a debt
        /// that is settled in any parts, and taken back, leaves nothing behind.
        #[test]
        fn parts_add_up_and_what_is_taken_back_leaves_nothing(
            cuts in prop::collection::vec(1_i64..100_000, 1..10),
            rates in (1_i64..2_000_000, 1_i64..2_000_000),
        ) {
            let of = |amount: Decimal| Settled {
                amount,
                payment_rate: Decimal::new(rates.0, 4),
                debt_rate: Decimal::new(rates.1, 4),
                ..settled("0", "1", 20, "1", 10)
            };
            let mut amount = Decimal::ZERO;
            let mut booked = Decimal::ZERO;
            for cut in cuts.iter().map(|cut| Decimal::new(*cut, 2)) {
                amount += cut;
                booked += exchange_difference(&of(amount)) - booked;
            }
            prop_assert_eq!(booked, exchange_difference(&of(amount)));
            booked += exchange_difference(&of(Decimal::ZERO)) - booked;
            prop_assert_eq!(booked, Decimal::ZERO);
        }
    }
}
