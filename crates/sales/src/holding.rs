//! Holding goods for an order and letting them go. Called under the order's lock.

use std::collections::HashMap;

use access::Permit;
use catalog::ReserveOn;
use db::{Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, OrderLineId, ProductId, WarehouseId};
use stock::{Demanding, Holding, Lost, Missing, ReserveLine, Reserved};

use crate::commands::LineAvailability;
use crate::model::{Order, OrderLine};
use crate::rules::{OrderState, asked_before_reserve, to_hold};
use crate::store::{forget_expiry, order_lines};

impl Order {
    /// What must be paid before goods are held for it, with VAT; zero where nothing must, or
    /// nothing is ever held.
    pub(crate) fn asked_before_reserve(&self) -> Decimal {
        if self.route.reserve_on == ReserveOn::Never {
            return Decimal::ZERO;
        }
        asked_before_reserve(&self.payment_steps.0, self.gross)
    }

    /// The warehouses that may give where none is chosen, the first first; empty is all.
    pub(crate) fn among(&self) -> Vec<WarehouseId> {
        match self.warehouse_id {
            Some(_) => Vec::new(),
            None => self.allowed_warehouses.iter().copied().map(WarehouseId).collect(),
        }
    }
}

/// The lines that have stock: services are never held.
pub(crate) async fn goods<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: Vec<OrderLine>,
) -> Outcome<Vec<OrderLine>> {
    let products: Vec<_> = lines.iter().map(|line| line.product_id).collect();
    let cards = catalog::product_cards(tx, permit, &products).await?;
    let is_goods =
        |line: &OrderLine| cards.get(&line.product_id).is_some_and(|card| !card.is_service);
    Ok(lines.into_iter().filter(is_goods).collect())
}

/// Holds what is there for lines of goods, as far as they are neither shipped nor held; what is
/// not there becomes demand.
pub(crate) async fn hold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
    held: &HashMap<OrderLineId, Decimal>,
) -> Outcome<Vec<LineAvailability>> {
    let wanted = wanted(order, goods, held);
    let (among, holding) = (order.among(), holding(tx, permit, order));
    let held = stock::reserve_among(tx, permit, &wanted, (holding, &among)).await?;
    let missing = wanted.iter().zip(&held).map(|(line, held)| Missing {
        order_line_id: line.order_line_id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: held.short,
    });
    stock::demand(tx, permit, &demanding(order), &missing.collect::<Vec<_>>()).await?;
    Ok(held.into_iter().map(told).collect())
}

/// As [`hold`], for an order that was changed: what its lines miss is stated anew, whatever they
/// missed before.
pub(crate) async fn hold_anew<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
    held: &HashMap<OrderLineId, Decimal>,
) -> Outcome<Vec<LineAvailability>> {
    let wanted = wanted(order, goods, held);
    let (among, holding) = (order.among(), holding(tx, permit, order));
    let found = stock::reserve_among(tx, permit, &wanted, (holding, &among)).await?;
    let ids: Vec<OrderLineId> = goods.iter().map(|line| line.id).collect();
    state_missing(tx, permit, order, &ids).await?;
    Ok(found.into_iter().map(told).collect())
}

/// As [`hold`], for lines that have lost goods while their order waits for money: no more is held
/// than was lost, and what is not there is no demand.
pub(crate) async fn hold_instead<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    (goods, lost): (&[OrderLine], &[Lost]),
    held: &HashMap<OrderLineId, Decimal>,
) -> Outcome<Vec<LineAvailability>> {
    let mut wanted = wanted(order, goods, held);
    for line in &mut wanted {
        let lost = lost.iter().find(|one| one.order_line_id == line.order_line_id);
        line.quantity = line.quantity.min(lost.map_or(Decimal::ZERO, |one| one.quantity));
    }
    let (among, holding) = (order.among(), holding(tx, permit, order));
    let held = stock::reserve_among(tx, permit, &wanted, (holding, &among)).await?;
    Ok(held.into_iter().map(told).collect())
}

/// States that lines of goods miss nothing: they go away, or their order waits for money.
pub(crate) async fn miss_nothing<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
) -> Outcome<()> {
    let missing = goods.iter().map(|line| Missing {
        order_line_id: line.id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: Decimal::ZERO,
    });
    stock::demand_anew(tx, permit, &demanding(order), &missing.collect::<Vec<_>>()).await
}

/// Holds what is there for lines of goods of an order that is not agreed to yet; what is not there
/// is no demand. Nothing is held by a route that never reserves.
pub(crate) async fn hold_for_a_while<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
) -> Outcome<Vec<LineAvailability>> {
    if order.route.reserve_on == ReserveOn::Never {
        return look(tx, permit, order, goods).await;
    }
    let wanted = wanted(order, goods, &HashMap::new());
    let (among, holding) = (order.among(), holding(tx, permit, order));
    let held = stock::reserve_among(tx, permit, &wanted, (holding, &among)).await?;
    Ok(held.into_iter().map(told).collect())
}

/// What is there for lines of goods of an order for which nothing is held: as [`hold`] would find
/// it.
pub(crate) async fn look<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
) -> Outcome<Vec<LineAvailability>> {
    let wanted = wanted(order, goods, &HashMap::new());
    let (among, holding) = (order.among(), holding(tx, permit, order));
    let found = stock::look(tx, permit, &wanted, (holding, &among)).await?;
    Ok(found.into_iter().map(told).collect())
}

/// What lines of goods still need, as far as they are neither shipped nor held.
fn wanted(
    order: &Order,
    goods: &[OrderLine],
    held: &HashMap<OrderLineId, Decimal>,
) -> Vec<ReserveLine> {
    let wanted = |line: &OrderLine| {
        let held = held.get(&line.id).copied().unwrap_or_default();
        reserve_line(order, line, to_hold(line.quantity, line.shipped, held))
    };
    goods.iter().map(wanted).filter(|line| !line.quantity.is_zero()).collect()
}

fn told(found: Reserved) -> LineAvailability {
    LineAvailability {
        line: found.order_line_id,
        available: found.available,
        reserved: found.reserved,
        short: found.short,
    }
}

/// The order as one that waits for goods: until the day the customer wants them, else from its
/// own date on.
fn demanding(order: &Order) -> Demanding {
    Demanding {
        order_id: order.id,
        organization_id: order.organization_id,
        warehouse_id: order.warehouse_id,
        among: order.among(),
        customer_id: order.customer_id,
        manager_id: order.manager_id,
        ordered_on: order.date,
        needed_by: order.requested_ship_date.unwrap_or(order.date),
        least_life_days: order.min_shelf_life_days.unwrap_or_default(),
    }
}

/// Keeps what is held for an order's lines of goods, and what they miss, as it is until the
/// transaction ends. Gives those lines.
pub(crate) async fn keep_goods_still<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<Vec<OrderLineId>> {
    let lines = order_lines(tx, permit, order.id).await?;
    let goods = goods(tx, permit, lines).await?;
    let products: Vec<ProductId> = goods.iter().map(|line| line.product_id).collect();
    stock::keep_still(tx, permit, order.organization_id, &products).await?;
    Ok(goods.iter().map(|line| line.id).collect())
}

/// Whether an order waits for money: until it has come, it waits for no goods.
pub(crate) async fn awaits_money<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<bool> {
    let may_wait = !order.prepayment_percent.get().is_zero();
    Ok(may_wait && settlements::is_awaited(tx, permit, order.id).await?)
}

/// States anew what lines of goods of an order miss: when its shipment came back, or somebody
/// worked on its reservations. They are kept still.
pub(crate) async fn state_missing<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLineId],
) -> Outcome<()> {
    // It takes what is free when it ships, and waits in no queue; so does one that is not agreed to.
    if order.route.reserve_on == ReserveOn::Never || order.state == OrderState::PendingApproval {
        return Ok(());
    }
    // Nor does one that waits for money first.
    if awaits_money(tx, permit, order).await? {
        return Ok(());
    }
    let mut lines = order_lines(tx, permit, order.id).await?;
    lines.retain(|line| goods.contains(&line.id));
    let held = held_by_line(tx, permit, &lines).await?;
    let missing = lines.iter().map(|line| Missing {
        order_line_id: line.id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: to_hold(
            line.quantity,
            line.shipped,
            held.get(&line.id).copied().unwrap_or_default(),
        ),
    });
    stock::demand_anew(tx, permit, &demanding(order), &missing.collect::<Vec<_>>()).await
}

/// What is held for lines, base units; lines for which nothing is held are absent.
pub(crate) async fn held_by_line<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    goods: &[OrderLine],
) -> Outcome<HashMap<OrderLineId, Decimal>> {
    let ids: Vec<OrderLineId> = goods.iter().map(|line| line.id).collect();
    let held = stock::reservations_of_order_lines(tx, permit, &ids).await?;
    let sum = |rows: Vec<stock::Held>| rows.iter().map(|row| row.quantity).sum();
    Ok(held.into_iter().map(|(line, rows)| (line, sum(rows))).collect())
}

/// A line of an order as stock is asked about it.
pub(crate) fn reserve_line(order: &Order, line: &OrderLine, quantity: Decimal) -> ReserveLine {
    ReserveLine {
        order_id: order.id,
        order_line_id: line.id,
        organization_id: order.organization_id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity,
        warehouse_id: order.warehouse_id,
    }
}

/// Which lots an order takes: those fit to leave on the day the customer wants them, or today.
pub(crate) fn holding<A>(tx: &TenantTx, permit: &Permit<A>, order: &Order) -> Holding {
    let on = held_on(tx, permit, order);
    let ships_on = order.requested_ship_date.map_or(on, |asked| asked.max(on));
    Holding { on, ships_on, least_life_days: order.min_shelf_life_days.unwrap_or_default() }
}

/// The business date of holding: today, or the order's date where it was written back-dated.
fn held_on<A>(tx: &TenantTx, permit: &Permit<A>, order: &Order) -> NaiveDate {
    let zone = permit.scope().facts().zone;
    let written_on = order.created_at.with_timezone(&zone).date_naive();
    if order.date < written_on { order.date } else { tx.today() }
}

/// Frees what is held for an order, which waits for neither goods nor money any more.
pub(crate) async fn let_go<A>(tx: &TenantTx, permit: &Permit<A>, order: &Order) -> Outcome<()> {
    settlements::stop_awaiting(tx, permit, order.id).await?;
    forget_expiry(tx, permit, order.id).await?;
    stock::release_order(tx, permit, order.id).await
}
