//! Questions about transfers.

use ::stock::{ReadTransfers, TransferFilter, TransferRow};
use async_graphql::{Context, Object};
use kernel::TransferId;

use super::inputs::{StockTransferFilter, StockTransferOrder};
use super::transfer::StockTransfer;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::session::Session;

/// Queries about transfers.
#[derive(Default)]
pub struct TransferQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl TransferQuery {
    /// Transfers between warehouses; the newest first where no order is asked for.
    async fn stock_transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<StockTransferFilter>,
        #[graphql(desc = "The order.")] order_by: Option<StockTransferOrder>,
    ) -> async_graphql::Result<Connection<StockTransfer>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadTransfers>()?;
        let order = StockTransferOrder::read(order_by);
        let name = order.0.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let mut filter = filter;
        let asked = filter.as_mut().and_then(|filter| filter.custom_fields.take());
        let custom = conditions::<TransferRow>(session, asked).await?;
        let filter = filter.map(StockTransferFilter::read).unwrap_or_default();
        let filter = TransferFilter { custom, ..filter };
        let tx = session.tx().await?;
        let page = ::stock::transfers(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadTransfers>()?;
                Ok(::stock::count_transfers(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, StockTransfer::from).counted(count))
    }

    /// One transfer.
    async fn stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<TransferId>,
    ) -> async_graphql::Result<Option<StockTransfer>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
