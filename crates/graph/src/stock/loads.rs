//! Batched reads of stock.

use std::collections::HashMap;
use std::hash::Hash;

use ::stock::{ReadReceipts, ReadStock};
use kernel::{
    LotId, MovementId, OrderLineId, ProductId, ProductVariantId, ReceiptId, ReceiptLineId,
    ReservationId, Uuid, WarehouseId,
};

use super::balance::StockBalance;
use super::lot::{Lot, LotBalance};
use super::movement::{Reservation, StockMovement};
use super::receipt::{GoodsReceipt, GoodsReceiptLine};
use crate::loaders::{Load, Loaded, Loaders};

/// What is in stock of a product, by warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StockOf(pub ProductId);

/// What is in stock of a variant, by warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StockOfVariant(pub ProductVariantId);

/// The first of what is in stock in a warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StockIn {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// How many rows, at most 250.
    pub first: u32,
}

/// The lots of a product of which something is left, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LotsInStock(pub ProductId);

/// The lots of a variant of which something is left, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LotsOfVariant(pub ProductVariantId);

/// What a document moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MovementsOf(pub Uuid);

/// What is held for an order line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldFor(pub OrderLineId);

/// The lines of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) ReceiptId);

/// The lot that a receipt's line made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LotOf(pub(super) ReceiptLineId);

/// What a lot's latest movements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MovementsOfLot(pub(super) LotId);

/// What is left of a lot, by warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct BalancesOf(pub(super) LotId);

fn each<K: Eq + Hash, L: Eq + Hash, R, V>(
    found: HashMap<K, R>,
    key: impl Fn(K) -> L,
    shape: impl Fn(R) -> V,
) -> HashMap<L, V> {
    found.into_iter().map(|(id, row)| (key(id), shape(row))).collect()
}

fn list<R, V: From<R>>(rows: Vec<R>) -> Vec<V> {
    rows.into_iter().map(V::from).collect()
}

impl Load<ReceiptId> for Loaders {
    type Value = GoodsReceipt;

    async fn load(&self, keys: &[ReceiptId]) -> Loaded<ReceiptId, GoodsReceipt> {
        let permit = self.permit::<ReadReceipts>()?;
        let found = ::stock::receipts_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(each(found, |id| id, GoodsReceipt::from))
    }
}

impl Load<ReceiptLineId> for Loaders {
    type Value = GoodsReceiptLine;

    async fn load(&self, keys: &[ReceiptLineId]) -> Loaded<ReceiptLineId, GoodsReceiptLine> {
        let permit = self.permit::<ReadReceipts>()?;
        let found = ::stock::receipt_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(each(found, |id| id, GoodsReceiptLine::from))
    }
}

impl Load<LinesOf> for Loaders {
    type Value = Vec<GoodsReceiptLine>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Vec<GoodsReceiptLine>> {
        let permit = self.permit::<ReadReceipts>()?;
        let ids: Vec<ReceiptId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lines_of_receipts(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, LinesOf, list))
    }
}

impl Load<LotId> for Loaders {
    type Value = Lot;

    async fn load(&self, keys: &[LotId]) -> Loaded<LotId, Lot> {
        let permit = self.permit::<ReadStock>()?;
        let found = ::stock::lots_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(each(found, |id| id, Lot::from))
    }
}

impl Load<LotOf> for Loaders {
    type Value = Lot;

    async fn load(&self, keys: &[LotOf]) -> Loaded<LotOf, Lot> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ReceiptLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lots_of_receipt_lines(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, LotOf, Lot::from))
    }
}

impl Load<LotsInStock> for Loaders {
    type Value = Vec<Lot>;

    async fn load(&self, keys: &[LotsInStock]) -> Loaded<LotsInStock, Vec<Lot>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lots_in_stock(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, LotsInStock, list))
    }
}

impl Load<LotsOfVariant> for Loaders {
    type Value = Vec<Lot>;

    async fn load(&self, keys: &[LotsOfVariant]) -> Loaded<LotsOfVariant, Vec<Lot>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ProductVariantId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::stock::lots_in_stock_of_variants(&tx, &permit, &ids).await?;
        Ok(each(found, LotsOfVariant, list))
    }
}

impl Load<StockOfVariant> for Loaders {
    type Value = Vec<StockBalance>;

    async fn load(&self, keys: &[StockOfVariant]) -> Loaded<StockOfVariant, Vec<StockBalance>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ProductVariantId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::stock_of_variants(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, StockOfVariant, list))
    }
}

impl Load<BalancesOf> for Loaders {
    type Value = Vec<LotBalance>;

    async fn load(&self, keys: &[BalancesOf]) -> Loaded<BalancesOf, Vec<LotBalance>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<LotId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::stock_of_lots(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, BalancesOf, list))
    }
}

impl Load<StockOf> for Loaders {
    type Value = Vec<StockBalance>;

    async fn load(&self, keys: &[StockOf]) -> Loaded<StockOf, Vec<StockBalance>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::stock_of_products(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, StockOf, list))
    }
}

impl Load<StockIn> for Loaders {
    type Value = Vec<StockBalance>;

    async fn load(&self, keys: &[StockIn]) -> Loaded<StockIn, Vec<StockBalance>> {
        let permit = self.permit::<ReadStock>()?;
        let tx = self.tx().await?;
        // One statement for each number that the query's text names.
        let mut by_first: HashMap<u32, Vec<WarehouseId>> = HashMap::new();
        for key in keys {
            by_first.entry(key.first).or_default().push(key.warehouse);
        }
        let mut loaded = HashMap::new();
        for (first, ids) in by_first {
            let found = ::stock::stock_of_warehouses(&tx, &permit, &ids, first).await?;
            loaded.extend(each(found, |warehouse| StockIn { warehouse, first }, list));
        }
        Ok(loaded)
    }
}

impl Load<MovementId> for Loaders {
    type Value = StockMovement;

    async fn load(&self, keys: &[MovementId]) -> Loaded<MovementId, StockMovement> {
        let permit = self.permit::<ReadStock>()?;
        let found = ::stock::movements_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(each(found, |id| id, StockMovement::from))
    }
}

impl Load<MovementsOf> for Loaders {
    type Value = Vec<StockMovement>;

    async fn load(&self, keys: &[MovementsOf]) -> Loaded<MovementsOf, Vec<StockMovement>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::movements_of_documents(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, MovementsOf, list))
    }
}

impl Load<MovementsOfLot> for Loaders {
    type Value = Vec<StockMovement>;

    async fn load(&self, keys: &[MovementsOfLot]) -> Loaded<MovementsOfLot, Vec<StockMovement>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<LotId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::movements_of_lots(&*self.tx().await?, &permit, &ids).await?;
        Ok(each(found, MovementsOfLot, list))
    }
}

impl Load<ReservationId> for Loaders {
    type Value = Reservation;

    async fn load(&self, keys: &[ReservationId]) -> Loaded<ReservationId, Reservation> {
        let permit = self.permit::<ReadStock>()?;
        let found = ::stock::reservations_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(each(found, |id| id, Reservation::from))
    }
}

impl Load<HeldFor> for Loaders {
    type Value = Vec<Reservation>;

    async fn load(&self, keys: &[HeldFor]) -> Loaded<HeldFor, Vec<Reservation>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<OrderLineId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::stock::reservations_of_order_lines(&tx, &permit, &ids).await?;
        Ok(each(found, HeldFor, list))
    }
}
