//! Dates as people write them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use kernel::Decimal;

use super::{DateOrder, Reading, Serials};
use crate::Reason;
use crate::cell::beginning;
use crate::workbook::moment;

/// The day of a trimmed text, with midnight beside it or without.
pub(super) fn parse(text: &str, reading: &Reading) -> Result<NaiveDate, Reason> {
    let no = || Reason::NotDate { value: beginning(text) };
    let is_serial = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_serial && reading.serials != Serials::Refused {
        let serial = text.parse().map_err(|_| no())?;
        return from_serial(serial, reading.serials, text);
    }
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let (year, month, day) = parts(day, reading.dates).ok_or_else(no)?;
    let date = NaiveDate::from_ymd_opt(year, month, day)
        .ok_or_else(|| Reason::NoSuchDate { value: beginning(text) })?;
    match time.map(|time| clock(time.trim())) {
        None | Some(Some(NaiveTime::MIN)) => Ok(date),
        Some(Some(_)) => Err(Reason::HasTime { value: beginning(text) }),
        Some(None) => Err(no()),
    }
}

/// The day of a serial number; a fraction is a time.
pub(super) fn from_serial(
    serial: Decimal,
    serials: Serials,
    shown: &str,
) -> Result<NaiveDate, Reason> {
    if serials == Serials::Refused {
        return Err(Reason::NotDate { value: shown.to_owned() });
    }
    let moment = moment(serial, serials);
    let moment = moment.ok_or_else(|| Reason::NoSuchDate { value: shown.to_owned() })?;
    day_of(moment, shown)
}

/// The day of a moment at midnight.
pub(super) fn day_of(moment: NaiveDateTime, shown: &str) -> Result<NaiveDate, Reason> {
    if moment.time() == NaiveTime::MIN {
        Ok(moment.date())
    } else {
        Err(Reason::HasTime { value: shown.to_owned() })
    }
}

/// Year, month and day. Years have four digits: of two it is not known which century.
fn parts(text: &str, order: DateOrder) -> Option<(i32, u32, u32)> {
    let separator = text.chars().find(|sign| !sign.is_ascii_digit())?;
    let mut pieces = text.split(separator);
    let pieces =
        [pieces.next()?, pieces.next()?, pieces.next().filter(|_| pieces.next().is_none())?];
    let (year, month, day) = match (separator, order) {
        ('.', _) => (pieces[2], pieces[1], pieces[0]),
        ('-', _) => (pieces[0], pieces[1], pieces[2]),
        ('/', DateOrder::MonthFirst) => (pieces[2], pieces[0], pieces[1]),
        _ => return None,
    };
    let number = |text: &str, longest: usize| {
        let fits = (1..=longest).contains(&text.len());
        text.parse::<u32>().ok().filter(|_| fits && text.bytes().all(|b| b.is_ascii_digit()))
    };
    if year.len() != 4 {
        return None;
    }
    Some((i32::try_from(number(year, 4)?).ok()?, number(month, 2)?, number(day, 2)?))
}

fn clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, dates: DateOrder) -> Result<String, &'static str> {
        let reading = Reading { dates, ..Reading::default() };
        parse(text, &reading).map(|date| date.to_string()).map_err(|reason| match reason {
            Reason::NotDate { .. } => "not",
            Reason::NoSuchDate { .. } => "none",
            Reason::HasTime { .. } => "time",
            _ => "?",
        })
    }

    #[test]
    fn dates_are_read_by_their_notation() {
        use DateOrder::{Dotted, MonthFirst};
        for (text, order, date) in [
            ("31.12.2026", Dotted, Ok("2026-12-31")),
            ("1.2.2026", Dotted, Ok("2026-02-01")),
            ("2026-12-31", Dotted, Ok("2026-12-31")),
            ("2026-12-31", MonthFirst, Ok("2026-12-31")),
            ("12/31/2026", MonthFirst, Ok("2026-12-31")),
            ("12/31/2026", Dotted, Err("not")),
            ("31/12/2026", MonthFirst, Err("none")),
            ("31.02.2026", Dotted, Err("none")),
            ("29.02.2026", Dotted, Err("none")),
            ("29.02.2028", Dotted, Ok("2028-02-29")),
            ("31.12.26", Dotted, Err("not")),
            ("31.12.2026 00:00:00", Dotted, Ok("2026-12-31")),
            ("31.12.2026 0:00", Dotted, Ok("2026-12-31")),
            ("2026-12-31T00:00:00", Dotted, Ok("2026-12-31")),
            ("31.12.2026 10:30", Dotted, Err("time")),
            ("31.12.2026 noon", Dotted, Err("not")),
            ("46387", Dotted, Err("not")),
            ("31.12", Dotted, Err("not")),
            ("31.12.2026.1", Dotted, Err("not")),
            ("завтра", Dotted, Err("not")),
            ("", Dotted, Err("not")),
        ] {
            assert_eq!(read(text, order).as_deref(), date.as_ref().map(|d| &**d), "{text}");
        }
        let reading = Reading { serials: Serials::From1900, ..Reading::default() };
        assert_eq!(parse("46387", &reading), Ok(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()));
    }

    proptest! {
        #[test]
        fn each_day_is_read_back(days in 0_i64..2_000_000, dotted in any::<bool>()) {
            let first = NaiveDate::from_ymd_opt(1000, 1, 1).unwrap();
            let day = first + chrono::TimeDelta::days(days);
            let form = if dotted { "%d.%m.%Y" } else { "%Y-%m-%d" };
            prop_assert_eq!(parse(&day.format(form).to_string(), &Reading::default()), Ok(day));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            let _ = parse(&text, &Reading { dates: DateOrder::MonthFirst, ..Reading::default() });
        }
    }
}
