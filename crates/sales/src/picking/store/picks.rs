//! The lots that drafts of shipments were picked.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, LotId, OrderId, OrderLineId, PickTaskId, ShipmentId, ShipmentLineId};
use serde::Serialize;
use stock::PickPart;

use crate::model::Shipment;
use crate::store::rows;

/// A picked lot as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewPick {
    pub(crate) shipment_line_id: ShipmentLineId,
    pub(crate) lot_id: LotId,
    pub(crate) quantity: Decimal,
}

/// Writes down what was picked for a draft.
pub(crate) async fn insert_picks<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    picks: &[NewPick],
) -> Outcome<()> {
    let sql = "
        insert into shipment_pick (tenant_id, shipment_line_id, lot_id, quantity)
        select $1, x.shipment_line_id, x.lot_id, x.quantity
        from jsonb_to_recordset($2) as x (shipment_line_id uuid, lot_id uuid, quantity numeric)";
    tx.run(Sql::new(sql, values![permit.tenant(), rows(picks)?])).await?;
    Ok(())
}

/// Names the draft that came of an order's part of a task.
pub(crate) async fn name_shipment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    task: PickTaskId,
    order: OrderId,
    shipment: ShipmentId,
) -> Outcome<()> {
    let sql = "
        update pick_task_order r
        set shipment_id = $4
        where r.tenant_id = $1 and r.task_id = $2 and r.order_id = $3";
    tx.run(Sql::new(sql, values![permit.tenant(), task, order, shipment])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Pick {
    shipment_line_id: ShipmentLineId,
    order_line_id: OrderLineId,
    lot_id: LotId,
    quantity: Decimal,
}

async fn read<A>(tx: &TenantTx, permit: &Permit<A>, shipment: ShipmentId) -> Outcome<Vec<Pick>> {
    let sql = "
        select p.shipment_line_id, l.order_line_id, p.lot_id, p.quantity
        from shipment_line l
        join shipment_pick p on p.tenant_id = l.tenant_id and p.shipment_line_id = l.id
        where l.tenant_id = $1 and l.shipment_id = $2
        order by l.position, p.lot_id";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), shipment])).await?)
}

/// What was picked for the lines of a shipment; lines that nobody picked for are absent.
pub(crate) async fn picks_of_shipment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<HashMap<ShipmentLineId, Vec<(LotId, Decimal)>>> {
    let mut found: HashMap<ShipmentLineId, Vec<(LotId, Decimal)>> = HashMap::new();
    for pick in read(tx, permit, shipment).await? {
        found.entry(pick.shipment_line_id).or_default().push((pick.lot_id, pick.quantity));
    }
    Ok(found)
}

/// Lets go of what was picked for a draft that is given up: the goods stay held for their order.
pub(crate) async fn free_picks<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
) -> Outcome<()> {
    let picks = read(tx, permit, shipment.id).await?;
    let part = |pick: &Pick| PickPart {
        order_line_id: pick.order_line_id,
        lot_id: pick.lot_id,
        quantity: pick.quantity,
    };
    let parts: Vec<PickPart> = picks.iter().map(part).collect();
    stock::stop_picking(tx, permit, shipment.warehouse_id, &parts).await
}
