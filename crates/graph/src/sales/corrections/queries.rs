//! Queries of price corrections.

use ::sales::{CorrectionFilter, ReadCorrections};
use async_graphql::{Context, Object};
use kernel::PriceCorrectionId;

use super::correction::PriceCorrection;
use super::inputs::PriceCorrectionFilter;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::sales::queries::{SalesDocumentOrder, sort_of};
use crate::session::Session;

/// Queries of price corrections.
#[derive(Default)]
pub struct CorrectionQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl CorrectionQuery {
    /// A price correction; null with NOT_FOUND where there is none for the caller.
    async fn price_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The correction's global id.")] id: GlobalId<PriceCorrectionId>,
    ) -> async_graphql::Result<Option<PriceCorrection>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Price corrections, newest first where no order is given.
    async fn price_corrections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<PriceCorrectionFilter>,
        #[graphql(desc = "The order.")] order_by: Option<SalesDocumentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<PriceCorrection>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadCorrections>()?;
        let sort = sort_of(session, order_by)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let filter = CorrectionFilter::from(filter.unwrap_or_default());
        let tx = session.tx().await?;
        let rows = ::sales::corrections(&tx, &permit, &filter, sort, &page).await?;
        let count = move |session: Session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move { Ok(::sales::count_corrections(&*session.tx().await?, &permit, &filter).await?) }
        };
        Ok(Connection::of(rows, PriceCorrection::from).counted(count))
    }
}
