//! CSV and its kin: text with a separator.
//!
//! `csv-core` splits the fields, since it gives long ones in pieces: the `csv` crate above it
//! collects a record whole, and an open quotation mark would collect the file.

mod encoding;

use std::fs::File;
use std::io::{self, BufRead, Read};

use csv_core::ReadFieldResult;

pub use encoding::Encoding;
use serde::{Deserialize, Serialize};

use crate::cell::beginning;
use crate::protection::unprotect;
use crate::{Cell, FileFault, Limits, Reason, Row};

/// Bytes of a broken cell that are looked at for the report.
const SHOWN_BYTES: usize = 1_024;

/// As much of the file's start as is looked at for the separator, in bytes.
const SAMPLE: u64 = 64 << 10;

/// What stands between cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`, what Excel writes where the comma is the decimal mark.
    #[default]
    Semicolon,
    /// A tab.
    Tab,
}

impl Separator {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// The notation of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notation {
    /// How characters are stored.
    pub encoding: Encoding,
    /// What stands between cells.
    pub separator: Separator,
}

/// What is named is taken; what is not is found out from the file.
pub(crate) fn notation(
    file: &File,
    encoding: Option<Encoding>,
    separator: Option<Separator>,
) -> io::Result<Notation> {
    let encoding = match encoding {
        Some(encoding) => encoding,
        None => encoding::detect(file)?,
    };
    let separator = match separator {
        Some(separator) => separator,
        None => {
            let mut sample = Vec::new();
            encoding::open(file, encoding)?.take(SAMPLE).read_to_end(&mut sample)?;
            most_frequent_separator(&sample)
        }
    };
    Ok(Notation { encoding, separator })
}

/// The separator that the first line with text has most of outside quotes; of equals the one that
/// is rarer inside of names.
fn most_frequent_separator(sample: &[u8]) -> Separator {
    let candidates = [Separator::Tab, Separator::Semicolon, Separator::Comma];
    let mut counts = [0_usize; 3];
    let mut is_quoted = false;
    let mut has_text = false;
    for &byte in sample {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted && has_text => break,
            b'\n' | b'\r' => continue,
            _ => {
                for (count, candidate) in counts.iter_mut().zip(candidates) {
                    *count += usize::from(!is_quoted && candidate.byte() == byte);
                }
            }
        }
        has_text = true;
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let found = candidates.into_iter().zip(counts).find(|(_, count)| *count == most && most > 0);
    found.map_or(Separator::Comma, |(candidate, _)| candidate)
}

/// The records of a text file, one at a time.
pub(crate) struct DelimitedRows<'a> {
    input: Box<dyn BufRead + 'a>,
    core: csv_core::Reader,
    /// The cell being read: as much as may be kept, and some room for what is thrown away.
    field: Vec<u8>,
    number: u64,
    limits: &'a Limits,
    is_after_cr: bool,
}

/// A row under construction.
#[derive(Default)]
struct Draft {
    cells: Vec<Cell>,
    found: usize,
    bytes: usize,
    fault: Option<Reason>,
}

impl<'a> DelimitedRows<'a> {
    pub(crate) fn open(file: &'a File, notation: Notation, limits: &'a Limits) -> io::Result<Self> {
        let core = csv_core::ReaderBuilder::new().delimiter(notation.separator.byte()).build();
        Ok(Self {
            input: encoding::open(file, notation.encoding)?,
            core,
            field: vec![0; kept_bytes(limits) + 4096],
            number: 0,
            limits,
            is_after_cr: false,
        })
    }

    /// The next record, `None` at the end. Lines without a character are counted only.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, FileFault> {
        if !self.skip_blank_lines()? {
            return Ok(None);
        }
        self.number += 1;
        let mut draft = Draft::default();
        let kept = kept_bytes(self.limits);
        let (mut used, mut is_too_long) = (0, false);
        loop {
            let input = self.input.fill_buf()?;
            let is_end = input.is_empty();
            // At the end of the file a line end is made up: inside of quotes it ends nothing.
            let given = if is_end { b"\n" } else { input };
            let (result, read, written) = self.core.read_field(given, &mut self.field[used..]);
            let last = given.get(read.wrapping_sub(1)).copied();
            if !is_end {
                self.input.consume(read);
            }
            used += written;
            if used > kept {
                (used, is_too_long) = (kept, true);
            }
            match result {
                ReadFieldResult::OutputFull => {}
                ReadFieldResult::InputEmpty if !is_end => {}
                ReadFieldResult::Field { record_end } => {
                    draft.push(&self.field[..used], is_too_long, self.limits);
                    (used, is_too_long) = (0, false);
                    if record_end {
                        self.is_after_cr = last == Some(b'\r');
                        break;
                    }
                }
                ReadFieldResult::InputEmpty | ReadFieldResult::End => {
                    draft.push(&self.field[..used], is_too_long, self.limits);
                    draft.fault = Some(Reason::UnclosedQuote);
                    break;
                }
            }
        }
        Ok(Some(Row { number: self.number, cells: draft.cells, fault: draft.fault }))
    }

    /// Stands at the first character of a record; `false` at the end of the file.
    fn skip_blank_lines(&mut self) -> io::Result<bool> {
        loop {
            let Some(&byte) = self.input.fill_buf()?.first() else { return Ok(false) };
            match byte {
                b'\n' if self.is_after_cr => self.is_after_cr = false,
                b'\n' | b'\r' => {
                    self.number += 1;
                    self.is_after_cr = byte == b'\r';
                }
                _ => {
                    self.is_after_cr = false;
                    return Ok(true);
                }
            }
            self.input.consume(1);
        }
    }
}

impl Draft {
    fn push(&mut self, bytes: &[u8], is_too_long: bool, limits: &Limits) {
        self.found += 1;
        // What was cut counts too: a row of one cell that is longer than a row is too long.
        self.bytes += bytes.len() + usize::from(is_too_long);
        if self.found > limits.columns {
            self.fault.get_or_insert(Reason::TooManyColumns { limit: limits.columns });
        } else if self.bytes > limits.row_bytes {
            self.fault.get_or_insert(Reason::RowTooLong { limit_bytes: limits.row_bytes });
        } else {
            self.cells.push(cell(bytes, is_too_long, limits));
        }
    }
}

fn kept_bytes(limits: &Limits) -> usize {
    limits.cell_chars.saturating_mul(4).min(limits.row_bytes)
}

fn cell(bytes: &[u8], is_too_long: bool, limits: &Limits) -> Cell {
    let broken = |reason| Cell::Broken { reason, shown: shown(bytes) };
    // A text cut by the buffer may end in half a character, so its length comes first.
    if is_too_long {
        return broken(Reason::CellTooLong { limit_chars: limits.cell_chars });
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return broken(Reason::BrokenEncoding) };
    if text.len() > limits.cell_chars && text.chars().count() > limits.cell_chars {
        return broken(Reason::CellTooLong { limit_chars: limits.cell_chars });
    }
    if bytes.contains(&0) {
        return broken(Reason::NulCharacter);
    }
    Cell::text(unprotect(text))
}

/// The beginning of a broken cell, with signs of replacement where it is no text.
fn shown(bytes: &[u8]) -> String {
    beginning(&String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN_BYTES)]))
}
