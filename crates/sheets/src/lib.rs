//! Tables in files: CSV and XLSX, read and written as streams of rows.
//!
//! Strangers' files are opened here and nowhere else, so the bounds stand here ([`Limits`]): the
//! memory that reading takes does not grow with the file. This crate knows no context and no
//! database: which column is which field is for the caller to say ([`Mapping`]).

mod cell;
mod delimited;
mod fault;
mod limits;
mod mapping;
mod protection;
mod refused;
mod sheet;
mod typed;
mod workbook;
mod writing;

pub use cell::{Cell, Row};
pub use delimited::{Encoding, Notation, Separator};
pub use fault::{Fault, Reason};
pub use limits::{LARGEST_SHEET_COLUMNS, LARGEST_SHEET_ROWS, LONGEST_CELL_CHARS, Limits};
pub use mapping::{Field, Mapping, Need, Profile, normalised};
pub use refused::FileFault;
pub use sheet::{Format, Rows, Sheet};
pub use typed::{DateOrder, DecimalMark, Reading, Serials, required};
pub use writing::{
    ByteOrderMark, CsvLayout, Layout, Letters, Report, WriteFault, Writer, XlsxLayout,
};

#[cfg(test)]
mod tests;
