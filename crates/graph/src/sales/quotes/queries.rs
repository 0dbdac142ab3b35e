//! Queries of quotes.

use ::sales::{OrderSort, QuoteFilter as Wanted, ReadQuotes};
use async_graphql::{Context, Object};
use kernel::{CustomerId, Page, QuoteId};

use super::inputs::QuoteFilter;
use super::loads::{QuoteCountOf, QuotesOfCustomer};
use super::quote::Quote;
use crate::custom::conditions;
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::sales::queries::{SalesDocumentOrder, sort_of};
use crate::session::Session;

/// The newest quotes for a customer, for his `quotes` field: all customers of one level are read
/// together. Further pages stand in the root field `quotes`, with the same cursors.
///
/// # Errors
/// FORBIDDEN without the right to see quotes, BAD_USER_INPUT for a size out of range, and faults.
pub async fn quotes_of_customer(
    session: &Session,
    customer: CustomerId,
    first: Option<i32>,
) -> Result<Connection<Quote>, Failure> {
    let limit = paging::request(first, None, None, None, OrderSort::default().name())?.limit;
    let page = session.load(QuotesOfCustomer { customer, limit }).await?;
    let page = page.unwrap_or(Page { rows: vec![], has_next: false, has_previous: false });
    Ok(Connection::of(page, Quote::from).counted(move |session| async move {
        Ok(session.load(QuoteCountOf(customer)).await?.unwrap_or_default())
    }))
}

/// Queries of quotes.
#[derive(Default)]
pub struct QuoteQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl QuoteQuery {
    /// A quote; null with NOT_FOUND where there is none for the caller.
    async fn quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The quote's global id.")] id: GlobalId<QuoteId>,
    ) -> async_graphql::Result<Option<Quote>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Quotes in all their versions, newest first where no order is given.
    async fn quotes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<QuoteFilter>,
        #[graphql(desc = "The order.")] order_by: Option<SalesDocumentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Quote>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadQuotes>()?;
        let sort = sort_of(session, order_by)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let mut filter = filter.unwrap_or_default();
        let custom = conditions::<::sales::Quote>(session, filter.take_custom()).await?;
        let filter = Wanted { custom, ..filter.into() };
        let tx = session.tx().await?;
        let rows = ::sales::quotes(&tx, &permit, &filter, sort, &page).await?;
        let count = move |session: Session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move { Ok(::sales::count_quotes(&*session.tx().await?, &permit, &filter).await?) }
        };
        Ok(Connection::of(rows, Quote::from).counted(count))
    }
}
