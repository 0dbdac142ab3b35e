//! Agreeing to an order (domain, section 4, order confirmation).

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::{CreditPolicy, ReserveOn};
use chrono::Datelike;
use db::{AuditEntry, Command, Outcome, Series, TenantTx};
use kernel::{Decimal, OrderId, OrderLineId, Refusal, RefusalCode, Text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::check_version;
use crate::credit;
use crate::events::order_changed;
use crate::expiry::expire_if_unpaid;
use crate::holding;
use crate::model::{Order, OrderLine};
use crate::rules::{CreditVerdict, LineRule, OrderMove, OrderState, unknown};
use crate::store::{OrderStep, lock_order, order_lines, step_order};

/// Confirms a draft: number, credit check, reservation of what is available. What is short is
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
    /// The order.
    pub order: OrderId,
    /// What is there for each line of goods; services have no stock.
    pub availability: Vec<LineAvailability>,
    /// What was let through all the same.
    pub warnings: Vec<Warning>,
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
        let lines = order_lines(tx, permit, order.id).await?;
        if lines.is_empty() {
            return Err(Refusal::from(LineRule::None).into());
        }
        let organization =
            catalog::organization_card(tx, permit, Some(order.organization_id)).await?;
        let Some(organization) = organization else {
            return Err(unknown("organizationId", "organization", "организация").into());
        };
        let mut warnings = check_credit(tx, permit, &order).await?;
        let (availability, waits) = hold_or_wait(tx, permit, &order, lines).await?;
        warnings.extend(waits);
        let series = Series {
            organization: order.organization_id,
            kind: "sales_order",
            year: order.date.year(),
        };
        let sequence = tx.number(&series).await?;
        let number = format!("{}-{sequence:06}", organization.prefix);
        let step = OrderStep {
            number: Some((number.clone(), sequence)),
            ..OrderStep::to(OrderState::Confirmed)
        };
        step_order(tx, permit, order.id, step).await?;
        tx.audit(AuditEntry::new(
            "confirmSalesOrder",
            "SalesOrder",
            order.id,
            json!({ "state": [order.state, OrderState::Confirmed], "number": number,
                    "availability": availability, "warnings": warnings }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(Confirmed { order: order.id, availability, warnings })
    }
}

/// Passes the gate of credit, or says why not; locks the customer where it looks at all.
async fn check_credit<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<Vec<Warning>> {
    let terms = credit::terms_of(tx, permit, order).await?;
    if terms.customer_archived {
        let (en, ru) = ("The customer is archived.", "Клиент в архиве.");
        return Err(Refusal::new(RefusalCode::Archived, en, ru).into());
    }
    if terms.credit_policy == CreditPolicy::Ignore || terms.credit_limit.is_none() {
        return Ok(Vec::new());
    }
    catalog::lock_customer(tx, permit, order.customer_id).await?;
    let standing = credit::standing(tx, permit, order).await?;
    let verdict = credit::verdict(tx, permit, order, &terms, &standing).await?;
    match (terms.credit_policy, verdict.refusal()) {
        (_, None) | (CreditPolicy::Ignore, _) => Ok(Vec::new()),
        (CreditPolicy::Block, Some(refusal)) => Err(refusal.into()),
        (CreditPolicy::Warn, Some(refusal)) => Ok(vec![warning(&verdict, refusal)]),
    }
}

fn warning(verdict: &CreditVerdict, refusal: Refusal) -> Warning {
    debug_assert!(*verdict != CreditVerdict::Passed, "a pass is no warning");
    Warning { code: refusal.code.as_str().to_owned(), text: refusal.text, details: refusal.details }
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
        let prepaid = settlements::prepaid(tx, permit, order.id).await?;
        if prepaid < asked {
            let customer = order.customer_id;
            settlements::await_payment(tx, permit, order.id, customer, asked).await?;
            let nothing = goods.iter().map(|line| LineAvailability {
                line: line.id,
                available: Decimal::ZERO,
                reserved: Decimal::ZERO,
                short: line.quantity,
            });
            return Ok((nothing.collect(), Some(waits(order, asked - prepaid, prepaid))));
        }
    }
    let held = holding::hold(tx, permit, order, &goods, &HashMap::new()).await?;
    if held.iter().any(|line| !line.reserved.is_zero()) {
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

/// Goods are held once so much more is paid.
pub(super) fn due_before_reserve(order: &Order, due: Decimal) -> Refusal {
    let currency = order.currency;
    Refusal::new(
        RefusalCode::PrepaymentDue,
        format!("Goods are held once {due} {currency} more is paid."),
        format!("Товар будет зарезервирован, когда поступит ещё {due} {currency}."),
    )
    .with(json!({ "due": due, "currency": currency }))
}

fn waits(order: &Order, due: Decimal, paid: Decimal) -> Warning {
    let currency = order.currency;
    Warning {
        code: RefusalCode::PrepaymentDue.as_str().to_owned(),
        text: Text::new(
            format!("Goods are held once {due} {currency} more is paid."),
            format!("Товар будет зарезервирован, когда поступит ещё {due} {currency}."),
        ),
        details: Some(json!({ "due": due, "paid": paid, "currency": currency })),
    }
}
