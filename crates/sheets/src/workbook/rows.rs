//! The rows of one sheet.

use quick_xml::events::{BytesStart, Event};

use super::styles::Kind;
use super::texts::{SharedTexts, read_text};
use super::value;
use super::xml::{Xml, attribute, attributes, unescape};
use crate::cell::beginning;
use crate::limits::{LARGEST_SHEET_COLUMNS, LARGEST_SHEET_ROWS};
use crate::{Cell, FileFault, Limits, Reason, Row, Serials};

/// Bytes that one character may take in the file: an escape such as `_x000D_`.
const CHARACTER_BYTES: usize = 7;

/// The rows of one sheet, one at a time.
pub(crate) struct WorkbookRows<'a> {
    xml: Xml<'a>,
    texts: &'a SharedTexts,
    kinds: &'a [Kind],
    serials: Serials,
    limits: &'a Limits,
    last: u64,
}

/// A row under construction.
struct Draft {
    cells: Vec<Cell>,
    bytes: usize,
    fault: Option<Reason>,
}

/// What a cell's element says of it.
#[derive(Default)]
struct CellHead {
    column: Option<usize>,
    format: usize,
    kind: CellKind,
}

/// How the value is stored (ECMA-376, part 1, 18.18.11).
#[derive(Clone, Copy, Default, PartialEq)]
enum CellKind {
    #[default]
    Number,
    Shared,
    Text,
    Bool,
    Error,
    Iso,
}

impl<'a> WorkbookRows<'a> {
    pub(super) fn new(
        xml: Xml<'a>,
        texts: &'a SharedTexts,
        kinds: &'a [Kind],
        serials: Serials,
        limits: &'a Limits,
    ) -> Self {
        Self { xml, texts, kinds, serials, limits, last: 0 }
    }

    /// The next row the file has, `None` at the end. Numbers may leap; they never go back.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, FileFault> {
        loop {
            let number = match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "row" => {
                    match attribute(&element, "r") {
                        None => self.last + 1,
                        Some(text) => text.parse().unwrap_or(0),
                    }
                }
                Event::End(element) if element.local_name().as_ref() == "sheetData" => {
                    return Ok(None);
                }
                Event::Eof => return Err(self.xml.damaged()),
                _ => continue,
            };
            if number == 0 || number > u64::from(LARGEST_SHEET_ROWS) {
                return Err(self.xml.damaged());
            }
            if number <= self.last {
                return Err(FileFault::OutOfOrder { row: number });
            }
            self.last = number;
            return self.read_row(number).map(Some);
        }
    }

    fn read_row(&mut self, number: u64) -> Result<Row, FileFault> {
        let mut draft = Draft { cells: Vec::new(), bytes: 0, fault: None };
        let mut next_column = 0;
        loop {
            let head = match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "c" => head(&element),
                Event::End(element) if element.local_name().as_ref() == "row" => break,
                Event::Eof => return Err(self.xml.damaged()),
                _ => continue,
            };
            let head = head.ok_or_else(|| self.xml.damaged())?;
            let column = head.column.unwrap_or(next_column);
            next_column = column + 1;
            let cell = self.read_cell(&head)?;
            draft.put(column, cell, self.limits);
        }
        Ok(Row { number, cells: draft.cells, fault: draft.fault })
    }

    /// The value up to the cell's end. A formula counts by the result that was saved with it.
    fn read_cell(&mut self, head: &CellHead) -> Result<Cell, FileFault> {
        let limit_bytes = self.limits.cell_chars.saturating_mul(CHARACTER_BYTES);
        let (mut stored, mut is_formula) = (None, false);
        loop {
            match self.xml.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "v" => stored = Some(read_text(&mut self.xml, "v", limit_bytes)?),
                    "is" => stored = Some(read_text(&mut self.xml, "is", limit_bytes)?),
                    "f" => is_formula = true,
                    _ => {}
                },
                Event::End(element) if element.local_name().as_ref() == "c" => break,
                Event::Eof => return Err(self.xml.damaged()),
                _ => {}
            }
        }
        let is_absent = match &stored {
            None => true,
            // A formula may result in text without a character.
            Some(text) => text.is_empty() && head.kind != CellKind::Text,
        };
        match stored {
            _ if is_absent && is_formula => {
                Ok(Cell::Broken { reason: Reason::NoFormulaResult, shown: String::new() })
            }
            Some(text) if !is_absent => Ok(self.value(head, &text)),
            _ => Ok(Cell::Empty),
        }
    }

    fn value(&self, head: &CellHead, stored: &str) -> Cell {
        let broken = |reason| Cell::Broken { reason, shown: beginning(stored) };
        match head.kind {
            CellKind::Shared => {
                match stored.trim().parse().ok().and_then(|index| self.texts.get(index)) {
                    Some(text) => self.text(text),
                    None => broken(Reason::BrokenCell),
                }
            }
            CellKind::Text => self.text(&unescape(stored)),
            CellKind::Bool => match stored.trim() {
                "1" | "true" => Cell::Bool(true),
                "0" | "false" => Cell::Bool(false),
                _ => broken(Reason::BrokenCell),
            },
            CellKind::Error => broken(Reason::ErrorValue { value: beginning(stored) }),
            CellKind::Iso => value::iso(&beginning(stored)),
            CellKind::Number => {
                let kind = self.kinds.get(head.format).copied().unwrap_or(Kind::Plain);
                // No number is as long as this; a longer text is broken and needs no full view.
                value::number(&beginning(stored), kind, self.serials)
            }
        }
    }

    fn text(&self, text: &str) -> Cell {
        let limit_chars = self.limits.cell_chars;
        let reason = if text.len() > limit_chars && text.chars().count() > limit_chars {
            Reason::CellTooLong { limit_chars }
        } else if text.contains('\0') {
            Reason::NulCharacter
        } else {
            return Cell::text(text);
        };
        Cell::Broken { reason, shown: beginning(text) }
    }
}

impl Draft {
    fn put(&mut self, column: usize, cell: Cell, limits: &Limits) {
        if cell == Cell::Empty {
            // A cell with a frame and nothing in it, which may stand anywhere.
            return;
        }
        if let Cell::Text(text) = &cell {
            self.bytes += text.len();
        }
        if column >= limits.columns {
            self.fault.get_or_insert(Reason::TooManyColumns { limit: limits.columns });
        } else if self.bytes > limits.row_bytes {
            self.fault.get_or_insert(Reason::RowTooLong { limit_bytes: limits.row_bytes });
        } else {
            if self.cells.len() <= column {
                self.cells.resize(column + 1, Cell::Empty);
            }
            self.cells[column] = cell;
        }
    }
}

/// What the element says; `None` where its place is none.
fn head(element: &BytesStart<'_>) -> Option<CellHead> {
    let mut head = CellHead::default();
    for attribute in attributes(element) {
        let value = attribute.value.as_ref();
        match attribute.key.local_name().as_ref() {
            "r" => head.column = Some(column(value)?),
            "s" => head.format = value.parse().unwrap_or(0),
            "t" => {
                head.kind = match value {
                    "s" => CellKind::Shared,
                    "str" | "inlineStr" => CellKind::Text,
                    "b" => CellKind::Bool,
                    "e" => CellKind::Error,
                    "d" => CellKind::Iso,
                    _ => CellKind::Number,
                }
            }
            _ => {}
        }
    }
    Some(head)
}

/// The column of a place such as `XFD12`, from 0.
fn column(place: &str) -> Option<usize> {
    let mut column = 0_usize;
    for byte in place.bytes().take_while(u8::is_ascii_alphabetic) {
        column = column * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1;
        if column > LARGEST_SHEET_COLUMNS {
            return None;
        }
    }
    column.checked_sub(1)
}
