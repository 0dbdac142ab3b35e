//! What people do with quotes, one file each.

mod answer;
mod cancel;
mod create;
mod custom_fields;
mod draft;
mod extend;
mod gate;
mod order;
mod revise;
mod send;
mod update;

pub use answer::{AcceptQuote, DeclineQuote};
pub(super) use answer::{Acceptance, accept, decline};
pub use cancel::CancelQuote;
pub use create::CreateQuote;
pub(crate) use draft::called;
pub use draft::{OfferedLine, QuoteDraft};
pub use extend::ExtendQuote;
pub use order::{CreateOrderFromQuote, OrderedLine, QuoteOrderDraft};
pub use revise::{CopyQuote, ReviseQuote};
pub(crate) use send::send;
pub use send::{LinkQuote, QuoteLink, SendQuote};
pub use update::{QuoteChange, UpdateQuote};

use access::Permit;
use chrono::Datelike;
use db::{EventDraft, Outcome, Series, TenantTx};
use kernel::QuoteId;

use super::model::Quote;
use super::store::lock_quote;
use crate::commands::check_version;

/// Tells the world that a quote has changed.
pub(super) fn quote_changed(tx: &TenantTx, quote: &Quote) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "Quote",
        subject_id: quote.id.0,
        manager_id: quote.manager_id,
        customer_id: Some(quote.customer_id),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}

/// A quote within reach, locked, in the version that was read; no version is no question.
async fn held<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: QuoteId,
    version: Option<i32>,
) -> Outcome<Quote> {
    let quote = lock_quote(tx, permit, id).await?;
    check_version(version, quote.version)?;
    Ok(quote)
}

/// The number of a locked quote that leaves DRAFT; `None` where it has one, as later versions do.
pub(super) async fn number<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
) -> Outcome<Option<(String, i64, i32)>> {
    if quote.number.is_some() {
        return Ok(None);
    }
    let organization = quote.organization_id;
    let card = catalog::organization_card(tx, permit, Some(organization)).await?;
    let card =
        card.ok_or_else(|| crate::rules::unknown("organizationId", "organization", "организация"))?;
    let year = quote.date.year();
    let sequence = tx.number(&Series { organization, kind: "quote", year }).await?;
    Ok(Some((format!("{}-{sequence:06}", card.prefix), sequence, year)))
}
