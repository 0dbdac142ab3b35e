//! Questions about write-offs.

use ::stock::{ReadWriteOffs, WriteOffFilter, WriteOffRow};
use async_graphql::{Context, Object};
use kernel::WriteOffId;

use super::inputs::{WriteOffListFilter, WriteOffOrder};
use super::write_off::WriteOff;
use crate::custom::conditions;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::session::Session;

/// Queries about write-offs.
#[derive(Default)]
pub struct WriteOffQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl WriteOffQuery {
    /// Write-offs of goods; the newest first where no order is asked for.
    async fn write_offs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<WriteOffListFilter>,
        #[graphql(desc = "The order.")] order_by: Option<WriteOffOrder>,
    ) -> async_graphql::Result<Connection<WriteOff>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadWriteOffs>()?;
        let order = WriteOffOrder::read(order_by);
        let name = order.0.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let mut filter = filter;
        let asked = filter.as_mut().and_then(|filter| filter.custom_fields.take());
        let custom = conditions::<WriteOffRow>(session, asked).await?;
        let filter = filter.map(WriteOffListFilter::read).unwrap_or_default();
        let filter = WriteOffFilter { custom, ..filter };
        let tx = session.tx().await?;
        let page = ::stock::write_offs(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadWriteOffs>()?;
                Ok(::stock::count_write_offs(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, WriteOff::from).counted(count))
    }

    /// One write-off.
    async fn write_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<WriteOffId>,
    ) -> async_graphql::Result<Option<WriteOff>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
