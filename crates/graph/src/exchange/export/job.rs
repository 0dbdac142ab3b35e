//! An export with its edges.

use ::exchange::{ReadExports, export_jobs_by_id};
use async_graphql::{Context, ID, Json, Object};
use kernel::ExportJobId;
use serde_json::Value;

use super::{ExportFormat, ExportState};
use crate::files::Attachment;
use crate::identity::{ApiKey, AuditEntry, User, history};
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::DateTime;
use crate::session::Session;

/// A list being written to a file, or one that was.
#[derive(Clone)]
pub struct ExportJob(pub(super) ::exchange::ExportJob);

/// A list being written to a file, or one that was.
#[Object]
impl ExportJob {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The list: a field of the root that gives a connection.
    async fn list(&self) -> &str {
        &self.0.list
    }

    /// The list's arguments, as they were given.
    async fn arguments(&self) -> Json<Value> {
        Json(self.0.arguments.clone())
    }

    /// The columns asked for; empty for the list's own.
    async fn columns(&self) -> &[String] {
        &self.0.columns
    }

    /// What kind of file.
    async fn format(&self) -> ExportFormat {
        self.0.format.into()
    }

    /// Where it stands.
    async fn state(&self) -> ExportState {
        self.0.state.into()
    }

    /// Rows there are; null until they are counted, and above 10,000.
    async fn rows_total(&self) -> Option<i64> {
        self.0.rows_total
    }

    /// Rows written so far.
    async fn rows_written(&self) -> i64 {
        self.0.rows_written
    }

    /// The moment whose state the file shows: all of its rows are of one snapshot. Null until it
    /// begins.
    async fn as_of(&self) -> Option<DateTime> {
        self.0.as_of.map(Into::into)
    }

    /// The file; null until it is whole, after it expires, and for those who lack a right that it
    /// was read with.
    async fn file(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Attachment>> {
        let session = Session::of(ctx)?;
        let now = session.db().clock().now();
        Ok(session.load_made(self.0.file_for(session.scope()?, now)).await?)
    }

    /// Why it came to nothing, in the language of the request; null where it did not.
    async fn failure(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<&str>> {
        let language = Session::of(ctx)?.language();
        Ok(self.0.failure.as_ref().map(|text| text.get(language)))
    }

    /// Who started it; the list is read with his rights. Null where a partner's key did.
    async fn started_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// The partner's key that started it; the list is read with its scopes. Null where a person
    /// did, and for those who may not see keys.
    async fn started_by_key(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApiKey>> {
        match Session::of(ctx)?.load_made(self.0.api_key).await {
            Err(failure) if failure.is_forbidden() => Ok(None),
            found => Ok(found?),
        }
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

    /// Until when the file is given out; null where there is none.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(Into::into)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

impl Load<ExportJobId> for Loaders {
    type Value = ExportJob;

    async fn load(&self, keys: &[ExportJobId]) -> Loaded<ExportJobId, ExportJob> {
        let permit = self.permit::<ReadExports>()?;
        let found = export_jobs_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, ExportJob(row))).collect())
    }
}
