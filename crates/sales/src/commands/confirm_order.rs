//! Agreeing to an order (domain, section 4, order confirmation).

use std::collections::HashMap;

use access::{Action, Permit, Right};
use approvals::Finding;
use catalog::{CreditPolicy, OrderTerms, ReserveOn};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Currency, Decimal, OrderId, OrderLineId, ProductId, Refusal, RefusalCode, Text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::check_version;
use crate::approving::{judged, number_of, order_case, park_order};
use crate::credit;
use crate::discretion::{refusal_for, warning_for};
use crate::events::order_changed;
use crate::expiry::expire_if_unpaid;
use crate::findings::{Consent, order_findings};
use crate::holding;
use crate::model::{Order, OrderLine};
use crate::rules::{Gated, LineRule, OrderMove, OrderState, gated};
use crate::store::{OrderStep, forget_expiry, lock_order, order_lines, step_order};

/// Confirms a draft, or lets it wait where somebody has to agree first: number, credit check, reservation of what is available. What is short is
/// told and is no error. Where a part must be paid before goods are held, nothing is held until
/// it is; a warning tells what is due. By a route that never reserves nothing is held at all, and
/// a warning says so.
#[derive(Clone, Debug)]
pub struct ConfirmSalesOrder {
    /// Which.
    pub id: OrderId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

/// What came of confirming.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Confirmed {
    /// The order: confirmed, or waiting for an approval.
    pub order: OrderId,
    /// What is there for each line of goods; services have no stock.
    pub availability: Vec<LineAvailability>,
    /// What was let through all the same.
    pub warnings: Vec<Warning>,
    /// Where the customer stood; `None` where no gate of credit looked.
    pub credit: Option<CreditSeen>,
}

/// What came of giving an order up, or of closing it short.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ended {
    /// The order.
    pub order: OrderId,
    /// What stays all the same, such as an invoice that is paid in part.
    pub warnings: Vec<Warning>,
}

/// Where a customer stood at a gate of credit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CreditSeen {
    /// The limit.
    pub limit: Decimal,
    /// What would be used of it, this order with it, at today's rates; `None` where one is missing.
    pub exposure: Option<Decimal>,
    /// The limit's currency.
    pub limit_currency: Currency,
    /// Overdue debt in the order's currency, at today's rates; `None` where one is missing.
    pub overdue: Option<Decimal>,
    /// The order's currency.
    pub currency: Currency,
}

/// What is there for a line, base units.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct LineAvailability {
    /// The line.
    pub line: OrderLineId,
    /// What was free before; zero where the order waits for money and nobody looked.
    pub available: Decimal,
    /// What is held now.
    pub reserved: Decimal,
    /// What is missing: neither held nor, by a route that never reserves, free.
    pub short: Decimal,
}

/// Something that the agreement lets through with a word.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Warning {
    /// As a refusal would have it.
    pub code: String,
    /// In both languages.
    pub text: Text,
    /// Facts for programs.
    pub details: Option<Value>,
}

impl Action for ConfirmSalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for ConfirmSalesOrder {
    type Output = Confirmed;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Confirmed> {
        let order = lock_order(tx, permit, self.id).await?;
        check_version(self.version, order.version)?;
        order.state.check(OrderMove::Confirm).map_err(Refusal::from)?;
        confirm(tx, permit, &order, Consent::Caller).await
    }
}

/// Confirms a locked order, or lets it wait for an approval. One that waited has goods already.
pub(crate) async fn confirm<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    consent: Consent,
) -> Outcome<Confirmed> {
    let lines = order_lines(tx, permit, order.id).await?;
    if lines.is_empty() {
        return Err(Refusal::from(LineRule::None).into());
    }
    let terms = credit::terms_of(tx, permit, order).await?;
    let mut found = order_findings(tx, permit, (order, &lines), consent).await?;
    let CreditGate { warning, asked, seen } = check_credit(tx, permit, order, &terms).await?;
    found.extend(asked.map(|(finding, refusal)| (finding, Some(refusal))));
    let case = order_case(tx, permit, order, &lines, &terms).await?;
    let may_go_on = judged(tx, permit, &case, found).await?.is_none();
    let mut warnings: Vec<Warning> = warning.into_iter().collect();
    let state = if may_go_on { OrderState::Confirmed } else { OrderState::PendingApproval };
    let availability = match may_go_on {
        true => {
            let (availability, waits) = hold_or_wait(tx, permit, order, lines).await?;
            warnings.extend(waits);
            let number = number_of(tx, permit, order).await?;
            let step = OrderStep { number, ..OrderStep::to(OrderState::Confirmed) };
            step_order(tx, permit, order.id, step).await?;
            availability
        }
        // One that waits goes on waiting, for another request.
        false if order.state == OrderState::PendingApproval => Vec::new(),
        false => park_order(tx, permit, order, lines).await?,
    };
    tx.audit(AuditEntry::new(
        "confirmSalesOrder",
        "SalesOrder",
        order.id,
        json!({ "state": [order.state, state], "availability": availability,
                "warnings": warnings }),
    ));
    order_changed(tx, order.id, order.manager_id, order.customer_id);
    let warnings = warnings.into_iter().map(|told| warning_for(permit, order, told)).collect();
    Ok(Confirmed { order: order.id, availability, warnings, credit: seen })
}

/// What the gate of credit has found.
#[derive(Default)]
pub(crate) struct CreditGate {
    pub(crate) warning: Option<Warning>,
    pub(crate) asked: Option<(Finding, Refusal)>,
    pub(crate) seen: Option<CreditSeen>,
}

/// Passes the gate of credit, or says why not; locks the customer where it looks at all.
pub(crate) async fn check_credit<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    terms: &OrderTerms,
) -> Outcome<CreditGate> {
    if terms.customer_archived {
        let (en, ru) = ("The customer is archived.", "Клиент в архиве.");
        return Err(Refusal::new(RefusalCode::Archived, en, ru).into());
    }
    let Some(limit) = terms.credit_limit else { return Ok(CreditGate::default()) };
    if terms.credit_policy == CreditPolicy::Ignore {
        return Ok(CreditGate::default());
    }
    catalog::lock_customer(tx, permit, order.customer_id).await?;
    let mut standing = credit::standing(tx, permit, order).await?;
    let (verdict, exposure) = credit::verdict(tx, permit, order, terms, &mut standing).await?;
    let seen = CreditSeen {
        limit,
        exposure,
        limit_currency: terms.credit_limit_currency,
        overdue: standing.overdue(order.currency).whole,
        currency: order.currency,
    };
    let mut gate = CreditGate { seen: Some(seen), ..CreditGate::default() };
    match gated(terms.credit_policy, verdict.finding()) {
        Gated::Passed => {}
        Gated::Refused(refusal) => return Err(refusal_for(permit, order, refusal).into()),
        Gated::Warned(refusal) => gate.warning = Some(refusal.into()),
        Gated::Asked(finding, refusal) => {
            gate.asked = Some((finding, refusal_for(permit, order, refusal)));
        }
    }
    Ok(gate)
}

impl From<Refusal> for Warning {
    /// What would be refused elsewhere.
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, text, details, .. } = refusal;
        Self { code: code.as_str().to_owned(), text, details }
    }
}

/// Holds what is there for the lines of goods, or lets the order wait where a part must be paid
/// before goods are held and is not; only looks where the route never reserves.
async fn hold_or_wait<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    lines: Vec<OrderLine>,
) -> Outcome<(Vec<LineAvailability>, Option<Warning>)> {
    let goods = holding::goods(tx, permit, lines).await?;
    if order.route.reserve_on == ReserveOn::Never {
        let found = holding::look(tx, permit, order, &goods).await?;
        return Ok((found, (!goods.is_empty()).then(holds_nothing)));
    }
    let asked = order.asked_before_reserve();
    if !asked.is_zero() && !goods.is_empty() {
        // From here on a payment of this customer comes before the question or after the commit,
        // and then finds the order waiting.
        catalog::lock_customer(tx, permit, order.customer_id).await?;
        let prepaid = settlements::prepaid(tx, permit, order.into()).await?;
        if prepaid < asked {
            let customer = order.customer_id;
            settlements::await_payment(tx, permit, order.id, customer, asked).await?;
            let nothing = goods.iter().map(|line| LineAvailability {
                line: line.id,
                available: Decimal::ZERO,
                reserved: Decimal::ZERO,
                short: line.quantity,
            });
            return Ok((nothing.collect(), Some(waits_for_money(order, asked - prepaid, prepaid))));
        }
    }
    let before = if order.state == OrderState::PendingApproval {
        // Its goods stand still while what is held already is looked at.
        let products: Vec<ProductId> = goods.iter().map(|line| line.product_id).collect();
        stock::keep_still(tx, permit, order.organization_id, &products).await?;
        forget_expiry(tx, permit, order.id).await?;
        holding::held_by_line(tx, permit, &goods).await?
    } else {
        HashMap::new()
    };
    let held = holding::hold(tx, permit, order, &goods, &before).await?;
    if !before.is_empty() || held.iter().any(|line| !line.reserved.is_zero()) {
        expire_if_unpaid(tx, permit, order).await?;
    }
    Ok((held, None))
}

/// The code of the warning that nothing is held for an order by its route; no refusal has it.
const NOT_RESERVED: &str = "NOT_RESERVED";

fn holds_nothing() -> Warning {
    Warning {
        code: NOT_RESERVED.to_owned(),
        text: Text::new(
            "By its sales route nothing is held for this order: it ships what is free then.",
            "По схеме продажи товар под этот заказ не резервируется: отгружается то, что будет \
             свободно.",
        ),
        details: Some(json!({ "reserveOn": ReserveOn::Never })),
    }
}

/// Nothing is held by hand before what is asked before that is paid. Locks the customer where
/// anything is asked.
pub(super) async fn check_paid_before_reserve<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<()> {
    let asked = order.asked_before_reserve();
    if asked.is_zero() {
        return Ok(());
    }
    catalog::lock_customer(tx, permit, order.customer_id).await?;
    let due = asked - settlements::prepaid(tx, permit, order.into()).await?;
    if due <= Decimal::ZERO {
        return Ok(());
    }
    Err(refusal_for(permit, order, held_once_paid(order, due)).into())
}

fn held_once_paid(order: &Order, due: Decimal) -> Refusal {
    let currency = order.currency;
    Refusal::new(
        RefusalCode::PrepaymentDue,
        format!("Goods are held once {due} {currency} more is paid."),
        format!("Товар будет зарезервирован, когда поступит ещё {due} {currency}."),
    )
    .with(json!({ "due": due, "currency": currency }))
}

/// Goods are held for an order once so much more is paid: said with what else is let through.
pub(crate) fn waits_for_money(order: &Order, due: Decimal, paid: Decimal) -> Warning {
    let details = json!({ "due": due, "paid": paid, "currency": order.currency });
    held_once_paid(order, due).with(details).into()
}
