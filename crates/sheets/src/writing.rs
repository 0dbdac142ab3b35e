//! Tables written to files: a header, then rows, one at a time.
//!
//! Text that a spreadsheet program would take for a formula is made harmless (CSV) or stored as
//! text (XLSX), so that reading the file again gives what was written. Numbers are never touched.

mod delimited;
mod report;
mod workbook;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use kernel::Text;

pub use report::Report;

use crate::limits::{LARGEST_SHEET_COLUMNS, LARGEST_SHEET_ROWS, LONGEST_CELL_CHARS};
use crate::{Cell, DecimalMark, Notation, Separator};
use delimited::DelimitedWriter;
use workbook::WorkbookWriter;

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Text with separators.
    Csv(CsvLayout),
    /// A workbook of one sheet.
    Xlsx(XlsxLayout),
}

/// The notation of a CSV file. The default is the one that Excel in Russia opens by a double
/// click: UTF-8 with a byte order mark, semicolons, decimal commas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvLayout {
    /// How characters are stored.
    pub letters: Letters,
    /// Whether a byte order mark stands first; windows-1251 has none.
    pub mark: ByteOrderMark,
    /// What stands between cells.
    pub separator: Separator,
    /// What stands before the fraction.
    pub decimal: DecimalMark,
}

/// How the characters of a CSV file are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// UTF-8.
    #[default]
    Utf8,
    /// Windows-1251, for old programs in Russia. A character that it lacks becomes a question
    /// mark.
    Windows1251,
}

/// Whether a byte order mark stands first: Excel knows UTF-8 by it, other programs stumble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByteOrderMark {
    /// For spreadsheet programs.
    #[default]
    Written,
    /// For other programs.
    Omitted,
}

/// How a workbook is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XlsxLayout {
    /// The sheet's name: at most 31 characters without `[]:*?/\`.
    pub sheet: String,
    /// Where rows wait until the workbook is put together; the system's folder for temporary
    /// files where none is named. It takes about as much as the sheet's XML: some 50 bytes a cell.
    pub folder: Option<PathBuf>,
    /// What stands before the fraction of numbers that a workbook can keep as text only.
    pub decimal: DecimalMark,
}

/// Why writing stops. The file is then of no use.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// The disk's own error.
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
    /// More rows than a sheet holds. No second sheet is begun: whoever reads the first sheet,
    /// such as our own import, would lose the rest without a word. CSV has no such limit.
    #[error("a sheet holds {LARGEST_SHEET_ROWS} rows at most: choose CSV")]
    TooManyRows,
    /// More columns than a sheet holds.
    #[error("a sheet holds {LARGEST_SHEET_COLUMNS} columns at most")]
    TooManyColumns,
    /// A text longer than a cell holds.
    #[error("row {row}: a cell holds {LONGEST_CELL_CHARS} characters at most")]
    CellTooLong { row: u64 },
    /// The workbook's own error, such as a name that no sheet may have.
    #[error("the workbook cannot be written: {0}")]
    Workbook(String),
}

impl WriteFault {
    /// The sentence in both languages. An error of the disk is not told to strangers in detail.
    #[must_use]
    pub fn text(&self) -> Text {
        let ru = match self {
            Self::Io(_) => return Text::new("the file cannot be written", "файл не записан"),
            Self::TooManyRows => {
                format!("на листе не больше {LARGEST_SHEET_ROWS} строк: выберите CSV")
            }
            Self::TooManyColumns => format!("на листе не больше {LARGEST_SHEET_COLUMNS} столбцов"),
            Self::CellTooLong { row } => {
                format!("строка {row}: в ячейке не больше {LONGEST_CELL_CHARS} знаков")
            }
            Self::Workbook(why) => format!("книгу не удалось записать: {why}"),
        };
        Text::new(self.to_string(), ru)
    }
}

/// A file being written. It is whole only after [`Writer::finish`].
pub struct Writer {
    target: Target,
    row: u64,
}

enum Target {
    Delimited(Box<DelimitedWriter>),
    Workbook(Box<WorkbookWriter>),
}

impl Writer {
    /// Begins a file with its header.
    pub fn begin(file: File, layout: &Layout, header: &[String]) -> Result<Self, WriteFault> {
        let target = match layout {
            Layout::Csv(layout) => {
                Target::Delimited(Box::new(DelimitedWriter::begin(file, *layout)?))
            }
            Layout::Xlsx(layout) => {
                Target::Workbook(Box::new(WorkbookWriter::begin(file, layout)?))
            }
        };
        let mut writer = Self { target, row: 0 };
        let header: Vec<Cell> = header.iter().map(|title| Cell::text(title.as_str())).collect();
        writer.write(&header)?;
        Ok(writer)
    }

    /// Writes one row. Empty text is written as an empty cell.
    pub fn write(&mut self, cells: &[Cell]) -> Result<(), WriteFault> {
        self.row += 1;
        if cells.iter().any(is_too_long) {
            return Err(WriteFault::CellTooLong { row: self.row });
        }
        match &mut self.target {
            Target::Delimited(writer) => writer.write(cells),
            Target::Workbook(writer) => writer.write(cells),
        }
    }

    /// Completes the file.
    pub fn finish(self) -> Result<(), WriteFault> {
        match self.target {
            Target::Delimited(writer) => writer.finish(),
            Target::Workbook(writer) => writer.finish(),
        }
    }
}

fn is_too_long(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) | Cell::Broken { shown: text, .. } => {
            text.len() > LONGEST_CELL_CHARS && text.chars().count() > LONGEST_CELL_CHARS
        }
        _ => false,
    }
}

impl CsvLayout {
    /// The layout of a file that was read, for a report in its own notation. Its encoding becomes
    /// UTF-8 with a mark: a reason may need letters that the other has not.
    #[must_use]
    pub fn like(notation: Notation, decimal: DecimalMark) -> Self {
        Self {
            letters: Letters::Utf8,
            mark: ByteOrderMark::Written,
            separator: notation.separator,
            decimal,
        }
    }
}
