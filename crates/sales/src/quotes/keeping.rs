//! Lines of an order that keep the prices of the accepted quote they were made from (domain,
//! section 3). The explanation goes with them: the quote's steps, and the sum of what is ordered.

use std::collections::{HashMap, HashSet};

use access::Permit;
use catalog::pricing::{Explanation, VatMode};
use catalog::{Goods, Measured, Pricing};
use db::{CommandError, Fault, Outcome, TenantTx};
use kernel::{
    Factor, PackagingId, Percent, ProductId, QuoteId, QuoteLineId, Refusal, RefusalCode, Uuid,
};
use serde_json::json;

use super::model::{Quote, QuoteLine};
use super::rules::QuoteMove;
use super::store::{explanations, hold_quote, lines_of_quote};
use crate::commands::LineDraft;
use crate::kept_price::at_kept_price;
use crate::quoting::MOST_LINES;
use crate::rules::{LineRule, at_line, unknown};
use crate::store::NewLine;

/// Which quote an order's lines keep their prices from, and the order's own terms.
#[derive(Clone, Copy)]
pub(crate) struct KeptFrom<'a> {
    /// `None`: none of them may.
    pub(crate) quote: Option<QuoteId>,
    pub(crate) pricing: Pricing<'a>,
}

/// The lines that name one of the quote, with their places among all; what they cost is what was
/// offered. The number of statements does not depend on the number of lines.
pub(crate) async fn kept_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    from: KeptFrom<'_>,
    drafts: &[LineDraft],
) -> Outcome<Vec<(usize, NewLine)>> {
    let named = drafts.iter().enumerate();
    let named: Vec<(usize, &LineDraft, QuoteLineId)> =
        named.filter_map(|(place, draft)| Some((place, draft, draft.quote_line_id?))).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    if drafts.len() > MOST_LINES {
        return Err(Refusal::from(LineRule::TooMany { most: MOST_LINES }).into());
    }
    let no_line = |place: usize| {
        let (en, ru) = ("line of the order's quote", "строка предложения этого заказа");
        at_line(unknown("quoteLineId", en, ru), place, "quoteLineId")
    };
    let first = named.first().map_or(0, |(place, ..)| *place);
    let quote = from.quote.ok_or_else(|| no_line(first))?;
    let quote = hold_quote(tx, permit, quote).await?.ok_or_else(|| no_line(first))?;
    quote.by(QuoteMove::Order).map_err(Refusal::from)?;
    check_alike(&quote, from.pricing)?;
    let lines = lines_of_quote(tx, permit, quote.id).await?;
    let lines: HashMap<QuoteLineId, QuoteLine> =
        lines.into_iter().filter(QuoteLine::is_taken).map(|line| (line.id, line)).collect();
    let mut kept = Vec::with_capacity(named.len());
    for (place, draft, id) in named {
        let line = lines.get(&id).ok_or_else(|| no_line(place))?;
        check_own(place, draft, line)?;
        kept.push(Kept { place, draft, line });
    }
    written(tx, permit, from.pricing, &quote, kept).await
}

/// A line that keeps the price of a quote's line.
struct Kept<'a> {
    place: usize,
    draft: &'a LineDraft,
    line: &'a QuoteLine,
}

async fn written<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    pricing: Pricing<'_>,
    quote: &Quote,
    kept: Vec<Kept<'_>>,
) -> Outcome<Vec<(usize, NewLine)>> {
    let products: HashSet<ProductId> = kept.iter().map(|one| one.line.product_id).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let organization = pricing.terms.organization_id;
    let taxed = catalog::taxed_products(tx, permit, &products, organization, pricing.on).await?;
    let goods: Vec<Goods> = kept
        .iter()
        .map(|one| Goods { product: one.line.product_id, variant: one.line.variant_id })
        .collect();
    catalog::check_variants(tx, permit, |id| taxed.get(&id).map(|found| &found.card), &goods)
        .await?;
    let packed: Vec<PackagingId> = kept.iter().filter_map(|one| one.line.packaging_id).collect();
    let packed = catalog::take_packagings(tx, permit, &packed).await?;
    let named = taxed.values().map(|found| &found.card).collect();
    catalog::take_products(tx, permit, named).await?;
    let steps = explanations(tx, permit, quote.id).await?;
    let mode = VatMode::of(quote.prices_include_vat);
    let mut lines = Vec::with_capacity(kept.len());
    for Kept { place, draft, line } in kept {
        let product = taxed.get(&line.product_id).ok_or(CommandError::NotFound)?;
        if product.card.archived {
            return Err(at_line(archived(&product.card.name), place, "quoteLineId").into());
        }
        let measured =
            catalog::measured(&packed, line.product_id, line.packaging_id, draft.quantity)
                .map_err(|refusal| refusal.within(["lines".to_owned(), place.to_string()]))?;
        let unit = line.packaging_id.and_then(|id| packed.get(&id));
        let unit = unit.map_or(Factor::ONE, |packaging| packaging.factor);
        // Several lines of an order may keep the price of one.
        let explanation = steps.get(&line.id).cloned();
        let explanation =
            explanation.ok_or_else(|| Fault::broken("a quote's line without an explanation"))?;
        let new = keep(line, (&measured, unit), (product.vat_rate, mode), explanation);
        lines.push((place, new.ok_or_else(|| Refusal::from(LineRule::TooLarge))?));
    }
    Ok(lines)
}

/// A line of an order at the price of a quote's line; `None` where it comes to too much. The tax is
/// of the order's own day.
fn keep(
    line: &QuoteLine,
    measured: (&Measured, Factor),
    (vat_rate, mode): (Option<Percent>, VatMode),
    explanation: Explanation,
) -> Option<NewLine> {
    let offered = NewLine {
        id: Uuid::now_v7(),
        position: 0,
        product_id: line.product_id,
        variant_id: line.variant_id,
        unit: line.unit.clone(),
        quantity: line.quantity,
        packaging_id: None,
        entered_quantity: None,
        entered_unit: None,
        list_price: line.list_price,
        price: line.price,
        price_numerator: u32::try_from(line.price_numerator).unwrap_or(1),
        price_denominator: u32::try_from(line.price_denominator).unwrap_or(1),
        price_source: line.price_source,
        price_is_manual: line.price_is_manual,
        discount_percent: line.discount_percent,
        discount_source: line.discount_source,
        discount_is_manual: line.discount_is_manual,
        explanation,
        amount: line.amount,
        vat_rate,
        vat_amount: line.vat_amount,
        price_change_id: None,
        quote_line_id: Some(line.id),
        approval_reasons: None,
    };
    at_kept_price(offered, measured, mode)
}

/// What was offered holds for the customer and in the currency and the prices of the offer.
fn check_alike(quote: &Quote, pricing: Pricing<'_>) -> Result<(), Refusal> {
    let terms = pricing.terms;
    if terms.customer_id != quote.customer_id {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "The lines keep the prices of a quote for another customer.",
            "Строки хранят цены предложения другому клиенту.",
        )
        .at(["customerId"]));
    }
    if pricing.currency != quote.currency || terms.prices_include_vat != quote.prices_include_vat {
        return Err(Refusal::new(
            RefusalCode::CurrencyMismatch,
            "The order's terms have another currency, or stand otherwise to VAT, than the quote.",
            "У условий заказа другая валюта или другой учёт НДС, чем у предложения.",
        )
        .at(["agreementId"])
        .with(json!({ "quote": quote.currency, "order": pricing.currency })));
    }
    Ok(())
}

/// A line that keeps a price names the goods that were offered, and no price of its own.
fn check_own(place: usize, draft: &LineDraft, line: &QuoteLine) -> Result<(), Refusal> {
    let other = |field| {
        let (en, ru) =
            ("The quote's line offers other goods.", "В строке предложения другой товар.");
        Err(at_line(Refusal::new(RefusalCode::Invalid, en, ru), place, field))
    };
    if draft.product_id != line.product_id {
        return other("productId");
    }
    if draft.variant_id != line.variant_id {
        return other("variantId");
    }
    if draft.packaging_id != line.packaging_id {
        return other("packagingId");
    }
    let typed =
        [("price", draft.price.is_some()), ("discountPercent", draft.discount_percent.is_some())];
    if let Some((field, _)) = typed.into_iter().find(|(_, is_typed)| *is_typed) {
        let refusal = Refusal::new(
            RefusalCode::Invalid,
            "The line keeps the price of the quote: it has none of its own.",
            "Строка хранит цену предложения: своей цены у неё нет.",
        );
        return Err(at_line(refusal, place, field));
    }
    Ok(())
}

fn archived(name: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Archived,
        format!("{name} is archived."),
        format!("«{name}» в архиве."),
    )
}
