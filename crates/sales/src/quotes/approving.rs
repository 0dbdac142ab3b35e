//! Quotes as approvals are asked about them (domain, sections 4 and 7).

use std::collections::HashMap;

use access::Permit;
use approvals::{ApprovalKind, Case, Facts, Finding, Subject};
use catalog::Goods;
use db::{AuditEntry, Outcome, TenantTx};
use kernel::{QuoteId, QuoteLineId, Refusal};
use serde_json::{Value, json};

use super::commands::{number, quote_changed};
use super::intent::Intent;
use super::model::{Quote, QuoteLine};
use super::rules::QuoteState;
use super::store::{QuoteStep, hold_quote, lines_of_quote, step_quote};
use crate::approving::{FactLine, in_base, judged};
use crate::credit::terms_between;
use crate::findings::{Consent, Found, LookedAt, check_settled, line_findings};
use crate::rules::{LineRule, LineSum, VatMode, totals};

impl From<&QuoteLine> for FactLine {
    fn from(line: &QuoteLine) -> Self {
        Self {
            goods: Goods { product: line.product_id, variant: line.variant_id },
            quantity: line.quantity,
            price: line.unit_price(),
            discount: line.discount_percent,
            amount: line.amount,
        }
    }
}

/// What a quote says, as far as decisions are about it: customer, agreement, lines and prices. Its
/// texts, and until when it is valid, may change under a decision.
pub(super) fn quote_facts(quote: &Quote, lines: &[QuoteLine]) -> Facts {
    let line = |line: &QuoteLine| {
        let mut told = FactLine::from(line).told();
        told["optional"] = json!(line.is_optional);
        told
    };
    let lines: Vec<Value> = lines.iter().map(line).collect();
    Facts::of(json!({
        "organization": quote.organization_id, "customer": quote.customer_id,
        "agreement": quote.agreement_id, "currency": quote.currency,
        "pricesIncludeVat": quote.prices_include_vat, "lines": lines,
    }))
}

/// A quote that wants to go on. It counts as what it comes to with all that the customer may choose.
async fn quote_case<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
    lines: &[QuoteLine],
) -> Outcome<Case> {
    let parties = (quote.customer_id, quote.organization_id);
    let terms = terms_between(tx, permit, parties, quote.agreement_id).await?;
    let sums = lines.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
    let sums = totals(sums, VatMode::of(quote.prices_include_vat));
    let gross = sums.ok_or(LineRule::TooLarge).map_err(Refusal::from)?.gross;
    Ok(Case {
        subject: Subject { kind: "Quote", id: quote.id.0 },
        facts: quote_facts(quote, lines),
        root: None,
        standing: None,
        customer_id: quote.customer_id,
        manager_id: quote.manager_id,
        author_id: quote.created_by,
        segment: terms.segment,
        amount: gross,
        currency: quote.currency,
        base_amount: in_base(tx, permit, (quote.currency, quote.date), gross).await?,
    })
}

/// Whether a locked draft may be offered or accepted now. Where somebody has to agree first, it waits
/// with what is to be done then.
pub(super) async fn agreed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (quote, lines): (&Quote, &[QuoteLine]),
    intent: &Intent,
    consent: Consent,
) -> Outcome<bool> {
    let looked: Vec<LookedAt> = lines.iter().map(LookedAt::from).collect();
    let found = line_findings(tx, permit, (quote.into(), &looked), consent).await?;
    if found.is_empty() {
        return Ok(true);
    }
    let case = quote_case(tx, permit, quote, lines).await?;
    if judged(tx, permit, &case, found).await?.is_none() {
        return Ok(true);
    }
    let number = number(tx, permit, quote).await?;
    let name = number.as_ref().map(|(number, ..)| number.clone());
    let step = QuoteStep {
        number,
        waiting: Some(intent.clone()),
        ..QuoteStep::to(QuoteState::PendingApproval)
    };
    step_quote(tx, permit, quote.id, step).await?;
    tx.audit(AuditEntry::new(
        intent.action(),
        "Quote",
        quote.id,
        json!({ "state": [quote.state, QuoteState::PendingApproval], "number": name }),
    ));
    quote_changed(tx, quote);
    Ok(false)
}

/// Refuses to offer anew, for longer, what was offered under a decision that holds no more, or what
/// has become special since.
pub(super) async fn check_still_agreed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
) -> Outcome<()> {
    let lines = lines_of_quote(tx, permit, quote.id).await?;
    let looked: Vec<LookedAt> = lines.iter().map(LookedAt::from).collect();
    let found = line_findings(tx, permit, (quote.into(), &looked), Consent::Caller).await?;
    if found.is_empty() {
        return Ok(());
    }
    let case = quote_case(tx, permit, quote, &lines).await?;
    check_settled(tx, permit, &case, found).await
}

/// What is left of the findings of an order: margins that somebody agreed to about its quote are
/// nothing special as long as that holds. `kept` are the lines that keep a price of it, by place.
pub(crate) async fn agreed_margins<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
    kept: &HashMap<i32, QuoteLineId>,
    found: Vec<Found>,
) -> Outcome<Vec<Found>> {
    let of = |finding: &Finding| {
        let line = finding.line.as_ref().and_then(|(position, _)| kept.get(position));
        line.filter(|_| finding.kind == ApprovalKind::MarginBelowMinimum).copied()
    };
    if found.iter().all(|(finding, _)| of(finding).is_none()) {
        return Ok(found);
    }
    let Some(quote) = hold_quote(tx, permit, quote).await? else { return Ok(found) };
    let lines = lines_of_quote(tx, permit, quote.id).await?;
    let case = quote_case(tx, permit, &quote, &lines).await?;
    let (asked, others): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|(finding, _)| of(finding).is_some());
    // The decision knows the lines by their places in the quote.
    let placed: Vec<Finding> = asked
        .iter()
        .map(|(finding, _)| {
            let line = of(finding).and_then(|id| lines.iter().find(|line| line.id == id));
            let line = line.map(|line| (line.position, line.name.clone()));
            Finding { line, ..finding.clone() }
        })
        .collect();
    let settled = approvals::settled(tx, permit, &case, &placed.iter().collect::<Vec<_>>()).await?;
    let open = asked.into_iter().zip(settled).filter(|(_, is_settled)| !is_settled);
    Ok(open.map(|(one, _)| one).chain(others).collect())
}
