//! The gates of money before goods leave or an act is posted (domain, section 4, shipment posting):
//! prepayment, overdue debt, credit limit.

use access::Permit;
use approvals::Finding;
use catalog::{CreditPolicy, OrderTerms};
use db::{Outcome, TenantTx};
use kernel::{Currency, Decimal, Refusal, RefusalCode};
use serde_json::json;

use crate::commands::Warning;
use crate::credit::{self, Overdue};
use crate::discretion::refusal_for;
use crate::model::Order;
use crate::rules::{Gated, gated, overdue, prepayment_due, unpaid};

/// What the gates of money have found.
#[derive(Default)]
pub(crate) struct MoneyGate {
    /// What somebody may agree to, with what it is refused with otherwise.
    pub(crate) found: Vec<(Finding, Option<Refusal>)>,
    /// What is let through with a word.
    pub(crate) warnings: Vec<Warning>,
}

/// The gates of money, under the customer's lock: prepayment, overdue debt, credit limit.
pub(crate) async fn check_money<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    terms: &OrderTerms,
) -> Outcome<MoneyGate> {
    let percent = order.prepayment_percent.get();
    let policy = terms.credit_policy;
    let looks = policy != CreditPolicy::Ignore;
    let mut gate = MoneyGate::default();
    if percent.is_zero() && !looks {
        return Ok(gate);
    }
    let mut standing = credit::standing(tx, permit, order).await?;
    let due = prepayment_due(order.gross, percent, standing.prepaid);
    if let Some((finding, refusal)) = unpaid(due, prepayment_missing(order, due, standing.prepaid))
    {
        gate.found.push((finding, Some(refusal_for(permit, order, refusal))));
    }
    if !looks {
        return Ok(gate);
    }
    let late = standing.overdue(order.currency);
    let late = overdue(late.whole, late.since, tx.today(), overdue_debt(order, &late));
    let exceeded = match terms.credit_limit {
        None => None,
        Some(_) => credit::verdict(tx, permit, order, terms, &mut standing).await?.0.finding(),
    };
    for asked in [late, exceeded] {
        match gated(policy, asked) {
            Gated::Passed => {}
            Gated::Warned(refusal) => gate.warnings.push(refusal.into()),
            Gated::Refused(refusal) => return Err(refusal_for(permit, order, refusal).into()),
            Gated::Asked(finding, refusal) => {
                gate.found.push((finding, Some(refusal_for(permit, order, refusal))));
            }
        }
    }
    Ok(gate)
}

fn overdue_debt(order: &Order, late: &Overdue) -> Refusal {
    let told = |(currency, amount): &(Currency, Decimal)| format!("{amount} {currency}");
    let amounts: Vec<String> = late.amounts.iter().map(told).collect();
    let amounts = amounts.join(", ");
    Refusal::new(
        RefusalCode::OverdueDebt,
        format!("The customer's overdue debt is {amounts}."),
        format!("У клиента просроченный долг {amounts}."),
    )
    .with(json!({ "overdue": late.whole, "currency": order.currency }))
}

fn prepayment_missing(order: &Order, due: Decimal, paid: Decimal) -> Refusal {
    let currency = order.currency;
    Refusal::new(
        RefusalCode::PrepaymentDue,
        format!("{due} {currency} must be paid before this ships."),
        format!("До отгрузки нужно оплатить ещё {due} {currency}."),
    )
    .with(json!({ "due": due, "paid": paid, "currency": currency }))
}
