//! Agreeing to an order (domain, section 4, order confirmation).

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::{CreditPolicy, Moment};
use chrono::Datelike;
use db::{AuditEntry, Command, Outcome, Series, TenantTx};
use kernel::{Decimal, NaiveDate, OrderId, OrderLineId, Refusal, RefusalCode, Text, round_money};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stock::ReserveLine;

use super::check_version;
use crate::credit;
use crate::events::order_changed;
use crate::model::{Order, OrderLine};
use crate::rules::{CreditVerdict, LineRule, OrderMove, OrderState, unknown};
use crate::store::{OrderStep, lock_order, order_lines, step_order};

/// Confirms a draft: number, credit check, reservation of what is available. What is short is
/// told and is no error.
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
    /// What was free before.
    pub available: Decimal,
    /// What is held now.
    pub reserved: Decimal,
    /// What is missing.
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
        let warnings = check_credit(tx, permit, &order).await?;
        let availability = hold(tx, permit, &order, &lines).await?;
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

/// Holds what is there for the lines of goods. Where a part must be paid before goods are held,
/// nothing is held until it is.
async fn hold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    lines: &[OrderLine],
) -> Outcome<Vec<LineAvailability>> {
    let products: Vec<_> = lines.iter().map(|line| line.product_id).collect();
    let cards = catalog::product_cards(tx, permit, &products).await?;
    let is_goods =
        |line: &&OrderLine| cards.get(&line.product_id).is_some_and(|card| !card.is_service);
    let goods: Vec<&OrderLine> = lines.iter().filter(is_goods).collect();
    if !paid_before_reserve(tx, permit, order).await? {
        let nothing = |line: &&OrderLine| LineAvailability {
            line: line.id,
            available: Decimal::ZERO,
            reserved: Decimal::ZERO,
            short: line.quantity,
        };
        return Ok(goods.iter().map(nothing).collect());
    }
    let wanted: Vec<ReserveLine> = goods
        .iter()
        .map(|line| ReserveLine {
            order_id: order.id,
            order_line_id: line.id,
            organization_id: order.organization_id,
            product_id: line.product_id,
            quantity: line.quantity,
            warehouse_id: order.warehouse_id,
        })
        .collect();
    let held = stock::reserve(tx, permit, &wanted, held_on(tx, permit, order)).await?;
    let by_line: HashMap<_, _> = held.iter().map(|held| (held.order_line_id, held)).collect();
    let told = goods.iter().filter_map(|line| by_line.get(&line.id)).map(|held| LineAvailability {
        line: held.order_line_id,
        available: held.available,
        reserved: held.reserved,
        short: held.short,
    });
    Ok(told.collect())
}

/// The business date of holding: today, or the order's date where it was written back-dated.
fn held_on<A>(tx: &TenantTx, permit: &Permit<A>, order: &Order) -> NaiveDate {
    let zone = permit.scope().facts().zone;
    let written_on = order.created_at.with_timezone(&zone).date_naive();
    if order.date < written_on { order.date } else { tx.today() }
}

async fn paid_before_reserve<A>(tx: &TenantTx, permit: &Permit<A>, order: &Order) -> Outcome<bool> {
    let steps = order.payment_steps.0.iter();
    let percent: Decimal = steps
        .filter(|step| step.moment == Moment::BeforeReserve)
        .map(|step| step.percent.get())
        .sum();
    if percent.is_zero() {
        return Ok(true);
    }
    let asked = round_money(order.gross * percent / Decimal::ONE_HUNDRED);
    Ok(settlements::prepaid(tx, permit, order.id).await? >= asked)
}
