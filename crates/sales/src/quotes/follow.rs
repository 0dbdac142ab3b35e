//! Quotes that move on when somebody has decided, as the worker of documents finds them.

use access::{Action, Permit, Right};
use approvals::Followed;
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{ApprovalRequestId, QuoteId, Refusal};
use outbound::Mailing;
use serde_json::json;

use super::commands::{Acceptance, accept, quote_changed, send};
use super::intent::Intent;
use super::rules::QuoteState;
use super::store::{QuoteStep, intent_of, lock_quote, step_quote};
use crate::findings::Consent;

/// Offers or accepts a quote that waited, or puts it back, as was decided.
#[derive(Clone, Debug)]
pub struct FollowQuote {
    /// The request.
    pub request: ApprovalRequestId,
    /// Its quote.
    pub quote: QuoteId,
    /// Why it goes back though somebody agreed.
    pub refused: Option<Refusal>,
    /// How letters go out.
    pub mailing: Mailing,
}

impl Action for FollowQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]
impl Command for FollowQuote {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let mut quote = lock_quote(tx, permit, self.quote).await?;
        let what = approvals::follow_up(tx, permit, self.request, self.refused.as_ref()).await?;
        if quote.state != QuoteState::PendingApproval || what == Followed::Nothing {
            return Ok(());
        }
        let intent = intent_of(tx, permit, quote.id).await?;
        if let (Followed::GoOn, Some(intent)) = (what, &intent) {
            // It goes on from where it was when somebody was asked.
            quote.state = QuoteState::Draft;
            let consent = Consent::of(permit);
            return match intent {
                Intent::Send(letter) => {
                    send(tx, permit, &quote, (letter.as_ref(), &self.mailing), consent).await
                }
                Intent::Accept { chosen, by } => {
                    let acceptance = Acceptance { chosen, by: by.clone(), by_link: false };
                    accept(tx, permit, &quote, acceptance, consent).await
                }
            };
        }
        step_quote(tx, permit, quote.id, QuoteStep::to(QuoteState::Draft)).await?;
        tx.audit(AuditEntry::new(
            "returnQuote",
            "Quote",
            quote.id,
            json!({ "state": [quote.state, QuoteState::Draft],
                    "refused": self.refused.as_ref().map(|refusal| refusal.code.as_str()) }),
        ));
        quote_changed(tx, &quote);
        Ok(())
    }
}
