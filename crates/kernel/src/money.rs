//! Amounts, quantities and percentages as decimals with fixed scales (domain, section 2).
//! Amounts have 2 places, unit prices and costs 4, quantities 3, percentages 4. Rounding is half
//! away from zero, and only here.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use sea_orm::sea_query::Nullable;
use sea_orm::{ColIdx, DbErr, DeriveValueType, QueryResult, TryGetError, TryGetable, Value};
use serde::{Deserialize, Serialize};

/// `NUMERIC(18,2)` and its siblings hold 18 digits in all.
const DIGITS: u32 = 18;

/// An ISO 4217 code: three capital Latin letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code such as `RUB`; `None` for anything but three capital Latin letters.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only capital ASCII letters pass `parse`.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("not a currency code"))
    }
}

// A currency stands in a database's column as its three letters.
impl From<Currency> for Value {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}

impl Nullable for Currency {
    fn null() -> Value {
        Value::String(None)
    }
}

impl TryGetable for Currency {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let code = String::try_get_by(row, index)?;
        let unknown = || DbErr::Type(format!("{code} is not a currency code")).into();
        Self::parse(&code).ok_or_else(unknown)
    }
}

/// An amount in a currency, two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The amount in units of the currency (not in hundredths).
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An amount, rounded to two places.
    #[must_use]
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount: round_money(amount), currency }
    }
}

/// A number that does not fit its column: too many places, too large, or negative where that
/// makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleError {
    /// More decimal places than the kind keeps.
    TooManyPlaces(u32),
    /// More digits than the column holds.
    TooLarge,
    /// Below the least allowed value.
    TooSmall,
}

/// A quantity in the product's base unit, three places, never negative.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
)]
#[serde(transparent)]
pub struct Quantity(Decimal);

impl Quantity {
    /// No pieces.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// A quantity of zero or more.
    ///
    /// # Errors
    /// Negative, more than 3 places, or more than 15 digits before the point.
    pub fn new(value: Decimal) -> Result<Self, ScaleError> {
        if value.is_sign_negative() && !value.is_zero() {
            return Err(ScaleError::TooSmall);
        }
        fit(value, 3).map(Self)
    }

    /// A quantity above zero, as a document's line needs it.
    ///
    /// # Errors
    /// Zero or less, more than 3 places, or more than 15 digits before the point.
    pub fn positive(value: Decimal) -> Result<Self, ScaleError> {
        let quantity = Self::new(value)?;
        if quantity.0.is_zero() { Err(ScaleError::TooSmall) } else { Ok(quantity) }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> Decimal {
        self.0
    }
}

/// A share in per cent, 0 to 100, four places.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
)]
#[serde(transparent)]
pub struct Percent(Decimal);

impl Percent {
    /// Nothing off.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// A percentage.
    ///
    /// # Errors
    /// Below 0, above 100, or more than 4 places.
    pub fn new(value: Decimal) -> Result<Self, ScaleError> {
        if value < Decimal::ZERO {
            return Err(ScaleError::TooSmall);
        }
        if value > Decimal::ONE_HUNDRED {
            return Err(ScaleError::TooLarge);
        }
        fit(value, 4).map(Self)
    }

    /// The number, 10 for 10 %.
    #[must_use]
    pub fn get(self) -> Decimal {
        self.0
    }
}

/// Checks a number against `NUMERIC(18, places)`.
pub(crate) fn fit(value: Decimal, places: u32) -> Result<Decimal, ScaleError> {
    let value = value.normalize();
    if value.scale() > places {
        return Err(ScaleError::TooManyPlaces(places));
    }
    let limit = Decimal::from(10_u64.pow(DIGITS - places));
    if value.abs() >= limit { Err(ScaleError::TooLarge) } else { Ok(value) }
}

impl Money {
    /// Reads an amount as a client sends it.
    ///
    /// # Errors
    /// Negative, more than 2 places, or more than 16 digits before the point.
    pub fn checked(amount: Decimal, currency: Currency) -> Result<Self, ScaleError> {
        if amount < Decimal::ZERO {
            return Err(ScaleError::TooSmall);
        }
        Ok(Self { amount: fit(amount, 2)?, currency })
    }

    /// Reads a unit price or unit cost as a client sends it.
    ///
    /// # Errors
    /// Negative, more than 4 places, or more than 14 digits before the point.
    pub fn unit_price(amount: Decimal) -> Result<Decimal, ScaleError> {
        if amount < Decimal::ZERO {
            return Err(ScaleError::TooSmall);
        }
        fit(amount, 4)
    }
}

/// Rounds to two places, half away from zero.
#[must_use]
pub fn round_money(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Rounds a quantity to three places, half away from zero.
#[must_use]
pub fn round_quantity(quantity: Decimal) -> Decimal {
    quantity.round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero)
}

/// Rounds a percentage to four places, half away from zero.
#[must_use]
pub fn round_percent(percent: Decimal) -> Decimal {
    percent.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero)
}

/// round(quantity × price × (1 − discount/100), 2) (domain, section 2); `None` on overflow.
#[must_use]
pub fn line_amount(quantity: Quantity, price: Decimal, discount: Percent) -> Option<Decimal> {
    let kept = Decimal::ONE_HUNDRED - discount.0;
    // Multiplying before dividing keeps the value exact; a hundredth is a shift of two places.
    let exact = quantity.0.checked_mul(price)?.checked_mul(kept)?.checked_div(Decimal::ONE_HUNDRED);
    let amount = round_money(exact?);
    fit(amount, 2).ok()
}

/// The tax inside an amount that includes it: round(amount × r / (100 + r), 2).
#[must_use]
pub fn vat_included(amount: Decimal, rate: Percent) -> Decimal {
    round_money(amount * rate.0 / (Decimal::ONE_HUNDRED + rate.0))
}

/// The tax on top of an amount without it: round(amount × r / 100, 2).
#[must_use]
pub fn vat_excluded(amount: Decimal, rate: Percent) -> Decimal {
    round_money(amount * rate.0 / Decimal::ONE_HUNDRED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn worked_case_of_prices() {
        let quantity = Quantity::positive(dec("120")).unwrap();
        for (discount, amount) in [("7", "100440.00"), ("10", "97200.00"), ("15", "91800.00")] {
            let discount = Percent::new(dec(discount)).unwrap();
            assert_eq!(line_amount(quantity, dec("900.00"), discount), Some(dec(amount)));
        }
    }

    #[test]
    fn half_a_kopeck_goes_away_from_zero() {
        for (exact, rounded) in [("0.005", "0.01"), ("-0.005", "-0.01"), ("1.0049", "1.00")] {
            assert_eq!(round_money(dec(exact)), dec(rounded));
        }
    }

    #[test]
    fn vat_inside_and_on_top() {
        let rate = Percent::new(dec("20")).unwrap();
        assert_eq!(vat_included(dec("120.00"), rate), dec("20.00"));
        assert_eq!(vat_excluded(dec("100.00"), rate), dec("20.00"));
        assert_eq!(vat_included(dec("0.05"), rate), dec("0.01"));
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        assert_eq!(Quantity::new(dec("-1")), Err(ScaleError::TooSmall));
        assert_eq!(Quantity::positive(dec("0")), Err(ScaleError::TooSmall));
        assert_eq!(Quantity::new(dec("0.0001")), Err(ScaleError::TooManyPlaces(3)));
        assert_eq!(Quantity::new(dec("1000000000000000")), Err(ScaleError::TooLarge));
        assert_eq!(Percent::new(dec("100.0001")), Err(ScaleError::TooLarge));
        assert!(Quantity::new(dec("1.5000")).is_ok(), "zeros at the end are no places");
        assert_eq!(Currency::parse("rub"), None);
        assert_eq!(Currency::parse("RUBL"), None);
    }

    #[test]
    fn the_largest_line_overflows_into_none_not_into_a_panic() {
        let quantity = Quantity::positive(dec("999999999999999.999")).unwrap();
        assert_eq!(line_amount(quantity, dec("99999999999999.9999"), Percent::ZERO), None);
    }

    proptest! {
        #[test]
        fn vat_is_its_formula(kopecks in 0_i64..10_000_000_000, rate in 0_i64..40) {
            let amount = Decimal::new(kopecks, 2);
            let rate = Percent::new(Decimal::from(rate)).unwrap();
            let vat = vat_included(amount, rate);
            // Checked by whole numbers: |vat × (100 + r) − amount × r| ≤ half a kopeck × (100 + r).
            let left = (vat * (Decimal::ONE_HUNDRED + rate.get()) - amount * rate.get()).abs();
            prop_assert!(left * Decimal::from(2) <= dec("0.01") * (Decimal::ONE_HUNDRED + rate.get()));
        }
    }
}
