//! A table in a file: its header, then its rows, one at a time.

use std::fs::File;
use std::path::Path;

use crate::cell::Missing;
use crate::delimited::{self, DelimitedRows, Notation};
use crate::workbook::{Workbook, WorkbookRows};
use crate::{Cell, Encoding, FileFault, Limits, Reason, Row, Separator, Serials};

/// What kind of file it is, and what is known of it beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with separators. What is not named is found out.
    Csv {
        /// How characters are stored.
        encoding: Option<Encoding>,
        /// What stands between cells.
        separator: Option<Separator>,
    },
    /// A workbook of Excel 2007 or later.
    Xlsx {
        /// The sheet's name; the first visible one where none is named.
        sheet: Option<String>,
    },
}

impl Format {
    /// CSV of which nothing is known.
    pub const CSV: Self = Self::Csv { encoding: None, separator: None };
    /// The first visible sheet of a workbook.
    pub const XLSX: Self = Self::Xlsx { sheet: None };
}

/// An opened file.
///
/// Both formats need to go back in the file (a workbook's directory stands at its end; the
/// encoding is told by the whole text), so an upload is first written to a temporary file.
/// Reading blocks: call it from a thread that may.
pub struct Sheet {
    source: Source,
    limits: Limits,
}

enum Source {
    Delimited(File, Notation),
    Workbook(Box<Workbook>, String),
}

impl Sheet {
    /// Opens the file at a path, see [`Sheet::from_file`].
    pub fn open(path: &Path, format: &Format, limits: Limits) -> Result<Self, FileFault> {
        Self::from_file(File::open(path)?, format, limits)
    }

    /// Opens a file, which may have no name any more. Refuses one that is too large, is not of
    /// the format, or inflates beyond the limits.
    pub fn from_file(file: File, format: &Format, limits: Limits) -> Result<Self, FileFault> {
        if file.metadata()?.len() > limits.file_bytes {
            return Err(FileFault::TooLarge { limit_bytes: limits.file_bytes });
        }
        let source = match format {
            Format::Csv { encoding, separator } => {
                let notation = delimited::notation(&file, *encoding, *separator)?;
                Source::Delimited(file, notation)
            }
            Format::Xlsx { sheet } => {
                let workbook = Workbook::open(file, &limits)?;
                let name = workbook.choose(sheet.as_deref())?;
                Source::Workbook(Box::new(workbook), name)
            }
        };
        Ok(Self { source, limits })
    }

    /// Encoding and separator, as named or found out; nothing for a workbook.
    #[must_use]
    pub fn notation(&self) -> Option<Notation> {
        match &self.source {
            Source::Delimited(_, notation) => Some(*notation),
            Source::Workbook(..) => None,
        }
    }

    /// The visible sheets of a workbook, in its order, so that a person can be told which one is
    /// read and which are not.
    #[must_use]
    pub fn visible_sheets(&self) -> Vec<&str> {
        match &self.source {
            Source::Delimited(..) => Vec::new(),
            Source::Workbook(workbook, _) => workbook.visible_sheets().collect(),
        }
    }

    /// How the file counts days where a date stands as a plain number.
    #[must_use]
    pub fn serials(&self) -> Serials {
        match &self.source {
            Source::Delimited(..) => Serials::Refused,
            Source::Workbook(workbook, _) => workbook.serials(),
        }
    }

    /// Reads the header and stands before the first row. May be called again to read again.
    pub fn rows(&mut self) -> Result<Rows<'_>, FileFault> {
        let limits = &self.limits;
        let (mut source, missing) = match &mut self.source {
            Source::Delimited(file, notation) => {
                let rows = DelimitedRows::open(file, *notation, limits)?;
                (RowSource::Delimited(Box::new(rows)), Missing::IsAFault)
            }
            Source::Workbook(workbook, name) => {
                let rows = workbook.rows(name, limits)?;
                (RowSource::Workbook(Box::new(rows)), Missing::IsEmpty)
            }
        };
        let header = read_header(&mut source, limits)?;
        Ok(Rows { source, header, missing, limits, is_over: false })
    }
}

/// The rows below the header. Memory is bounded by the limits, whatever the file's length.
pub struct Rows<'a> {
    source: RowSource<'a>,
    header: Vec<String>,
    missing: Missing,
    limits: &'a Limits,
    is_over: bool,
}

enum RowSource<'a> {
    Delimited(Box<DelimitedRows<'a>>),
    Workbook(Box<WorkbookRows<'a>>),
}

impl RowSource<'_> {
    /// The next row that holds something.
    fn next_row(&mut self, limits: &Limits) -> Result<Option<Row>, FileFault> {
        loop {
            let row = match self {
                Self::Delimited(rows) => rows.next_row()?,
                Self::Workbook(rows) => rows.next_row()?,
            };
            let Some(row) = row else { return Ok(None) };
            if row.number > limits.rows {
                return Err(FileFault::TooManyRows { limit: limits.rows });
            }
            if row.fault.is_some() || !row.cells.iter().all(Cell::is_blank) {
                return Ok(Some(row));
            }
        }
    }
}

/// The first row that holds something, without what is blank at its end.
fn read_header(source: &mut RowSource<'_>, limits: &Limits) -> Result<Vec<String>, FileFault> {
    let row = source.next_row(limits)?.ok_or(FileFault::Empty)?;
    match row.fault {
        Some(Reason::TooManyColumns { limit }) => return Err(FileFault::TooManyColumns { limit }),
        Some(reason) => {
            return Err(FileFault::BrokenHeader { column: row.cells.len().max(1), reason });
        }
        None => {}
    }
    let mut header = Vec::with_capacity(row.cells.len());
    for (index, cell) in row.cells.into_iter().enumerate() {
        if let Cell::Broken { reason, .. } = cell {
            return Err(FileFault::BrokenHeader { column: index + 1, reason });
        }
        header.push(cell.shown().trim().to_owned());
    }
    while header.last().is_some_and(String::is_empty) {
        header.pop();
    }
    Ok(header)
}

impl Rows<'_> {
    /// The header's cells, trimmed; one in the middle may be empty.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let row = self.source.next_row(self.limits).transpose();
        self.is_over = !matches!(row, Some(Ok(_)));
        row.map(|row| row.map(|row| row.fit(self.header.len(), self.missing)))
    }
}
