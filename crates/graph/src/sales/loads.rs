//! Batched reads of sales.

use std::collections::HashMap;

use ::sales::{Order, OrderLine, ReadOrders, ReadShipments, ShipmentLot};
use ::settlements::OrderRef;
use ::stock::ReadStock;
use kernel::{CustomerId, Decimal, OrderId, OrderLineId, Page, ShipmentId, ShipmentLineId};

use super::order::{SalesOrder, SalesOrderLine};
use super::shipment::{Shipment, ShipmentLine};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::COUNT_CAP;

/// The lines of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinesOf(pub OrderId);

/// The shipments of an order, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShipmentsOf(pub OrderId);

/// The lines of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShippedLinesOf(pub ShipmentId);

/// The lots that a shipment's line took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LotsOf(pub ShipmentLineId);

/// How much is held for an order's line, base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldFor(pub OrderLineId);

/// How much more must be paid before goods are held for an order, in its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AwaitedFor(pub OrderRef);

/// Until when goods are held for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldUntil(pub OrderId);

/// The change of an order that waits for somebody to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WaitingChangeOf(pub(super) OrderId);

impl Load<WaitingChangeOf> for Loaders {
    type Value = ::sales::WaitingChange;

    async fn load(&self, keys: &[WaitingChangeOf]) -> Loaded<WaitingChangeOf, Self::Value> {
        let permit = self.permit::<ReadOrders>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::waiting_changes(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, change)| (WaitingChangeOf(id), change)).collect())
    }
}

impl Load<HeldUntil> for Loaders {
    type Value = kernel::DateTime<kernel::Utc>;

    async fn load(&self, keys: &[HeldUntil]) -> Loaded<HeldUntil, Self::Value> {
        let permit = self.permit::<ReadOrders>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::expiries_of_orders(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, at)| (HeldUntil(id), at)).collect())
    }
}

/// The newest orders of a customer: so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrdersOfCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// How many.
    pub limit: u32,
}

/// The newest shipments to a customer: so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShipmentsOfCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// How many.
    pub limit: u32,
}

/// How many orders a customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct OrderCountOf(pub(super) CustomerId);

/// How many shipments a customer got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ShipmentCountOf(pub(super) CustomerId);

/// Customers by the number of documents asked for: an operation asks in few ways.
pub(super) fn alike(
    keys: impl Iterator<Item = (u32, CustomerId)>,
) -> HashMap<u32, Vec<CustomerId>> {
    let mut groups: HashMap<u32, Vec<CustomerId>> = HashMap::new();
    for (limit, customer) in keys {
        groups.entry(limit).or_default().push(customer);
    }
    groups
}

impl Load<OrdersOfCustomer> for Loaders {
    type Value = Page<Order>;

    async fn load(&self, keys: &[OrdersOfCustomer]) -> Loaded<OrdersOfCustomer, Page<Order>> {
        let permit = self.permit::<ReadOrders>()?;
        let tx = self.tx().await?;
        let mut pages = HashMap::new();
        for (limit, ids) in alike(keys.iter().map(|key| (key.limit, key.customer))) {
            let found = ::sales::orders_of_customers(&tx, &permit, &ids, limit).await?;
            let keyed = |(customer, page)| (OrdersOfCustomer { customer, limit }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

impl Load<ShipmentsOfCustomer> for Loaders {
    type Value = Page<::sales::Shipment>;

    async fn load(&self, keys: &[ShipmentsOfCustomer]) -> Loaded<ShipmentsOfCustomer, Self::Value> {
        let permit = self.permit::<ReadShipments>()?;
        let tx = self.tx().await?;
        let mut pages = HashMap::new();
        for (limit, ids) in alike(keys.iter().map(|key| (key.limit, key.customer))) {
            let found = ::sales::shipments_of_customers(&tx, &permit, &ids, limit).await?;
            let keyed = |(customer, page)| (ShipmentsOfCustomer { customer, limit }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

impl Load<OrderCountOf> for Loaders {
    type Value = i64;

    async fn load(&self, keys: &[OrderCountOf]) -> Loaded<OrderCountOf, i64> {
        let permit = self.permit::<ReadOrders>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let (tx, cap) = (self.tx().await?, COUNT_CAP + 1);
        let found = ::sales::count_orders_of_customers(&tx, &permit, &ids, cap).await?;
        Ok(found.into_iter().map(|(id, count)| (OrderCountOf(id), count)).collect())
    }
}

impl Load<ShipmentCountOf> for Loaders {
    type Value = i64;

    async fn load(&self, keys: &[ShipmentCountOf]) -> Loaded<ShipmentCountOf, i64> {
        let permit = self.permit::<ReadShipments>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let (tx, cap) = (self.tx().await?, COUNT_CAP + 1);
        let found = ::sales::count_shipments_of_customers(&tx, &permit, &ids, cap).await?;
        Ok(found.into_iter().map(|(id, count)| (ShipmentCountOf(id), count)).collect())
    }
}

impl Load<OrderId> for Loaders {
    type Value = SalesOrder;

    async fn load(&self, keys: &[OrderId]) -> Loaded<OrderId, SalesOrder> {
        let permit = self.permit::<ReadOrders>()?;
        let found = ::sales::orders_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<LinesOf> for Loaders {
    type Value = Vec<OrderLine>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Vec<OrderLine>> {
        let permit = self.permit::<ReadOrders>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::order_lines_by_order(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (LinesOf(id), rows)).collect())
    }
}

impl Load<AwaitedFor> for Loaders {
    type Value = Decimal;

    async fn load(&self, keys: &[AwaitedFor]) -> Loaded<AwaitedFor, Decimal> {
        let permit = self.permit::<ReadOrders>()?;
        let orders: Vec<OrderRef> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::settlements::awaited_by_order(&tx, &permit, &orders).await?;
        let awaited = |key: &AwaitedFor| Some((*key, *found.get(&key.0.id)?));
        Ok(keys.iter().filter_map(awaited).collect())
    }
}

impl Load<OrderLineId> for Loaders {
    type Value = SalesOrderLine;

    async fn load(&self, keys: &[OrderLineId]) -> Loaded<OrderLineId, SalesOrderLine> {
        let permit = self.permit::<ReadOrders>()?;
        let found = ::sales::order_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        let shaped = |(id, (row, currency))| (id, SalesOrderLine::new(row, currency));
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<ShipmentId> for Loaders {
    type Value = Shipment;

    async fn load(&self, keys: &[ShipmentId]) -> Loaded<ShipmentId, Shipment> {
        let permit = self.permit::<ReadShipments>()?;
        let found = ::sales::shipments_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ShipmentsOf> for Loaders {
    type Value = Vec<Shipment>;

    async fn load(&self, keys: &[ShipmentsOf]) -> Loaded<ShipmentsOf, Vec<Shipment>> {
        let permit = self.permit::<ReadShipments>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::shipments_by_order(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<::sales::Shipment>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (ShipmentsOf(id), shaped(rows))).collect())
    }
}

impl Load<ShippedLinesOf> for Loaders {
    type Value = Vec<::sales::ShipmentLine>;

    async fn load(
        &self,
        keys: &[ShippedLinesOf],
    ) -> Loaded<ShippedLinesOf, Vec<::sales::ShipmentLine>> {
        let permit = self.permit::<ReadShipments>()?;
        let ids: Vec<ShipmentId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::sales::shipment_lines_by_shipment(&tx, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (ShippedLinesOf(id), rows)).collect())
    }
}

impl Load<ShipmentLineId> for Loaders {
    type Value = ShipmentLine;

    async fn load(&self, keys: &[ShipmentLineId]) -> Loaded<ShipmentLineId, ShipmentLine> {
        let permit = self.permit::<ReadShipments>()?;
        let found = ::sales::shipment_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        let shaped = |(id, (row, currency))| (id, ShipmentLine::new(row, currency));
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<LotsOf> for Loaders {
    type Value = Vec<ShipmentLot>;

    async fn load(&self, keys: &[LotsOf]) -> Loaded<LotsOf, Vec<ShipmentLot>> {
        let permit = self.permit::<ReadShipments>()?;
        let ids: Vec<ShipmentLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::shipment_lots_by_line(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (LotsOf(id), rows)).collect())
    }
}

impl Load<HeldFor> for Loaders {
    type Value = Decimal;

    async fn load(&self, keys: &[HeldFor]) -> Loaded<HeldFor, Decimal> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<OrderLineId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::stock::reservations_of_order_lines(&tx, &permit, &ids).await?;
        let mut held: HashMap<HeldFor, Decimal> = HashMap::new();
        for (line, rows) in found {
            held.insert(HeldFor(line), rows.iter().map(|row| row.quantity).sum());
        }
        Ok(held)
    }
}
