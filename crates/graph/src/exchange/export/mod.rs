//! Lists written to files. Any connection of the root is a list to export: which columns it has is
//! read from the schema itself, and its rows by the same query that a client would send.

mod catalogue;
mod cells;
mod columns;
mod headings;
mod job;
mod mutation;
mod query;
mod reader;
mod words;

pub use job::ExportJob;
pub use mutation::ExportMutation;
pub use query::ExportQuery;
pub use reader::Lists;

use async_graphql::Enum;

/// What kind of file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::ExportFormat")]
pub enum ExportFormat {
    /// Text with separators. Text that a spreadsheet program would take for a formula gets an
    /// apostrophe before it.
    Csv,
    /// A workbook of one sheet, of at most 1,048,575 rows.
    Xlsx,
    /// A JSON object a line, with values as the API gives them.
    Jsonl,
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::ExportState")]
pub enum ExportState {
    /// Nobody works on it yet.
    Waiting,
    /// A worker is at it.
    Running,
    /// The file is there, until it expires.
    Done,
    /// The list could not be read, or the file not be written.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// What stands over the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::Headings")]
pub enum ExportHeadings {
    /// Words, in the language of the export.
    Words,
    /// The columns' own paths, for programs.
    Paths,
}

/// How the characters of a CSV file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::WrittenEncoding")]
pub enum ExportEncoding {
    /// UTF-8 with a byte order mark, by which Excel knows it.
    Utf8WithMark,
    /// UTF-8 alone, for other programs.
    Utf8,
    /// Windows-1251; a character that it lacks becomes a question mark.
    Windows1251,
}
