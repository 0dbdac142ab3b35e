//! Holding goods for an order and letting them go. Called under the order's lock.

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, OrderLineId};
use stock::{Holding, ReserveLine};

use crate::commands::LineAvailability;
use crate::model::{Order, OrderLine};
use crate::rules::{asked_before_reserve, to_hold};

impl Order {
    /// What must be paid before goods are held for it, with VAT; zero where nothing must.
    pub(crate) fn asked_before_reserve(&self) -> Decimal {
        asked_before_reserve(&self.payment_steps.0, self.gross)
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
    let wanted = |line: &OrderLine| ReserveLine {
        order_id: order.id,
        order_line_id: line.id,
        organization_id: order.organization_id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: to_hold(
            line.quantity,
            line.shipped,
            held.get(&line.id).copied().unwrap_or_default(),
        ),
        warehouse_id: order.warehouse_id,
    };
    let wanted: Vec<ReserveLine> =
        goods.iter().map(wanted).filter(|line| !line.quantity.is_zero()).collect();
    let held = stock::reserve(tx, permit, &wanted, holding(tx, permit, order)).await?;
    let told = held.into_iter().map(|held| LineAvailability {
        line: held.order_line_id,
        available: held.available,
        reserved: held.reserved,
        short: held.short,
    });
    Ok(told.collect())
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
    stock::release_order(tx, permit, order.id).await
}
