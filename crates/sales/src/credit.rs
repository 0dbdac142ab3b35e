//! What the gates of money look at: an order's terms as they are now, and where its customer
//! stands. Called under the customer's lock.

use std::collections::HashSet;

use access::Permit;
use catalog::OrderTerms;
use db::{Outcome, TenantTx};
use kernel::{Decimal, OrderId};
use settlements::{OrderPart, Position};

use crate::model::Order;
use crate::rules::{CreditVerdict, Gate, prepayment_due, unknown};
use crate::store::{OpenOrder, open_orders};

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

/// What the gate of credit says to an order, counting it exactly once.
pub(crate) async fn verdict<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    terms: &OrderTerms,
    standing: &Standing,
) -> Outcome<CreditVerdict> {
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
    let gate = Gate {
        policy: terms.credit_policy,
        limit: terms.credit_limit,
        limit_currency: terms.credit_limit_currency,
        currency: order.currency,
        position,
        document: part(&own, standing.prepaid),
        others: &others,
        idle: idle.map(|(_, amount)| *amount).sum(),
    };
    Ok(gate.verdict())
}
