//! What a client sees of the quote that was sent to him, and his answer. Everything here takes the
//! quote from the link in the caller's scope: nothing that is sent names another one.

use access::{Action, LinkKind, Permit, Right};
use db::{AuditEntry, Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, Decimal, NaiveDate, QuoteId, QuoteLineId, Refusal, Rounding};
use serde_json::json;

use super::commands::{Acceptance, accept, decline, quote_changed};
use super::model::{Quote, QuoteLine, QuoteTexts};
use super::rules::{QuoteMove, QuoteState, check_valid_on};
use super::store::{hold_quote, lines_of_quote};
use crate::findings::Consent;
use crate::rules::{reason, short_text};

/// Seeing a quote through its link.
pub struct ReadByLink;
impl Action for ReadByLink {
    const RIGHT: Right = Right::QuoteAnswer;
}

/// A line as the client sees it.
#[derive(Clone, Debug)]
pub struct ClientLine {
    /// The line.
    pub id: QuoteLineId,
    /// What it is called.
    pub name: String,
    /// What is written beside it.
    pub note: Option<String>,
    /// How much, in `unit`.
    pub quantity: Decimal,
    /// The packaging it is offered in, else the base unit.
    pub unit: String,
    /// Before the discount, for one of `unit` or as near as four places come.
    pub price: Decimal,
    /// Percent of the price.
    pub discount_percent: Decimal,
    /// What it comes to.
    pub amount: Decimal,
    /// The rate of tax; `None` is "without VAT".
    pub vat_rate: Option<Decimal>,
    /// Whether he may leave it out.
    pub is_optional: bool,
    /// Whether he took it, where he has accepted.
    pub is_chosen: Option<bool>,
}

/// A quote as the client sees it.
#[derive(Clone, Debug)]
pub struct ClientQuote {
    /// As people call it.
    pub name: String,
    /// The document's date.
    pub date: NaiveDate,
    /// The last day on which it can be accepted.
    pub valid_until: NaiveDate,
    /// Where it stands; one whose last day is over has expired, whether or not anybody looked.
    pub state: QuoteState,
    /// Whether it can be answered now.
    pub is_open: bool,
    /// Who sells.
    pub seller: String,
    /// To whom it is offered.
    pub customer: String,
    /// The responsible manager.
    pub manager: Option<String>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Whether prices and line amounts include VAT.
    pub prices_include_vat: bool,
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// To pay; optional lines count once they are chosen.
    pub gross: Decimal,
    /// The text blocks.
    pub texts: QuoteTexts,
    /// Who answered, as he wrote it.
    pub answered_by: Option<String>,
    /// When, in the tenant's time zone.
    pub answered_on: Option<NaiveDate>,
    /// Why he declined.
    pub decline_reason: Option<String>,
    /// The lines, in their order.
    pub lines: Vec<ClientLine>,
}

#[derive(FromQueryResult)]
struct Names {
    seller: String,
    customer: String,
    manager: Option<String>,
}

/// The quote of the caller's link.
///
/// # Errors
/// Not found where the caller came without a link to a quote, or it was given up or taken back.
pub async fn quote_of_link(tx: &TenantTx, permit: &Permit<ReadByLink>) -> Outcome<ClientQuote> {
    let id = linked(permit)?;
    let sql = format!(
        "select {} from sales_quote q where q.tenant_id = $1 and q.id = $2",
        super::model::QUOTE_COLUMNS
    );
    let quote: Option<Quote> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    let quote = quote.filter(is_shown).ok_or(CommandError::NotFound)?;
    let lines = lines_of_quote(tx, permit, id).await?;
    let names = names(tx, permit, &quote).await?;
    let is_over = check_valid_on(quote.valid_until, tx.today()).is_err();
    let state = match quote.state {
        QuoteState::Sent if is_over => QuoteState::Expired,
        state => state,
    };
    let zone = permit.scope().facts().zone;
    Ok(ClientQuote {
        name: quote.name().unwrap_or_default(),
        date: quote.date,
        valid_until: quote.valid_until,
        state,
        is_open: state.by(QuoteMove::Decline).is_ok(),
        seller: names.seller,
        customer: names.customer,
        manager: names.manager,
        currency: quote.currency,
        prices_include_vat: quote.prices_include_vat,
        net: quote.net,
        vat: quote.vat,
        gross: quote.gross,
        texts: quote.texts,
        answered_by: quote.answered_by,
        answered_on: quote.answered_at.map(|at| at.with_timezone(&zone).date_naive()),
        decline_reason: quote.decline_reason,
        lines: lines.into_iter().map(shown).collect(),
    })
}

/// A draft was never offered, and what is given up is gone.
fn is_shown(quote: &Quote) -> bool {
    !matches!(quote.state, QuoteState::Draft | QuoteState::PendingApproval | QuoteState::Cancelled)
}

fn linked<A>(permit: &Permit<A>) -> Outcome<QuoteId> {
    let link = permit.scope().link().filter(|link| link.kind == LinkKind::Quote);
    Ok(link.ok_or(CommandError::NotFound)?.subject.into())
}

async fn names<A>(tx: &TenantTx, permit: &Permit<A>, quote: &Quote) -> Outcome<Names> {
    let sql = "
        select o.name as seller, c.name as customer, u.name as manager
        from organization_name_v o
        join customer_name_v c on c.tenant_id = o.tenant_id and c.id = $3
        left join user_name_v u on u.tenant_id = o.tenant_id and u.id = $4
        where o.tenant_id = $1 and o.id = $2";
    let values =
        values![permit.tenant(), quote.organization_id, quote.customer_id, quote.manager_id];
    tx.one(Sql::new(sql, values)).await?.ok_or(CommandError::NotFound)
}

fn shown(line: QuoteLine) -> ClientLine {
    let price = line.unit_price();
    let is_whole = line.packaging_id.is_none();
    let entered = line.entered_quantity.unwrap_or(line.quantity);
    // A price of another unit than the entered one is shown by what the line comes to.
    let factor = line.quantity.checked_div(entered).unwrap_or(Decimal::ONE);
    let per_base = price.per_base_unit().unwrap_or(price.amount);
    let of_unit = per_base.checked_mul(factor).and_then(|exact| Rounding::PRICE.apply(exact));
    let price = if is_whole { per_base } else { of_unit.unwrap_or(per_base) };
    ClientLine {
        id: line.id,
        name: line.name,
        note: line.note,
        quantity: entered,
        unit: line.entered_unit.unwrap_or(line.unit),
        price,
        discount_percent: line.discount_percent.get(),
        amount: line.amount,
        vat_rate: line.vat_rate.map(kernel::Percent::get),
        is_optional: line.is_optional,
        is_chosen: line.is_chosen,
    }
}

/// Accepts the quote of the caller's link.
#[derive(Clone, Debug)]
pub struct AcceptByLink {
    /// The optional lines that the client takes.
    pub chosen: Vec<QuoteLineId>,
    /// Who he says he is.
    pub by: Option<String>,
}

impl Action for AcceptByLink {
    const RIGHT: Right = Right::QuoteAnswer;
}

#[async_trait::async_trait]

impl Command for AcceptByLink {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = open_quote(tx, permit, QuoteMove::Accept).await?;
        let by = short_text("name", self.by.as_deref())?;
        let acceptance = Acceptance { chosen: &self.chosen, by, by_link: true };
        // What was offered is not asked about again.
        accept(tx, permit, &quote, acceptance, Consent::Decided).await?;
        Ok(quote.id)
    }
}

/// Declines the quote of the caller's link.
#[derive(Clone, Debug)]
pub struct DeclineByLink {
    /// Why.
    pub reason: String,
    /// Who he says he is.
    pub by: Option<String>,
}

impl Action for DeclineByLink {
    const RIGHT: Right = Right::QuoteAnswer;
}

#[async_trait::async_trait]

impl Command for DeclineByLink {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = open_quote(tx, permit, QuoteMove::Decline).await?;
        let by = short_text("name", self.by.as_deref())?;
        let reason = reason(&self.reason)?;
        decline(tx, permit, &quote, (true, by), reason.clone()).await?;
        tx.audit(AuditEntry::new(
            "declineQuote",
            "Quote",
            quote.id,
            json!({ "state": [quote.state, QuoteState::Declined], "reason": reason }),
        ));
        quote_changed(tx, &quote);
        Ok(quote.id)
    }
}

/// The quote of the caller's link under its lock, and its link under its own. Only what was offered
/// is answered here: a draft is nothing that a client knows of.
async fn open_quote<A>(tx: &TenantTx, permit: &Permit<A>, by: QuoteMove) -> Outcome<Quote> {
    let quote = hold_quote(tx, permit, linked(permit)?).await?;
    let quote = quote.filter(is_shown).ok_or(CommandError::NotFound)?;
    identity::use_link(tx, permit, LinkKind::Quote).await?;
    quote.by(by).map_err(Refusal::from)?;
    check_valid_on(quote.valid_until, tx.today())?;
    Ok(quote)
}
