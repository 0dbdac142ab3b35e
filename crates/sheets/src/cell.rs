//! What stands in a cell, and a row of them.

use chrono::{NaiveDate, NaiveDateTime};
use kernel::Decimal;

use crate::{Fault, Reason};

/// Characters of a broken cell that the report shows.
const SHOWN_CHARS: usize = 200;

/// The beginning of a text that cannot be used, for the report.
pub(crate) fn beginning(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).map(|c| if c == '\0' { '\u{FFFD}' } else { c }).collect()
}

/// One cell. CSV knows text only; a workbook knows the rest.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, or text without a character.
    Empty,
    /// Text as it stands in the file, not trimmed.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A share in hundredths: 15 is 15 %, which a workbook stores as 0.15.
    Percent(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A day and a time, to the second; files know no zone.
    Moment(NaiveDateTime),
    /// Yes or no.
    Bool(bool),
    /// A cell that cannot be used.
    Broken {
        /// Why.
        reason: Reason,
        /// What could be read of it, for the report.
        shown: String,
    },
}

impl Cell {
    /// Text, or [`Cell::Empty`] where there is none.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Nothing a person would see.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The cell as text, numbers with a point and dates by ISO 8601: for headers and messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Broken { shown: text, .. } => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Percent(percent) => format!("{percent}%"),
            Self::Date(date) => date.to_string(),
            Self::Moment(moment) => moment.format("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Bool(value) => value.to_string(),
        }
    }
}

/// A row that holds something; rows without anything are counted and left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number as a person counts it in a spreadsheet program: the first row of the file is 1,
    /// a line break inside of quotes does not count.
    pub number: u64,
    /// As many cells as the header has; more where the row has too many.
    pub cells: Vec<Cell>,
    /// Why the row as a whole cannot be used. Cells have reasons of their own.
    pub fault: Option<Reason>,
}

impl Row {
    /// The row's own reason and those of its broken cells, with their places.
    #[must_use]
    pub fn faults(&self, header: &[String]) -> Vec<Fault> {
        let of_row = self.fault.iter().map(|reason| (None, reason));
        let of_cells = self.cells.iter().enumerate().filter_map(|(column, cell)| match cell {
            Cell::Broken { reason, .. } => Some((Some(title(header, column)), reason)),
            _ => None,
        });
        of_row
            .chain(of_cells)
            .map(|(column, reason)| Fault { row: self.number, column, reason: reason.clone() })
            .collect()
    }

    /// Makes the row as wide as the header. In a workbook cells without content may be missing;
    /// in CSV a missing cell is a sign of a broken line.
    pub(crate) fn fit(mut self, width: usize, missing: Missing) -> Self {
        while self.cells.len() > width && self.cells.last().is_some_and(Cell::is_blank) {
            self.cells.pop();
        }
        let found = self.cells.len();
        if found > width {
            self.fault.get_or_insert(Reason::TooManyCells { found, expected: width });
        } else if found < width {
            if missing == Missing::IsAFault {
                self.fault.get_or_insert(Reason::TooFewCells { found, expected: width });
            }
            self.cells.resize(width, Cell::Empty);
        }
        self
    }
}

/// The column's header; its number where it has none.
fn title(header: &[String], column: usize) -> String {
    match header.get(column).filter(|title| !title.is_empty()) {
        Some(title) => title.clone(),
        None => (column + 1).to_string(),
    }
}

/// What a row says that has fewer cells than the header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    IsEmpty,
    IsAFault,
}
