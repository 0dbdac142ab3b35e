//! Ending a task: drafts of shipments come of it, ready to be posted.

use std::collections::BTreeMap;

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{Decimal, LotId, OrderLineId, PickTaskId, Refusal, RefusalCode, ShipmentId};
use serde_json::json;

use super::super::model::PickLine;
use super::super::rules::PickMove;
use super::super::store::{NewPick, insert_picks, lines_of_task, name_shipment};
use super::Held;
use crate::commands::{Dispatch, ShipLine, write_draft};
use crate::events::shipment_changed;
use crate::holding::goods;
use crate::model::Order;
use crate::store::order_lines;

/// Ends a task of which every line is picked or said to be short. Each order of which something
/// was picked gets a draft of a shipment that takes exactly the picked lots; services go with the
/// last goods of their order.
#[derive(Clone, Debug)]
pub struct FinishPick {
    /// Which; the caller has taken it.
    pub id: PickTaskId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for FinishPick {
    const RIGHT: Right = Right::PickWrite;
}

/// What was picked for one order: quantities by its line and lot.
type Parts = BTreeMap<(OrderLineId, LotId), Decimal>;

#[async_trait::async_trait]
impl Command for FinishPick {
    type Output = PickTaskId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PickTaskId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        held.check_mine(tx, permit, PickMove::Finish).await?;
        let lines = lines_of_task(tx, permit, self.id).await?;
        check_settled(&lines)?;
        let mut drafts: Vec<ShipmentId> = Vec::new();
        for order in &held.orders {
            let mut parts = Parts::new();
            for line in lines.iter().filter(|line| line.order_id == order.id) {
                *parts.entry((line.order_line_id, line.lot_id)).or_default() += line.picked;
            }
            parts.retain(|_, quantity| !quantity.is_zero());
            if !parts.is_empty() {
                drafts.push(self.draft(tx, permit, &held, order, &parts).await?);
            }
        }
        let before = held.task.state;
        held.task.state = before.by(PickMove::Finish).map_err(Refusal::from)?;
        held.task.finished_at = Some(tx.now());
        let told = json!({ "state": [before, held.task.state], "shipments": drafts });
        held.write(tx, permit, "finishPick", told).await?;
        Ok(self.id)
    }
}

impl FinishPick {
    async fn draft(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        held: &Held,
        order: &Order,
        parts: &Parts,
    ) -> Outcome<ShipmentId> {
        let dispatch = Dispatch {
            order_id: order.id,
            warehouse_id: Some(held.task.warehouse_id),
            date: None,
            lines: Some(ship_lines(tx, permit, order, parts).await?),
            comment: None,
            external_reference: None,
        };
        let (shipment, picked) = write_draft(tx, permit, order, &dispatch).await?;
        let mut picks = Vec::new();
        for ((order_line, lot_id), quantity) in parts {
            let line = picked.lines.iter().find(|line| line.order_line.id == *order_line);
            let Some(line) = line else { continue };
            let (lot_id, quantity) = (*lot_id, *quantity);
            picks.push(NewPick { shipment_line_id: line.id, lot_id, quantity });
        }
        insert_picks(tx, permit, &picks).await?;
        name_shipment(tx, permit, self.id, order.id, shipment.id).await?;
        let (manager, customer) = (shipment.manager_id, shipment.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        Ok(shipment.id)
    }
}

/// The lines of an order's draft: what was picked, and with the last goods the services.
async fn ship_lines(
    tx: &TenantTx,
    permit: &Permit<FinishPick>,
    order: &Order,
    parts: &Parts,
) -> Outcome<Vec<ShipLine>> {
    let mut picked: BTreeMap<OrderLineId, Decimal> = BTreeMap::new();
    for ((line, _), quantity) in parts {
        *picked.entry(*line).or_default() += *quantity;
    }
    let ordered = order_lines(tx, permit, order.id).await?;
    let goods = goods(tx, permit, ordered.clone()).await?;
    let rest =
        |line: OrderLineId, left: Decimal| left - picked.get(&line).copied().unwrap_or_default();
    let is_last = goods.iter().all(|line| rest(line.id, line.left()) <= Decimal::ZERO);
    let mut lines = Vec::new();
    for line in &ordered {
        let is_goods = goods.iter().any(|one| one.id == line.id);
        let quantity = match picked.get(&line.id) {
            Some(quantity) => *quantity,
            None if is_last && !is_goods => line.left(),
            None => Decimal::ZERO,
        };
        if quantity > Decimal::ZERO {
            lines.push(ShipLine { order_line_id: line.id, quantity });
        }
    }
    Ok(lines)
}

fn check_settled(lines: &[PickLine]) -> Result<(), Refusal> {
    let open: Vec<_> = lines
        .iter()
        .filter(|line| line.left() > Decimal::ZERO)
        .map(|line| json!({ "position": line.position, "left": line.left().normalize() }))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "Some lines are neither picked nor said to be short.",
        "Часть строк не отобрана и не отмечена как недостача.",
    )
    .with(json!({ "lines": open })))
}
