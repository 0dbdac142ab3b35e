//! Quantities entered in a packaging, brought to base units without rounding (domain, section 2):
//! seven pallets of 3/7 tonne are three tonnes; one pallet is no quantity of three places, and is
//! refused with its neighbours that are.

use rust_decimal::Decimal;

use crate::{Factor, Quantity};

/// Places of a quantity.
const PLACES: u32 = 3;

/// Why an entered quantity has no base quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inexact {
    /// The base quantity has more than three places.
    Between {
        /// The nearest smaller entered quantity that comes out; `None` where that is nothing.
        below: Option<Quantity>,
        /// The nearest larger one; `None` where it does not fit.
        above: Option<Quantity>,
    },
    /// The base quantity does not fit its column.
    TooLarge,
}

impl Factor {
    /// The base quantity of an entered one, exactly.
    ///
    /// # Errors
    /// [`Inexact`], where it does not come out to three places, or not at all.
    pub fn exact_quantity(self, entered: Quantity) -> Result<Quantity, Inexact> {
        let entered = thousandths(entered);
        // The fraction is reduced: a multiple of the denominator comes out, and nothing else.
        let step = i128::from(self.denominator());
        let over = entered % step;
        if over == 0 {
            return self.base(entered).ok_or(Inexact::TooLarge);
        }
        let below = entered - over;
        let fits = |entered: i128| self.base(entered).and_then(|_| quantity(entered));
        Err(Inexact::Between { below: fits(below), above: fits(below + step) })
    }

    /// The base quantity of thousandths that are a multiple of the denominator; `None` for none,
    /// and where it does not fit.
    fn base(self, entered: i128) -> Option<Quantity> {
        quantity(entered / i128::from(self.denominator()) * i128::from(self.numerator()))
    }
}

fn thousandths(quantity: Quantity) -> i128 {
    let mut number = quantity.get();
    // A quantity has three places at most: nothing is lost.
    number.rescale(PLACES);
    number.mantissa()
}

fn quantity(thousandths: i128) -> Option<Quantity> {
    let number = Decimal::try_from_i128_with_scale(thousandths, PLACES).ok()?;
    Quantity::positive(number.normalize()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantity(text: &str) -> Quantity {
        Quantity::positive(text.parse().unwrap()).unwrap()
    }

    fn exact(parts: (u32, u32), entered: &str) -> Result<String, Inexact> {
        let factor = Factor::new(parts.0, parts.1).unwrap();
        factor.exact_quantity(quantity(entered)).map(|base| base.get().to_string())
    }

    #[test]
    fn what_comes_out_of_packagings() {
        for (parts, entered, base) in [
            ((12, 1), "3", "36"),
            ((12, 1), "0.5", "6"),
            ((12, 1), "0.001", "0.012"),
            ((3, 7), "7", "3"),
            ((6, 14), "0.007", "0.003"),
            ((1, 3), "1.5", "0.5"),
            ((1, 1_000_000), "1000000", "1"),
        ] {
            assert_eq!(exact(parts, entered).unwrap(), base, "{entered} of {parts:?}");
        }
    }

    #[test]
    fn what_does_not_come_out_has_neighbours_that_do() {
        let between = |below: Option<&str>, above: Option<&str>| Inexact::Between {
            below: below.map(quantity),
            above: above.map(quantity),
        };
        assert_eq!(exact((3, 7), "1"), Err(between(Some("0.994"), Some("1.001"))));
        assert_eq!(exact((1, 3), "1"), Err(between(Some("0.999"), Some("1.002"))));
        assert_eq!(exact((1, 7), "0.001"), Err(between(None, Some("0.007"))));
        assert_eq!(exact((1_000_000, 1), "999999999999"), Err(Inexact::TooLarge));
    }

    proptest! {
        #[test]
        fn a_base_quantity_is_the_entered_one_times_the_factor(
            entered in 1_i64..2_000_000_000,
            numerator in 1_u32..=1_000_000,
            denominator in 1_u32..=1_000_000,
        ) {
            let factor = Factor::new(numerator, denominator).unwrap();
            let entered = Quantity::positive(Decimal::new(entered, 3)).unwrap();
            // Nothing is rounded on either side.
            let holds = |entered: Quantity, base: Quantity| {
                base.get() * Decimal::from(denominator) == entered.get() * Decimal::from(numerator)
            };
            match factor.exact_quantity(entered) {
                Ok(base) => prop_assert!(holds(entered, base)),
                Err(Inexact::TooLarge) => prop_assert!(numerator > denominator),
                Err(Inexact::Between { below, above }) => {
                    let step = Decimal::new(factor.denominator().into(), 3);
                    for near in [below, above].into_iter().flatten() {
                        prop_assert!(holds(near, factor.exact_quantity(near).unwrap()));
                        prop_assert!((near.get() - entered.get()).abs() < step);
                    }
                    if let Some(above) = above {
                        prop_assert!(above > entered);
                        let least = below.map_or(Decimal::ZERO, Quantity::get);
                        prop_assert!(least < entered.get());
                        prop_assert_eq!(above.get() - least, step);
                    }
                }
            }
        }

        #[test]
        fn whatever_comes_out_exactly_is_what_rounding_gives(
            entered in 1_i64..2_000_000_000,
            numerator in 1_u32..2_000,
            denominator in 1_u32..2_000,
        ) {
            let factor = Factor::new(numerator, denominator).unwrap();
            let entered = Quantity::positive(Decimal::new(entered, 3)).unwrap();
            if let Ok(base) = factor.exact_quantity(entered) {
                prop_assert_eq!(Some(base), factor.base_quantity(entered));
            }
        }
    }
}
