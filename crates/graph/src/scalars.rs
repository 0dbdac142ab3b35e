//! Numbers, dates and money as the API writes them. Own types around the kernel's, because what
//! is accepted matters here: no floating point, no half-understood date.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use chrono::SecondsFormat;
use kernel::{Currency, NaiveDate, Utc};

use crate::errors::IN_RUSSIAN;

/// Longest text of a decimal: sign, 28 digits, point.
const LONGEST_DECIMAL: usize = 30;

/// A decimal number as a string, such as `"1234.50"`: optional minus, digits, optional point and
/// digits. Whole numbers may also be sent as numbers; floating point and exponents are refused,
/// because they lose digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(pub kernel::Decimal);

/// A decimal number as a string, such as `"1234.50"`: optional minus, digits, optional point and
/// digits. Whole numbers may also be sent as numbers; floating point and exponents are refused,
/// because they lose digits.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => decimal(text).map(Self).ok_or_else(|| {
                refused(
                    "a decimal such as \"1234.50\" is expected, with at most 28 digits".into(),
                    "нужно десятичное число вида \"1234.50\", не более 28 цифр".into(),
                )
            }),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(whole), _) => Ok(Self(whole.into())),
                (None, Some(whole)) => Ok(Self(whole.into())),
                (None, None) => Err(refused(
                    "floating point loses digits: send a decimal as a string".into(),
                    "число с плавающей точкой теряет цифры: передайте строку".into(),
                )),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn decimal(text: &str) -> Option<kernel::Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if text.len() > LONGEST_DECIMAL || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    kernel::Decimal::from_str_exact(text).ok()
}

impl From<kernel::Decimal> for Decimal {
    fn from(value: kernel::Decimal) -> Self {
        Self(value)
    }
}

impl From<kernel::Quantity> for Decimal {
    fn from(value: kernel::Quantity) -> Self {
        Self(value.get())
    }
}

impl From<kernel::Percent> for Decimal {
    fn from(value: kernel::Percent) -> Self {
        Self(value.get())
    }
}

/// A calendar day, `YYYY-MM-DD`, in the tenant's time zone where that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

/// A calendar day, `YYYY-MM-DD`, in the tenant's time zone where that matters.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        // The length keeps out "2024-1-1" and years of five digits, which chrono accepts.
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        match day.filter(|day| text.len() == 10 && day.to_string() == *text) {
            Some(day) if in_range(day) => Ok(Self(day)),
            _ => Err(refused(
                "a day that exists is expected, written YYYY-MM-DD, of 1900 to 2200".into(),
                "нужна существующая дата вида ГГГГ-ММ-ДД, с 1900 по 2200 год".into(),
            )),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn in_range(day: NaiveDate) -> bool {
    use chrono::Datelike;
    (1900..=2200).contains(&day.year())
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

/// A moment by RFC 3339 with its offset, such as `2024-05-01T09:30:00+03:00`; answers are in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub kernel::DateTime<Utc>);

/// A moment by RFC 3339 with its offset, such as `2024-05-01T09:30:00+03:00`; answers are in UTC.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let moment = kernel::DateTime::parse_from_rfc3339(text).ok();
        match moment.map(|moment| moment.with_timezone(&Utc)) {
            Some(moment) if in_range(moment.date_naive()) => Ok(Self(moment)),
            _ => Err(refused(
                "a moment by RFC 3339 is expected, such as 2024-05-01T09:30:00Z".into(),
                "нужен момент времени по RFC 3339, например 2024-05-01T09:30:00Z".into(),
            )),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<kernel::DateTime<Utc>> for DateTime {
    fn from(moment: kernel::DateTime<Utc>) -> Self {
        Self(moment)
    }
}

/// An ISO 4217 code of three capital letters, such as `RUB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrencyCode(pub Currency);

/// An ISO 4217 code of three capital letters, such as `RUB`.
#[Scalar(name = "CurrencyCode")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        Currency::parse(text).map(Self).ok_or_else(|| {
            refused(
                "an ISO 4217 code such as RUB is expected".into(),
                "нужен код валюты ISO 4217, например RUB".into(),
            )
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.code().to_owned())
    }
}

impl From<Currency> for CurrencyCode {
    fn from(currency: Currency) -> Self {
        Self(currency)
    }
}

/// An amount in a currency: two places, prices of a unit up to four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Money {
    /// The amount in units of the currency.
    amount: Decimal,
    /// Its currency.
    currency: CurrencyCode,
}

impl Money {
    /// A price of a unit, which keeps up to four places and is written with two at least.
    #[must_use]
    pub fn unit_price(price: kernel::Decimal, currency: Currency) -> Self {
        let mut amount = price.normalize();
        if amount.scale() < 2 {
            amount.rescale(2);
        }
        Self { amount: Decimal(amount), currency: CurrencyCode(currency) }
    }

    /// An amount, rounded to two places and always written with them.
    #[must_use]
    pub fn new(amount: kernel::Decimal, currency: Currency) -> Self {
        kernel::Money::new(amount, currency).into()
    }
}

impl From<kernel::Money> for Money {
    fn from(money: kernel::Money) -> Self {
        let mut amount = money.amount;
        amount.rescale(2);
        Self { amount: Decimal(amount), currency: CurrencyCode(money.currency) }
    }
}

fn refused<T: async_graphql::InputType>(en: String, ru: String) -> InputValueError<T> {
    InputValueError::custom(en).with_extension(IN_RUSSIAN, ru)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read<T: ScalarType>(value: serde_json::Value) -> Option<Value> {
        T::parse(Value::from_json(value).unwrap()).ok().map(|read| read.to_value())
    }

    #[test]
    fn decimals_are_texts_or_whole_numbers() {
        for (sent, expected) in [
            (json!("1234.50"), Some("1234.50")),
            (json!("-0.001"), Some("-0.001")),
            (json!(7), Some("7")),
            (json!("99999999999999999999999999999"), None),
            (json!(1.5), None),
            (json!("1e3"), None),
            (json!("NaN"), None),
            (json!("+1"), None),
            (json!(".5"), None),
            (json!("5."), None),
            (json!("1_000"), None),
            (json!(" 1"), None),
            (json!(""), None),
            (json!("-"), None),
            (json!("١"), None),
            (json!(true), None),
            (json!(null), None),
        ] {
            let expected = expected.map(|text| Value::String(text.to_owned()));
            assert_eq!(read::<Decimal>(sent.clone()), expected, "{sent}");
        }
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        for (sent, exists) in [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2024-13-01", false),
            ("2024-1-1", false),
            ("0000-00-00", false),
            ("99999-01-01", false),
            ("2024-01-01T00:00:00Z", false),
            ("", false),
        ] {
            assert_eq!(read::<Date>(json!(sent)).is_some(), exists, "{sent}");
        }
    }

    #[test]
    fn moments_have_an_offset() {
        let read = |text: &str| read::<DateTime>(json!(text));
        let utc = Value::String("2024-05-01T06:30:00Z".to_owned());
        assert_eq!(read("2024-05-01T09:30:00+03:00"), Some(utc));
        assert_eq!(read("2024-05-01T09:30:00"), None);
        assert_eq!(read("2024-05-01"), None);
    }

    #[test]
    fn money_is_written_with_two_places() {
        let money = Money::new(kernel::Decimal::from(5), Currency::parse("RUB").unwrap());
        assert_eq!(money.amount.to_value(), Value::String("5.00".to_owned()));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_scalar_panic(text in ".{0,60}") {
            let value = Value::String(text);
            let _ = Decimal::parse(value.clone());
            let _ = Date::parse(value.clone());
            let _ = DateTime::parse(value.clone());
            let _ = CurrencyCode::parse(value);
        }
    }
}
