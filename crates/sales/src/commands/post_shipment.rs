//! Letting the goods of a draft go.

use access::{Action, Permit, Right};
use db::{Command, Fault, Outcome, TenantTx};
use kernel::ShipmentId;

use super::check_version;
use crate::model::{Order, Shipment};
use crate::picking::picks_of_shipment;
use crate::posting::{Picked, ShippedLine, post};
use crate::store::{lock_order, lock_shipment, order_lines, order_of_shipment, shipment_lines};

/// Posts a draft: stock, revenue, cost and debt in one transaction. Of what was picked for it
/// exactly the picked lots leave. Where somebody has to agree first it waits, and goes on by itself.
#[derive(Clone, Debug)]
pub struct PostShipment {
    /// Which.
    pub id: ShipmentId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for PostShipment {
    const RIGHT: Right = Right::ShipmentPost;
}

#[async_trait::async_trait]
impl Command for PostShipment {
    type Output = ShipmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ShipmentId> {
        let order = order_of_shipment(tx, permit, self.id).await?;
        let order = lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, self.id).await?;
        check_version(self.version, shipment.version)?;
        let picked = picked_of(tx, permit, (&order, &shipment)).await?;
        post(tx, permit, "postShipment", &order, &shipment, &picked).await?;
        Ok(shipment.id)
    }
}

/// What a locked shipment takes of its locked order.
pub(crate) async fn picked_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, shipment): (&Order, &Shipment),
) -> Outcome<Picked> {
    let ordered = order_lines(tx, permit, order.id).await?;
    let mut picks = picks_of_shipment(tx, permit, shipment.id).await?;
    let mut lines = Vec::new();
    for line in shipment_lines(tx, permit, shipment.id).await? {
        let order_line = ordered.iter().find(|one| one.id == line.order_line_id).cloned();
        let order_line = order_line
            .ok_or_else(|| Fault::broken("a shipment's line without its order's line"))?;
        let picked = picks.remove(&line.id).unwrap_or_default();
        let (id, quantity) = (line.id, line.quantity);
        lines.push(ShippedLine { id, order_line, quantity, picked });
    }
    Ok(Picked { lines, ordered })
}
