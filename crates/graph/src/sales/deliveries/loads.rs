//! Batched reads of deliveries.

use ::sales::{Brought, DeliveryPackage, ReadDeliveries, ReadShipments};
use kernel::{DeliveryId, ShipmentId};

use super::delivery::Delivery;
use crate::loaders::{Load, Loaded, Loaders};

/// The packages of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PackagesOf(pub(super) DeliveryId);

/// The deliveries of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DeliveriesOf(pub(crate) ShipmentId);

/// What a shipment has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BroughtBy(pub(crate) ShipmentId);

impl Load<DeliveryId> for Loaders {
    type Value = Delivery;

    async fn load(&self, keys: &[DeliveryId]) -> Loaded<DeliveryId, Delivery> {
        let permit = self.permit::<ReadDeliveries>()?;
        let found = ::sales::deliveries_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<PackagesOf> for Loaders {
    type Value = Vec<DeliveryPackage>;

    async fn load(&self, keys: &[PackagesOf]) -> Loaded<PackagesOf, Self::Value> {
        let permit = self.permit::<ReadDeliveries>()?;
        let ids: Vec<DeliveryId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::packages_by_delivery(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (PackagesOf(id), rows)).collect())
    }
}

impl Load<DeliveriesOf> for Loaders {
    type Value = Vec<Delivery>;

    async fn load(&self, keys: &[DeliveriesOf]) -> Loaded<DeliveriesOf, Vec<Delivery>> {
        let permit = self.permit::<ReadDeliveries>()?;
        let ids: Vec<ShipmentId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::deliveries_by_shipment(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<::sales::Delivery>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (DeliveriesOf(id), shaped(rows))).collect())
    }
}

impl Load<BroughtBy> for Loaders {
    type Value = Brought;

    async fn load(&self, keys: &[BroughtBy]) -> Loaded<BroughtBy, Brought> {
        let permit = self.permit::<ReadShipments>()?;
        let ids: Vec<ShipmentId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::brought_by_shipment(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, brought)| (BroughtBy(id), brought)).collect())
    }
}
