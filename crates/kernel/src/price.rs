//! Prices per unit of measure, rounding to a step, and amounts that lose nothing on the way
//! (domain, sections 2 and 3). A box of 12 at 1 000.00 costs 1 000.00, not 12 × 83.3333: the
//! price stays with its unit, and the one division comes with the one rounding, at the end.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::fit;
use crate::{Money, Percent, Quantity, ScaleError, line_amount, round_percent};

/// The largest numerator and denominator of a factor: enough for any packaging, small enough for
/// products of two factors, a price and a quantity to stay whole numbers of 128 bits.
const LARGEST_PART: u32 = 1_000_000;

/// How many base units one unit of measure or packaging holds: a fraction, so that a third of a
/// litre is a third. Always reduced, both parts 1 to 1 000 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct Factor {
    numerator: u32,
    denominator: u32,
}

impl Factor {
    /// The base unit itself.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// A fraction, reduced.
    ///
    /// # Errors
    /// A part that is zero or above a million.
    pub fn new(numerator: u32, denominator: u32) -> Result<Self, ScaleError> {
        let parts = [numerator, denominator];
        if parts.contains(&0) {
            return Err(ScaleError::TooSmall);
        }
        if parts.iter().any(|part| *part > LARGEST_PART) {
            return Err(ScaleError::TooLarge);
        }
        let common = common_divisor(numerator.into(), denominator.into());
        // A divisor of a `u32` is one.
        let common = u32::try_from(common).unwrap_or(1);
        Ok(Self { numerator: numerator / common, denominator: denominator / common })
    }

    /// Base units in `denominator` units.
    #[must_use]
    pub fn numerator(self) -> u32 {
        self.numerator
    }

    /// Units that hold `numerator` base units.
    #[must_use]
    pub fn denominator(self) -> u32 {
        self.denominator
    }

    /// The base quantity of an entered one, three places, half away from zero. `None` where it
    /// does not fit, or where something becomes nothing.
    #[must_use]
    pub fn base_quantity(self, entered: Quantity) -> Option<Quantity> {
        let entered = entered.get();
        let top = entered.mantissa().checked_mul(self.numerator.into())?.checked_mul(1_000)?;
        let bottom = power(entered.scale())?.checked_mul(self.denominator.into())?;
        let rounded = divide(top, bottom, RoundingDirection::Nearest);
        if rounded == 0 && !entered.is_zero() {
            return None;
        }
        Quantity::new(Decimal::try_from_i128_with_scale(rounded, 3).ok()?).ok()
    }

    /// This over another, reduced.
    fn over(self, other: Self) -> (i128, i128) {
        let top = u64::from(self.numerator) * u64::from(other.denominator);
        let bottom = u64::from(self.denominator) * u64::from(other.numerator);
        let common = common_divisor(top, bottom);
        ((top / common).into(), (bottom / common).into())
    }
}

impl TryFrom<(u32, u32)> for Factor {
    type Error = String;

    fn try_from((numerator, denominator): (u32, u32)) -> Result<Self, String> {
        Self::new(numerator, denominator).map_err(|error| format!("no factor: {error:?}"))
    }
}

impl From<Factor> for (u32, u32) {
    fn from(factor: Factor) -> Self {
        (factor.numerator, factor.denominator)
    }
}

impl Ord for Factor {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u64::from(self.numerator) * u64::from(other.denominator);
        left.cmp(&(u64::from(other.numerator) * u64::from(self.denominator)))
    }
}

impl PartialOrd for Factor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where a value goes that lies between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoundingDirection {
    /// To the nearer one; from the middle away from zero.
    Nearest,
    /// To the greater one.
    Up,
    /// To the smaller one.
    Down,
}

/// How a price list rounds: to multiples of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawRounding", into = "RawRounding")]
pub struct Rounding {
    step: Decimal,
    direction: RoundingDirection,
}

/// As it is written down; reading checks it.
#[derive(Serialize, Deserialize)]
struct RawRounding {
    step: Decimal,
    direction: RoundingDirection,
}

impl Rounding {
    /// To what a price's column keeps: four places.
    pub const PRICE: Self = Self {
        step: Decimal::from_parts(1, 0, 0, false, 4),
        direction: RoundingDirection::Nearest,
    };

    /// To multiples of a step.
    ///
    /// # Errors
    /// A step of zero or less, with more than 4 places, or of more than 14 digits.
    pub fn new(step: Decimal, direction: RoundingDirection) -> Result<Self, ScaleError> {
        if step <= Decimal::ZERO {
            return Err(ScaleError::TooSmall);
        }
        Ok(Self { step: fit(step, 4)?, direction })
    }

    /// The step.
    #[must_use]
    pub fn step(self) -> Decimal {
        self.step
    }

    /// Where a value goes that lies between two steps.
    #[must_use]
    pub fn direction(self) -> RoundingDirection {
        self.direction
    }

    /// Rounds a price. What is above zero never becomes zero, whatever the direction: it takes
    /// one step, since a price of nothing gives goods away. `None` for what is negative or does
    /// not fit a price.
    #[must_use]
    pub fn apply(self, value: Decimal) -> Option<Decimal> {
        if value < Decimal::ZERO {
            return None;
        }
        let value = value.normalize();
        let scale = value.scale().max(self.step.scale());
        let top = value.mantissa().checked_mul(power(scale - value.scale())?)?;
        let bottom = self.step.mantissa().checked_mul(power(scale - self.step.scale())?)?;
        let steps = divide(top, bottom, self.direction).max(i128::from(top > 0));
        let mantissa = steps.checked_mul(self.step.mantissa())?;
        let rounded = Decimal::try_from_i128_with_scale(mantissa, self.step.scale()).ok()?;
        Money::unit_price(rounded).ok()
    }
}

impl TryFrom<RawRounding> for Rounding {
    type Error = String;

    fn try_from(raw: RawRounding) -> Result<Self, String> {
        Self::new(raw.step, raw.direction).map_err(|error| format!("no rounding: {error:?}"))
    }
}

impl From<Rounding> for RawRounding {
    fn from(rounding: Rounding) -> Self {
        Self { step: rounding.step, direction: rounding.direction }
    }
}

/// A price for one unit of measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPrice {
    /// What one unit costs, four places.
    pub amount: Decimal,
    /// How many base units that unit holds.
    pub per: Factor,
}

impl UnitPrice {
    /// A price per base unit.
    #[must_use]
    pub fn base(amount: Decimal) -> Self {
        Self { amount, per: Factor::ONE }
    }

    /// The price of a base unit, four places: for showing and for reports. An amount is never
    /// computed from it. `None` where it does not fit a price.
    #[must_use]
    pub fn per_base_unit(self) -> Option<Decimal> {
        let amount = self.amount.normalize();
        let top = amount.mantissa().checked_mul(self.per.denominator.into())?;
        let top = top.checked_mul(power(4)?)?;
        let bottom = power(amount.scale())?.checked_mul(self.per.numerator.into())?;
        let rounded = divide(top, bottom, RoundingDirection::Nearest).max(i128::from(top > 0));
        Money::unit_price(Decimal::try_from_i128_with_scale(rounded, 4).ok()?).ok()
    }

    /// The price of a base unit after a discount, four places: for showing. `None` where it does
    /// not fit a price.
    #[must_use]
    pub fn net_per_base_unit(self, discount: Percent) -> Option<Decimal> {
        let kept = Decimal::ONE_HUNDRED - discount.get();
        let top = self.amount.checked_mul(kept)?.checked_mul(self.per.denominator.into())?;
        let bottom = Decimal::ONE_HUNDRED.checked_mul(self.per.numerator.into())?;
        Rounding::PRICE.apply(top.checked_div(bottom)?)
    }

    /// round(quantity × price × (1 − discount/100), 2), the quantity counted in `unit`: exact up
    /// to the one rounding at the end, half away from zero. `None` where it does not fit an
    /// amount.
    #[must_use]
    pub fn line_amount(
        self,
        quantity: Quantity,
        unit: Factor,
        discount: Percent,
    ) -> Option<Decimal> {
        if unit == self.per {
            return line_amount(quantity, self.amount, discount);
        }
        let quantity = quantity.get().normalize();
        let amount = self.amount.normalize();
        let kept = (Decimal::ONE_HUNDRED - discount.get()).normalize();
        let (numerator, denominator) = unit.over(self.per);
        let top = quantity
            .mantissa()
            .checked_mul(amount.mantissa())?
            .checked_mul(numerator)?
            .checked_mul(kept.mantissa())?;
        // The hundred of the per cent and the hundred of two places cancel out.
        let scale = quantity.scale() + amount.scale() + kept.scale();
        let bottom = power(scale)?.checked_mul(denominator)?;
        let rounded = divide(top, bottom, RoundingDirection::Nearest);
        fit(Decimal::try_from_i128_with_scale(rounded, 2).ok()?, 2).ok()
    }

    /// How two prices after their discounts stand to each other, whatever their units; nothing is
    /// rounded. `None` for what is no price.
    #[must_use]
    pub fn compare_net(
        self,
        discount: Percent,
        other: Self,
        other_discount: Percent,
    ) -> Option<Ordering> {
        let left = self.net_over(discount, other.per)?;
        Some(left.cmp(&other.net_over(other_discount, self.per)?))
    }

    /// 1 − net price / list price, in per cent, four places: how much is off in truth. Zero where
    /// nothing is off, or where the list gives the goods away.
    #[must_use]
    pub fn off(self, discount: Percent, list: Self) -> Option<Decimal> {
        let net = Decimal::try_from_i128_with_scale(self.net_over(discount, list.per)?, 0).ok()?;
        let full = list.net_over(Percent::ZERO, self.per)?;
        let full = Decimal::try_from_i128_with_scale(full, 0).ok()?;
        if net >= full {
            return Some(Decimal::ZERO);
        }
        let share = (full - net).checked_div(full)?.checked_mul(Decimal::ONE_HUNDRED)?;
        Some(round_percent(share))
    }

    /// The net price brought to a common unit with another price: a whole number of up to 36
    /// digits, of use against its like only.
    fn net_over(self, discount: Percent, other: Factor) -> Option<i128> {
        let kept = Decimal::ONE_HUNDRED - discount.get();
        let parts = i128::from(self.per.denominator) * i128::from(other.numerator);
        let whole = |value: Decimal| {
            let value = value.normalize();
            value.mantissa().checked_mul(power(4_u32.checked_sub(value.scale())?)?)
        };
        whole(self.amount)?.checked_mul(whole(kept)?)?.checked_mul(parts)
    }
}

/// A quotient of whole numbers, `top` not negative and `bottom` above zero.
fn divide(top: i128, bottom: i128, direction: RoundingDirection) -> i128 {
    let (whole, rest) = (top / bottom, top % bottom);
    let goes_up = match direction {
        // Not rest × 2, which could overflow.
        RoundingDirection::Nearest => rest >= bottom - rest,
        RoundingDirection::Up => rest > 0,
        RoundingDirection::Down => false,
    };
    whole + i128::from(goes_up)
}

/// Ten to a power, where it fits.
fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn common_divisor(mut left: u64, mut right: u64) -> u64 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn quantity(text: &str) -> Quantity {
        Quantity::new(dec(text)).unwrap()
    }

    #[test]
    fn steps_and_directions() {
        use RoundingDirection::{Down, Nearest, Up};
        for (value, step, direction, rounded) in [
            ("900.49", "1", Nearest, "900"),
            ("900.50", "1", Nearest, "901"),
            ("900.01", "1", Up, "901"),
            ("900.99", "1", Down, "900"),
            ("847", "50", Nearest, "850"),
            ("824.9999999999", "50", Nearest, "800"),
            ("825", "50", Nearest, "850"),
            ("1.07", "0.05", Down, "1.05"),
            ("1.075", "0.05", Nearest, "1.1"),
            ("0.3", "1", Down, "1"),
            ("0.00001", "0.0001", Nearest, "0.0001"),
            ("0", "1", Up, "0"),
        ] {
            let rounding = Rounding::new(dec(step), direction).unwrap();
            assert_eq!(rounding.apply(dec(value)), Some(dec(rounded)), "{value} by {step}");
        }
        assert_eq!(Rounding::PRICE.apply(dec("99999999999999.99995")), None);
        assert_eq!(Rounding::PRICE.apply(Decimal::MAX), None);
        assert_eq!(Rounding::PRICE.apply(dec("-1")), None);
        assert!(Rounding::new(Decimal::ZERO, Up).is_err());
        assert!(Rounding::new(dec("0.00001"), Up).is_err());
    }

    #[test]
    fn a_box_costs_what_the_box_costs() {
        let dozen = Factor::new(12, 1).unwrap();
        let price = UnitPrice { amount: dec("1000"), per: dozen };
        assert_eq!(price.per_base_unit(), Some(dec("83.3333")));
        for (entered, unit, amount) in
            [("100", dozen, "100000"), ("1200", Factor::ONE, "100000"), ("1", Factor::ONE, "83.33")]
        {
            let found = price.line_amount(quantity(entered), unit, Percent::ZERO);
            assert_eq!(found, Some(dec(amount)), "{entered} {unit:?}");
        }
        // A third of a litre is entered as one jar; the base quantity is rounded, the sum is not.
        let jar = Factor::new(2, 6).unwrap();
        assert_eq!((jar.numerator(), jar.denominator()), (1, 3));
        assert_eq!(jar.base_quantity(quantity("1")), Some(quantity("0.333")));
        let price = UnitPrice::base(dec("300"));
        assert_eq!(price.line_amount(quantity("1"), jar, Percent::ZERO), Some(dec("100")));
    }

    #[test]
    fn what_was_written_by_somebody_else_is_checked() {
        assert!(serde_json::from_str::<Factor>("[0,1]").is_err());
        assert!(serde_json::from_str::<Factor>("[1,0]").is_err());
        assert_eq!(serde_json::from_str::<Factor>("[24,2]").ok(), Factor::new(12, 1).ok());
        assert!(serde_json::from_str::<Rounding>(r#"{"step":"0","direction":"UP"}"#).is_err());
    }

    proptest! {
        /// Against whole numbers of 128 bits, at sizes where those suffice.
        #[test]
        fn rounding_is_the_multiple_on_its_side(mantissa in 1_i64..i64::MAX, step in 1_i64..10_000) {
            let value = Decimal::new(mantissa, 10);
            let step = Decimal::new(step, 4);
            for direction in
                [RoundingDirection::Nearest, RoundingDirection::Up, RoundingDirection::Down]
            {
                let rounded = Rounding::new(step, direction).unwrap().apply(value).unwrap();
                prop_assert!((rounded % step).is_zero());
                prop_assert!((rounded - value).abs() <= step);
                match direction {
                    RoundingDirection::Up => prop_assert!(rounded >= value),
                    RoundingDirection::Down => prop_assert!(rounded <= value || rounded == step),
                    RoundingDirection::Nearest => prop_assert!(
                        (rounded - value).abs() * Decimal::TWO <= step || rounded == step
                    ),
                }
            }
        }

        /// The same line, counted in packs or in pieces, comes to the same amount.
        #[test]
        fn units_do_not_change_the_amount(
            packs in 1_i64..10_000,
            size in 1_u32..1_000,
            price in 0_i64..10_000_000,
            discount in 0_i64..1_000_000,
        ) {
            let pack = Factor::new(size, 1).unwrap();
            let price = UnitPrice { amount: Decimal::new(price, 4), per: pack };
            let discount = Percent::new(Decimal::new(discount, 4)).unwrap();
            let packs = Quantity::new(Decimal::new(packs, 0)).unwrap();
            let pieces = pack.base_quantity(packs).unwrap();
            prop_assert_eq!(
                price.line_amount(packs, pack, discount),
                price.line_amount(pieces, Factor::ONE, discount)
            );
        }

        #[test]
        fn eighteen_digits_never_panic(
            entered in 1_i128..1_000_000_000_000_000_000,
            price in 0_i128..1_000_000_000_000_000_000,
            unit in (1_u32..=LARGEST_PART, 1_u32..=LARGEST_PART),
            per in (1_u32..=LARGEST_PART, 1_u32..=LARGEST_PART),
        ) {
            let unit = Factor::new(unit.0, unit.1).unwrap();
            let per = Factor::new(per.0, per.1).unwrap();
            let entered = Quantity::new(Decimal::from_i128_with_scale(entered, 3)).unwrap();
            let price = UnitPrice { amount: Decimal::from_i128_with_scale(price, 4), per };
            let _ = unit.base_quantity(entered);
            let _ = price.per_base_unit();
            let _ = price.line_amount(entered, unit, Percent::ZERO);
        }
    }
}
