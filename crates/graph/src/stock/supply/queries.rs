//! Questions about demand and purchase orders.

use ::stock::{
    DEMAND_ORDER, DemandFilter as Filter, DocumentSort, PurchaseOrderFilter as OrderFilter,
    PurchaseOrderRow, ReadDemand, ReadPurchaseOrders,
};
use async_graphql::{Context, Enum, InputObject, Object};
use kernel::{
    DemandId, Direction, OrderId, OrganizationId, ProductId, ProductVariantId, PurchaseOrderId,
    SupplierId, WarehouseId,
};

use super::demand::{Demand, DemandState};
use super::order::{PurchaseOrder, PurchaseOrderState};
use super::order_mutations::{SupplySettings, settings};
use crate::custom::{CustomFieldCondition, conditions};
use crate::ids::GlobalId;
use crate::paging::{self, Connection, OrderDirection};
use crate::scalars::Date;
use crate::session::Session;

/// Which demand; all conditions hold together.
#[derive(InputObject)]
pub struct DemandFilter {
    /// In one of these states.
    state: Option<Vec<DemandState>>,
    /// Of one of these products.
    product: Option<Vec<GlobalId<ProductId>>>,
    /// Of this variant.
    variant: Option<GlobalId<ProductVariantId>>,
    /// That wants goods from this warehouse and no other.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Of this sales order.
    order: Option<GlobalId<OrderId>>,
    /// Needed on this day or later.
    needed_from: Option<Date>,
    /// Needed on this day or earlier.
    needed_to: Option<Date>,
}

impl DemandFilter {
    fn read(self) -> Filter {
        Filter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            products: self.product.map(|list| list.into_iter().map(|id| id.0).collect()),
            variant: self.variant.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            organization: self.organization.map(|id| id.0),
            order: self.order.map(|id| id.0),
            needed_from: self.needed_from.map(|day| day.0),
            needed_to: self.needed_to.map(|day| day.0),
        }
    }
}

/// Queries about demand.
#[derive(Default)]
pub struct DemandQuery;

#[Object]
#[allow(clippy::too_many_arguments)]
impl DemandQuery {
    /// What orders miss, by the day it is needed; the earliest first where no direction is asked
    /// for. Managers see their own orders.
    async fn demands(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<DemandFilter>,
        #[graphql(
            desc = "The earliest day first, or the latest.",
            default_with = "OrderDirection::Asc"
        )]
        direction: OrderDirection,
    ) -> async_graphql::Result<Connection<Demand>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadDemand>()?;
        let (after, before) = (after.as_deref(), before.as_deref());
        let request = paging::request(first, after, last, before, DEMAND_ORDER)?;
        let filter = filter.map(DemandFilter::read).unwrap_or_default();
        let tx = session.tx().await?;
        let page = ::stock::demands(&tx, &permit, &filter, direction.into(), &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadDemand>()?;
                Ok(::stock::count_demands(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, Demand::from).counted(count))
    }

    /// What one order's line misses.
    async fn demand(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<DemandId>,
    ) -> async_graphql::Result<Option<Demand>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// Which purchase orders; all conditions hold together.
#[derive(InputObject)]
pub struct PurchaseOrderFilter {
    /// In one of these states.
    state: Option<Vec<PurchaseOrderState>>,
    /// Of this supplier.
    supplier: Option<GlobalId<SupplierId>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Into this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// With a line of this product that is still to come.
    awaited_product: Option<GlobalId<ProductId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With this number.
    number: Option<String>,
    /// With this name in another program.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl PurchaseOrderFilter {
    fn read(self) -> OrderFilter {
        OrderFilter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            supplier: self.supplier.map(|id| id.0),
            organization: self.organization.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            awaited_product: self.awaited_product.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            number: self.number,
            external_reference: self.external_reference,
            custom: Vec::new(),
        }
    }
}

/// What purchase orders are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DocumentSort")]
pub enum PurchaseOrderOrderField {
    /// The business date.
    Date,
    /// The number; drafts have none.
    Number,
}

/// The order of purchase orders; ids break ties.
#[derive(InputObject)]
pub struct PurchaseOrderOrder {
    /// By what.
    field: PurchaseOrderOrderField,
    /// Which way.
    direction: OrderDirection,
}

/// Queries about purchase orders.
#[derive(Default)]
pub struct PurchaseOrderQuery;

#[Object]
#[allow(clippy::too_many_arguments)]
impl PurchaseOrderQuery {
    /// Purchase orders; the newest first where no order is asked for.
    async fn purchase_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<PurchaseOrderFilter>,
        #[graphql(desc = "The order.")] order_by: Option<PurchaseOrderOrder>,
    ) -> async_graphql::Result<Connection<PurchaseOrder>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadPurchaseOrders>()?;
        let newest = (DocumentSort::Date, Direction::Desc);
        let order = order_by.map_or(newest, |order| (order.field.into(), order.direction.into()));
        let (after, before) = (after.as_deref(), before.as_deref());
        let request = paging::request(first, after, last, before, order.0.name())?;
        let mut filter = filter;
        let asked = filter.as_mut().and_then(|filter| filter.custom_fields.take());
        let custom = conditions::<PurchaseOrderRow>(session, asked).await?;
        let filter = filter.map(PurchaseOrderFilter::read).unwrap_or_default();
        let filter = OrderFilter { custom, ..filter };
        let tx = session.tx().await?;
        let page = ::stock::purchase_orders(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadPurchaseOrders>()?;
                let tx = session.tx().await?;
                Ok(::stock::count_purchase_orders(&tx, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, PurchaseOrder::from).counted(count))
    }

    /// One purchase order.
    async fn purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<PurchaseOrderId>,
    ) -> async_graphql::Result<Option<PurchaseOrder>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// How much more than ordered a receipt may bring.
    async fn supply_settings(&self, ctx: &Context<'_>) -> async_graphql::Result<SupplySettings> {
        settings(Session::of(ctx)?).await
    }
}
