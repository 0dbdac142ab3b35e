//! Questions about bills and assembly orders.

use ::stock::assembly::{AssemblyFilter, AssemblyRow, ReadAssemblies, ReadBills};
use async_graphql::{Context, Object};
use kernel::{AssemblyOrderId, BillId};

use super::bill::BillOfMaterials;
use super::inputs::{AssemblyOrderFilter, AssemblyOrderOrder, BillOfMaterialsFilter};
use super::order::AssemblyOrder;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, Connection, OrderDirection};
use crate::session::Session;

/// Queries of bills and assembly orders.
#[derive(Default)]
pub struct AssemblyQuery;

#[Object]
#[allow(clippy::too_many_arguments)]
impl AssemblyQuery {
    /// Bills of materials by name.
    async fn bills_of_materials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] before: Option<String>,
        #[graphql(desc = "Only these; archived ones are left out unless asked for.")]
        filter: Option<BillOfMaterialsFilter>,
        #[graphql(desc = "From A or from Z.", default_with = "OrderDirection::Asc")]
        direction: OrderDirection,
    ) -> async_graphql::Result<Connection<BillOfMaterials>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadBills>()?;
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), "NAME")?;
        let filter = filter.unwrap_or_default().read();
        let tx = session.tx().await?;
        let direction = direction.into();
        let page = ::stock::assembly::bills(&tx, &permit, &filter, direction, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadBills>()?;
                let tx = session.tx().await?;
                Ok(::stock::assembly::count_bills(&tx, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, BillOfMaterials::from).counted(count))
    }

    /// One bill of materials.
    async fn bill_of_materials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<BillId>,
    ) -> async_graphql::Result<Option<BillOfMaterials>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Assembly orders; the newest first where no order is asked for.
    async fn assembly_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<AssemblyOrderFilter>,
        #[graphql(desc = "The order.")] order_by: Option<AssemblyOrderOrder>,
    ) -> async_graphql::Result<Connection<AssemblyOrder>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadAssemblies>()?;
        let order = AssemblyOrderOrder::read(order_by);
        let name = order.0.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let mut filter = filter.unwrap_or_default();
        let asked = filter.custom_fields.take();
        let custom = conditions::<AssemblyRow>(session, asked).await?;
        let filter = AssemblyFilter { custom, ..filter.read() };
        let tx = session.tx().await?;
        let page = ::stock::assembly::assemblies(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadAssemblies>()?;
                let tx = session.tx().await?;
                Ok(::stock::assembly::count_assemblies(&tx, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, AssemblyOrder::from).counted(count))
    }

    /// One assembly order.
    async fn assembly_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<AssemblyOrderId>,
    ) -> async_graphql::Result<Option<AssemblyOrder>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
