//! What the customer says to a quote, written down by one of the tenant's people; what he says
//! through his link stands in `client.rs` and ends here too.

use access::{Action, Permit, Right};
use catalog::pricing::{LineSum, VatMode};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{QuoteId, QuoteLineId, Refusal};
use serde_json::json;

use super::super::intent::Intent;
use super::super::model::Quote;
use super::super::rules::{Choosable, QuoteMove, QuoteState, chosen};
use super::super::store::{Answer, QuoteStep, choose_lines, lines_of_quote, step_quote};
use super::{gate, held, number, quote_changed};
use crate::findings::Consent;
use crate::rules::{reason, short_text};

/// Notes that the customer agrees: to what was sent to him, or by telephone to a draft, which waits
/// where somebody has to agree to its prices.
#[derive(Clone, Debug)]
pub struct AcceptQuote {
    /// Which.
    pub id: QuoteId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// The optional lines that he takes.
    pub chosen: Vec<QuoteLineId>,
    /// Who agreed.
    pub by: Option<String>,
}

impl Action for AcceptQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for AcceptQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = held(tx, permit, self.id, self.version).await?;
        let by = short_text("by", self.by.as_deref())?;
        let acceptance = Acceptance { chosen: &self.chosen, by, by_link: false };
        accept(tx, permit, &quote, acceptance, Consent::Caller).await?;
        Ok(quote.id)
    }
}

/// How a quote is accepted.
pub(crate) struct Acceptance<'a> {
    pub(crate) chosen: &'a [QuoteLineId],
    pub(crate) by: Option<String>,
    pub(crate) by_link: bool,
}

/// Accepts a locked quote, or lets it wait.
pub(crate) async fn accept<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
    acceptance: Acceptance<'_>,
    consent: Consent,
) -> Outcome<()> {
    let state = quote.by(QuoteMove::Accept).map_err(Refusal::from)?;
    let lines = lines_of_quote(tx, permit, quote.id).await?;
    let choosable: Vec<Choosable<QuoteLineId>> = lines
        .iter()
        .map(|line| Choosable {
            id: line.id,
            is_optional: line.is_optional,
            sum: LineSum { amount: line.amount, vat: line.vat_amount },
        })
        .collect();
    let mode = VatMode::of(quote.prices_include_vat);
    let (taken, totals) = chosen(&choosable, acceptance.chosen, mode)?;
    let intent = Intent::Accept { chosen: acceptance.chosen.to_vec(), by: acceptance.by.clone() };
    if !gate::pass(tx, permit, (quote, &lines), &intent, consent).await? {
        return Ok(());
    }
    if lines.iter().any(|line| line.is_optional) {
        choose_lines(tx, permit, quote.id, &taken).await?;
    }
    let number = number(tx, permit, quote).await?;
    let told = json!({ "state": [quote.state, state], "gross": [quote.gross, totals.gross],
                       "chosen": taken, "by": acceptance.by, "byLink": acceptance.by_link });
    let (by_link, by) = (acceptance.by_link, acceptance.by);
    let answer = Answer { by_link, by, decline_reason: None };
    let step =
        QuoteStep { number, answer: Some(answer), totals: Some(totals), ..QuoteStep::to(state) };
    step_quote(tx, permit, quote.id, step).await?;
    tx.audit(AuditEntry::new("acceptQuote", "Quote", quote.id, told));
    quote_changed(tx, quote);
    Ok(())
}

/// Notes that the customer declines what was sent to him.
#[derive(Clone, Debug)]
pub struct DeclineQuote {
    /// Which.
    pub id: QuoteId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
    /// Who declined.
    pub by: Option<String>,
}

impl Action for DeclineQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for DeclineQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = held(tx, permit, self.id, self.version).await?;
        let by = short_text("by", self.by.as_deref())?;
        let reason = reason(&self.reason)?;
        decline(tx, permit, &quote, (false, by), reason.clone()).await?;
        tx.audit(AuditEntry::new(
            "declineQuote",
            "Quote",
            quote.id,
            json!({ "state": [quote.state, QuoteState::Declined], "reason": reason }),
        ));
        quote_changed(tx, &quote);
        Ok(quote.id)
    }
}

/// Declines a locked quote.
pub(crate) async fn decline<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
    (by_link, by): (bool, Option<String>),
    reason: String,
) -> Outcome<()> {
    let state = quote.by(QuoteMove::Decline).map_err(Refusal::from)?;
    let answer = Answer { by_link, by, decline_reason: Some(reason) };
    let step = QuoteStep { answer: Some(answer), ..QuoteStep::to(state) };
    step_quote(tx, permit, quote.id, step).await
}
