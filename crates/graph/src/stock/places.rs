//! Where goods lie inside warehouses.

use ::stock::commands::SetGoodsPlace;
use ::stock::{Place, ReadStock, homes_of_products, places_of_lots};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use kernel::{BinId, LotId, ProductId, WarehouseId};

use crate::catalog::{Bin, Product, Warehouse, payloads};
use crate::idempotency::mutate;
use crate::ids::GlobalId;
use crate::loaders::{Load, Loaded, Loaders};
use crate::session::Session;
use crate::user_error::UserError;

/// The bin where goods lie in a warehouse.
#[derive(Clone)]
pub struct GoodsPlace(Place);

/// The bin where goods lie in a warehouse.
#[Object]
impl GoodsPlace {
    /// The warehouse.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// The bin.
    async fn bin(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Bin>> {
        Ok(Session::of(ctx)?.load(self.0.bin_id).await?)
    }
}

/// The homes of a product.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HomesOf(pub ProductId);

/// The bins that were named for a lot itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlacesOfLot(pub LotId);

impl Load<HomesOf> for Loaders {
    type Value = Vec<GoodsPlace>;

    async fn load(&self, keys: &[HomesOf]) -> Loaded<HomesOf, Vec<GoodsPlace>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = homes_of_products(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<Place>| rows.into_iter().map(GoodsPlace).collect();
        Ok(found.into_iter().map(|(id, rows)| (HomesOf(id), shaped(rows))).collect())
    }
}

impl Load<PlacesOfLot> for Loaders {
    type Value = Vec<GoodsPlace>;

    async fn load(&self, keys: &[PlacesOfLot]) -> Loaded<PlacesOfLot, Vec<GoodsPlace>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<LotId> = keys.iter().map(|key| key.0).collect();
        let found = places_of_lots(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<Place>| rows.into_iter().map(GoodsPlace).collect();
        Ok(found.into_iter().map(|(id, rows)| (PlacesOfLot(id), shaped(rows))).collect())
    }
}

/// Where goods lie.
#[derive(InputObject)]
pub struct SetGoodsPlaceInput {
    /// In which warehouse.
    warehouse_id: GlobalId<WarehouseId>,
    /// Which product.
    product_id: GlobalId<ProductId>,
    /// Only this lot of it: its own bin stands over the product's home.
    lot_id: Option<GlobalId<LotId>>,
    /// In which bin of the warehouse; null forgets the place.
    bin_id: Option<GlobalId<BinId>>,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of saying where goods lie.
    SetGoodsPlacePayload {
        /// The product; its homes and its lots name their bins.
        product: Product
    }
}

/// Mutations of goods' places.
#[derive(Default)]
pub struct PlaceMutation;

#[Object]
impl PlaceMutation {
    /// Says in which bin a product lies in a warehouse, or one of its lots. Pick tasks made from
    /// then on lead there.
    async fn set_goods_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What lies where.")] input: SetGoodsPlaceInput,
    ) -> async_graphql::Result<SetGoodsPlacePayload> {
        let command = SetGoodsPlace {
            warehouse_id: input.warehouse_id.0,
            product_id: input.product_id.0,
            lot_id: input.lot_id.map(|id| id.0),
            bin_id: input.bin_id.map(|id| id.0),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetGoodsPlacePayload { product, user_errors: done.user_errors })
    }
}
