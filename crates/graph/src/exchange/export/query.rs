//! Queries about exports.

use ::exchange::{ReadExports, count_export_jobs, export_jobs};
use async_graphql::{Context, Object, SimpleObject};
use kernel::ExportJobId;

use super::ExportJob;
use super::headings::heading;
use super::reader::catalogue;
use crate::ids::GlobalId;
use crate::paging::{self, COUNT_CAP, Connection};
use crate::session::Session;

/// A list that can be exported.
#[derive(Clone, SimpleObject)]
pub struct ExportableList {
    /// Its name: a field of the root.
    name: String,
    /// What it holds.
    description: String,
    /// The columns that a form can offer. Further ones are named by the path of fields that leads
    /// to a value, such as `customer.region.name` or `customFields.KEY`.
    columns: Vec<ExportableColumn>,
}

/// A column of a list.
#[derive(Clone, SimpleObject)]
pub struct ExportableColumn {
    /// The path of fields that leads to it.
    path: String,
    /// What stands over it, in the language of the request.
    heading: String,
    /// Whether it is there where no columns are named and the caller may see it.
    is_default: bool,
}

/// Queries about exports.
#[derive(Default)]
pub struct ExportQuery;

#[Object]
impl ExportQuery {
    /// Exports, one's own or all within reach, the newest first.
    async fn export_jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ExportJob>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadExports>()?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NEWEST")?;
        let rows = export_jobs(&*session.tx().await?, &permit, &page).await?;
        Ok(Connection::of(rows, ExportJob).counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(count_export_jobs(&tx, &permit, COUNT_CAP + 1).await?)
            }
        }))
    }

    /// One export.
    async fn export_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<ExportJobId>,
    ) -> async_graphql::Result<Option<ExportJob>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Every list that can be exported, with columns to choose from.
    async fn exportable_lists(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<ExportableList>> {
        let session = Session::of(ctx)?;
        session.permit::<ReadExports>()?;
        let language = session.language();
        let shown = catalogue().lists().iter().map(|list| ExportableList {
            name: list.name.clone(),
            description: list.description.clone(),
            columns: catalogue()
                .offered(&list.row)
                .into_iter()
                .map(|(column, is_default)| ExportableColumn {
                    heading: heading(&column, language),
                    path: column.path,
                    is_default,
                })
                .collect(),
        });
        Ok(shown.collect())
    }
}
