//! Jobs as they are read.

use std::collections::BTreeMap;

use access::{Action, Right};
use db::{Fault, FromQueryResult};
use kernel::{AttachmentId, DateTime, ImportJobId, Language, Text, UserId, Utc, Uuid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sheets::{Mapping, Profile};

use crate::commands::FileOptions;
use crate::queue::language_of;

/// Reads one's own imports, or all that are within reach.
#[derive(Clone, Copy, Debug)]
pub struct ReadImports;

impl Action for ReadImports {
    const RIGHT: Right = Right::ImportRun;
}

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $word:ident = $text:literal),* $(,)? })*) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[doc = $each])+ $word),* }

        impl $name {
            /// The word as the table and the API write it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }

            pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
                match text {
                    $($text => Ok(Self::$word),)*
                    other => Err(Fault::broken(format!("{other} is no {}", stringify!($name)))),
                }
            }
        }
    )*};
}

pub(crate) use words;

words! {
    /// What kind of records a file holds.
    ImportKind {
        /// Products with their groups, and prices in the default list.
        Products = "PRODUCTS",
        /// Variants of products that are there, by their values of attributes.
        ProductVariants = "PRODUCT_VARIANTS",
        /// Customers with their managers and regions.
        Customers = "CUSTOMERS",
        /// Contact persons of customers that are there.
        Contacts = "CONTACTS",
        /// Prices in price lists that are there.
        Prices = "PRICES",
        /// What lies in the warehouses on a start date.
        Stock = "STOCK",
    }
    /// What becomes of the rows.
    ImportMode {
        /// Every row is looked at, none is written.
        DryRun = "DRY_RUN",
        /// All rows are written together, or none where one is bad.
        AllOrNothing = "ALL_OR_NOTHING",
        /// Good rows are written, bad ones are left out and told.
        SkipBad = "SKIP_BAD",
    }
    /// Where an import stands.
    ImportState {
        /// Nobody works on it yet.
        Waiting = "WAITING",
        /// A worker is at it.
        Running = "RUNNING",
        /// All was done.
        Done = "DONE",
        /// All or nothing: some row is bad, and nothing was written.
        Rejected = "REJECTED",
        /// The file could not be read, or the work could not go on.
        Failed = "FAILED",
        /// Somebody stopped it; what was written before stays.
        Cancelled = "CANCELLED",
    }
}

impl ImportState {
    /// Whether nothing more happens.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// What a worker is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Checking,
    Writing,
}

impl Phase {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "CHECKING",
            Self::Writing => "WRITING",
        }
    }
}

/// A file being brought in, or one that was.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportJob {
    /// Its id.
    pub id: ImportJobId,
    /// What the file holds.
    pub kind: ImportKind,
    /// What becomes of the rows.
    pub mode: ImportMode,
    /// Where it stands.
    pub state: ImportState,
    /// The file.
    pub file_id: AttachmentId,
    /// The file's name.
    pub file_name: String,
    /// How the file is read.
    pub options: FileOptions,
    /// Fields to headers, as asked.
    pub columns: Profile,
    /// How the header was understood, once it was read.
    pub mapping: Option<Mapping>,
    /// The language of the report.
    pub language: Language,
    pub(crate) phase: Phase,
    /// The last row that is done with.
    pub(crate) position: u64,
    /// Rows below the header, once they were counted.
    pub rows_total: Option<i64>,
    /// Rows looked at.
    pub rows_read: i64,
    /// Rows that made a record, or would have.
    pub rows_created: i64,
    /// Rows that changed one, or would have.
    pub rows_updated: i64,
    /// Rows that say what is written already.
    pub rows_unchanged: i64,
    /// Rows left out.
    pub rows_bad: i64,
    /// Why it came to nothing.
    pub failure: Option<Text>,
    /// The bad rows as a file with their reasons.
    pub report_id: Option<AttachmentId>,
    /// Somebody wants it stopped.
    pub cancel_asked: bool,
    /// Grows with each change.
    pub version: i32,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// Who started it.
    pub created_by: UserId,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A row that was left out, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct BadRow(pub sheets::Fault);

/// A saved mapping of headers.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportProfile {
    /// For which kind of file.
    pub kind: ImportKind,
    /// Its name, unique for the kind.
    pub name: String,
    /// Fields to headers.
    pub columns: BTreeMap<String, String>,
    /// How such a file is read.
    pub options: FileOptions,
    /// Grows with each change.
    pub version: i32,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: Option<UserId>,
}

/// A sentence in both languages, as the table keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) en: String,
    pub(crate) ru: String,
}

pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_json::from_value(value)
        .map_err(|error| Fault::broken(format!("a job's JSON is not ours: {error}")))
}

pub(crate) fn told<T: Serialize>(value: &T) -> Result<Value, Fault> {
    serde_json::to_value(value)
        .map_err(|error| Fault::broken(format!("a job without JSON: {error}")))
}

/// A job's row.
#[derive(FromQueryResult)]
pub(crate) struct JobRow {
    id: ImportJobId,
    kind: String,
    mode: String,
    state: String,
    file_id: AttachmentId,
    file_name: String,
    options: Value,
    columns: Value,
    mapping: Option<Value>,
    language: String,
    phase: String,
    position: i64,
    rows_total: Option<i64>,
    rows_read: i64,
    rows_created: i64,
    rows_updated: i64,
    rows_unchanged: i64,
    rows_bad: i64,
    failure: Option<Value>,
    report_id: Option<Uuid>,
    cancel_asked: bool,
    version: i32,
    created_at: DateTime<Utc>,
    created_by: UserId,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<JobRow> for ImportJob {
    type Error = Fault;

    fn try_from(row: JobRow) -> Result<Self, Fault> {
        let failure: Option<Told> = row.failure.map(read).transpose()?;
        Ok(Self {
            id: row.id,
            kind: ImportKind::parse(&row.kind)?,
            mode: ImportMode::parse(&row.mode)?,
            state: ImportState::parse(&row.state)?,
            file_id: row.file_id,
            file_name: row.file_name,
            options: read(row.options)?,
            columns: read(row.columns)?,
            mapping: row.mapping.map(read).transpose()?,
            language: language_of(&row.language),
            phase: if row.phase == "WRITING" { Phase::Writing } else { Phase::Checking },
            position: u64::try_from(row.position).unwrap_or_default(),
            rows_total: row.rows_total,
            rows_read: row.rows_read,
            rows_created: row.rows_created,
            rows_updated: row.rows_updated,
            rows_unchanged: row.rows_unchanged,
            rows_bad: row.rows_bad,
            failure: failure.map(|told| Text::new(told.en, told.ru)),
            report_id: row.report_id.map(AttachmentId),
            cancel_asked: row.cancel_asked,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
            finished_at: row.finished_at,
        })
    }
}
