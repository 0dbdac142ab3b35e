//! What a stored value means.
//!
//! Spreadsheet programs keep numbers as IEEE doubles. A double is read as the shortest decimal
//! text that gives the same double, so 19.99 is 19.99 and not 19.989999…; no sum is ever made
//! in floating point. Such a program shows and takes 15 significant digits; what a calculation
//! leaves behind them (0.1 + 0.2 = 0.30000000000000004) is no one's figure and is rounded away.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use kernel::Decimal;

use super::styles::Kind;
use crate::{Cell, Reason, Serials};

/// Digits of a double that a spreadsheet program takes and shows.
pub(crate) const SIGNIFICANT: usize = 15;

const SECONDS_A_DAY: i64 = 86_400;

/// A number by its stored text.
pub(super) fn number(text: &str, kind: Kind, serials: Serials) -> Cell {
    let text = text.trim();
    let Some(number) = decimal(text) else {
        let reason = match text.parse::<f64>() {
            Ok(_) => Reason::OutOfRange { value: text.to_owned() },
            Err(_) => Reason::NotNumber { value: text.to_owned() },
        };
        return Cell::Broken { reason, shown: text.to_owned() };
    };
    match kind {
        Kind::Plain => Cell::Number(number),
        Kind::Percent => match number.checked_mul(Decimal::ONE_HUNDRED) {
            Some(percent) => Cell::Percent(percent.normalize()),
            None => Cell::Number(number),
        },
        Kind::Date => match moment(number, serials) {
            Some(moment) if moment.time() == NaiveTime::MIN => Cell::Date(moment.date()),
            Some(moment) => Cell::Moment(moment),
            None => {
                let value = number.to_string();
                Cell::Broken { reason: Reason::NoSuchDate { value: value.clone() }, shown: value }
            }
        },
    }
}

/// The shortest decimal of the double that the text stands for.
fn decimal(text: &str) -> Option<Decimal> {
    let is_short = text.len() <= SIGNIFICANT
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if is_short {
        // At most 15 digits: this is the shortest text already.
        return text.parse::<Decimal>().ok().map(|number| number.normalize());
    }
    let double = text.parse::<f64>().ok().filter(|double| double.is_finite())?;
    let number = format!("{double}").parse::<Decimal>().ok()?;
    Some(number.round_sf(SIGNIFICANT as u32).unwrap_or(number).normalize())
}

/// The day and time of a serial number: days since the epoch, and a fraction of a day, taken to
/// the second. `None` for days that no calendar has, among them 29.02.1900, which spreadsheet
/// programs count by an old mistake, and the times without a day below the first one.
pub(crate) fn moment(serial: Decimal, serials: Serials) -> Option<NaiveDateTime> {
    let days = i64::try_from(serial.floor()).ok()?;
    let fraction = (serial - serial.floor()).checked_mul(Decimal::from(SECONDS_A_DAY))?;
    let seconds = i64::try_from(fraction.round()).ok()?;
    let epoch = match (serials, days) {
        (Serials::Refused, _) | (_, ..=-1) | (Serials::From1900, 0 | 60) => return None,
        // The day that never was moves those before it.
        (Serials::From1900, ..=59) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        (Serials::From1900, _) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
        (Serials::From1904, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
    };
    let moment = epoch
        .and_time(NaiveTime::MIN)
        .checked_add_signed(TimeDelta::try_days(days)?)?
        .checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
    // The last day of spreadsheet programs.
    (moment.date() <= NaiveDate::from_ymd_opt(9999, 12, 31)?).then_some(moment)
}

/// A date that is stored as text by ISO 8601 (`t="d"`).
pub(super) fn iso(text: &str) -> Cell {
    let text = text.trim().trim_end_matches('Z');
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Cell::Date(date);
    }
    match text.parse::<NaiveDateTime>() {
        Ok(moment) if moment.time() == NaiveTime::MIN => Cell::Date(moment.date()),
        Ok(moment) => Cell::Moment(moment),
        Err(_) => {
            Cell::Broken { reason: Reason::NotDate { value: text.to_owned() }, shown: text.into() }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn doubles_are_read_as_the_figure_a_person_typed() {
        for (stored, read) in [
            ("19.99", "19.99"),
            ("19.989999999999998", "19.99"),
            ("0.30000000000000004", "0.3"),
            ("59.969999999999999", "59.97"),
            ("1E-3", "0.001"),
            ("1.5E+6", "1500000"),
            ("-0.1", "-0.1"),
            ("100", "100"),
            ("12.50", "12.5"),
            ("123456789012345", "123456789012345"),
        ] {
            assert_eq!(decimal(stored).unwrap().to_string(), read, "{stored}");
        }
        assert_eq!(decimal("1E+40"), None);
        assert_eq!(decimal("x"), None);
        assert_eq!(decimal("NaN"), None);
        assert_eq!(decimal("1-2"), None);
    }

    #[test]
    fn serial_numbers_are_days() {
        for (serial, serials, read) in [
            ("1", Serials::From1900, Some("1900-01-01 00:00:00")),
            ("59", Serials::From1900, Some("1900-02-28 00:00:00")),
            ("60", Serials::From1900, None),
            ("61", Serials::From1900, Some("1900-03-01 00:00:00")),
            ("46387", Serials::From1900, Some("2026-12-31 00:00:00")),
            ("46387.5", Serials::From1900, Some("2026-12-31 12:00:00")),
            ("46387.99999999", Serials::From1900, Some("2027-01-01 00:00:00")),
            ("0", Serials::From1904, Some("1904-01-01 00:00:00")),
            ("44925", Serials::From1904, Some("2026-12-31 00:00:00")),
            ("2958465", Serials::From1900, Some("9999-12-31 00:00:00")),
            ("2958466", Serials::From1900, None),
            ("-1", Serials::From1900, None),
            ("0.5", Serials::From1900, None),
            ("99999999999999999999", Serials::From1900, None),
        ] {
            let read_back = moment(serial.parse().unwrap(), serials);
            assert_eq!(read_back.map(|m| m.to_string()).as_deref(), read, "{serial}");
        }
    }

    proptest! {
        /// Any figure of 15 digits survives the way through a double.
        #[test]
        fn fifteen_digits_survive(units in -999_999_999_999_999_i64..=999_999_999_999_999,
                                  scale in 0_u32..=10) {
            let figure = Decimal::new(units, scale);
            let double: f64 = figure.to_string().parse().unwrap();
            prop_assert_eq!(decimal(&format!("{double:e}")), Some(figure.normalize()));
        }

        #[test]
        fn no_text_panics(text in "[0-9eE.+-]{0,40}") {
            let _ = number(&text, Kind::Date, Serials::From1904);
            let _ = number(&text, Kind::Percent, Serials::From1900);
        }
    }
}
