//! Posting a shipment (domain, section 4): checks, then stock, revenue, cost, debts and the
//! order's state, all in the transaction of the command that posts.

use std::collections::HashMap;

use access::{Permit, Right};
use catalog::{OrderTerms, OrganizationCard, TaxedProduct};
use chrono::Datelike;
use db::{AuditEntry, Outcome, Series, TenantTx};
use kernel::{
    Decimal, DepartmentId, LotId, NaiveDate, OrganizationId, ProductId, Refusal, RefusalCode,
    SaleFactId, ShipmentLineId,
};
use serde_json::json;
use settlements::Billing;
use stock::{Issue, IssueLine, IssuedLot};

use crate::approving::{judged, shipment_case};
use crate::credit;
use crate::deliveries::follow_manager;
use crate::events::{order_changed, shipment_changed};
use crate::model::{Order, OrderLine, Shipment};
use crate::money_gate::{MoneyGate, check_money};
use crate::rules::{
    LineRule, LineSum, OrderMove, OrderState, OrderedLine, ShipmentMove, ShipmentState, Shipped,
    Totals, VatMode, part_of, totals, unknown,
};
use crate::store::{
    BookedLine, BookedLot, Booking, OrderStep, PostedHeader, book, mark_posted, mark_waiting,
    sellers, step_order,
};

/// A line of a shipment with the order's line it fulfils, as that stood under the order's lock.
#[derive(Clone, Debug)]
pub(crate) struct ShippedLine {
    pub(crate) id: ShipmentLineId,
    pub(crate) order_line: OrderLine,
    pub(crate) quantity: Decimal,
    /// The lots that were picked for it; empty where nobody picked.
    pub(crate) picked: Vec<(LotId, Decimal)>,
}

/// What a shipment takes of its order.
#[derive(Clone, Debug)]
pub(crate) struct Picked {
    /// The shipment's lines.
    pub(crate) lines: Vec<ShippedLine>,
    /// All lines of the order, as they stood under its lock.
    pub(crate) ordered: Vec<OrderLine>,
}

impl OrderLine {
    /// What is left to ship.
    #[must_use]
    pub fn left(&self) -> Decimal {
        self.quantity - self.shipped
    }

    pub(crate) fn ordered(&self) -> OrderedLine {
        OrderedLine {
            quantity: self.quantity,
            sum: LineSum { amount: self.amount, vat: self.vat_amount },
            vat_rate: self.vat_rate,
            shipped: self.shipped,
            shipped_sum: LineSum { amount: self.shipped_amount, vat: self.shipped_vat },
        }
    }
}

/// Posts a draft whose order is locked, or lets it wait where somebody has to agree first; tells
/// whether it is posted.
pub(crate) async fn post<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    action: &'static str,
    order: &Order,
    shipment: &Shipment,
    picked: &Picked,
) -> Outcome<bool> {
    let lines = &picked.lines;
    shipment.state.by(ShipmentMove::Post).map_err(Refusal::from)?;
    order.state.check(OrderMove::Ship).map_err(Refusal::from)?;
    let before = shipment.manager_id;
    // The order may have changed hands since the draft was written.
    let (date, manager_id) = (leaves_on(tx, permit, shipment), order.manager_id);
    let shipment = &Shipment { date, manager_id, ..shipment.clone() };
    let organization = hold_organization(tx, permit, shipment.organization_id).await?;
    check_date(tx, permit, order, shipment, &organization)?;
    let products: Vec<ProductId> = lines.iter().map(|line| line.order_line.product_id).collect();
    let (organization_id, date) = (shipment.organization_id, shipment.date);
    let cards = catalog::taxed_products(tx, permit, &products, organization_id, date).await?;
    check_left(lines, &cards)?;
    let terms = credit::terms_of(tx, permit, order).await?;
    catalog::lock_customer(tx, permit, order.customer_id).await?;
    let MoneyGate { found, warnings } = check_money(tx, permit, order, &terms).await?;
    if !found.is_empty() {
        let document = (shipment, &lines[..]);
        let case = shipment_case(tx, permit, (order, &picked.ordered), document, &terms).await?;
        if judged(tx, permit, &case, found).await?.is_some() {
            wait(tx, permit, action, (order, shipment)).await?;
            return Ok(false);
        }
    }
    let lots = issue(tx, permit, (order, shipment), lines, &cards).await?;
    let (booked, totals) = booked(order, lines, &cards, &lots)?;
    let cost = booked.iter().map(|line| line.cost).sum();
    let department_id = department(tx, permit, order).await?;
    let state = OrderState::by_shipped(shipped_after(&picked.ordered, lines));
    let posted = Posted { department_id, terms, totals, cost, state };
    write(tx, permit, order, shipment, &posted, booked, lots).await?;
    let number = number(tx, permit, shipment, &organization, &posted).await?;
    if before != shipment.manager_id {
        follow_manager(tx, permit, shipment).await?;
    }
    tx.audit(AuditEntry::new(
        action,
        "Shipment",
        shipment.id,
        json!({ "state": [shipment.state, ShipmentState::Posted], "number": number,
                "order": order.id, "date": shipment.date, "gross": totals.gross, "cost": cost,
                "manager": shipment.manager_id,
                "orderState": [order.state, posted.state], "warnings": warnings }),
    ));
    let (manager, customer) = (order.manager_id, order.customer_id);
    shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
    order_changed(tx, order.id, manager, customer);
    Ok(true)
}

/// Lets a draft wait until somebody has agreed; nothing moves.
async fn wait<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    action: &'static str,
    (order, shipment): (&Order, &Shipment),
) -> Outcome<()> {
    mark_waiting(tx, permit, shipment.id, ShipmentState::PendingApproval).await?;
    tx.audit(AuditEntry::new(
        action,
        "Shipment",
        shipment.id,
        json!({ "state": [shipment.state, ShipmentState::PendingApproval], "order": order.id }),
    ));
    let (manager, customer) = (order.manager_id, order.customer_id);
    shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
    Ok(())
}

/// What a posting has found out.
struct Posted {
    department_id: Option<DepartmentId>,
    terms: OrderTerms,
    totals: Totals,
    cost: Decimal,
    state: OrderState,
}

/// The organization, held so that its period is not closed meanwhile.
pub(crate) async fn hold_organization<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrganizationId,
) -> Outcome<OrganizationCard> {
    let held = catalog::hold_organization(tx, permit, id).await?;
    held.ok_or_else(|| unknown("organizationId", "organization", "организация").into())
}

/// The business date of a draft that is posted: one that was dated the day it was written, such as
/// one that waited for a decision overnight, leaves today where nobody may post into the past.
fn leaves_on<A>(tx: &TenantTx, permit: &Permit<A>, shipment: &Shipment) -> NaiveDate {
    let scope = permit.scope();
    let written_on = shipment.created_at.with_timezone(&scope.facts().zone).date_naive();
    let may_backdate = scope.reach(Right::DocumentBackdate).is_some();
    if shipment.date < written_on || may_backdate {
        shipment.date
    } else {
        shipment.date.max(tx.today())
    }
}

fn check_date<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    shipment: &Shipment,
    organization: &OrganizationCard,
) -> Result<(), Refusal> {
    let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
    catalog::check_period(organization, shipment.date, tx.today(), may_backdate)
        .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
    if shipment.date < order.date {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            format!("The order is dated {}: nothing ships before.", order.date),
            format!("Дата заказа {}: раньше отгружать нельзя.", order.date.format("%d.%m.%Y")),
        )
        .at(["date"])
        .with(json!({ "orderDate": order.date })));
    }
    Ok(())
}

fn check_left(
    lines: &[ShippedLine],
    cards: &HashMap<ProductId, TaxedProduct>,
) -> Result<(), Refusal> {
    for (index, line) in lines.iter().enumerate() {
        let left = line.order_line.left();
        if line.quantity > left {
            let card = cards.get(&line.order_line.product_id);
            let product = card.map(|taxed| taxed.card.name.clone()).unwrap_or_default();
            return Err(LineRule::ExceedsOrder { index, product, left }.into());
        }
    }
    Ok(())
}

async fn issue<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, shipment): (&Order, &Shipment),
    lines: &[ShippedLine],
    cards: &HashMap<ProductId, TaxedProduct>,
) -> Outcome<Vec<IssuedLot>> {
    let is_goods = |line: &&ShippedLine| {
        cards.get(&line.order_line.product_id).is_some_and(|taxed| !taxed.card.is_service)
    };
    let goods: Vec<IssueLine> = lines
        .iter()
        .filter(is_goods)
        .map(|line| IssueLine {
            shipment_line_id: line.id,
            order_line_id: line.order_line.id,
            product_id: line.order_line.product_id,
            variant_id: line.order_line.variant_id,
            quantity: line.quantity,
            left_after: line.order_line.left() - line.quantity,
            chosen: line.picked.clone(),
        })
        .collect();
    if goods.is_empty() {
        return Ok(Vec::new());
    }
    let issue = Issue {
        shipment_id: shipment.id,
        organization_id: shipment.organization_id,
        warehouse_id: shipment.warehouse_id,
        occurred_on: shipment.date,
        least_life_days: order.min_shelf_life_days.unwrap_or_default(),
        lines: goods,
    };
    stock::issue(tx, permit, &issue).await
}

pub(crate) fn booked(
    order: &Order,
    lines: &[ShippedLine],
    cards: &HashMap<ProductId, TaxedProduct>,
    lots: &[IssuedLot],
) -> Result<(Vec<BookedLine>, Totals), Refusal> {
    let mode = VatMode::of(order.prices_include_vat);
    let mut costs: HashMap<ShipmentLineId, Decimal> = HashMap::new();
    for lot in lots {
        *costs.entry(lot.shipment_line_id).or_default() += lot.cost;
    }
    let booked = |line: &ShippedLine| {
        let taxed = cards.get(&line.order_line.product_id);
        let rate = taxed.and_then(|taxed| taxed.vat_rate);
        let sum = part_of(&line.order_line.ordered(), line.quantity, rate, mode);
        BookedLine {
            id: line.id,
            fact_id: SaleFactId::new(),
            order_line_id: line.order_line.id,
            product_id: line.order_line.product_id,
            variant_id: line.order_line.variant_id,
            product_group_id: taxed.and_then(|taxed| taxed.card.group_id),
            quantity: line.quantity,
            amount: sum.amount,
            vat_rate: rate,
            vat_amount: sum.vat,
            revenue: sum.net(mode),
            cost: costs.get(&line.id).copied().unwrap_or_default(),
        }
    };
    let booked: Vec<BookedLine> = lines.iter().map(booked).collect();
    let sums = booked.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
    let totals = totals(sums, mode).ok_or(LineRule::TooLarge)?;
    Ok((booked, totals))
}

/// The manager's department as of now.
pub(crate) async fn department<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<Option<DepartmentId>> {
    let Some(manager) = order.manager_id else { return Ok(None) };
    let found = sellers(tx, permit, &[manager]).await?;
    Ok(found.get(&manager).and_then(|seller| seller.department_id))
}

/// How much of an order is shipped, with what is being shipped now.
pub(crate) fn shipped_after(ordered: &[OrderLine], now: &[ShippedLine]) -> Shipped {
    let shipped = |line: &OrderLine| {
        let now = now.iter().find(|shipped| shipped.order_line.id == line.id);
        line.shipped + now.map_or(Decimal::ZERO, |shipped| shipped.quantity)
    };
    if ordered.iter().all(|line| shipped(line) >= line.quantity) {
        return Shipped::All;
    }
    let nothing = ordered.iter().all(|line| shipped(line).is_zero());
    if nothing { Shipped::Nothing } else { Shipped::Part }
}

/// Writes everything but the numbered header.
async fn write<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    shipment: &Shipment,
    posted: &Posted,
    lines: Vec<BookedLine>,
    lots: Vec<IssuedLot>,
) -> Outcome<()> {
    let taken = |lot: IssuedLot| BookedLot {
        shipment_line_id: lot.shipment_line_id,
        lot_id: lot.lot_id,
        quantity: lot.quantity,
        cost: lot.cost,
    };
    let booking = Booking {
        shipment_id: shipment.id,
        order_id: order.id,
        occurred_on: shipment.date,
        organization_id: shipment.organization_id,
        department_id: posted.department_id,
        manager_id: order.manager_id,
        customer_id: order.customer_id,
        region_id: posted.terms.region_id,
        warehouse_id: Some(shipment.warehouse_id),
        currency: order.currency,
        lines,
        lots: lots.into_iter().map(taken).collect(),
    };
    book(tx, permit, &booking).await?;
    let step = OrderStep { shipped_gross: posted.totals.gross, ..OrderStep::to(posted.state) };
    step_order(tx, permit, order.id, step).await?;
    let billing = Billing {
        shipment_id: shipment.id,
        order_id: order.id,
        customer_id: order.customer_id,
        organization_id: order.organization_id,
        agreement_id: order.agreement_id,
        currency: order.currency,
        manager_id: order.manager_id,
        occurred_on: shipment.date,
        amount: posted.totals.gross,
        steps: order.payment_steps.0.clone(),
    };
    settlements::bill(tx, permit, &billing).await
}

/// Takes the number, last of all, since its counter is locked until the end; gives the header
/// its figures.
async fn number<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
    organization: &OrganizationCard,
    posted: &Posted,
) -> Outcome<String> {
    let series = Series {
        organization: shipment.organization_id,
        kind: "shipment",
        year: shipment.date.year(),
    };
    let sequence = tx.gapless_number(&series).await?;
    let number = format!("{}-{sequence:06}", organization.prefix);
    let header = PostedHeader {
        number: number.clone(),
        sequence,
        totals: posted.totals,
        cost: posted.cost,
        department_id: posted.department_id,
        region_id: posted.terms.region_id,
    };
    mark_posted(tx, permit, shipment, &header).await?;
    Ok(number)
}
