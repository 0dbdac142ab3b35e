//! What this crate knows of lists: their rows come page by page, as cells or as JSON. The API
//! above it knows how they are read; nothing else of it is known here.

use access::Scope;
use async_trait::async_trait;
use db::Fault;
use kernel::{DateTime, Language, Text, Utc};
use serde_json::Value;
use sheets::Cell;

use super::model::{ExportFormat, Headings};
use super::rights::RightsUsed;

/// What is to be read of which list.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The field of the API's root.
    pub list: String,
    /// The field's arguments but for those of paging.
    pub arguments: Value,
    /// The columns; empty for the list's own.
    pub columns: Vec<String>,
    /// Cells, or JSON.
    pub format: ExportFormat,
    /// What stands over the columns.
    pub headings: Headings,
    /// The language of headings.
    pub language: Language,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub enum ListRow {
    /// Under the header's columns.
    Cells(Vec<Cell>),
    /// A line of JSON, without its end.
    Json(String),
}

/// Some rows of a list, in its order.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    /// The rows.
    pub rows: Vec<ListRow>,
    /// Whether more follow.
    pub has_next: bool,
}

/// Why a list cannot be read.
#[derive(Debug)]
pub enum ListFault {
    /// For a reason that whoever asked is told.
    Told(Text),
    /// The machinery failed; another try may do.
    Fault(Fault),
}

/// A list that is being read, from one snapshot.
#[async_trait]
pub trait ExportListing: Send {
    /// What stands over the columns.
    fn header(&self) -> Vec<String>;

    /// The moment whose state is read.
    fn as_of(&self) -> DateTime<Utc>;

    /// How many rows there are, where that is known exactly.
    fn rows_total(&self) -> Option<i64>;

    /// The rights that were used so far.
    fn rights(&self) -> RightsUsed;

    /// The next rows.
    async fn next(&mut self) -> Result<ListPage, ListFault>;

    /// Lets go of the snapshot.
    async fn end(self: Box<Self>);
}

/// The lists there are.
#[async_trait]
pub trait ExportLists: Send + Sync {
    /// Begins to read a list with the rights of a scope.
    async fn open(
        &self,
        scope: &Scope,
        wanted: &Wanted,
    ) -> Result<Box<dyn ExportListing>, ListFault>;
}
