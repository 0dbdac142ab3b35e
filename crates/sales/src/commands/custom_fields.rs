//! What documents hold in the fields that a tenant added. It touches nothing that was posted, so
//! it may be written in every state and in a closed period: a waybill's number comes after the
//! goods have gone.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::check_version;
use crate::events::{order_changed, shipment_changed};
use crate::model::{Order, Shipment};
use crate::store::{lock_order, lock_shipment, next_version, order_of_shipment};

impl Customizable for Order {
    const KIND: &'static str = "SalesOrder";
    const READ: Right = Right::OrderRead;
    const WRITE: Right = Right::OrderWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let order = lock_order(tx, permit, id.into()).await?;
        check_version(Some(version), order.version)?;
        next_version(tx, permit, "sales_order", id).await?;
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(())
    }
}

impl Customizable for Shipment {
    const KIND: &'static str = "Shipment";
    const READ: Right = Right::ShipmentRead;
    const WRITE: Right = Right::ShipmentPost;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let order = order_of_shipment(tx, permit, id.into()).await?;
        lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, id.into()).await?;
        check_version(Some(version), shipment.version)?;
        next_version(tx, permit, "shipment", id).await?;
        let (manager, customer) = (shipment.manager_id, shipment.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        Ok(())
    }
}
