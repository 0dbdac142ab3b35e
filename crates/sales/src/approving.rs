//! Orders and shipments as approvals are asked about them, and what becomes of one that waits.

use access::Permit;
use approvals::{Case, Facts, Finding, Judgement, Subject};
use catalog::{Goods, OrderTerms};
use chrono::{Datelike, Duration};
use db::{Outcome, Series, TenantTx};
use kernel::{ApprovalRequestId, Currency, Decimal, NaiveDate, Percent, Refusal, UnitPrice};
use serde_json::{Value, json};

use crate::holding;
use crate::model::{Order, OrderLine, Shipment};
use crate::posting::ShippedLine;
use crate::rules::OrderState;
use crate::store::{OrderStep, put_expiry, reservation_settings, step_order};

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

impl FactLine {
    /// As it stands among the facts.
    pub(crate) fn told(self) -> Value {
        let Self { goods, quantity, price, discount, amount } = self;
        json!({ "product": goods.product, "variant": goods.variant,
                "quantity": quantity.normalize(), "price": price.amount.normalize(),
                "per": [price.per.numerator(), price.per.denominator()],
                "discount": discount.get().normalize(), "amount": amount.normalize() })
    }
}

/// What an order says, as far as decisions are about it: customer, agreement, lines, prices, terms.
/// Who is responsible and from where it ships may change under a decision.
pub(crate) fn order_facts(order: &Order, lines: impl Iterator<Item = FactLine>) -> Facts {
    let lines: Vec<Value> = lines.map(FactLine::told).collect();
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
        base_amount: in_base(tx, permit, (order.currency, order.date), order.gross).await?,
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
        base_amount: in_base(tx, permit, (order.currency, order.date), shipment.gross).await?,
    })
}

/// An amount of a day in base currency; `None` where no rate is known.
pub(crate) async fn in_base<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (currency, on): (Currency, NaiveDate),
    amount: Decimal,
) -> Outcome<Option<Decimal>> {
    let base = permit.scope().facts().base_currency;
    if base == currency {
        return Ok(Some(amount));
    }
    let rates = catalog::rates_on(tx, permit, on).await?;
    let conversion = rates.conversion(currency, base, on);
    Ok(conversion.and_then(|conversion| conversion.apply(amount)))
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
        asked => settlements::prepaid(tx, permit, order.into()).await? >= asked,
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
