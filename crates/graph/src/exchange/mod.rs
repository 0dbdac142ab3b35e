//! Files brought in and lists written to files, as the API shows it.

mod export;
mod job;
mod mutation;
mod query;

pub use export::{ExportJob, ExportMutation, ExportQuery, Lists};
pub use job::ImportJob;
pub use mutation::ExchangeMutation;
pub use query::ExchangeQuery;

use async_graphql::Enum;

/// What kind of records a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::ImportKind")]
pub enum ImportKind {
    /// Products with their groups, and prices in the default list.
    Products,
    /// Variants of products that are there, by their values of attributes.
    ProductVariants,
    /// Customers with their managers and regions.
    Customers,
    /// Contact persons of customers that are there.
    Contacts,
    /// Prices in price lists that are there.
    Prices,
    /// What lies in the warehouses on a start date: it becomes posted goods receipts.
    Stock,
}

/// What becomes of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::ImportMode")]
pub enum ImportMode {
    /// Every row is looked at, none is written.
    DryRun,
    /// All rows are written together, or none where one is bad.
    AllOrNothing,
    /// Good rows are written, bad ones are left out and told.
    SkipBad,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::ImportState")]
pub enum ImportState {
    /// Nobody works on it yet.
    Waiting,
    /// A worker is at it.
    Running,
    /// All was done.
    Done,
    /// All or nothing: some row is bad, and nothing was written.
    Rejected,
    /// The file could not be read, or the work could not go on.
    Failed,
    /// Somebody stopped it; what was written before stays.
    Cancelled,
}

/// How the characters of a CSV file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::Encoding")]
pub enum FileEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Windows-1251, what Excel writes in Russia.
    Windows1251,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// What stands between the cells of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::Separator")]
pub enum FileSeparator {
    /// A comma.
    Comma,
    /// A semicolon.
    Semicolon,
    /// A tab.
    Tab,
}

/// What stands before the fraction of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::DecimalMark")]
pub enum FileDecimalMark {
    /// A comma.
    Comma,
    /// A point.
    Point,
}

/// Which dates with slashes are read; 31.12.2026 and 2026-12-31 always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::exchange::DateOrder")]
pub enum FileDateOrder {
    /// None.
    Dotted,
    /// 12/31/2026.
    MonthFirst,
}
