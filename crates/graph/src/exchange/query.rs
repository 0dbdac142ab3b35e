//! Queries about imports.

use ::exchange::{ReadImports, count_import_jobs, import_jobs, import_profiles};
use async_graphql::{Context, Object, SimpleObject};
use kernel::ImportJobId;

use super::ImportKind;
use super::job::{ImportColumn, ImportJob};
use crate::ids::GlobalId;
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::DateTime;
use crate::session::Session;

/// A saved mapping of a sender's headers.
#[derive(Clone, SimpleObject)]
pub struct ImportProfile {
    /// For which kind of file.
    kind: ImportKind,
    /// Its name, unique for the kind.
    name: String,
    /// Which header holds which field.
    columns: Vec<ImportColumn>,
    /// Grows with each change.
    version: i32,
    /// When it was changed last.
    updated_at: DateTime,
}

/// Queries about imports.
#[derive(Default)]
pub struct ExchangeQuery;

#[Object]
impl ExchangeQuery {
    /// Imports, one's own or all within reach, the newest first.
    async fn import_jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ImportJob>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadImports>()?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NEWEST")?;
        let rows = import_jobs(&*session.tx().await?, &permit, &page).await?;
        Ok(Connection::of(rows, ImportJob).counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(count_import_jobs(&tx, &permit, COUNT_CAP + 1).await?)
            }
        }))
    }

    /// One import.
    async fn import_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<ImportJobId>,
    ) -> async_graphql::Result<Option<ImportJob>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Saved mappings of headers, by kind and name.
    async fn import_profiles(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<ImportProfile>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadImports>()?;
        let found = import_profiles(&*session.tx().await?, &permit).await?;
        let shown = found.into_iter().map(|row| ImportProfile {
            kind: row.kind.into(),
            name: row.name,
            columns: row
                .columns
                .into_iter()
                .map(|(field, header)| ImportColumn { field, header })
                .collect(),
            version: row.version,
            updated_at: row.updated_at.into(),
        });
        Ok(shown.collect())
    }
}
