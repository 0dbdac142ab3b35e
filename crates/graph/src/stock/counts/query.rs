//! Questions about counts.

use ::stock::{CountFilter, CountRow, ReadCounts};
use async_graphql::{Context, Object};
use kernel::CountId;

use super::count::StockCount;
use super::inputs::{StockCountFilter, StockCountLines, StockCountOrder};
use super::line::StockCountLine;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::session::Session;

/// Queries about counts.
#[derive(Default)]
pub struct CountQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl CountQuery {
    /// Stock counts; the newest first where no order is asked for.
    async fn stock_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<StockCountFilter>,
        #[graphql(desc = "The order.")] order_by: Option<StockCountOrder>,
    ) -> async_graphql::Result<Connection<StockCount>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadCounts>()?;
        let order = StockCountOrder::read(order_by);
        let name = order.0.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let mut filter = filter;
        let asked = filter.as_mut().and_then(|filter| filter.custom_fields.take());
        let custom = conditions::<CountRow>(session, asked).await?;
        let filter = filter.map(StockCountFilter::read).unwrap_or_default();
        let filter = CountFilter { custom, ..filter };
        let tx = session.tx().await?;
        let page = ::stock::counts(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadCounts>()?;
                Ok(::stock::count_counts(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, StockCount::from).counted(count))
    }

    /// The goods of a count, by product: all of them, those that differ, or those that nobody
    /// entered yet.
    async fn stock_count_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count's global id.")] count: GlobalId<CountId>,
        #[graphql(desc = "Which of them.", default_with = "StockCountLines::All")]
        which: StockCountLines,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<StockCountLine>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadCounts>()?;
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), "PRODUCT")?;
        let asked = (count.0, which.into());
        let tx = session.tx().await?;
        let page = ::stock::count_lines(&tx, &permit, asked, &request).await?;
        let total = move |session: Session| async move {
            let permit = session.permit::<ReadCounts>()?;
            Ok(::stock::count_count_lines(&*session.tx().await?, &permit, asked).await?)
        };
        Ok(Connection::of(page, StockCountLine::from).counted(total))
    }

    /// One count.
    async fn stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<CountId>,
    ) -> async_graphql::Result<Option<StockCount>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
