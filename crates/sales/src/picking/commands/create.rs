//! Asking for goods of orders to be picked.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Right};
use chrono::Datelike;
use db::{AuditEntry, Command, Outcome, Series, TenantTx};
use kernel::{OrderId, OrderLineId, PickLineId, PickTaskId, Refusal, RefusalCode, WarehouseId};
use serde_json::json;
use stock::{PickPart, Pickable};

use super::super::events::task_changed;
use super::super::store::{NewPickLine, NewPickOrder, NewTask, insert_task, lock_orders};
use crate::model::Order;
use crate::posting::hold_organization;
use crate::rules::{OrderMove, external_reference, optional_text, unknown};
use crate::store::order_lines;

/// Most orders of one wave.
const MOST_ORDERS: usize = 100;
/// Most lines of one task.
const MOST_LINES: usize = 1_000;

/// Makes a task out of what is held for orders in one warehouse and not picked yet, in the order in
/// which its bins are walked.
#[derive(Clone, Debug)]
pub struct CreatePickTask {
    /// One order, or several of one organization: a wave.
    pub orders: Vec<OrderId>,
    /// Where; `None` is where most is held for the first order.
    pub warehouse_id: Option<WarehouseId>,
    /// A note for the storekeeper.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

impl Action for CreatePickTask {
    const RIGHT: Right = Right::PickAsk;
}

#[async_trait::async_trait]
impl Command for CreatePickTask {
    type Output = PickTaskId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PickTaskId> {
        let comment = optional_text("comment", self.comment.as_deref())?;
        let external_reference = external_reference(self.external_reference.as_deref())?;
        let ids: BTreeSet<OrderId> = self.orders.iter().copied().collect();
        check_count(ids.len())?;
        let ids: Vec<OrderId> = ids.into_iter().collect();
        let orders = lock_orders(tx, permit, &ids).await?;
        check_orders(&orders)?;
        let warehouse_id = self.warehouse(tx, permit).await?;
        let parts = stock::pickable(tx, permit, &ids, warehouse_id).await?;
        check_parts(&orders, &parts)?;
        let organization = hold_organization(tx, permit, orders[0].organization_id).await?;
        let series =
            Series { organization: organization.id, kind: "pick_task", year: tx.today().year() };
        let number = tx.number(&series).await?;
        let task = NewTask {
            id: PickTaskId::new(),
            number: format!("{}-{number:06}", organization.prefix),
            date: tx.today(),
            organization_id: organization.id,
            warehouse_id,
            comment,
            external_reference,
        };
        let lines = lines(tx, permit, &ids, &parts).await?;
        let recipients = recipients(tx, permit, &orders).await?;
        insert_task(tx, permit, &task, &recipients, &lines).await?;
        let picked = |part: &Pickable| PickPart {
            order_line_id: part.order_line_id,
            lot_id: part.lot_id,
            quantity: part.quantity,
        };
        let picked: Vec<PickPart> = parts.iter().map(picked).collect();
        stock::start_picking(tx, permit, warehouse_id, &picked).await?;
        tx.audit(AuditEntry::new(
            "createPickTask",
            "PickTask",
            task.id,
            json!({ "number": task.number, "orders": ids, "warehouse": warehouse_id,
                    "lines": lines.len() }),
        ));
        task_changed(tx, task.id, warehouse_id, &orders);
        Ok(task.id)
    }
}

impl CreatePickTask {
    async fn warehouse(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WarehouseId> {
        if let Some(id) = self.warehouse_id {
            let known = catalog::warehouse_cards(tx, permit, &[id]).await?;
            return if known.contains_key(&id) {
                Ok(id)
            } else {
                Err(unknown("warehouseId", "warehouse", "склад").into())
            };
        }
        let mut held = Vec::new();
        if let Some(first) = self.orders.first() {
            held = stock::held_in(tx, permit, *first).await?;
        }
        held.first().copied().ok_or_else(|| nothing_held().into())
    }
}

fn check_count(orders: usize) -> Result<(), Refusal> {
    match orders {
        0 => Err(Refusal::new(
            RefusalCode::Required,
            "Name at least one order.",
            "Укажите хотя бы один заказ.",
        )
        .at(["orders"])),
        1..=MOST_ORDERS => Ok(()),
        _ => Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_ORDERS} orders in one task."),
            format!("В одном задании не более {MOST_ORDERS} заказов."),
        )
        .at(["orders"])),
    }
}

fn check_orders(orders: &[Order]) -> Result<(), Refusal> {
    for order in orders {
        order.state.check(OrderMove::Ship).map_err(Refusal::from)?;
    }
    let organization = orders.first().map(|order| order.organization_id);
    if orders.iter().any(|order| Some(order.organization_id) != organization) {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "Orders of one task are of one organization.",
            "Заказы одного задания должны быть одной организации.",
        )
        .at(["orders"]));
    }
    Ok(())
}

fn check_parts(orders: &[Order], parts: &[Pickable]) -> Result<(), Refusal> {
    if parts.len() > MOST_LINES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_LINES} lines in one task: name fewer orders."),
            format!("В одном задании не более {MOST_LINES} строк: выберите меньше заказов."),
        )
        .at(["orders"]));
    }
    let bare: Vec<&str> = orders
        .iter()
        .filter(|order| !parts.iter().any(|part| part.order_id == order.id))
        .map(|order| order.number.as_deref().unwrap_or_default())
        .collect();
    if bare.is_empty() {
        return Ok(());
    }
    Err(nothing_held().with(json!({ "orders": bare })))
}

fn nothing_held() -> Refusal {
    Refusal::new(
        RefusalCode::NoLines,
        "Nothing is held for the order in this warehouse that is not picked already.",
        "На этом складе для заказа нет резерва, который ещё не отбирают.",
    )
    .at(["orders"])
}

async fn lines(
    tx: &TenantTx,
    permit: &Permit<CreatePickTask>,
    orders: &[OrderId],
    parts: &[Pickable],
) -> Outcome<Vec<NewPickLine>> {
    let mut units: HashMap<OrderLineId, String> = HashMap::new();
    for order in orders {
        let lines = order_lines(tx, permit, *order).await?;
        units.extend(lines.into_iter().map(|line| (line.id, line.unit)));
    }
    let line = |(place, part): (usize, &Pickable)| {
        let unit = units.get(&part.order_line_id).cloned().unwrap_or_default();
        line_of(part, unit, place + 1, part.quantity)
    };
    Ok(parts.iter().enumerate().map(line).collect())
}

/// A line that asks for a part of what is held.
pub(super) fn line_of(
    part: &Pickable,
    unit: String,
    place: usize,
    quantity: kernel::Decimal,
) -> NewPickLine {
    NewPickLine {
        id: PickLineId::new(),
        order_id: part.order_id,
        order_line_id: part.order_line_id,
        position: i32::try_from(place).unwrap_or(i32::MAX),
        product_id: part.product_id,
        variant_id: part.variant_id,
        unit,
        lot_id: part.lot_id,
        instead_of_id: None,
        bin_id: part.bin_id,
        quantity,
        picked: kernel::Decimal::ZERO,
    }
}

async fn recipients(
    tx: &TenantTx,
    permit: &Permit<CreatePickTask>,
    orders: &[Order],
) -> Outcome<Vec<NewPickOrder>> {
    let customers: Vec<_> = orders.iter().map(|order| order.customer_id).collect();
    let known = catalog::recipients(tx, permit, &customers).await?;
    let recipient = |order: &Order| {
        let customer = known.get(&order.customer_id);
        NewPickOrder {
            order_id: order.id,
            customer_name: customer.map(|one| one.name.clone()).unwrap_or_default(),
            delivery_address_id: customer.and_then(|one| one.address_id),
            address: customer.and_then(|one| one.address.clone()),
        }
    };
    Ok(orders.iter().map(recipient).collect())
}
