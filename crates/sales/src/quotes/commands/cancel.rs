//! Giving a quote up.

use access::{Action, LinkKind, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{QuoteId, Refusal};
use serde_json::json;

use super::super::rules::QuoteMove;
use super::super::store::{QuoteStep, step_quote};
use super::{held, quote_changed};
use crate::rules::reason;

/// Gives a quote up that was not answered; links to it end.
#[derive(Clone, Debug)]
pub struct CancelQuote {
    /// Which.
    pub id: QuoteId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for CancelQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for CancelQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = held(tx, permit, self.id, self.version).await?;
        let state = quote.by(QuoteMove::Cancel).map_err(Refusal::from)?;
        let reason = reason(&self.reason)?;
        let step = QuoteStep { cancel_reason: Some(reason.clone()), ..QuoteStep::to(state) };
        step_quote(tx, permit, quote.id, step).await?;
        approvals::close_waiting(tx, permit, quote.id.0, &reason).await?;
        let links = identity::revoke_links(tx, permit, LinkKind::Quote, quote.id.0).await?;
        tx.audit(AuditEntry::new(
            "cancelQuote",
            "Quote",
            quote.id,
            json!({ "state": [quote.state, state], "reason": reason, "linksRevoked": links }),
        ));
        quote_changed(tx, &quote);
        Ok(quote.id)
    }
}
