//! Holding goods for an order and letting them go. Called under the order's lock.

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, OrderLineId, WarehouseId};
use stock::{Holding, ReserveLine};

use crate::commands::LineAvailability;
use crate::model::{Order, OrderLine};
use crate::rules::{asked_before_reserve, to_hold};
use crate::store::forget_expiry;

impl Order {
    /// What must be paid before goods are held for it, with VAT; zero where nothing must.
    pub(crate) fn asked_before_reserve(&self) -> Decimal {
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

/// Holds what is there for lines of goods, as far as they are neither shipped nor held.
pub(crate) async fn hold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    goods: &[OrderLine],
    held: &HashMap<OrderLineId, Decimal>,
) -> Outcome<Vec<LineAvailability>> {
    let wanted = |line: &OrderLine| {
        let held = held.get(&line.id).copied().unwrap_or_default();
        reserve_line(order, line, to_hold(line.quantity, line.shipped, held))
    };
    let wanted: Vec<ReserveLine> =
        goods.iter().map(wanted).filter(|line| !line.quantity.is_zero()).collect();
    let (among, holding) = (order.among(), holding(tx, permit, order));
    let held = stock::reserve_among(tx, permit, &wanted, (holding, &among)).await?;
    let told = held.into_iter().map(|held| LineAvailability {
        line: held.order_line_id,
        available: held.available,
        reserved: held.reserved,
        short: held.short,
    });
    Ok(told.collect())
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

/// What is held for lines now, base units; lines without any are absent.
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

/// Frees what is held for an order, which waits for no money any more either.
pub(crate) async fn let_go<A>(tx: &TenantTx, permit: &Permit<A>, order: &Order) -> Outcome<()> {
    if !order.asked_before_reserve().is_zero() {
        settlements::stop_awaiting(tx, permit, order.id).await?;
    }
    forget_expiry(tx, permit, order.id).await?;
    stock::release_order(tx, permit, order.id).await
}
