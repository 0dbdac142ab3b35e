//! Queries of service acts.

use ::sales::{ActFilter, ReadActs};
use async_graphql::{Context, Object};
use kernel::ServiceActId;

use super::act::ServiceAct;
use super::inputs::ServiceActFilter;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::sales::queries::{SalesDocumentOrder, sort_of};
use crate::session::Session;

/// Queries of service acts.
#[derive(Default)]
pub struct ActQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl ActQuery {
    /// An act; null with NOT_FOUND where there is none for the caller.
    async fn service_act(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The act's global id.")] id: GlobalId<ServiceActId>,
    ) -> async_graphql::Result<Option<ServiceAct>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Service acts, newest first where no order is given.
    async fn service_acts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<ServiceActFilter>,
        #[graphql(desc = "The order.")] order_by: Option<SalesDocumentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ServiceAct>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadActs>()?;
        let sort = sort_of(session, order_by)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let mut filter = filter.unwrap_or_default();
        let custom =
            conditions::<::sales::ServiceAct>(session, filter.custom_fields.take()).await?;
        let filter = ActFilter { custom, ..filter.into() };
        let tx = session.tx().await?;
        let rows = ::sales::acts(&tx, &permit, &filter, sort, &page).await?;
        let count = move |session: Session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move { Ok(::sales::count_acts(&*session.tx().await?, &permit, &filter).await?) }
        };
        Ok(Connection::of(rows, ServiceAct::from).counted(count))
    }
}
