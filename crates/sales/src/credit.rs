//! What the gates of money look at: an order's terms as they are now, and where its customer
//! stands. Called under the customer's lock.

use std::collections::HashSet;

use access::Permit;
use catalog::pricing::Rates;
use catalog::{CreditPolicy, OrderTerms};
use db::{Outcome, TenantTx};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, NaiveDate, OrderId, OrganizationId, round_money,
};
use settlements::{OrderPart, OrderRef, Position, Positions};

use crate::approving::order_case;
use crate::discretion::refusal_for;
use crate::findings::check_settled;
use crate::model::Order;
use crate::rules::{CreditVerdict, Gate, Gated, gated, prepayment_due, unknown};
use crate::store::{OpenOrder, open_orders, order_lines, orders_over};

/// Where a customer stands in each currency, with what his confirmed orders have got.
pub(crate) struct Standing {
    pub(crate) positions: Positions,
    /// Money that the order under check has got.
    pub(crate) prepaid: Decimal,
    /// Rates of today; none where everything is in one currency.
    rates: Option<Rates>,
    today: NaiveDate,
}

/// Debt whose day is over.
pub(crate) struct Overdue {
    /// By currency, in the order of their codes.
    pub(crate) amounts: Vec<(Currency, Decimal)>,
    /// All of it in one currency; `None` where a rate is missing.
    pub(crate) whole: Option<Decimal>,
    /// The earliest day that something of it was due.
    pub(crate) since: Option<NaiveDate>,
}

impl Standing {
    /// An amount at today's rates, two places; `None` where a rate is missing.
    fn converted(&self, amount: Decimal, from: Currency, to: Currency) -> Option<Decimal> {
        if from == to || amount.is_zero() {
            return Some(amount);
        }
        let conversion = self.rates.as_ref()?.conversion(from, to, self.today)?;
        conversion.apply(amount).map(round_money)
    }

    /// What is overdue in all currencies, added up in one.
    pub(crate) fn overdue(&self, currency: Currency) -> Overdue {
        let late = self.positions.iter().filter(|(_, position)| !position.overdue.is_zero());
        let mut amounts: Vec<(Currency, Decimal)> =
            late.clone().map(|(currency, position)| (*currency, position.overdue)).collect();
        amounts.sort_by_key(|(currency, _)| currency.to_string());
        let whole = amounts.iter().map(|(from, amount)| self.converted(*amount, *from, currency));
        let (whole, since) = (whole.sum(), late.filter_map(|(_, one)| one.overdue_since).min());
        Overdue { amounts, whole, since }
    }
}

/// The terms of an order as they are now: its agreement's, or the customer's default one's where
/// that was archived since.
pub(crate) async fn terms_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<OrderTerms> {
    let parties = (order.customer_id, order.organization_id);
    terms_between(tx, permit, parties, order.agreement_id).await
}

/// As [`terms_of`], of any document.
pub(crate) async fn terms_between<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (customer, organization): (CustomerId, OrganizationId),
    agreement: AgreementId,
) -> Outcome<OrderTerms> {
    let (agreed, organization) = (Some(agreement), Some(organization));
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
    let positions = settlements::positions(tx, permit, order.customer_id).await?;
    let prepaid = settlements::prepaid(tx, permit, order.into()).await?;
    let today = tx.today();
    let is_one = positions.keys().all(|currency| *currency == order.currency);
    let rates = if is_one { None } else { Some(catalog::rates_on(tx, permit, today).await?) };
    Ok(Standing { positions, prepaid, rates, today })
}

/// What the gate of credit says to an order, counting it exactly once; and what the customer would
/// owe with it. Both in the limit's currency, at today's rates: whatever he owes in whichever currency
/// counts. `None` where a rate is missing.
pub(crate) async fn verdict<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    terms: &OrderTerms,
    standing: &mut Standing,
) -> Outcome<(CreditVerdict, Option<Decimal>)> {
    let Parts { document, others } = parts(tx, permit, order, standing).await?;
    let to = terms.credit_limit_currency;
    let is_one = order.currency == to && others.iter().all(|(currency, _)| *currency == to);
    if !is_one && standing.rates.is_none() {
        standing.rates = Some(catalog::rates_on(tx, permit, standing.today).await?);
    }
    let own = settlements::exposure(Decimal::ZERO, Decimal::ZERO, &[document]);
    let own = standing.converted(own, order.currency, to);
    let others: Option<Decimal> =
        others.into_iter().map(|(from, owed)| standing.converted(owed, from, to)).sum();
    let gate =
        Gate { policy: terms.credit_policy, limit: terms.credit_limit, currency: to, own, others };
    let owed = own.zip(others).and_then(|(own, others)| own.checked_add(others));
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
    let mut standing = standing(tx, permit, order).await?;
    let (verdict, _) = verdict(tx, permit, order, &terms, &mut standing).await?;
    match gated(policy, verdict.finding()) {
        Gated::Passed | Gated::Warned(_) => Ok(()),
        Gated::Refused(refusal) => Err(refusal_for(permit, order, refusal).into()),
        Gated::Asked(finding, refusal) => {
            let lines = order_lines(tx, permit, order.id).await?;
            let case = order_case(tx, permit, order, &lines, &terms).await?;
            let found = vec![(finding, Some(refusal_for(permit, order, refusal)))];
            check_settled(tx, permit, &case, found).await
        }
    }
}

/// What the order itself adds, and what the customer owes without it, by currency.
struct Parts {
    document: OrderPart,
    others: Vec<(Currency, Decimal)>,
}

async fn parts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    standing: &Standing,
) -> Outcome<Parts> {
    let open = open_orders(tx, permit, order.customer_id, order.id).await?;
    let wanting: Vec<OrderRef> = open
        .iter()
        .filter(|other| !other.prepayment_percent.is_zero())
        .map(|other| other.as_paid_by(order.customer_id))
        .collect();
    let prepaid = if wanting.is_empty() {
        Default::default()
    } else {
        settlements::prepaid_by_order(tx, permit, &wanting).await?
    };
    let part = |open: &OpenOrder, prepaid: Decimal| OrderPart {
        unshipped: open.gross - open.shipped_gross,
        assigned: standing
            .positions
            .get(&open.currency)
            .and_then(|position| position.assigned.get(&open.id).copied())
            .unwrap_or_default(),
        prepayment_due: prepayment_due(open.gross, open.prepayment_percent, prepaid),
    };
    let own = OpenOrder {
        id: order.id,
        organization_id: order.organization_id,
        agreement_id: order.agreement_id,
        gross: order.gross,
        shipped_gross: order.shipped_gross,
        prepayment_percent: order.prepayment_percent.get(),
        currency: order.currency,
    };
    let known: HashSet<OrderId> = open.iter().map(|open| open.id).chain([order.id]).collect();
    let currencies: HashSet<Currency> =
        standing.positions.keys().copied().chain(open.iter().map(|open| open.currency)).collect();
    let elsewhere = standing.positions.values().flat_map(|position| position.assigned.keys());
    let elsewhere: Vec<OrderId> = elsewhere.filter(|id| !known.contains(*id)).copied().collect();
    let over = orders_over(tx, permit, &elsewhere).await?;
    let nothing = Position::default();
    let owed = |currency: Currency| {
        let position = standing.positions.get(&currency).unwrap_or(&nothing);
        // Money that stays with orders which want none any more is as good as free. That of drafts is
        // not: they will want it.
        let idle = position.assigned.iter().filter(|(id, _)| over.contains(*id));
        let idle: Decimal = idle.map(|(_, amount)| *amount).sum();
        let orders: Vec<OrderPart> = open
            .iter()
            .filter(|open| open.currency == currency)
            .map(|open| part(open, prepaid.get(&open.id).copied().unwrap_or_default()))
            .collect();
        let advances = position.unassigned_advances + idle;
        (currency, settlements::exposure(position.open_receivables, advances, &orders))
    };
    let others = currencies.into_iter().map(owed).collect();
    Ok(Parts { document: part(&own, standing.prepaid), others })
}
