//! What is special about the lines of a document and about its terms: what somebody may have to
//! agree to, for orders and for quotes alike.

use std::collections::HashMap;

use access::Permit;
use approvals::{ApprovalKind, Case, Circumstance, Finding, Measured};
use catalog::pricing::{ApprovalReason, Leave, VatMode};
use catalog::{Goods, ProductCard};
use db::{Outcome, TenantTx};
use kernel::{
    Currency, Decimal, NaiveDate, OrganizationId, Percent, ProductId, QuoteLineId, Refusal,
    round_percent,
};
use serde_json::json;

use crate::model::{Order, OrderLine};
use crate::quotes::{Quote, QuoteLine, agreed_margins};
use crate::quoting::leave_of;
use crate::rules::{LineSum, special_terms};
use crate::store::sellers;

/// Something special, with what it is refused with where nobody can be asked.
pub(crate) type Found = (Finding, Option<Refusal>);

/// The kind of approval that a line's reason asks for.
pub(crate) fn kind_of(reason: &ApprovalReason) -> ApprovalKind {
    match reason {
        ApprovalReason::DiscountOverLimit { .. } => ApprovalKind::DiscountOverLimit,
        ApprovalReason::PriceBelowMinimum { .. } => ApprovalKind::PriceBelowMinimum,
        ApprovalReason::MarginBelowMinimum { .. } => ApprovalKind::MarginBelowMinimum,
    }
}

/// Under whose leave a document goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The caller's own: what he may do himself needs nobody else.
    Caller,
    /// Nobody's but what was decided: the program moves the document on for somebody who has left.
    Decided,
}

impl Consent {
    /// Of whoever moves a document on.
    pub(crate) fn of<A>(permit: &Permit<A>) -> Self {
        match permit.actor() {
            access::Actor::Worker(_) => Self::Decided,
            _ => Self::Caller,
        }
    }
}

/// Who sells, when and in which money: what the lines of a document have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deal {
    pub(crate) organization_id: OrganizationId,
    pub(crate) date: NaiveDate,
    pub(crate) currency: Currency,
    pub(crate) mode: VatMode,
}

impl From<&Order> for Deal {
    fn from(order: &Order) -> Self {
        Self {
            organization_id: order.organization_id,
            date: order.date,
            currency: order.currency,
            mode: VatMode::of(order.prices_include_vat),
        }
    }
}

impl From<&Quote> for Deal {
    fn from(quote: &Quote) -> Self {
        Self {
            organization_id: quote.organization_id,
            date: quote.date,
            currency: quote.currency,
            mode: VatMode::of(quote.prices_include_vat),
        }
    }
}

/// A line as it is looked at.
pub(crate) struct LookedAt {
    pub(crate) position: i32,
    goods: Goods,
    quantity: Decimal,
    sum: LineSum,
    /// Why it needed somebody's leave when it was written.
    reasons: Vec<ApprovalReason>,
}

impl From<&OrderLine> for LookedAt {
    fn from(line: &OrderLine) -> Self {
        Self {
            position: line.position,
            goods: Goods { product: line.product_id, variant: line.variant_id },
            quantity: line.quantity,
            sum: LineSum { amount: line.amount, vat: line.vat_amount },
            reasons: line.reasons(),
        }
    }
}

impl From<&QuoteLine> for LookedAt {
    fn from(line: &QuoteLine) -> Self {
        Self {
            position: line.position,
            goods: Goods { product: line.product_id, variant: line.variant_id },
            quantity: line.quantity,
            sum: LineSum { amount: line.amount, vat: line.vat_amount },
            reasons: line.reasons(),
        }
    }
}

/// What is special about an order's lines and terms. What somebody agreed to about the quote that a
/// line keeps its price from is nothing special any more.
pub(crate) async fn order_findings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, lines): (&Order, &[OrderLine]),
    consent: Consent,
) -> Outcome<Vec<Found>> {
    let looked: Vec<LookedAt> = lines.iter().map(LookedAt::from).collect();
    let mut found = line_findings(tx, permit, (order.into(), &looked), consent).await?;
    if let Some(quote) = order.quote_id {
        let kept: HashMap<i32, QuoteLineId> =
            lines.iter().filter_map(|line| Some((line.position, line.quote_line_id?))).collect();
        found = agreed_margins(tx, permit, quote, &kept, found).await?;
    }
    let special = special_terms(&order.payment_steps.0, order.sales_route_is_own);
    found.extend(special.map(|finding| (finding, None)));
    Ok(found)
}

/// What is special about the lines of a document. The number of statements does not depend on the
/// number of lines.
pub(crate) async fn line_findings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (deal, lines): (Deal, &[LookedAt]),
    consent: Consent,
) -> Outcome<Vec<Found>> {
    let leave = leave(tx, permit, lines, consent).await?;
    let products: Vec<ProductId> = lines.iter().map(|line| line.goods.product).collect();
    let cards = catalog::product_cards(tx, permit, &products).await?;
    let mut found: Vec<Found> = Vec::new();
    for (line, reason) in
        lines.iter().flat_map(|line| line.reasons.iter().map(move |reason| (line, reason)))
    {
        // Margins are asked about anew: costs change.
        if matches!(reason, ApprovalReason::MarginBelowMinimum { .. }) || is_his(reason, leave) {
            continue;
        }
        let card = cards.get(&line.goods.product);
        found.push(line_finding(line, card.map(|card| card.name.clone()), reason));
    }
    if !leave.below_minimum {
        found.extend(thin_margins(tx, permit, (deal, lines), &cards).await?);
    }
    Ok(found)
}

/// Refuses what nobody has agreed to so that it still holds. Asks nobody.
pub(crate) async fn check_settled<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    case: &Case,
    found: Vec<Found>,
) -> Outcome<()> {
    let findings: Vec<&Finding> = found.iter().map(|(finding, _)| finding).collect();
    let settled = approvals::settled(tx, permit, case, &findings).await?;
    let mut open = found.into_iter().zip(settled).filter(|(_, is_settled)| !is_settled);
    match open.find_map(|((_, refusal), _)| refusal) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(()),
    }
}

async fn leave<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[LookedAt],
    consent: Consent,
) -> Outcome<Leave> {
    let strict =
        Leave { own_price: false, discount_limit: Some(Percent::ZERO), below_minimum: false };
    if consent == Consent::Decided {
        return Ok(strict);
    }
    if lines.iter().all(|line| line.reasons.is_empty()) {
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

fn line_finding(line: &LookedAt, name: Option<String>, reason: &ApprovalReason) -> Found {
    let name = name.unwrap_or_default();
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
    (deal, lines): (Deal, &[LookedAt]),
    cards: &HashMap<ProductId, ProductCard>,
) -> Outcome<Vec<Found>> {
    let watched = |line: &&LookedAt| {
        cards.get(&line.goods.product).is_some_and(|card| card.min_margin_percent.is_some())
    };
    let watched: Vec<&LookedAt> = lines.iter().filter(watched).collect();
    if watched.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted: HashMap<Goods, Decimal> = HashMap::new();
    for line in &watched {
        if cards.get(&line.goods.product).is_some_and(|card| !card.is_service) {
            *wanted.entry(line.goods).or_default() += line.quantity;
        }
    }
    let wanted: Vec<(Goods, Decimal)> = wanted.into_iter().collect();
    let costs = match wanted.is_empty() {
        true => HashMap::new(),
        false => stock::next_costs(tx, permit, deal.organization_id, &wanted).await?,
    };
    let base = permit.scope().facts().base_currency;
    let rates = match base == deal.currency {
        true => None,
        false => Some(catalog::rates_on(tx, permit, deal.date).await?),
    };
    let in_document = |cost: Decimal| match &rates {
        None => Some(cost),
        Some(rates) => rates.conversion(base, deal.currency, deal.date)?.apply(cost),
    };
    let mut found = Vec::new();
    for line in watched {
        let Some(card) = cards.get(&line.goods.product) else { continue };
        let Some(minimum) = card.min_margin_percent else { continue };
        let cost = if card.is_service {
            Some(Decimal::ZERO)
        } else {
            costs.get(&line.goods).copied().and_then(in_document)
        };
        let revenue = line.sum.net(deal.mode);
        let margin = cost.and_then(|cost| margin(revenue, line.quantity, cost));
        if margin.is_none_or(|margin| margin < minimum.get()) {
            let margin = margin.map(round_percent);
            let reason = ApprovalReason::MarginBelowMinimum { margin, minimum };
            found.push(line_finding(line, Some(card.name.clone()), &reason));
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
