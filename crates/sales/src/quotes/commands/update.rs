//! Changing a draft.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{
    AgreementId, CustomerId, NaiveDate, OrganizationId, QuoteId, Refusal, RefusalCode, UserId,
};
use serde_json::json;

use super::super::approving::quote_facts;
use super::super::model::{Quote, QuoteText};
use super::super::rules::QuoteMove;
use super::super::store::{lines_of_quote, lock_quote, replace_quote_lines, update_quote};
use super::draft::{OfferedLine, Place, QuoteDraft, as_offered, lines_before, prepare};
use super::{held, quote_changed};
use crate::commands::{Before, Trust, check_date, manager_after};

/// What is to be changed; `None` leaves it as it is, `Some(None)` takes it away.
#[derive(Clone, Debug, Default)]
pub struct QuoteChange {
    /// To whom it is offered.
    pub customer_id: Option<CustomerId>,
    /// On which terms; another customer's default agreement where only he is named.
    pub agreement_id: Option<AgreementId>,
    /// Who sells.
    pub organization_id: Option<OrganizationId>,
    /// Who is responsible.
    pub manager_id: Option<UserId>,
    /// The document's date.
    pub date: Option<NaiveDate>,
    /// The last day on which it can be accepted.
    pub valid_until: Option<NaiveDate>,
    /// All text blocks anew.
    pub texts: Option<Vec<QuoteText>>,
    /// A note that the customer does not read.
    pub comment: Option<Option<String>>,
    /// Its number in another program.
    pub external_reference: Option<Option<String>>,
    /// All lines anew.
    pub lines: Option<Vec<OfferedLine>>,
}

/// Changes a draft; prices are resolved anew.
#[derive(Clone, Debug)]
pub struct UpdateQuote {
    /// Which.
    pub id: QuoteId,
    /// The version that was read.
    pub version: i32,
    /// What.
    pub change: QuoteChange,
}

impl Action for UpdateQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for UpdateQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = held(tx, permit, self.id, Some(self.version)).await?;
        quote.by(QuoteMove::Update).map_err(Refusal::from)?;
        let (lines, trust, before) = match &self.change.lines {
            Some(lines) => (lines.clone(), Trust::Asked, Vec::new()),
            None => {
                let lines = lines_of_quote(tx, permit, quote.id).await?;
                let before = match self.change.customer_id {
                    Some(id) if id != quote.customer_id => {
                        lines.iter().map(|line| Before::asked(line.reasons())).collect()
                    }
                    _ => lines_before(tx, permit, &quote, &lines).await?,
                };
                (lines.iter().map(as_offered).collect(), Trust::LinesKept, before)
            }
        };
        let manager = manager_after(tx, permit, self.change.manager_id, quote.manager_id).await?;
        let draft = self.change.over(&quote, manager, lines);
        self.check_number(&quote, &draft)?;
        if draft.customer_id != quote.customer_id {
            catalog::share_living_customer(tx, permit, draft.customer_id).await?;
        }
        let place = Place::same(&quote);
        let (changed, lines) = prepare(tx, permit, place, &draft, (trust, &before)).await?;
        if changed.date != quote.date || changed.organization_id != quote.organization_id {
            check_date(tx, permit, changed.organization_id, changed.date).await?;
        }
        update_quote(tx, permit, &changed).await?;
        replace_quote_lines(tx, permit, quote.id, &lines).await?;
        let written = lock_quote(tx, permit, quote.id).await?;
        let kept = quote_facts(&written, &lines_of_quote(tx, permit, quote.id).await?);
        let kept = [kept.hash().to_owned()];
        // What was decided about other facts does not hold for these.
        approvals::void_requests(tx, permit, quote.id.0, (&kept, &[])).await?;
        tx.audit(AuditEntry::new(
            "updateQuote",
            "Quote",
            quote.id,
            json!({ "gross": [quote.gross, changed.totals.gross], "lines": lines.len(),
                    "customer": [quote.customer_id, changed.customer_id],
                    "date": [quote.date, changed.date],
                    "validUntil": [quote.valid_until, changed.valid_until] }),
        ));
        quote_changed(tx, &written);
        Ok(quote.id)
    }
}

impl UpdateQuote {
    /// A number is its organization's, and that of a later version was given to its customer.
    fn check_number(&self, quote: &Quote, draft: &QuoteDraft) -> Result<(), Refusal> {
        let is_seller = draft.organization_id == Some(quote.organization_id);
        let is_buyer = draft.customer_id == quote.customer_id;
        let is_free = quote.number.is_none() || (quote.revision == 1 && is_seller);
        if is_free || (is_seller && is_buyer) {
            return Ok(());
        }
        let field = match self.change.organization_id {
            Some(_) => "organizationId",
            None => "customerId",
        };
        Err(Refusal::new(
            RefusalCode::Invalid,
            "A quote with a number is of the same organization, and its later versions are for the same \
             customer: copy the quote.",
            "У предложения с номером та же организация, а у новой версии и тот же клиент: скопируйте \
             предложение.",
        )
        .at([field]))
    }
}

impl QuoteChange {
    /// The whole draft after the change.
    fn over(&self, quote: &Quote, manager: Option<UserId>, lines: Vec<OfferedLine>) -> QuoteDraft {
        let change = self.clone();
        let same_customer = change.customer_id.is_none_or(|id| id == quote.customer_id);
        let own = change.external_reference.unwrap_or_else(|| quote.external_reference.clone());
        QuoteDraft {
            customer_id: change.customer_id.unwrap_or(quote.customer_id),
            agreement_id: change
                .agreement_id
                .or_else(|| same_customer.then_some(quote.agreement_id)),
            organization_id: change.organization_id.or(Some(quote.organization_id)),
            manager_id: manager,
            date: Some(change.date.unwrap_or(quote.date)),
            valid_until: Some(change.valid_until.unwrap_or(quote.valid_until)),
            texts: change.texts.unwrap_or_else(|| quote.texts.0.clone()),
            comment: change.comment.unwrap_or_else(|| quote.comment.clone()),
            external_reference: own,
            lines,
        }
    }
}
