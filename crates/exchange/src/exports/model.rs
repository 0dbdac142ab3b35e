//! Exports as they are read.

use access::{Action, Actor, Right, Scope};
use db::{Fault, FromQueryResult};
use kernel::{ApiKeyId, AttachmentId, DateTime, ExportJobId, Language, Text, UserId, Utc, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sheets::{DecimalMark, Separator};

use super::rights::RightsUsed;
use crate::model::{Told, read, words};
use crate::queue::{language_of, starter};

/// Reads one's own exports, or all that are within reach.
#[derive(Clone, Copy, Debug)]
pub struct ReadExports;

impl Action for ReadExports {
    const RIGHT: Right = Right::ExportRun;
}

words! {
    /// What kind of file is written.
    ExportFormat {
        /// Text with separators.
        Csv = "CSV",
        /// A workbook of one sheet.
        Xlsx = "XLSX",
        /// A JSON object a line.
        Jsonl = "JSONL",
    }
    /// Where an export stands.
    ExportState {
        /// Nobody works on it yet.
        Waiting = "WAITING",
        /// A worker is at it.
        Running = "RUNNING",
        /// The file is there, until it expires.
        Done = "DONE",
        /// The list could not be read, or the file not be written.
        Failed = "FAILED",
        /// Somebody stopped it.
        Cancelled = "CANCELLED",
    }
}

/// What stands over the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Headings {
    /// Words, in the language of the export.
    Words,
    /// The columns' own paths, for programs.
    Paths,
}

/// How the characters of a CSV file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WrittenEncoding {
    /// UTF-8 with a byte order mark, by which Excel knows it.
    Utf8WithMark,
    /// UTF-8 alone, for other programs.
    Utf8,
    /// Windows-1251.
    Windows1251,
}

impl ExportState {
    /// Whether nothing more happens.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// How a file is written; what is not said is as Excel in Russia opens it by a double click.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportOptions {
    /// How the characters of a CSV file are stored; UTF-8 with a byte order mark.
    pub encoding: Option<WrittenEncoding>,
    /// What stands between the cells of a CSV file; a semicolon.
    pub separator: Option<Separator>,
    /// What stands before the fraction in a CSV file; a comma.
    pub decimal: Option<DecimalMark>,
    /// What stands over the columns; words.
    pub headings: Option<Headings>,
}

/// A list being written to a file, or one that was.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportJob {
    /// Its id.
    pub id: ExportJobId,
    /// The field of the API's root.
    pub list: String,
    /// The field's arguments but for those of paging.
    pub arguments: Value,
    /// The columns asked for; empty for the list's own.
    pub columns: Vec<String>,
    /// What kind of file.
    pub format: ExportFormat,
    /// How it is written.
    pub options: ExportOptions,
    /// The language of headings and messages in the file.
    pub language: Language,
    /// Where it stands.
    pub state: ExportState,
    /// Rows there are, where they were counted.
    pub rows_total: Option<i64>,
    /// Rows written so far.
    pub rows_written: i64,
    /// The moment whose state the file shows.
    pub as_of: Option<DateTime<Utc>>,
    pub(crate) rights: RightsUsed,
    pub(crate) file_id: Option<AttachmentId>,
    /// Why it came to nothing.
    pub failure: Option<Text>,
    /// Somebody wants it stopped.
    pub cancel_asked: bool,
    /// Grows with each change.
    pub version: i32,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// The person who started it.
    pub created_by: Option<UserId>,
    /// The partner's key that did.
    pub api_key: Option<ApiKeyId>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// Until when the file is given out.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A job's row.
#[derive(FromQueryResult)]
pub(crate) struct ExportRow {
    id: ExportJobId,
    list: String,
    arguments: Value,
    columns: Vec<String>,
    format: String,
    options: Value,
    language: String,
    state: String,
    rows_total: Option<i64>,
    rows_written: i64,
    as_of: Option<DateTime<Utc>>,
    rights: Value,
    file_id: Option<Uuid>,
    failure: Option<Value>,
    cancel_asked: bool,
    version: i32,
    created_at: DateTime<Utc>,
    created_by: Option<UserId>,
    api_key_id: Option<Uuid>,
    finished_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

impl TryFrom<ExportRow> for ExportJob {
    type Error = Fault;

    fn try_from(row: ExportRow) -> Result<Self, Fault> {
        let failure: Option<Told> = row.failure.map(read).transpose()?;
        Ok(Self {
            id: row.id,
            list: row.list,
            arguments: row.arguments,
            columns: row.columns,
            format: ExportFormat::parse(&row.format)?,
            options: read(row.options)?,
            language: language_of(&row.language),
            state: ExportState::parse(&row.state)?,
            rows_total: row.rows_total,
            rows_written: row.rows_written,
            as_of: row.as_of,
            rights: RightsUsed::read(row.rights)?,
            file_id: row.file_id.map(AttachmentId),
            failure: failure.map(|told| Text::new(told.en, told.ru)),
            cancel_asked: row.cancel_asked,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
            api_key: row.api_key_id.map(ApiKeyId),
            finished_at: row.finished_at,
            expires_at: row.expires_at,
        })
    }
}

impl ExportJob {
    /// Whether the file, if there is one, may be given to somebody.
    pub(crate) fn may_be_given(&self, scope: &Scope, now: DateTime<Utc>) -> bool {
        let is_inside = matches!(scope.actor(), Actor::Worker(_));
        let is_kept = is_inside || self.expires_at.is_none_or(|end| now < end);
        let starter = starter(self.created_by, self.api_key);
        is_kept && starter.is_ok_and(|starter| self.rights.let_see(scope, starter))
    }

    /// The file, where it is there and may be given to this scope at this moment.
    #[must_use]
    pub fn file_for(&self, scope: &Scope, now: DateTime<Utc>) -> Option<AttachmentId> {
        self.file_id.filter(|_| self.may_be_given(scope, now))
    }
}
