//! New versions and copies of quotes.

use access::{Action, Permit, Right};
use chrono::Days;
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{CustomerId, QuoteId, Refusal};
use serde_json::json;

use super::super::model::{Quote, QuoteLine};
use super::super::rules::QuoteMove;
use super::super::store::{insert_quote, lines_of_quote, lock_quote, supersede};
use super::draft::{Place, QuoteDraft, as_offered, lines_before, prepare};
use super::{held, quote_changed};
use crate::commands::{Trust, check_date, manager_after};

/// Makes a new version of a quote, a draft with the same number: the old one is superseded (a
/// declined one stays declined) and stays readable, and its link tells that there is a newer one.
/// What was typed stays, automatic prices are those of today.
#[derive(Clone, Copy, Debug)]
pub struct ReviseQuote {
    /// Which.
    pub id: QuoteId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for ReviseQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for ReviseQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = held(tx, permit, self.id, self.version).await?;
        let state = quote.by(QuoteMove::Revise).map_err(Refusal::from)?;
        let lines = lines_of_quote(tx, permit, quote.id).await?;
        let before = lines_before(tx, permit, &quote, &lines).await?;
        let draft = again(tx, permit, &quote, quote.customer_id, &lines).await?;
        // The old terms may have ended: a new offer stands on terms that hold.
        let place = Place { under: None, ..Place::next(&quote) };
        let (new, lines) = prepare(tx, permit, place, &draft, (Trust::LinesKept, &before)).await?;
        check_date(tx, permit, new.organization_id, new.date).await?;
        insert_quote(tx, permit, &new, &lines).await?;
        approvals::close_waiting(tx, permit, quote.id.0, "a newer version was made").await?;
        supersede(tx, permit, quote.id, (state, new.id)).await?;
        tx.audit(AuditEntry::new(
            "reviseQuote",
            "Quote",
            quote.id,
            json!({ "state": [quote.state, state], "successor": new.id }),
        ));
        tx.audit(AuditEntry::new(
            "reviseQuote",
            "Quote",
            new.id,
            json!({ "of": quote.id, "revision": new.revision, "gross": new.totals.gross }),
        ));
        quote_changed(tx, &quote);
        quote_changed(tx, &lock_quote(tx, permit, new.id).await?);
        Ok(new.id)
    }
}

/// Writes a new draft like a quote in whatever state, for the same customer or another one.
#[derive(Clone, Copy, Debug)]
pub struct CopyQuote {
    /// Which.
    pub id: QuoteId,
    /// For whom; `None` is the same customer.
    pub customer_id: Option<CustomerId>,
}

impl Action for CopyQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for CopyQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = lock_quote(tx, permit, self.id).await?;
        let lines = lines_of_quote(tx, permit, quote.id).await?;
        let customer = self.customer_id.unwrap_or(quote.customer_id);
        let draft = again(tx, permit, &quote, customer, &lines).await?;
        // Another offer is the caller's own wish: prices once typed need his leave.
        let anew = (Trust::Asked, [].as_slice());
        let (new, lines) = prepare(tx, permit, Place::first(), &draft, anew).await?;
        check_date(tx, permit, new.organization_id, new.date).await?;
        insert_quote(tx, permit, &new, &lines).await?;
        tx.audit(AuditEntry::new(
            "copyQuote",
            "Quote",
            new.id,
            json!({ "of": quote.id, "customer": new.customer_id, "lines": lines.len(),
                    "gross": new.totals.gross }),
        ));
        quote_changed(tx, &lock_quote(tx, permit, new.id).await?);
        Ok(new.id)
    }
}

/// The same offer, of today and valid for as many days.
async fn again<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
    customer: CustomerId,
    lines: &[QuoteLine],
) -> Outcome<QuoteDraft> {
    let is_same = customer == quote.customer_id;
    let manager = quote.manager_id.filter(|_| is_same);
    let days = u64::try_from((quote.valid_until - quote.date).num_days()).unwrap_or_default();
    let today = tx.today();
    Ok(QuoteDraft {
        customer_id: customer,
        agreement_id: is_same.then_some(quote.agreement_id),
        organization_id: Some(quote.organization_id),
        manager_id: manager_after(tx, permit, None, manager).await?,
        date: Some(today),
        valid_until: today.checked_add_days(Days::new(days)),
        texts: quote.texts.0.clone(),
        comment: quote.comment.clone(),
        external_reference: None,
        lines: lines.iter().map(as_offered).collect(),
    })
}
