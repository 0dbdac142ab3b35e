//! An import with its edges.

use ::exchange::{ReadImports, bad_rows, import_jobs_by_id};
use async_graphql::{Context, ID, Object, SimpleObject};
use kernel::ImportJobId;

use super::{ImportKind, ImportMode, ImportState};
use crate::files::Attachment;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, Connection};
use crate::scalars::DateTime;
use crate::session::Session;

/// Which header holds a field.
#[derive(Clone, SimpleObject)]
pub struct ImportColumn {
    /// The field: `sku`, `name`, `price`.
    pub(super) field: String,
    /// The header over its column.
    pub(super) header: String,
}

/// Why a row was left out.
#[derive(Clone, SimpleObject)]
pub struct ImportFault {
    /// The row's number in the file, the header being 1.
    row: i64,
    /// The column's header, where it is about one cell.
    column: Option<String>,
    /// The reason, in the language of the request.
    reason: String,
}

/// A file being brought in, or one that was.
#[derive(Clone)]
pub struct ImportJob(pub(super) ::exchange::ImportJob);

/// A file being brought in, or one that was.
#[Object]
impl ImportJob {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What the file holds.
    async fn kind(&self) -> ImportKind {
        self.0.kind.into()
    }

    /// What becomes of the rows.
    async fn mode(&self) -> ImportMode {
        self.0.mode.into()
    }

    /// Where it stands.
    async fn state(&self) -> ImportState {
        self.0.state.into()
    }

    /// The file's name.
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }

    /// Rows below the header; null until they are counted.
    async fn rows_total(&self) -> Option<i64> {
        self.0.rows_total
    }

    /// Rows looked at so far.
    async fn rows_read(&self) -> i64 {
        self.0.rows_read
    }

    /// Rows that made a record; in a dry run, that would have.
    async fn rows_created(&self) -> i64 {
        self.0.rows_created
    }

    /// Rows that changed a record; in a dry run, that would have.
    async fn rows_updated(&self) -> i64 {
        self.0.rows_updated
    }

    /// Rows that say what is written already.
    async fn rows_unchanged(&self) -> i64 {
        self.0.rows_unchanged
    }

    /// Rows that were left out.
    async fn rows_bad(&self) -> i64 {
        self.0.rows_bad
    }

    /// Why it came to nothing, in the language of the request; null where it did not.
    async fn failure(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<&str>> {
        let language = Session::of(ctx)?.language();
        Ok(self.0.failure.as_ref().map(|text| text.get(language)))
    }

    /// Fields that the header has columns for; empty until it was read.
    async fn fields(&self) -> Vec<String> {
        self.0.mapping.iter().flat_map(|mapping| mapping.columns.keys().cloned()).collect()
    }

    /// Headers that are no field; their columns are not read.
    async fn unknown_columns(&self) -> &[String] {
        self.0.mapping.as_ref().map_or(&[], |mapping| &mapping.unknown)
    }

    /// Why rows were left out, in the order of the file.
    async fn bad_rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<ImportFault>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadImports>()?;
        let page = paging::request(first, after.as_deref(), None, None, "ROW")?;
        let rows = bad_rows(&*session.tx().await?, &permit, self.0.id, &page).await?;
        let language = session.language();
        Ok(Connection::of(rows, move |bad: ::exchange::BadRow| ImportFault {
            row: i64::try_from(bad.0.row).unwrap_or(i64::MAX),
            reason: bad.0.reason.text().get(language).to_owned(),
            column: bad.0.column,
        }))
    }

    /// The bad rows as a file, with their reasons beside them; null where there are none.
    async fn report(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Attachment>> {
        Ok(Session::of(ctx)?.load_made(self.0.report_id).await?)
    }

    /// Who started it; the rows are written with his rights.
    async fn started_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.created_by)).await?)
    }

    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was started.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was over; null until then.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(Into::into)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

impl Load<ImportJobId> for Loaders {
    type Value = ImportJob;

    async fn load(&self, keys: &[ImportJobId]) -> Loaded<ImportJobId, ImportJob> {
        let permit = self.permit::<ReadImports>()?;
        let found = import_jobs_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, ImportJob(row))).collect())
    }
}
