//! Questions about stock that take more than its balances.

use ::stock::{Moment, Period, ReadStock, ReportStock};
use async_graphql::{Context, Object};
use chrono::Days;
use kernel::{LotId, NaiveDate};

use super::idle::{ExpiringStock, SlowStock};
use super::inputs::{
    IdleStockFilter, LotFilterInput, LotOrder, PastStockDetail, SlowStockCondition,
    StockAnswerFilter, StockTurnoverGrouping, days,
};
use super::past::PastStock;
use super::trace::LotTrace;
use super::turnover::StockTurnover;
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::scalars::{Date, DateTime};
use crate::session::Session;
use crate::stock::lot::Lot;

/// Days within which stock expires where nothing is said.
const EXPIRES_WITHIN: i32 = 30;

/// Queries that answer about stock.
#[derive(Default)]
pub struct AnswerQuery;

#[Object]
#[allow(clippy::too_many_arguments)]
impl AnswerQuery {
    /// Lots; the newest first where no order is asked for.
    async fn lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<LotFilterInput>,
        #[graphql(desc = "The order.")] order_by: Option<LotOrder>,
    ) -> async_graphql::Result<Connection<Lot>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadStock>()?;
        let order = LotOrder::read(order_by);
        let name = order.0.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let filter = filter.unwrap_or_default().read();
        let tx = session.tx().await?;
        let page = ::stock::lots(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadStock>()?;
                Ok(::stock::count_lots(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, Lot::from).counted(count))
    }

    /// The way of a lot from its supplier to customers, through assembly both ways.
    async fn lot_trace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot.")] id: GlobalId<LotId>,
    ) -> async_graphql::Result<Option<LotTrace>> {
        Session::of(ctx)?.found(id.0).await?;
        Ok(Some(LotTrace::of(id.0)))
    }

    /// Stock as it was at the end of a business day, with what was known then or is known now.
    /// Nothing on hand then is no row.
    async fn stock_on_date(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The business day; today where none is given.")] date: Option<Date>,
        #[graphql(
            desc = "Only with what was written down until this moment; all that is known now where \
                    none is given."
        )]
        known_at: Option<DateTime>,
        #[graphql(desc = "What a row sums up.", default_with = "PastStockDetail::Goods")]
        detail: PastStockDetail,
        #[graphql(desc = "Only these.")] filter: Option<StockAnswerFilter>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list with this detail.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list with this detail.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<PastStock>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadStock>()?;
        let detail: ::stock::PastDetail = detail.into();
        let name = detail.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let filter = StockAnswerFilter::read(filter)?;
        let tx = session.tx().await?;
        let on = date.map_or_else(|| tx.today(), |day| day.0);
        let asked = (Moment { on, known_at: known_at.map(|moment| moment.0) }, detail);
        let page = ::stock::past_stock(&tx, &permit, asked, &filter, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadStock>()?;
                let tx = session.tx().await?;
                Ok(::stock::count_past_stock(&tx, &permit, asked, &filter).await?)
            }
        };
        Ok(Connection::of(page, PastStock::from).counted(count))
    }

    /// What there was, what came, what went and what is left over a period of business days. Needs
    /// the right `report.stock`. Nothing there and nothing moved is no row.
    async fn stock_turnover(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day; the first of this month where none is given.")]
        from: Option<Date>,
        #[graphql(desc = "The last day; today where none is given.")] to: Option<Date>,
        #[graphql(desc = "What a row sums up.", default_with = "StockTurnoverGrouping::Product")]
        by: StockTurnoverGrouping,
        #[graphql(desc = "Only these.")] filter: Option<StockAnswerFilter>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this grouping.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this grouping.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<StockTurnover>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReportStock>()?;
        let by: ::stock::TurnoverBy = by.into();
        let name = by.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let filter = StockAnswerFilter::read(filter)?;
        let tx = session.tx().await?;
        let asked = (by, period(tx.today(), from, to)?);
        let page = ::stock::turnover(&tx, &permit, asked, &filter, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReportStock>()?;
                let tx = session.tx().await?;
                Ok(::stock::count_turnover(&tx, &permit, asked, &filter).await?)
            }
        };
        Ok(Connection::of(page, StockTurnover::from).counted(count))
    }

    /// What is in stock and expires within some days, or has expired, the first to expire first.
    async fn expiring_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days from today, from 0; 30 where none is given.")] within_days: Option<
            i32,
        >,
        #[graphql(desc = "Only these.")] filter: Option<IdleStockFilter>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ExpiringStock>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadStock>()?;
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), "EXPIRES")?;
        let filter = IdleStockFilter::read(filter)?;
        let within = Days::new(u64::from(days(within_days.unwrap_or(EXPIRES_WITHIN), 0)?));
        let tx = session.tx().await?;
        let today = tx.today();
        let by = today.checked_add_days(within).unwrap_or(NaiveDate::MAX);
        let page = ::stock::expiring_stock(&tx, &permit, (by, &filter), &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadStock>()?;
                let tx = session.tx().await?;
                Ok(::stock::count_expiring_stock(&tx, &permit, (by, &filter)).await?)
            }
        };
        Ok(Connection::of(page, move |row| ExpiringStock::new(row, today)).counted(count))
    }

    /// Goods that do not leave: neither sold nor built in for 90 days and there as long, or what
    /// `condition` says. Needs the right `report.stock`.
    async fn slow_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is slow; 90 idle days where nothing is given.")] condition: Option<
            SlowStockCondition,
        >,
        #[graphql(desc = "Only these.")] filter: Option<IdleStockFilter>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<SlowStock>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReportStock>()?;
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), "GOODS")?;
        let slow = SlowStockCondition::read(condition, IdleStockFilter::read(filter)?)?;
        let measured = slow.measured_days;
        let tx = session.tx().await?;
        let page = ::stock::slow_stock(&tx, &permit, &slow, &request).await?;
        let count = move |session: Session| {
            let slow = slow.clone();
            async move {
                let permit = session.permit::<ReportStock>()?;
                Ok(::stock::count_slow_stock(&*session.tx().await?, &permit, &slow).await?)
            }
        };
        Ok(Connection::of(page, move |row| SlowStock::new(row, measured)).counted(count))
    }
}

/// The days asked about: this month until today where nothing is said.
fn period(today: NaiveDate, from: Option<Date>, to: Option<Date>) -> Result<Period, Failure> {
    use chrono::Datelike;
    let to = to.map_or(today, |day| day.0);
    let from = from.map_or_else(|| to.with_day(1).unwrap_or(to), |day| day.0);
    if from > to {
        return Err(Failure::bad_input(
            "the first day is after the last one",
            "первый день позже последнего",
        ));
    }
    Ok(Period { from, to })
}
