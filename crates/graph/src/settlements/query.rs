//! Questions about payments and receivables.

use ::settlements::{AsKnown, ReadPayments, ReadReceivables};
use async_graphql::{Context, Object};
use kernel::{PaymentId, ReceivableId};

use super::inputs::{PaymentFilter, PaymentOrder, ReceivableFilter, ReceivableOrder};
use super::payment::Payment;
use super::receivable::Receivable;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::{Date, DateTime};
use crate::session::Session;

/// Queries of payments and receivables.
#[derive(Default)]
pub struct ListQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl ListQuery {
    /// Money received; the newest first where no order is asked for.
    async fn payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<PaymentFilter>,
        #[graphql(desc = "The order.")] order_by: Option<PaymentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Payment>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadPayments>()?;
        let (sort, direction) = PaymentOrder::read(order_by);
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let mut filter = filter.unwrap_or_default();
        let asked = filter.custom_fields.take();
        let custom = conditions::<::settlements::Payment>(session, asked).await?;
        let filter = ::settlements::PaymentFilter { custom, ..filter.into() };
        let tx = session.tx().await?;
        let rows = ::settlements::payments(&tx, &permit, &filter, sort, direction, &page).await?;
        Ok(Connection::of(rows, Payment).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let (tx, cap) = (session.tx().await?, COUNT_CAP + 1);
                Ok(::settlements::count_payments(&tx, &permit, &filter, cap).await?)
            }
        }))
    }

    /// One payment.
    async fn payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<PaymentId>,
    ) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// What customers owe and owed; the earliest due first where no order is asked for. With a
    /// business date or a recorded time, as it was then: amounts and the filters `open` and `overdue`
    /// are of that day, and `state` and `daysOverdue` are of today.
    async fn receivables(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<ReceivableFilter>,
        #[graphql(desc = "The order.")] order_by: Option<ReceivableOrder>,
        #[graphql(desc = "As of this business date; as things stand where none is given.")]
        as_of: Option<Date>,
        #[graphql(desc = "Only what was recorded by then; all where none is given.")]
        known_at: Option<DateTime>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Receivable>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadReceivables>()?;
        let (sort, direction) = ReceivableOrder::read(order_by);
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let filter: ::settlements::ReceivableFilter = filter.unwrap_or_default().into();
        let tx = session.tx().await?;
        if as_of.is_some() || known_at.is_some() {
            let as_of = as_of.map_or_else(|| tx.today(), |day| day.0);
            let when = AsKnown { as_of, known_at: known_at.map(|moment| moment.0) };
            let sort = (sort, direction);
            let rows =
                ::settlements::receivables_then(&tx, &permit, &filter, when, sort, &page).await?;
            return Ok(Connection::of(rows, Receivable).counted(move |session| {
                let (permit, filter) = (permit.clone(), filter.clone());
                async move {
                    let (tx, cap) = (session.tx().await?, COUNT_CAP + 1);
                    let count = ::settlements::count_receivables_then;
                    Ok(count(&tx, &permit, &filter, when, cap).await?)
                }
            }));
        }
        let rows =
            ::settlements::receivables(&tx, &permit, &filter, sort, direction, &page).await?;
        Ok(Connection::of(rows, Receivable).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let (tx, cap) = (session.tx().await?, COUNT_CAP + 1);
                Ok(::settlements::count_receivables(&tx, &permit, &filter, cap).await?)
            }
        }))
    }

    /// One receivable.
    async fn receivable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<ReceivableId>,
    ) -> async_graphql::Result<Option<Receivable>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
