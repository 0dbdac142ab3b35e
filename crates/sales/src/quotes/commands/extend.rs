//! Letting a quote be valid for longer.

use access::{Action, LinkKind, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{NaiveDate, QuoteId, Refusal, RefusalCode};
use serde_json::json;

use super::super::approving::check_still_agreed;
use super::super::rules::{QuoteMove, check_validity};
use super::super::store::{QuoteStep, step_quote};
use super::send::link_end;
use super::{held, quote_changed};

/// Extends what was sent, whether or not it has expired: prices and links stay. Where somebody had to
/// agree to them, that must still hold.
#[derive(Clone, Copy, Debug)]
pub struct ExtendQuote {
    /// Which.
    pub id: QuoteId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// The last day from now on: later than before, and not over.
    pub valid_until: NaiveDate,
}

impl Action for ExtendQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for ExtendQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = held(tx, permit, self.id, self.version).await?;
        let state = quote.by(QuoteMove::Extend).map_err(Refusal::from)?;
        check_validity(quote.date, self.valid_until)?;
        if self.valid_until <= quote.valid_until || self.valid_until < tx.today() {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                "A quote is extended to a later day that is not over.",
                "Предложение продлевают до более позднего дня, который ещё не прошёл.",
            )
            .at(["validUntil"])
            .into());
        }
        catalog::share_living_customer(tx, permit, quote.customer_id).await?;
        check_still_agreed(tx, permit, &quote).await?;
        let step = QuoteStep { valid_until: Some(self.valid_until), ..QuoteStep::to(state) };
        step_quote(tx, permit, quote.id, step).await?;
        let links = (LinkKind::Quote, quote.id.0);
        let end = link_end(self.valid_until, tx.now());
        identity::keep_links_until(tx, permit, links, end).await?;
        tx.audit(AuditEntry::new(
            "extendQuote",
            "Quote",
            quote.id,
            json!({ "state": [quote.state, state],
                    "validUntil": [quote.valid_until, self.valid_until] }),
        ));
        quote_changed(tx, &quote);
        Ok(quote.id)
    }
}
