//! What is special about an order or a shipment, as approvals are asked about it, and what becomes
//! of a document that waits.

use std::collections::HashMap;

use access::Permit;
use approvals::{ApprovalKind, Case, Circumstance, Facts, Finding, Judgement, Measured, Subject};
use catalog::pricing::{ApprovalReason, Leave, VatMode};
use catalog::{Goods, OrderTerms, ProductCard};
use chrono::{Datelike, Duration};
use db::{Outcome, Series, TenantTx};
use kernel::{ApprovalRequestId, Decimal, Percent, Refusal, UnitPrice, round_percent};
use serde_json::{Value, json};

use crate::holding;
use crate::model::{Order, OrderLine, Shipment};
use crate::posting::ShippedLine;
use crate::quoting::leave_of;
use crate::rules::{LineSum, OrderState, special_terms};
use crate::store::{OrderStep, put_expiry, reservation_settings, sellers, step_order};

/// The kind of approval that a line's reason asks for.
pub(crate) fn kind_of(reason: &ApprovalReason) -> ApprovalKind {
    match reason {
        ApprovalReason::DiscountOverLimit { .. } => ApprovalKind::DiscountOverLimit,
        ApprovalReason::PriceBelowMinimum { .. } => ApprovalKind::PriceBelowMinimum,
        ApprovalReason::MarginBelowMinimum { .. } => ApprovalKind::MarginBelowMinimum,
    }
}

/// A line as facts are made of it.
pub(crate) struct FactLine {
    pub(crate) goods: Goods,
    pub(crate) quantity: Decimal,
    pub(crate) price: UnitPrice,
    pub(crate) discount: Percent,
    pub(crate) amount: Decimal,
}

impl From<&OrderLine> for FactLine {
    fn from(line: &OrderLine) -> Self {
        Self {
            goods: Goods { product: line.product_id, variant: line.variant_id },
            quantity: line.quantity,
            price: line.unit_price(),
            discount: line.discount_percent,
            amount: line.amount,
        }
    }
}

/// What an order says, as far as decisions are about it: customer, agreement, lines, prices, terms.
/// Who is responsible and from where it ships may change under a decision.
pub(crate) fn order_facts(order: &Order, lines: impl Iterator<Item = FactLine>) -> Facts {
    let line = |line: FactLine| {
        json!({ "product": line.goods.product, "variant": line.goods.variant,
                "quantity": line.quantity.normalize(), "price": line.price.amount.normalize(),
                "per": [line.price.per.numerator(), line.price.per.denominator()],
                "discount": line.discount.get().normalize(), "amount": line.amount.normalize() })
    };
    let lines: Vec<Value> = lines.map(line).collect();
    Facts::of(json!({
        "organization": order.organization_id, "customer": order.customer_id,
        "agreement": order.agreement_id, "currency": order.currency,
        "pricesIncludeVat": order.prices_include_vat, "route": order.route.sales_route_id,
        "paymentSteps": order.payment_steps.0, "lines": lines,
    }))
}

/// What a shipment says on top of its order.
fn shipment_facts(order: &Facts, lines: &[ShippedLine]) -> Facts {
    let line = |line: &ShippedLine| json!([line.order_line.position, line.quantity.normalize()]);
    let lines: Vec<Value> = lines.iter().map(line).collect();
    Facts::of(json!({ "order": order.value(), "shipped": lines }))
}

/// An order that wants to go on.
pub(crate) async fn order_case<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    lines: &[OrderLine],
    terms: &OrderTerms,
) -> Outcome<Case> {
    Ok(Case {
        subject: Subject { kind: "SalesOrder", id: order.id.0 },
        facts: order_facts(order, lines.iter().map(FactLine::from)),
        root: None,
        standing: None,
        customer_id: order.customer_id,
        manager_id: order.manager_id,
        author_id: order.created_by,
        segment: terms.segment,
        amount: order.gross,
        currency: order.currency,
        base_amount: in_base(tx, permit, order, order.gross).await?,
    })
}

/// A shipment that wants to be posted.
pub(crate) async fn shipment_case<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, ordered): (&Order, &[OrderLine]),
    (shipment, lines): (&Shipment, &[ShippedLine]),
    terms: &OrderTerms,
) -> Outcome<Case> {
    let root = order_facts(order, ordered.iter().map(FactLine::from));
    Ok(Case {
        subject: Subject { kind: "Shipment", id: shipment.id.0 },
        facts: shipment_facts(&root, lines),
        root: Some((Subject { kind: "SalesOrder", id: order.id.0 }, root)),
        standing: None,
        customer_id: order.customer_id,
        manager_id: order.manager_id,
        author_id: shipment.created_by,
        segment: terms.segment,
        amount: shipment.gross,
        currency: order.currency,
        base_amount: in_base(tx, permit, order, shipment.gross).await?,
    })
}

async fn in_base<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    amount: Decimal,
) -> Outcome<Option<Decimal>> {
    let base = permit.scope().facts().base_currency;
    if base == order.currency {
        return Ok(Some(amount));
    }
    let rates = catalog::rates_on(tx, permit, order.date).await?;
    let conversion = rates.conversion(order.currency, base, order.date);
    Ok(conversion.and_then(|conversion| conversion.apply(amount)))
}

/// Under whose leave an order goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The caller's own: what he may do himself needs nobody else.
    Caller,
    /// Nobody's but what was decided: the program moves the order on for somebody who has left.
    Decided,
}

/// What is special about an order's lines and terms, with what it is refused with where nobody can
/// be asked.
pub(crate) async fn order_findings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, lines): (&Order, &[OrderLine]),
    consent: Consent,
) -> Outcome<Vec<(Finding, Option<Refusal>)>> {
    let leave = leave(tx, permit, lines, consent).await?;
    let products: Vec<_> = lines.iter().map(|line| line.product_id).collect();
    let cards = catalog::product_cards(tx, permit, &products).await?;
    let mut found: Vec<(Finding, Option<Refusal>)> = Vec::new();
    for (line, reason) in
        lines.iter().flat_map(|line| line.reasons().into_iter().map(move |reason| (line, reason)))
    {
        // Margins are asked about anew: costs change.
        if matches!(reason, ApprovalReason::MarginBelowMinimum { .. }) || is_his(&reason, leave) {
            continue;
        }
        let name = cards.get(&line.product_id).map(|card| card.name.clone()).unwrap_or_default();
        found.push(line_finding(line, name, &reason));
    }
    if !leave.below_minimum {
        found.extend(thin_margins(tx, permit, (order, lines), &cards).await?);
    }
    let special = special_terms(&order.payment_steps.0, order.sales_route_is_own);
    found.extend(special.map(|finding| (finding, None)));
    Ok(found)
}

async fn leave<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[OrderLine],
    consent: Consent,
) -> Outcome<Leave> {
    let strict =
        Leave { own_price: false, discount_limit: Some(Percent::ZERO), below_minimum: false };
    if consent == Consent::Decided {
        return Ok(strict);
    }
    if lines.iter().all(|line| line.approval_reasons.is_none()) {
        // Whose limit it is does not matter then.
        return Ok(leave_of(permit, None));
    }
    let caller = match permit.user() {
        Some(user) => sellers(tx, permit, &[user]).await?.remove(&user),
        None => None,
    };
    Ok(leave_of(permit, caller.as_ref()))
}

fn is_his(reason: &ApprovalReason, leave: Leave) -> bool {
    match reason {
        ApprovalReason::DiscountOverLimit { size, .. } => {
            leave.discount_limit.is_none_or(|own| own.get() >= *size)
        }
        _ => leave.below_minimum,
    }
}

fn line_finding(
    line: &OrderLine,
    name: String,
    reason: &ApprovalReason,
) -> (Finding, Option<Refusal>) {
    let (measure, circumstances) = match reason {
        ApprovalReason::DiscountOverLimit { size, .. } => (Some(*size), Vec::new()),
        ApprovalReason::PriceBelowMinimum { net, minimum } => {
            let below = (minimum - net).checked_mul(Decimal::ONE_HUNDRED);
            let percent = below.and_then(|below| below.checked_div(*minimum)).map(round_percent);
            (percent, Vec::new())
        }
        ApprovalReason::MarginBelowMinimum { margin, .. } => {
            (*margin, vec![Measured { name: Circumstance::Margin, value: *margin }])
        }
    };
    let finding = Finding {
        kind: kind_of(reason),
        line: Some((line.position, name.clone())),
        measure,
        circumstances,
        details: json!(reason),
    };
    (finding, Some(reason.about(&name)))
}

/// Lines whose margin is below its minimum or unknown, at what their goods cost now.
async fn thin_margins<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, lines): (&Order, &[OrderLine]),
    cards: &HashMap<kernel::ProductId, ProductCard>,
) -> Outcome<Vec<(Finding, Option<Refusal>)>> {
    let watched = |line: &&OrderLine| {
        cards.get(&line.product_id).is_some_and(|card| card.min_margin_percent.is_some())
    };
    let watched: Vec<&OrderLine> = lines.iter().filter(watched).collect();
    if watched.is_empty() {
        return Ok(Vec::new());
    }
    let goods = |line: &OrderLine| Goods { product: line.product_id, variant: line.variant_id };
    let mut wanted: HashMap<Goods, Decimal> = HashMap::new();
    for line in &watched {
        if cards.get(&line.product_id).is_some_and(|card| !card.is_service) {
            *wanted.entry(goods(line)).or_default() += line.quantity;
        }
    }
    let wanted: Vec<(Goods, Decimal)> = wanted.into_iter().collect();
    let costs = match wanted.is_empty() {
        true => HashMap::new(),
        false => stock::next_costs(tx, permit, order.organization_id, &wanted).await?,
    };
    let base = permit.scope().facts().base_currency;
    let rates = match base == order.currency {
        true => None,
        false => Some(catalog::rates_on(tx, permit, order.date).await?),
    };
    let in_document = |cost: Decimal| match &rates {
        None => Some(cost),
        Some(rates) => rates.conversion(base, order.currency, order.date)?.apply(cost),
    };
    let mode = VatMode::of(order.prices_include_vat);
    let mut found = Vec::new();
    for line in watched {
        let Some(card) = cards.get(&line.product_id) else { continue };
        let Some(minimum) = card.min_margin_percent else { continue };
        let cost = if card.is_service {
            Some(Decimal::ZERO)
        } else {
            costs.get(&goods(line)).copied().and_then(in_document)
        };
        let revenue = LineSum { amount: line.amount, vat: line.vat_amount }.net(mode);
        let margin = cost.and_then(|cost| margin(revenue, line.quantity, cost));
        if margin.is_none_or(|margin| margin < minimum.get()) {
            let margin = margin.map(round_percent);
            let reason = ApprovalReason::MarginBelowMinimum { margin, minimum };
            found.push(line_finding(line, card.name.clone(), &reason));
        }
    }
    Ok(found)
}

/// Profit in per cent of the revenue without VAT, not rounded; `None` where there is no revenue or
/// it does not fit.
fn margin(revenue: Decimal, quantity: Decimal, cost: Decimal) -> Option<Decimal> {
    let profit = revenue.checked_sub(quantity.checked_mul(cost)?)?;
    profit.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(revenue)
}

/// Judges a document: the request it waits for; none where it goes on. What no rule asks about is
/// refused.
pub(crate) async fn judged<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    case: &Case,
    found: Vec<(Finding, Option<Refusal>)>,
) -> Outcome<Option<ApprovalRequestId>> {
    let (findings, refusals): (Vec<Finding>, Vec<Option<Refusal>>) = found.into_iter().unzip();
    match approvals::judge(tx, permit, case, &findings).await? {
        Judgement::Clear => Ok(None),
        Judgement::Asked(request) => Ok(Some(request)),
        Judgement::Unruled(place) => match refusals.into_iter().nth(place).flatten() {
            Some(refusal) => Err(refusal.into()),
            None => Ok(None),
        },
    }
}

/// The number of an order that leaves DRAFT, where it has none.
pub(crate) async fn number_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<Option<(String, i64)>> {
    if order.number.is_some() {
        return Ok(None);
    }
    let organization = catalog::organization_card(tx, permit, Some(order.organization_id)).await?;
    let Some(organization) = organization else {
        return Err(crate::rules::unknown("organizationId", "organization", "организация").into());
    };
    let series = Series {
        organization: order.organization_id,
        kind: "sales_order",
        year: order.date.year(),
    };
    let sequence = tx.number(&series).await?;
    Ok(Some((format!("{}-{sequence:06}", organization.prefix), sequence)))
}

/// Lets an order wait: it gets its number, and its goods are held for as long as the tenant says.
pub(crate) async fn park_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    lines: Vec<OrderLine>,
) -> Outcome<Vec<crate::commands::LineAvailability>> {
    let hours = reservation_settings(tx, permit).await?.approval_hours;
    let goods = holding::goods(tx, permit, lines).await?;
    let is_paid = match order.asked_before_reserve() {
        asked if asked.is_zero() => true,
        asked => settlements::prepaid(tx, permit, order.id).await? >= asked,
    };
    let held = if hours > 0 && is_paid {
        holding::hold_for_a_while(tx, permit, order, &goods).await?
    } else {
        Vec::new()
    };
    if held.iter().any(|line| !line.reserved.is_zero()) {
        let until = tx.now() + Duration::hours(i64::from(hours));
        put_expiry(tx, permit, order.id, until).await?;
    }
    let number = number_of(tx, permit, order).await?;
    let step = OrderStep { number, ..OrderStep::to(OrderState::PendingApproval) };
    step_order(tx, permit, order.id, step).await?;
    Ok(held)
}

/// Puts an order that waited back to where it may be changed; its goods are free again.
pub(crate) async fn take_order_back<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<()> {
    holding::let_go(tx, permit, order).await?;
    step_order(tx, permit, order.id, OrderStep::to(OrderState::Draft)).await
}
