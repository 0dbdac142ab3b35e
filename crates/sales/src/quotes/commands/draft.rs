//! What a client writes of a quote, and what becomes of it: terms, prices, sums.

use std::collections::HashMap;

use access::Permit;
use catalog::Pricing;
use catalog::pricing::{LineSum, VatMode, totals};
use chrono::Days;
use db::{Outcome, TenantTx};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, NaiveDate, OrganizationId, ProductVariantId,
    QuoteId, Refusal, UserId, round_money,
};

use super::super::model::{Quote, QuoteLine, QuoteText};
use super::super::rules::{USUAL_DAYS, check_validity, texts};
use super::super::store::{NewQuote, NewQuoteLine, explanations, names_of_variants};
use crate::commands::{Before, Parties, People, Trust, Written, people, priced, terms};
use crate::quoting::{AskedLine, Costs, TypedPrice};
use crate::rules::{LineRule, at_line, external_reference, optional_text};

/// A quote as a client writes it.
#[derive(Clone, Debug)]
pub struct QuoteDraft {
    /// To whom it is offered.
    pub customer_id: CustomerId,
    /// On which terms; `None` is the customer's default agreement.
    pub agreement_id: Option<AgreementId>,
    /// Who sells; `None` is the agreement's organization, else the tenant's default one.
    pub organization_id: Option<OrganizationId>,
    /// Who is responsible; `None` is the customer's manager, or the caller where he sells to his
    /// own only.
    pub manager_id: Option<UserId>,
    /// The document's date; `None` is today.
    pub date: Option<NaiveDate>,
    /// The last day on which it can be accepted; `None` is 14 days after its date.
    pub valid_until: Option<NaiveDate>,
    /// What the customer reads beside the lines: at most 20 blocks.
    pub texts: Vec<QuoteText>,
    /// A note that he does not read.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
    /// 1 to 1,000 lines.
    pub lines: Vec<OfferedLine>,
}

/// A line as a client writes it.
#[derive(Clone, Debug)]
pub struct OfferedLine {
    /// What, how much of it, and a price of one's own where there is one.
    pub asked: AskedLine,
    /// Whether the customer may leave it out.
    pub is_optional: bool,
    /// What he reads beside it.
    pub note: Option<String>,
}

/// Which version a quote is that is being written.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) id: QuoteId,
    pub(super) root_id: QuoteId,
    pub(super) revision: i32,
    pub(super) number: Option<(String, i64, i32)>,
    /// The agreement it stood on before: another one must be in force.
    pub(super) under: Option<AgreementId>,
}

impl Place {
    /// The first version of a new quote.
    pub(super) fn first() -> Self {
        let id = QuoteId::new();
        Self { id, root_id: id, revision: 1, number: None, under: None }
    }

    /// A draft that is written anew.
    pub(super) fn same(quote: &Quote) -> Self {
        Self {
            id: quote.id,
            root_id: quote.root_id,
            revision: quote.revision,
            number: number_of(quote),
            under: Some(quote.agreement_id),
        }
    }

    /// The version after one that was offered.
    pub(super) fn next(quote: &Quote) -> Self {
        Self { id: QuoteId::new(), revision: quote.revision + 1, ..Self::same(quote) }
    }
}

fn number_of(quote: &Quote) -> Option<(String, i64, i32)> {
    Some((quote.number.clone()?, quote.number_sequence?, quote.number_year?))
}

/// A line as somebody once wrote it: what was typed stays, what was automatic is found anew.
pub(super) fn as_offered(line: &QuoteLine) -> OfferedLine {
    OfferedLine {
        asked: AskedLine {
            product_id: line.product_id,
            variant_id: line.variant_id,
            packaging_id: line.packaging_id,
            quantity: line.entered_quantity.unwrap_or(line.quantity),
            price: line.price_is_manual.then(|| TypedPrice::Kept(line.unit_price())),
            discount_percent: line.discount_is_manual.then_some(line.discount_percent.get()),
        },
        is_optional: line.is_optional,
        note: line.note.clone(),
    }
}

/// What the lines of a quote had, for the same customer.
pub(super) async fn lines_before<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
    lines: &[QuoteLine],
) -> Outcome<Vec<Before>> {
    let explained = explanations(tx, permit, quote.id).await?;
    let before = |line: &QuoteLine| Before::of(line.reasons(), explained.get(&line.id));
    Ok(lines.iter().map(before).collect())
}

/// Works a draft out: the header and lines to be written. `before` is what lines that are kept had, in
/// the order of the lines. The number of statements does not depend on the number
/// of lines.
pub(super) async fn prepare<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    place: Place,
    draft: &QuoteDraft,
    (trust, before): (Trust, &[Before]),
) -> Outcome<(NewQuote, Vec<NewQuoteLine>)> {
    let comment = optional_text("comment", draft.comment.as_deref())?;
    let external_reference = external_reference(draft.external_reference.as_deref())?;
    let texts = texts(&draft.texts)?;
    let parties = Parties {
        customer: draft.customer_id,
        agreement: draft.agreement_id,
        organization: draft.organization_id,
        manager: draft.manager_id,
    };
    let terms = terms(tx, permit, parties).await?;
    let date = draft.date.unwrap_or_else(|| tx.today());
    let usual = || date.checked_add_days(Days::new(USUAL_DAYS)).unwrap_or(date);
    let valid_until = draft.valid_until.unwrap_or_else(usual);
    check_validity(date, valid_until)?;
    if place.under != Some(terms.agreement_id) {
        terms.validity.check(date)?;
    }
    let People { manager_id, department_id, leave, by } =
        people(tx, permit, parties, &terms).await?;
    let leave = trust.leave(leave);
    let pricing = Pricing { terms: &terms, on: date, currency: terms.currency, leave };
    let asked: Vec<AskedLine> = draft.lines.iter().map(|line| line.asked.clone()).collect();
    let written = priced(tx, permit, (pricing, Costs::Shown), &by, (&asked, before)).await?;
    let lines = offered(tx, permit, (terms.currency, date), &draft.lines, written).await?;
    let mode = VatMode::of(terms.prices_include_vat);
    // Optional lines count once they are chosen.
    let sums = lines.iter().filter(|line| !line.is_optional);
    let sums =
        sums.map(|NewQuoteLine { line, .. }| LineSum { amount: line.amount, vat: line.vat_amount });
    let totals = totals(sums, mode).ok_or(LineRule::TooLarge).map_err(Refusal::from)?;
    let quote = NewQuote {
        id: place.id,
        root_id: place.root_id,
        revision: place.revision,
        number: place.number,
        date,
        valid_until,
        organization_id: terms.organization_id,
        customer_id: terms.customer_id,
        agreement_id: terms.agreement_id,
        agreement_version: terms.agreement_version,
        manager_id,
        department_id,
        region_id: terms.region_id,
        currency: terms.currency,
        prices_include_vat: terms.prices_include_vat,
        totals,
        texts,
        comment,
        external_reference,
    };
    Ok((quote, lines))
}

/// Priced lines with what the customer reads of them and what their goods cost.
async fn offered<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (currency, on): (Currency, NaiveDate),
    drafts: &[OfferedLine],
    written: Vec<Written>,
) -> Outcome<Vec<NewQuoteLine>> {
    let variants: Vec<ProductVariantId> =
        written.iter().filter_map(|one| one.line.variant_id).collect();
    let variants = names_of_variants(tx, permit, &variants).await?;
    let base = permit.scope().facts().base_currency;
    let in_currency = match base == currency {
        true => None,
        false => Some(catalog::rates_on(tx, permit, on).await?.conversion(base, currency, on)),
    };
    let cost_of = |one: &Written| -> Option<Decimal> {
        let of_all = one.cost?.checked_mul(one.line.quantity)?;
        match &in_currency {
            None => Some(round_money(of_all)),
            Some(rate) => rate.as_ref()?.apply(of_all).map(round_money),
        }
    };
    let mut lines = Vec::with_capacity(written.len());
    for (index, (draft, one)) in drafts.iter().zip(written).enumerate() {
        let note = optional_text("note", draft.note.as_deref());
        let note = note.map_err(|refusal| at_line(refusal, index, "note"))?;
        let name = called(&one.name, one.line.variant_id, &variants);
        let cost = cost_of(&one);
        lines.push(NewQuoteLine {
            line: one.line,
            name,
            note,
            is_optional: draft.is_optional,
            cost,
        });
    }
    Ok(lines)
}

/// What a line's goods are called: the product, and in which variant.
pub(crate) fn called(
    product: &str,
    variant: Option<ProductVariantId>,
    variants: &HashMap<ProductVariantId, String>,
) -> String {
    match variant.and_then(|id| variants.get(&id)) {
        Some(variant) if !variant.starts_with(product) => format!("{product}, {variant}"),
        Some(variant) => variant.clone(),
        None => product.to_owned(),
    }
}
