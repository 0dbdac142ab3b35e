//! The one place where a quote is asked whether it needs somebody's leave before it is offered or
//! accepted.

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::Refusal;

use super::super::model::Quote;
use super::super::rules::check_valid_on;
use crate::rules::LineRule;

/// Refuses to offer, or to accept, a draft that is not fit for it. What its lines would need an
/// approval for was refused when they were written, as in orders; a rule that lets it wait in
/// PENDING_APPROVAL is asked here, under the quote's lock.
pub(super) async fn pass<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
    lines: usize,
) -> Outcome<()> {
    if lines == 0 {
        return Err(Refusal::from(LineRule::None).into());
    }
    check_valid_on(quote.valid_until, tx.today()).map_err(|refusal| refusal.at(["validUntil"]))?;
    catalog::share_living_customer(tx, permit, quote.customer_id).await
}
