//! Questions about stock.

use ::stock::{ReadReceipts, ReadStock, ReceiptFilter, ReceiptRow, StockFilter};
use async_graphql::{Context, Object};
use kernel::{LotId, OrganizationId, ProductId, ProductVariantId, ReceiptId, WarehouseId};

use super::balance::StockBalance;
use super::inputs::{GoodsReceiptFilter, GoodsReceiptOrder, StockMovementFilter};
use super::lot::Lot;
use super::movement::{self, StockMovement};
use super::receipt::GoodsReceipt;
use crate::custom::conditions;
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{self, Connection, OrderDirection};
use crate::session::Session;

/// Ids that one argument may name.
const MOST_IDS: usize = 250;

/// Queries about stock.
#[derive(Default)]
pub struct ReceiptQuery;

#[Object]
#[allow(clippy::too_many_arguments)]
impl ReceiptQuery {
    /// Goods receipts; the newest first where no order is asked for.
    async fn goods_receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this order.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<GoodsReceiptFilter>,
        #[graphql(desc = "The order.")] order_by: Option<GoodsReceiptOrder>,
    ) -> async_graphql::Result<Connection<GoodsReceipt>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadReceipts>()?;
        let order = GoodsReceiptOrder::read(order_by);
        let name = order.0.name();
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), name)?;
        let mut filter = filter;
        let asked = filter.as_mut().and_then(|filter| filter.custom_fields.take());
        let custom = conditions::<ReceiptRow>(session, asked).await?;
        let filter = filter.map(GoodsReceiptFilter::read).unwrap_or_default();
        let filter = ReceiptFilter { custom, ..filter };
        let tx = session.tx().await?;
        let page = ::stock::receipts(&tx, &permit, &filter, order, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadReceipts>()?;
                Ok(::stock::count_receipts(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, GoodsReceipt::from).counted(count))
    }

    /// One goods receipt.
    async fn goods_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<ReceiptId>,
    ) -> async_graphql::Result<Option<GoodsReceipt>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// One lot.
    async fn lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<LotId>,
    ) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// What is in stock, by product, variant, warehouse and organization. Nothing on hand and
    /// nothing on its way is no row.
    async fn stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
        #[graphql(desc = "Of these products, at most 250.")] products: Option<
            Vec<GlobalId<ProductId>>,
        >,
        #[graphql(desc = "Of these variants, at most 250.")] variants: Option<
            Vec<GlobalId<ProductVariantId>>,
        >,
        #[graphql(desc = "In these warehouses, at most 250.")] warehouses: Option<
            Vec<GlobalId<WarehouseId>>,
        >,
        #[graphql(desc = "Of these organizations, at most 250.")] organizations: Option<
            Vec<GlobalId<OrganizationId>>,
        >,
    ) -> async_graphql::Result<Connection<StockBalance>> {
        let filter = StockFilter {
            products: ids(products)?,
            variants: ids(variants)?,
            warehouses: ids(warehouses)?,
            organizations: ids(organizations)?,
        };
        let page = (first, after.as_deref(), last, before.as_deref());
        Ok(balances(Session::of(ctx)?, filter, page).await?)
    }

    /// What went in and out, by business date; the newest first where no direction is asked for.
    async fn stock_movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<StockMovementFilter>,
        #[graphql(desc = "Oldest or newest first.", default_with = "OrderDirection::Desc")]
        direction: OrderDirection,
    ) -> async_graphql::Result<Connection<StockMovement>> {
        let filter = filter.unwrap_or_default().read();
        let page = (first, after.as_deref(), last, before.as_deref());
        Ok(movement::list(Session::of(ctx)?, filter, direction, page).await?)
    }
}

/// The ids of an argument, at most 250.
pub(super) fn ids<T>(list: Option<Vec<GlobalId<T>>>) -> Result<Option<Vec<T>>, Failure> {
    match list {
        Some(list) if list.len() > MOST_IDS => Err(Failure::bad_input(
            format!("at most {MOST_IDS} values at once"),
            format!("не более {MOST_IDS} значений за раз"),
        )),
        list => Ok(list.map(|list| list.into_iter().map(|id| id.0).collect())),
    }
}

/// A page of what is in stock.
pub(crate) async fn balances(
    session: &Session,
    filter: StockFilter,
    (first, after, last, before): movement::PageArguments<'_>,
) -> Result<Connection<StockBalance>, Failure> {
    let permit = session.permit::<ReadStock>()?;
    let request = paging::request(first, after, last, before, "PRODUCT")?;
    let page = ::stock::stock(&*session.tx().await?, &permit, &filter, &request).await?;
    let count = move |session: Session| {
        let filter = filter.clone();
        async move {
            let permit = session.permit::<ReadStock>()?;
            Ok(::stock::count_stock(&*session.tx().await?, &permit, &filter).await?)
        }
    };
    Ok(Connection::of(page, StockBalance::from).counted(count))
}
