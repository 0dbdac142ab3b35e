//! What orders name of a quote's lines: counted anew under the quote's lock whenever an order's
//! lines change, so that it is the sum of the orders whatever came before.

use std::collections::HashMap;

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::{QuoteId, QuoteLineId};

use super::rules::exceeds_quote;
use super::store::{self, Counted, counted_lines, put_ordered};
use crate::commands::LineDraft;
use crate::rules::at_line;

/// Locks the quote that an order was made of, whoever is responsible for it. After the order's own
/// lock, before customers'.
pub(crate) async fn hold_quote<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
) -> Outcome<()> {
    let held = store::hold_quote(tx, permit, quote).await?;
    held.map(drop).ok_or(CommandError::NotFound)
}

/// Counts what the orders of a locked quote name of its lines, once those of `drafts` are written.
///
/// # Errors
/// `EXCEEDS_QUOTE` at the first line that names more than was offered.
pub(crate) async fn count_ordered<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
    drafts: &[LineDraft],
) -> Outcome<()> {
    let counted = counted_lines(tx, permit, quote).await?;
    if let Some(over) = counted.iter().find(|line| line.ordered > line.quantity) {
        let asked = of_drafts(drafts, &counted);
        let mine = asked.get(&over.id).copied().unwrap_or_default();
        let left = over.quantity - (over.ordered - mine);
        let refusal = exceeds_quote(&over.name, left, &over.unit);
        let place = drafts.iter().position(|line| line.quote_line_id == Some(over.id));
        return Err(at_line(refusal, place.unwrap_or_default(), "quantity").into());
    }
    let changed: Vec<Counted> =
        counted.into_iter().filter(|line| line.ordered != line.noted).collect();
    if changed.is_empty() { Ok(()) } else { put_ordered(tx, permit, &changed).await }
}

/// What the lines being written name of each quote's line; zero where they are in packagings, whose
/// base quantity stands on the written line alone.
fn of_drafts(drafts: &[LineDraft], counted: &[Counted]) -> HashMap<QuoteLineId, kernel::Decimal> {
    let mut asked: HashMap<QuoteLineId, kernel::Decimal> = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.packaging_id.is_none()) {
        let Some(id) = draft.quote_line_id else { continue };
        if counted.iter().any(|line| line.id == id) {
            *asked.entry(id).or_default() += draft.quantity;
        }
    }
    asked
}
