//! Writing a quote.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::QuoteId;
use serde_json::json;

use super::super::store::{insert_quote, lock_quote};
use super::draft::{Place, QuoteDraft, prepare};
use super::quote_changed;
use crate::commands::{Trust, check_date};

/// Writes a quote as a draft: prices and discounts are found where none are typed.
#[derive(Clone, Debug)]
pub struct CreateQuote {
    /// What is written.
    pub draft: QuoteDraft,
}

impl Action for CreateQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for CreateQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let place = Place::first();
        let (quote, lines) = prepare(tx, permit, place, &self.draft, (Trust::Asked, &[])).await?;
        check_date(tx, permit, quote.organization_id, quote.date).await?;
        insert_quote(tx, permit, &quote, &lines).await?;
        tx.audit(AuditEntry::new(
            "createQuote",
            "Quote",
            quote.id,
            json!({ "customer": quote.customer_id, "lines": lines.len(),
                    "gross": quote.totals.gross, "currency": quote.currency,
                    "validUntil": quote.valid_until }),
        ));
        quote_changed(tx, &lock_quote(tx, permit, quote.id).await?);
        Ok(quote.id)
    }
}
