//! What the gates of money look at: an order's terms as they are now, and where its customer
//! stands. Called under the customer's lock.

use std::collections::HashSet;

use access::Permit;
use catalog::{CreditPolicy, OrderTerms};
use db::{Outcome, TenantTx};
use kernel::{Decimal, OrderId};
use settlements::{OrderPart, Position};

use crate::approving::order_case;
use crate::discretion::refusal_for;
use crate::model::Order;
use crate::rules::{CreditVerdict, Gate, Gated, gated, prepayment_due, unknown};
use crate::store::{OpenOrder, open_orders, order_lines};

/// Where a customer stands, with what his confirmed orders have got.
pub(crate) struct Standing {
    pub(crate) position: Position,
    /// Money that the order under check has got.
    pub(crate) prepaid: Decimal,
}

/// The terms of an order as they are now: its agreement's, or the customer's default one's where
/// that was archived since.
pub(crate) async fn terms_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<OrderTerms> {
    let (customer, organization) = (order.customer_id, Some(order.organization_id));
    let agreed = Some(order.agreement_id);
    if let Some(terms) = catalog::document_terms(tx, permit, customer, agreed, organization).await?
    {
        return Ok(terms);
    }
    let default = catalog::document_terms(tx, permit, customer, None, organization).await?;
    default.ok_or_else(|| unknown("agreementId", "agreement", "соглашение").into())
}

/// Where the order's customer stands.
pub(crate) async fn standing<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<Standing> {
    let position = settlements::position(tx, permit, order.customer_id, order.currency).await?;
    let prepaid = settlements::prepaid(tx, permit, order.id).await?;
    Ok(Standing { position, prepaid })
}

/// The customer's other confirmed orders, the order itself, and money that stays with neither.
struct Parts {
    document: OrderPart,
    others: Vec<OrderPart>,
    idle: Decimal,
}

/// What the gate of credit says to an order, counting it exactly once; and what the customer would
/// owe with it, in the order's currency.
pub(crate) async fn verdict<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    terms: &OrderTerms,
    standing: &Standing,
) -> Outcome<(CreditVerdict, Decimal)> {
    let Parts { document, others, idle } = parts(tx, permit, order, standing).await?;
    let position = &standing.position;
    let gate = Gate {
        policy: terms.credit_policy,
        limit: terms.credit_limit,
        limit_currency: terms.credit_limit_currency,
        currency: order.currency,
        position,
        document,
        others: &others,
        idle,
    };
    let own = settlements::exposure(Decimal::ZERO, Decimal::ZERO, &[document]);
    let advances = position.unassigned_advances + idle;
    let owed = settlements::exposure(position.open_receivables, advances, &others) + own;
    Ok((gate.verdict(), owed))
}

/// Whether goods may be held for an order that is agreed to: its customer's credit limit is not
/// exceeded, or somebody has agreed to that. Under the customer's lock.
pub(crate) async fn check_reserve<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<()> {
    let terms = terms_of(tx, permit, order).await?;
    let policy = terms.credit_policy;
    let looks = matches!(policy, CreditPolicy::Block | CreditPolicy::Approve);
    if !looks || terms.credit_limit.is_none() {
        return Ok(());
    }
    catalog::lock_customer(tx, permit, order.customer_id).await?;
    let standing = standing(tx, permit, order).await?;
    let (verdict, _) = verdict(tx, permit, order, &terms, &standing).await?;
    match gated(policy, verdict.finding()) {
        Gated::Passed | Gated::Warned(_) => Ok(()),
        Gated::Refused(refusal) => Err(refusal_for(permit, order, refusal).into()),
        Gated::Asked(finding, refusal) => {
            let lines = order_lines(tx, permit, order.id).await?;
            let case = order_case(tx, permit, order, &lines, &terms).await?;
            match approvals::is_settled(tx, permit, &case, &finding).await? {
                true => Ok(()),
                false => Err(refusal_for(permit, order, refusal).into()),
            }
        }
    }
}

async fn parts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    standing: &Standing,
) -> Outcome<Parts> {
    let position = &standing.position;
    let others = open_orders(tx, permit, order.customer_id, order.currency, order.id).await?;
    let wanting: Vec<OrderId> = others
        .iter()
        .filter(|other| !other.prepayment_percent.is_zero())
        .map(|other| other.id)
        .collect();
    let prepaid = if wanting.is_empty() {
        Default::default()
    } else {
        settlements::prepaid_by_order(tx, permit, &wanting).await?
    };
    let part = |open: &OpenOrder, prepaid: Decimal| OrderPart {
        unshipped: open.gross - open.shipped_gross,
        assigned: position.assigned.get(&open.id).copied().unwrap_or_default(),
        prepayment_due: prepayment_due(open.gross, open.prepayment_percent, prepaid),
    };
    let own = OpenOrder {
        id: order.id,
        gross: order.gross,
        shipped_gross: order.shipped_gross,
        prepayment_percent: order.prepayment_percent.get(),
    };
    let known: HashSet<OrderId> = others.iter().map(|open| open.id).chain([order.id]).collect();
    let idle = position.assigned.iter().filter(|(id, _)| !known.contains(*id));
    let others: Vec<OrderPart> = others
        .iter()
        .map(|open| part(open, prepaid.get(&open.id).copied().unwrap_or_default()))
        .collect();
    let document = part(&own, standing.prepaid);
    Ok(Parts { document, others, idle: idle.map(|(_, amount)| *amount).sum() })
}
