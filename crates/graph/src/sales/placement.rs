//! Where the goods of an order lie.

use std::collections::{BTreeSet, HashMap, HashSet};

use ::sales::{LotShipment, ReadShipments};
use ::stock::{Held, ReadStock};
use async_graphql::{Context, Enum, Object};
use kernel::{Decimal as Number, LotId, OrderId, OrderLineId, WarehouseId};

use super::order::SalesOrderLine;
use super::shipment::Shipment;
use crate::catalog::Warehouse;
use crate::errors::Failure;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::Decimal;
use crate::session::Session;
use crate::stock::{Lot, Reservation};

/// Where goods of an order stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum GoodsPlacementState {
    /// They lie in a warehouse and are held for the order.
    Reserved,
    /// They are held for the order and in a pick task: being collected, or collected.
    Picking,
    /// They are held for the order and on their way to the warehouse it gets them from.
    InTransit,
    /// They have left with a posted shipment and not come back.
    Shipped,
}

/// Goods of one lot that an order has.
#[derive(Clone, Debug)]
pub struct GoodsPlacement(Placed);

#[derive(Clone, Debug)]
enum Placed {
    /// A part of a reservation.
    Held {
        held: Held,
        state: GoodsPlacementState,
        quantity: Number,
    },
    Gone(LotShipment),
}

impl GoodsPlacement {
    pub(super) fn order_line(&self) -> OrderLineId {
        match &self.0 {
            Placed::Held { held, .. } => held.order_line_id,
            Placed::Gone(gone) => gone.order_line_id,
        }
    }

    /// The shipment it left with.
    pub(super) fn gone_with(&self) -> Option<kernel::ShipmentId> {
        match &self.0 {
            Placed::Held { .. } => None,
            Placed::Gone(gone) => Some(gone.shipment_id),
        }
    }

    fn place(&self) -> (WarehouseId, LotId, Number) {
        match &self.0 {
            Placed::Held { held, quantity, .. } => (held.warehouse_id, held.lot_id, *quantity),
            Placed::Gone(gone) => (gone.warehouse_id, gone.lot_id, gone.quantity - gone.returned),
        }
    }
}

/// Goods of one lot that an order has: held for it in a warehouse or on their way to one, or gone
/// with a shipment.
#[Object]
impl GoodsPlacement {
    /// Where they stand.
    async fn state(&self) -> GoodsPlacementState {
        match &self.0 {
            Placed::Held { state, .. } => *state,
            Placed::Gone(_) => GoodsPlacementState::Shipped,
        }
    }

    /// How much, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        Decimal(self.place().2.normalize())
    }

    /// The order's line.
    #[graphql(name = "orderLine")]
    async fn line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load(self.order_line()).await?)
    }

    /// Where they lie, or from where they left. What is on its way lies in a place of its own, whose
    /// `inTransitTo` says where to.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load_made(Some(self.place().0)).await?)
    }

    /// Out of which lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.place().1).await?)
    }

    /// The reservation, where they are held.
    async fn reservation(&self) -> Option<Reservation> {
        match &self.0 {
            Placed::Held { held, .. } => Some(held.clone().into()),
            Placed::Gone(_) => None,
        }
    }

    /// The shipment, where they are gone.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        match &self.0 {
            Placed::Held { .. } => Ok(None),
            Placed::Gone(gone) => Ok(Session::of(ctx)?.load(gone.shipment_id).await?),
        }
    }
}

/// Where the goods of an order lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlacementOf(pub OrderId);

impl Load<PlacementOf> for Loaders {
    type Value = Vec<GoodsPlacement>;

    async fn load(&self, keys: &[PlacementOf]) -> Loaded<PlacementOf, Vec<GoodsPlacement>> {
        let permit = self.permit::<ReadStock>()?;
        let orders: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let mut held = ::stock::reservations_of_orders(&tx, &permit, &orders).await?;
        let mut gone = match self.permit::<ReadShipments>() {
            Ok(permit) => ::sales::lots_shipped_for_orders(&tx, &permit, &orders).await?,
            // Who sees orders but no shipments sees what is still there.
            Err(failure) if failure.is_forbidden() => HashMap::new(),
            Err(failure) => return Err(failure),
        };
        let lie: BTreeSet<WarehouseId> =
            held.values().flatten().map(|held| held.warehouse_id).collect();
        let lie: Vec<WarehouseId> = lie.into_iter().collect();
        let places = ::catalog::places(&tx, &permit, &lie).await?;
        let is_transit = |id| places.get(&id).is_some_and(|place| place.transit_to.is_some());
        let parts = |held: Held| parts(&held, is_transit(held.warehouse_id));
        let known: HashSet<OrderId> = held.keys().chain(gone.keys()).copied().collect();
        let placed = known.into_iter().map(|order| {
            let held = held.remove(&order).unwrap_or_default().into_iter().flat_map(&parts);
            let gone = gone.remove(&order).unwrap_or_default().into_iter();
            let gone = gone.filter(|one| one.quantity > one.returned).map(Placed::Gone);
            let mut rows: Vec<GoodsPlacement> = held.chain(gone).map(GoodsPlacement).collect();
            // Lines got their ids in their order.
            rows.sort_by_key(GoodsPlacement::order_line);
            (PlacementOf(order), rows)
        });
        Ok(placed.collect())
    }
}

/// A reservation, what of it is being picked apart from the rest.
fn parts(held: &Held, is_on_its_way: bool) -> Vec<Placed> {
    let rest =
        if is_on_its_way { GoodsPlacementState::InTransit } else { GoodsPlacementState::Reserved };
    let parts =
        [(rest, held.quantity - held.in_picking), (GoodsPlacementState::Picking, held.in_picking)];
    let some = parts.into_iter().filter(|(_, quantity)| !quantity.is_zero());
    some.map(|(state, quantity)| Placed::Held { held: held.clone(), state, quantity }).collect()
}

/// The goods of an order, for its field.
pub(super) async fn placement(
    session: &Session,
    order: OrderId,
) -> Result<Vec<GoodsPlacement>, Failure> {
    Ok(session.load(PlacementOf(order)).await?.unwrap_or_default())
}
