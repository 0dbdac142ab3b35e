//! The one place where a quote is asked whether it may be offered or accepted.

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::Refusal;

use super::super::approving::agreed;
use super::super::intent::Intent;
use super::super::model::{Quote, QuoteLine};
use super::super::rules::{QuoteState, check_valid_on};
use crate::findings::Consent;
use crate::rules::LineRule;

/// Refuses to offer, or to accept, a quote that is not fit for it; tells whether it goes on now, or
/// waits for somebody's leave. What was offered already is not asked about again.
pub(super) async fn pass<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (quote, lines): (&Quote, &[QuoteLine]),
    intent: &Intent,
    consent: Consent,
) -> Outcome<bool> {
    if lines.is_empty() {
        return Err(Refusal::from(LineRule::None).into());
    }
    check_valid_on(quote.valid_until, tx.today()).map_err(|refusal| refusal.at(["validUntil"]))?;
    catalog::share_living_customer(tx, permit, quote.customer_id).await?;
    if quote.state != QuoteState::Draft {
        return Ok(true);
    }
    agreed(tx, permit, (quote, lines), intent, consent).await
}
