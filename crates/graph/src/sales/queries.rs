//! Queries of orders and shipments.

use ::sales::{OrderField, OrderFilter, OrderSort, ReadOrders, ReadShipments, ShipmentFilter};
use async_graphql::{Context, Enum, InputObject, Object};
use kernel::{
    CustomerId, Direction, OrderId, OrganizationId, Page, PageRequest, ShipmentId, UserId,
    WarehouseId,
};

use super::loads::{OrderCountOf, OrdersOfCustomer, ShipmentCountOf, ShipmentsOfCustomer};
use super::order::SalesOrder;
use super::shipment::Shipment;
use super::{SalesOrderState, SeePrices, ShipmentState, card};
use crate::custom::{CustomFieldCondition, conditions};
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{self, Connection, OrderDirection};
use crate::scalars::Date;
use crate::session::Session;

/// Which orders; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SalesOrderFilter {
    /// In one of these states.
    state: Option<Vec<SalesOrderState>>,
    /// Of this customer; for a merged card, of the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of this responsible manager.
    manager: Option<GlobalId<UserId>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With exactly this number; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Whose number or key in another system begins with this, or whose count in the number is
    /// this.
    search: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl From<SalesOrderFilter> for OrderFilter {
    fn from(filter: SalesOrderFilter) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            organization: filter.organization.map(|id| id.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            custom: Vec::new(),
            number: filter.number,
            external_reference: filter.external_reference,
            search: filter.search,
        }
    }
}

/// Which shipments; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "ShipmentFilter")]
pub struct ShipmentFilterInput {
    /// In one of these states.
    state: Option<Vec<ShipmentState>>,
    /// To this customer; for a merged card, to the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of this responsible manager.
    manager: Option<GlobalId<UserId>>,
    /// Of this order.
    order: Option<GlobalId<OrderId>>,
    /// From this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With exactly this number; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Whose number or key in another system begins with this, or whose count in the number is
    /// this.
    search: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl From<ShipmentFilterInput> for ShipmentFilter {
    fn from(filter: ShipmentFilterInput) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            order: filter.order.map(|id| id.0),
            warehouse: filter.warehouse.map(|id| id.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            custom: Vec::new(),
            number: filter.number,
            external_reference: filter.external_reference,
            search: filter.search,
        }
    }
}

/// What orders, shipments and returns are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "OrderField")]
pub enum SalesDocumentOrderField {
    /// By the document's date.
    Date,
    /// By number; documents without one come first.
    Number,
    /// By what is to be paid. Needs the right `price.read`.
    Total,
}

/// The order of orders, shipments or returns; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SalesDocumentOrder {
    /// By what.
    field: SalesDocumentOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

/// The order of a list; by total only for those who may see prices, since the order tells them.
pub(super) fn sort_of(
    session: &Session,
    order: Option<SalesDocumentOrder>,
) -> Result<OrderSort, Failure> {
    let Some(order) = order else { return Ok(OrderSort::default()) };
    let (field, direction): (OrderField, Direction) = (order.field.into(), order.direction.into());
    if field == OrderField::Total {
        session.permit::<SeePrices>()?;
    }
    Ok(OrderSort { field, direction })
}

/// A page of orders.
async fn order_page(
    session: &Session,
    filter: OrderFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Result<Connection<SalesOrder>, Failure> {
    let permit = session.permit::<ReadOrders>()?;
    let tx = session.tx().await?;
    let rows = ::sales::orders(&tx, &permit, &filter, sort, page).await?;
    Ok(Connection::of(rows, SalesOrder::from).counted(move |session| {
        let (permit, filter) = (permit.clone(), filter.clone());
        async move { Ok(::sales::count_orders(&*session.tx().await?, &permit, &filter).await?) }
    }))
}

/// A page of shipments.
async fn shipment_page(
    session: &Session,
    filter: ShipmentFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Result<Connection<Shipment>, Failure> {
    let permit = session.permit::<ReadShipments>()?;
    let tx = session.tx().await?;
    let rows = ::sales::shipments(&tx, &permit, &filter, sort, page).await?;
    Ok(Connection::of(rows, Shipment::from).counted(move |session| {
        let (permit, filter) = (permit.clone(), filter.clone());
        async move { Ok(::sales::count_shipments(&*session.tx().await?, &permit, &filter).await?) }
    }))
}

/// The newest orders of a customer, for his `orders` field: all customers of one level are read
/// together. Further pages stand in the root field `orders`, with the same cursors.
///
/// # Errors
/// FORBIDDEN without the right to see orders, BAD_USER_INPUT for a size out of range, and faults.
pub async fn orders_of_customer(
    session: &Session,
    customer: CustomerId,
    first: Option<i32>,
) -> Result<Connection<SalesOrder>, Failure> {
    let limit = paging::request(first, None, None, None, OrderSort::default().name())?.limit;
    let page = session.load(OrdersOfCustomer { customer, limit }).await?;
    let page = page.unwrap_or(Page { rows: vec![], has_next: false, has_previous: false });
    Ok(Connection::of(page, SalesOrder::from).counted(move |session| async move {
        Ok(session.load(OrderCountOf(customer)).await?.unwrap_or_default())
    }))
}

/// The newest shipments to a customer, for his `shipments` field: as [`orders_of_customer`].
///
/// # Errors
/// As [`orders_of_customer`].
pub async fn shipments_of_customer(
    session: &Session,
    customer: CustomerId,
    first: Option<i32>,
) -> Result<Connection<Shipment>, Failure> {
    let limit = paging::request(first, None, None, None, OrderSort::default().name())?.limit;
    let page = session.load(ShipmentsOfCustomer { customer, limit }).await?;
    let page = page.unwrap_or(Page { rows: vec![], has_next: false, has_previous: false });
    Ok(Connection::of(page, Shipment::from).counted(move |session| async move {
        Ok(session.load(ShipmentCountOf(customer)).await?.unwrap_or_default())
    }))
}

/// Queries of orders.
#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// A sales order; null with NOT_FOUND where there is none for the caller.
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order's global id.")] id: GlobalId<OrderId>,
    ) -> async_graphql::Result<Option<SalesOrder>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadOrders>()?;
        let order = if card::order_is_covered(ctx) {
            let found = ::sales::order_card(session.db(), &permit, id.0).await?;
            found.map(|card| SalesOrder::of_card(card, session))
        } else {
            session.load(id.0).await?
        };
        order.map(Some).ok_or_else(|| Failure::not_found().into())
    }

    /// Sales orders, newest first where no order is given.
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<SalesOrderFilter>,
        #[graphql(desc = "The order.")] order_by: Option<SalesDocumentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<SalesOrder>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadOrders>()?;
        let sort = sort_of(session, order_by)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let is_newest = filter.is_none()
            && sort == OrderSort::default()
            && page == PageRequest::first(page.limit);
        if is_newest && card::page_is_covered(ctx) {
            let rows = ::sales::newest_orders(session.db(), &permit, page.limit).await?;
            return Ok(Connection::of(rows, |row| SalesOrder::with_customer(row, session)));
        }
        let mut filter = filter.unwrap_or_default();
        let custom = conditions::<::sales::Order>(session, filter.custom_fields.take()).await?;
        let filter = OrderFilter { custom, ..filter.into() };
        Ok(order_page(session, filter, sort, &page).await?)
    }
}

/// Queries of shipments.
#[derive(Default)]
pub struct ShipmentQuery;

#[Object]
impl ShipmentQuery {
    /// A shipment; null with NOT_FOUND where there is none for the caller.
    async fn shipment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The shipment's global id.")] id: GlobalId<ShipmentId>,
    ) -> async_graphql::Result<Option<Shipment>> {
        let shipment = Session::of(ctx)?.load(id.0).await?;
        shipment.map(Some).ok_or_else(|| Failure::not_found().into())
    }

    /// Shipments, newest first where no order is given.
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
    async fn shipments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<ShipmentFilterInput>,
        #[graphql(desc = "The order.")] order_by: Option<SalesDocumentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Shipment>> {
        let session = Session::of(ctx)?;
        let sort = sort_of(session, order_by)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let mut filter = filter.unwrap_or_default();
        let custom = conditions::<::sales::Shipment>(session, filter.custom_fields.take()).await?;
        let filter = ShipmentFilter { custom, ..filter.into() };
        Ok(shipment_page(session, filter, sort, &page).await?)
    }
}
