//! Questions about landed costs.

use ::stock::ReadLandedCosts;
use async_graphql::{Context, Object};
use kernel::LandedCostId;

use super::cost::LandedCost;
use super::inputs::{LandedCostListFilter, LandedCostOrder};
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::session::Session;

/// Queries about landed costs.
#[derive(Default)]
pub struct LandedCostQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl LandedCostQuery {
    /// Costs that came after their goods; the newest first where no order is asked for.
    async fn landed_costs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<LandedCostListFilter>,
        #[graphql(desc = "The order.")] order_by: Option<LandedCostOrder>,
    ) -> async_graphql::Result<Connection<LandedCost>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadLandedCosts>()?;
        let order = LandedCostOrder::read(order_by);
        let name = order.0.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let filter = filter.map(LandedCostListFilter::read).unwrap_or_default();
        let tx = session.tx().await?;
        let page = ::stock::landed_costs(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadLandedCosts>()?;
                Ok(::stock::count_landed_costs(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, LandedCost::from).counted(count))
    }

    /// One landed cost.
    async fn landed_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<LandedCostId>,
    ) -> async_graphql::Result<Option<LandedCost>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
