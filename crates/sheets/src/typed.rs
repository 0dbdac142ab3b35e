//! Cells as values: pure functions under the file's own notation. What is ambiguous is settled by
//! the notation for the whole file and never guessed cell by cell. An empty cell is absent.

mod date;
mod number;

use chrono::NaiveDate;
use kernel::Decimal;
use serde::{Deserialize, Serialize};

use crate::cell::beginning;
use crate::{Cell, Reason};

/// What stands before the fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DecimalMark {
    /// `1,5`; a point may then stand between thousands.
    #[default]
    Comma,
    /// `1.5`; a comma may then stand between thousands.
    Point,
}

/// Which dates with slashes are read. `31.12.2026` and `2026-12-31` always are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DateOrder {
    /// None: `01/02/2026` may be either.
    #[default]
    Dotted,
    /// `12/31/2026`, as in the United States.
    MonthFirst,
}

/// How days are counted where a date stands as a plain number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Serials {
    /// A plain number is no date.
    #[default]
    Refused,
    /// 1 is 01.01.1900, as Excel counts.
    From1900,
    /// 0 is 01.01.1904, as Excel for the Macintosh counted.
    From1904,
}

/// The notation of a file's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reading {
    /// What stands before the fraction.
    pub decimal: DecimalMark,
    /// Which dates with slashes are read.
    pub dates: DateOrder,
    /// How plain numbers are read as dates.
    pub serials: Serials,
}

impl Reading {
    /// The trimmed text. A number gives its digits, as codes and telephones are often kept.
    pub fn text(&self, cell: &Cell) -> Result<Option<String>, Reason> {
        present(cell, |cell| Ok(cell.shown().trim().to_owned()))
    }

    /// A number: sign, digits, thousands in threes parted by one kind of blank, apostrophe or
    /// the other mark, fraction. A cell shown as 15 % gives the stored 0.15.
    pub fn decimal(&self, cell: &Cell) -> Result<Option<Decimal>, Reason> {
        present(cell, |cell| match cell {
            Cell::Number(number) => Ok(*number),
            Cell::Percent(percent) => Ok((percent / Decimal::ONE_HUNDRED).normalize()),
            Cell::Text(text) => number::parse(text.trim(), self.decimal),
            other => Err(Reason::NotNumber { value: other.shown() }),
        })
    }

    /// A whole number.
    pub fn whole(&self, cell: &Cell) -> Result<Option<i64>, Reason> {
        let Some(number) = self.decimal(cell)? else { return Ok(None) };
        if !number.fract().is_zero() {
            return Err(Reason::NotWhole { value: number.to_string() });
        }
        let whole = i64::try_from(number.trunc());
        whole.map(Some).map_err(|_| Reason::OutOfRange { value: number.to_string() })
    }

    /// A percentage in hundredths: `15`, `15 %` and a cell shown as 15 % all give 15.
    pub fn percent(&self, cell: &Cell) -> Result<Option<Decimal>, Reason> {
        present(cell, |cell| match cell {
            Cell::Number(number) | Cell::Percent(number) => Ok(*number),
            Cell::Text(text) => {
                let text = text.trim();
                let digits = text.strip_suffix('%').unwrap_or(text).trim_end();
                number::parse(digits, self.decimal).map_err(|reason| match reason {
                    Reason::NotNumber { .. } => Reason::NotPercent { value: beginning(text) },
                    other => other,
                })
            }
            other => Err(Reason::NotPercent { value: other.shown() }),
        })
    }

    /// A day. Midnight may stand beside it, as exports write it; another time is refused.
    pub fn date(&self, cell: &Cell) -> Result<Option<NaiveDate>, Reason> {
        present(cell, |cell| match cell {
            Cell::Date(date) => Ok(*date),
            Cell::Moment(moment) => date::day_of(*moment, &cell.shown()),
            Cell::Number(number) => date::from_serial(*number, self.serials, &cell.shown()),
            Cell::Text(text) => date::parse(text.trim(), self),
            other => Err(Reason::NotDate { value: other.shown() }),
        })
    }

    /// Yes or no, in either language, in any case.
    pub fn boolean(&self, cell: &Cell) -> Result<Option<bool>, Reason> {
        present(cell, |cell| {
            let shown = cell.shown();
            match (cell, shown.trim().to_lowercase().as_str()) {
                (Cell::Bool(value), _) => Ok(*value),
                (Cell::Text(_) | Cell::Number(_), "да" | "yes" | "true" | "1" | "истина") => {
                    Ok(true)
                }
                (Cell::Text(_) | Cell::Number(_), "нет" | "no" | "false" | "0" | "ложь") => {
                    Ok(false)
                }
                _ => Err(Reason::NotBoolean { value: beginning(&shown) }),
            }
        })
    }
}

/// The value of a cell that has one; a broken cell's own reason.
fn present<T>(
    cell: &Cell,
    read: impl FnOnce(&Cell) -> Result<T, Reason>,
) -> Result<Option<T>, Reason> {
    match cell {
        Cell::Broken { reason, .. } => Err(reason.clone()),
        cell if cell.is_blank() => Ok(None),
        cell => read(cell).map(Some),
    }
}

/// The value, or the reason that it is required.
pub fn required<T>(value: Option<T>) -> Result<T, Reason> {
    value.ok_or(Reason::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_in_both_languages() {
        let reading = Reading::default();
        for yes in ["да", "Да", "YES", "true", "1", " ИСТИНА "] {
            assert_eq!(reading.boolean(&Cell::text(yes)), Ok(Some(true)), "{yes}");
        }
        for no in ["нет", "No", "FALSE", "0", "Ложь"] {
            assert_eq!(reading.boolean(&Cell::text(no)), Ok(Some(false)), "{no}");
        }
        assert_eq!(reading.boolean(&Cell::Number(Decimal::ONE)), Ok(Some(true)));
        assert_eq!(reading.boolean(&Cell::text(" ")), Ok(None));
        assert!(reading.boolean(&Cell::text("2")).is_err());
        assert!(reading.boolean(&Cell::Percent(Decimal::ONE)).is_err());
    }

    #[test]
    fn a_percentage_is_the_same_however_it_is_kept() {
        let reading = Reading::default();
        let fifteen = Ok(Some(Decimal::from(15)));
        for cell in [
            Cell::text("15%"),
            Cell::text("15 %"),
            Cell::text("15"),
            Cell::Number(Decimal::from(15)),
            Cell::Percent(Decimal::from(15)),
        ] {
            assert_eq!(reading.percent(&cell), fifteen, "{cell:?}");
        }
        assert_eq!(
            reading.decimal(&Cell::Percent(Decimal::from(15))),
            Ok(Some(Decimal::new(15, 2)))
        );
        assert!(reading.percent(&Cell::text("%")).is_err());
        assert!(reading.decimal(&Cell::text("15%")).is_err());
    }

    #[test]
    fn whole_numbers_have_no_fraction() {
        let reading = Reading::default();
        assert_eq!(reading.whole(&Cell::text("1 000,00")), Ok(Some(1_000)));
        assert!(matches!(reading.whole(&Cell::text("1,5")), Err(Reason::NotWhole { .. })));
        assert!(matches!(
            reading.whole(&Cell::text("99999999999999999999")),
            Err(Reason::OutOfRange { .. })
        ));
    }

    #[test]
    fn codes_kept_as_numbers_are_text() {
        let reading = Reading::default();
        assert_eq!(
            reading.text(&Cell::Number(Decimal::from(4_601_234_567_890_i64))),
            Ok(Some("4601234567890".into()))
        );
        assert_eq!(reading.text(&Cell::text("  Ёж ")), Ok(Some("Ёж".into())));
        assert_eq!(reading.text(&Cell::Empty), Ok(None));
    }
}
