//! Queries of deliveries.

use ::sales::{DeliveryFilter, OrderSort, ReadDeliveries};
use async_graphql::{Context, Object};
use kernel::DeliveryId;

use super::delivery::Delivery;
use super::inputs::DeliveryFilterInput;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, Connection, OrderDirection};
use crate::session::Session;

/// Queries of deliveries.
#[derive(Default)]
pub struct DeliveryQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl DeliveryQuery {
    /// A delivery; null with NOT_FOUND where there is none for the caller.
    async fn delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery's global id.")] id: GlobalId<DeliveryId>,
    ) -> async_graphql::Result<Option<Delivery>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Deliveries by the day they are planned for; the earliest first where no direction is asked
    /// for. A driver's list is the deliveries of a route on a day.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<DeliveryFilterInput>,
        #[graphql(
            desc = "The earliest or the latest first.",
            default_with = "OrderDirection::Asc"
        )]
        direction: OrderDirection,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Delivery>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadDeliveries>()?;
        let sort = OrderSort::by_date(direction.into());
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let mut filter = filter.unwrap_or_default();
        let custom = conditions::<::sales::Delivery>(session, filter.custom_fields.take()).await?;
        let filter = DeliveryFilter { custom, ..filter.into() };
        let tx = session.tx().await?;
        let rows = ::sales::deliveries(&tx, &permit, &filter, sort, &page).await?;
        let count = move |session: Session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move { Ok(::sales::count_deliveries(&*session.tx().await?, &permit, &filter).await?) }
        };
        Ok(Connection::of(rows, Delivery::from).counted(count))
    }
}
