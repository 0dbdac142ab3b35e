//! Queries of returns and credit notes.

use ::sales::{ReadReturns, ReturnFilter};
use async_graphql::{Context, Object};
use kernel::{CreditNoteId, SalesReturnId};

use super::inputs::SalesReturnFilter;
use super::note::CreditNote;
use super::sales_return::SalesReturn;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::sales::queries::{SalesDocumentOrder, sort_of};
use crate::session::Session;

/// Queries of returns.
#[derive(Default)]
pub struct ReturnQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl ReturnQuery {
    /// A return; null with NOT_FOUND where there is none for the caller.
    async fn sales_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The return's global id.")] id: GlobalId<SalesReturnId>,
    ) -> async_graphql::Result<Option<SalesReturn>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// A credit note; null with NOT_FOUND where there is none for the caller.
    async fn credit_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's global id.")] id: GlobalId<CreditNoteId>,
    ) -> async_graphql::Result<Option<CreditNote>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Returns, newest first where no order is given.
    async fn sales_returns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<SalesReturnFilter>,
        #[graphql(desc = "The order.")] order_by: Option<SalesDocumentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<SalesReturn>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadReturns>()?;
        let sort = sort_of(session, order_by)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let mut filter = filter.unwrap_or_default();
        let custom =
            conditions::<::sales::SalesReturn>(session, filter.custom_fields.take()).await?;
        let filter = ReturnFilter { custom, ..filter.into() };
        let tx = session.tx().await?;
        let rows = ::sales::returns(&tx, &permit, &filter, sort, &page).await?;
        let count = move |session: Session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move { Ok(::sales::count_returns(&*session.tx().await?, &permit, &filter).await?) }
        };
        Ok(Connection::of(rows, SalesReturn::from).counted(count))
    }
}
