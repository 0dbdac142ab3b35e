//! Rates of currencies: dated, with a nominal (domain, section 2). The latest rate not after the
//! day holds; between two foreign currencies it goes through the tenant's base currency.

use std::collections::HashMap;

use kernel::{Currency, Decimal, NaiveDate};
use serde::{Deserialize, Serialize};

/// What `nominal` units of a currency cost in the base currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// The first day it holds.
    pub on: NaiveDate,
    /// In the base currency, above zero.
    pub value: Decimal,
    /// For how many units, above zero.
    pub nominal: u32,
}

impl Rate {
    /// The base currency against itself.
    fn own(on: NaiveDate) -> Self {
        Self { on, value: Decimal::ONE, nominal: 1 }
    }
}

/// The two rates of a conversion; of the base currency it is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// What is had.
    pub from: Currency,
    /// What is wanted.
    pub to: Currency,
    /// The rate of what is had.
    pub from_rate: Rate,
    /// The rate of what is wanted.
    pub to_rate: Rate,
}

impl Conversion {
    /// An amount in the wanted currency, not rounded to places yet. `None` on overflow, and for a
    /// rate that is not above zero.
    #[must_use]
    pub fn apply(&self, amount: Decimal) -> Option<Decimal> {
        let rates = [self.from_rate, self.to_rate];
        if rates.iter().any(|rate| rate.value <= Decimal::ZERO || rate.nominal == 0) {
            return None;
        }
        let top = amount
            .checked_mul(self.from_rate.value)?
            .checked_mul(Decimal::from(self.to_rate.nominal))?;
        let bottom = self.to_rate.value.checked_mul(Decimal::from(self.from_rate.nominal))?;
        top.checked_div(bottom)
    }
}

/// The rates a document may need.
#[derive(Debug, Default)]
pub struct Rates {
    base: Option<Currency>,
    dated: HashMap<Currency, Vec<Rate>>,
}

impl Rates {
    /// Rates against the tenant's base currency, in any order.
    #[must_use]
    pub fn new(base: Currency, rates: impl IntoIterator<Item = (Currency, Rate)>) -> Self {
        let mut dated: HashMap<Currency, Vec<Rate>> = HashMap::new();
        for (currency, rate) in rates {
            dated.entry(currency).or_default().push(rate);
        }
        for rates in dated.values_mut() {
            rates.sort_by_key(|rate| (rate.on, rate.value, rate.nominal));
        }
        Self { base: Some(base), dated }
    }

    /// The rate of a currency on a day.
    fn rate(&self, currency: Currency, on: NaiveDate) -> Option<Rate> {
        if self.base == Some(currency) {
            return Some(Rate::own(on));
        }
        self.dated.get(&currency)?.iter().rev().find(|rate| rate.on <= on).copied()
    }

    /// How one currency becomes another on a day; `None` where a rate is missing.
    #[must_use]
    pub fn conversion(&self, from: Currency, to: Currency, on: NaiveDate) -> Option<Conversion> {
        let (from_rate, to_rate) = (self.rate(from, on)?, self.rate(to, on)?);
        Some(Conversion { from, to, from_rate, to_rate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nominals_dates_and_crossings() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let code = |code| Currency::parse(code).unwrap();
        let rate = |on, value: &str, nominal| Rate { on, value: value.parse().unwrap(), nominal };
        let rates = Rates::new(
            code("RUB"),
            [
                (code("KZT"), rate(day(10), "18", 100)),
                (code("USD"), rate(day(20), "95", 1)),
                (code("USD"), rate(day(10), "90", 1)),
            ],
        );
        for (from, to, on, expected) in [
            ("USD", "RUB", 9, None),
            ("USD", "RUB", 10, Some("180")),
            ("USD", "RUB", 19, Some("180")),
            ("USD", "RUB", 20, Some("190")),
            ("USD", "KZT", 10, Some("1000")),
            ("KZT", "RUB", 10, Some("0.36")),
            ("EUR", "RUB", 10, None),
            ("RUB", "RUB", 1, Some("2")),
        ] {
            let found = rates.conversion(code(from), code(to), day(on));
            let found = found.and_then(|conversion| conversion.apply(Decimal::TWO));
            assert_eq!(found, expected.map(|text| text.parse().unwrap()), "{from} {to} {on}");
        }
    }

    #[test]
    fn a_rate_of_nothing_converts_nothing() {
        let on = NaiveDate::MIN;
        let currency = Currency::parse("RUB").unwrap();
        let nothing = Rate { on, value: Decimal::ZERO, nominal: 1 };
        let (from_rate, to_rate) = (Rate::own(on), nothing);
        let conversion = Conversion { from: currency, to: currency, from_rate, to_rate };
        assert_eq!(conversion.apply(Decimal::ONE), None);
        let huge = Rate { on, value: Decimal::MAX, nominal: 1 };
        let conversion = Conversion { from_rate: huge, to_rate: Rate::own(on), ..conversion };
        assert_eq!(conversion.apply(Decimal::TWO), None);
    }
}
