//! Batched reads of supply.

use ::stock::{ReadDemand, ReadPurchaseOrders, ReadReceipts, ReadStock};
use kernel::{
    DemandId, ProductId, PurchaseOrderId, PurchaseOrderLineId, ReceiptId, SupplierReturnId, Uuid,
};

use super::cover::{DemandCover, ExpectedGoods};
use super::order::{PurchaseOrder, PurchaseOrderLine};
use super::returns::{SupplierReturn, SupplierReturnLine};
use crate::loaders::{Load, Loaded, Loaders};
use crate::stock::GoodsReceipt;

/// The lines of a purchase order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) PurchaseOrderId);

/// The receipts on the basis of a purchase order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReceiptsOf(pub(super) PurchaseOrderId);

/// What a demand may count on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CoversOf(pub(super) DemandId);

/// Who counts on a line of supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CoversOfSupply(pub(super) Uuid);

/// What is to come of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExpectedOf(pub ProductId);

/// The returns of goods that a receipt brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReturnsOf(pub ReceiptId);

/// The lines of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReturnedLinesOf(pub(super) SupplierReturnId);

fn list<R, V: From<R>>(rows: Vec<R>) -> Vec<V> {
    rows.into_iter().map(V::from).collect()
}

impl Load<PurchaseOrderId> for Loaders {
    type Value = PurchaseOrder;

    async fn load(&self, keys: &[PurchaseOrderId]) -> Loaded<PurchaseOrderId, PurchaseOrder> {
        let permit = self.permit::<ReadPurchaseOrders>()?;
        let found = ::stock::purchase_orders_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<PurchaseOrderLineId> for Loaders {
    type Value = PurchaseOrderLine;

    async fn load(
        &self,
        keys: &[PurchaseOrderLineId],
    ) -> Loaded<PurchaseOrderLineId, PurchaseOrderLine> {
        let permit = self.permit::<ReadPurchaseOrders>()?;
        let tx = self.tx().await?;
        let found = ::stock::purchase_order_lines_by_id(&tx, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<LinesOf> for Loaders {
    type Value = Vec<PurchaseOrderLine>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Vec<PurchaseOrderLine>> {
        let permit = self.permit::<ReadPurchaseOrders>()?;
        let ids: Vec<PurchaseOrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lines_of_purchase_orders(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (LinesOf(id), list(rows))).collect())
    }
}

impl Load<ReceiptsOf> for Loaders {
    type Value = Vec<GoodsReceipt>;

    async fn load(&self, keys: &[ReceiptsOf]) -> Loaded<ReceiptsOf, Vec<GoodsReceipt>> {
        let permit = self.permit::<ReadReceipts>()?;
        let ids: Vec<PurchaseOrderId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::stock::receipts_of_purchase_orders(&tx, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (ReceiptsOf(id), list(rows))).collect())
    }
}

impl Load<CoversOf> for Loaders {
    type Value = Vec<DemandCover>;

    async fn load(&self, keys: &[CoversOf]) -> Loaded<CoversOf, Vec<DemandCover>> {
        let permit = self.permit::<ReadDemand>()?;
        let ids: Vec<DemandId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::covers_of_demands(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (CoversOf(id), list(rows))).collect())
    }
}

impl Load<CoversOfSupply> for Loaders {
    type Value = Vec<DemandCover>;

    async fn load(&self, keys: &[CoversOfSupply]) -> Loaded<CoversOfSupply, Vec<DemandCover>> {
        let permit = self.permit::<ReadDemand>()?;
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::covers_of_supply(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (CoversOfSupply(id), list(rows))).collect())
    }
}

impl Load<ExpectedOf> for Loaders {
    type Value = Vec<ExpectedGoods>;

    async fn load(&self, keys: &[ExpectedOf]) -> Loaded<ExpectedOf, Vec<ExpectedGoods>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::expected_of_products(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (ExpectedOf(id), list(rows))).collect())
    }
}

impl Load<SupplierReturnId> for Loaders {
    type Value = SupplierReturn;

    async fn load(&self, keys: &[SupplierReturnId]) -> Loaded<SupplierReturnId, SupplierReturn> {
        let permit = self.permit::<ReadReceipts>()?;
        let found = ::stock::supplier_returns_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ReturnsOf> for Loaders {
    type Value = Vec<SupplierReturn>;

    async fn load(&self, keys: &[ReturnsOf]) -> Loaded<ReturnsOf, Vec<SupplierReturn>> {
        let permit = self.permit::<ReadReceipts>()?;
        let ids: Vec<ReceiptId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::returns_of_receipts(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (ReturnsOf(id), list(rows))).collect())
    }
}

impl Load<ReturnedLinesOf> for Loaders {
    type Value = Vec<SupplierReturnLine>;

    async fn load(
        &self,
        keys: &[ReturnedLinesOf],
    ) -> Loaded<ReturnedLinesOf, Vec<SupplierReturnLine>> {
        let permit = self.permit::<ReadReceipts>()?;
        let ids: Vec<SupplierReturnId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::stock::lines_of_supplier_returns(&tx, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (ReturnedLinesOf(id), list(rows))).collect())
    }
}
