//! Prices the lines of a document: resolution, automatic discounts, what somebody typed, the
//! amount, and whose leave it needs.

use kernel::{Decimal, Factor, Money, Percent, Quantity, UnitPrice};

use super::book::Wanted;
use super::discounts::{ActiveRules, Circumstances, Discounted};
use super::explanation::{Explanation, PriceSource, Step, Summed, VERSION};
use super::leave::reasons;
use super::resolve::resolve;
use super::{Leave, Line, LineSum, PriceBook, PriceRefusal, PricedLine, Terms};

/// Prices all lines of a document, each by itself except for rules that look at the document's
/// sum; a line that gets no price adds nothing to it. Sums that rules look at are of resolved
/// prices (a typed one where there is none), before any discount: nobody reaches a threshold by
/// typing.
pub fn price_document(
    book: &PriceBook,
    terms: &Terms,
    leave: Leave,
    lines: &[Line],
) -> Vec<Result<PricedLine, PriceRefusal>> {
    let drafts: Vec<Result<Draft, PriceRefusal>> =
        lines.iter().map(|line| draft(book, terms, leave, line)).collect();
    let sum = drafts.iter().flatten().map(|draft| draft.sum).sum();
    let document = Circumstances {
        on: terms.on,
        currency: terms.currency,
        segment: terms.segment,
        channel: terms.channel,
        sum,
    };
    let rules = ActiveRules::new(&terms.rules, document, &book.rates);
    let finished = lines.iter().zip(drafts).map(|(line, draft)| {
        let priced = discount(line, draft?, terms, &rules)?;
        finish(book, terms, leave, line, priced)
    });
    finished.collect()
}

/// A line whose price is found, without its discount.
struct Draft {
    base_quantity: Quantity,
    resolved: Option<(PriceSource, UnitPrice)>,
    /// Only where it differs from the resolved one.
    typed: Option<UnitPrice>,
    sum: Decimal,
    steps: Vec<Step>,
}

/// A line with price and discount.
struct Discounting {
    draft: Draft,
    price: UnitPrice,
    discount: Percent,
    automatic: Percent,
    discount_is_manual: bool,
}

fn draft(
    book: &PriceBook,
    terms: &Terms,
    leave: Leave,
    line: &Line,
) -> Result<Draft, PriceRefusal> {
    let unit = line.unit();
    let base_quantity = unit.base_quantity(line.quantity).ok_or(PriceRefusal::TooLarge)?;
    let wanted = Wanted {
        product: line.product,
        variant: line.variant,
        packaging: line.packaging.as_ref(),
        quantity: base_quantity,
        on: terms.on,
    };
    let mut steps = Vec::with_capacity(8);
    let resolved = resolve(book, terms, wanted, line.vat_rate, &mut steps)?;
    let typed = line.manual.as_ref().and_then(|manual| manual.price);
    let typed = typed.filter(|typed| !resolved.is_some_and(|(_, own)| is_same(*typed, own)));
    if typed.is_some() && !leave.own_price {
        return Err(PriceRefusal::OwnPrice);
    }
    if typed.is_some_and(|typed| Money::unit_price(typed.amount).is_err()) {
        return Err(PriceRefusal::TooLarge);
    }
    let price = resolved.map(|(_, own)| own).or(typed).ok_or(PriceRefusal::NoPrice)?;
    let sum = price.line_amount(line.quantity, unit, Percent::ZERO);
    let sum = sum.ok_or(PriceRefusal::TooLarge)?;
    Ok(Draft { base_quantity, resolved, typed, sum, steps })
}

/// A typed price that is the source's own is no typed price, also where it was read per base unit
/// and comes back so.
fn is_same(typed: UnitPrice, own: UnitPrice) -> bool {
    let shown = own.per_base_unit().map(UnitPrice::base);
    typed == own
        || Some(typed) == shown
        || typed.compare_net(Percent::ZERO, own, Percent::ZERO).is_some_and(|order| order.is_eq())
}

fn discount(
    line: &Line,
    mut draft: Draft,
    terms: &Terms,
    rules: &ActiveRules<'_>,
) -> Result<Discounting, PriceRefusal> {
    let automatic = match draft.resolved {
        None => Percent::ZERO,
        Some((PriceSource::AgreementPrice, _)) => {
            draft.steps.push(Step::Net);
            Percent::ZERO
        }
        Some(_) => {
            let seen = Discounted {
                product: line.product,
                groups: &line.groups,
                quantity: draft.base_quantity,
                sum: draft.sum,
            };
            let agreement = terms.agreement.as_ref();
            let personal = agreement.map(|agreement| (&agreement.record, agreement.discount));
            rules.automatic(seen, personal, terms.combination, &mut draft.steps)?
        }
    };
    let own = draft.resolved.map(|(_, price)| price);
    let price = draft.typed.or(own).ok_or(PriceRefusal::NoPrice)?;
    let mut discount = automatic;
    let mut discount_is_manual = false;
    if let Some(manual) = &line.manual {
        if let Some(after) = draft.typed {
            draft.steps.push(Step::ManualPrice { by: manual.by.clone(), before: own, after });
            discount = Percent::ZERO;
            discount_is_manual = true;
        }
        // As with prices: the same as without typing is not typed.
        if let Some(after) = manual.discount.filter(|typed| *typed != discount) {
            let (by, before) = (manual.by.clone(), discount);
            draft.steps.push(Step::ManualDiscount { by, before, after });
            discount = after;
            discount_is_manual = true;
        }
    }
    Ok(Discounting { draft, price, discount, automatic, discount_is_manual })
}

fn finish(
    book: &PriceBook,
    terms: &Terms,
    leave: Leave,
    line: &Line,
    found: Discounting,
) -> Result<PricedLine, PriceRefusal> {
    let Discounting { draft, price, discount, automatic, discount_is_manual } = found;
    let Draft { base_quantity, resolved, typed, mut steps, .. } = draft;
    let unit = line.unit();
    let too_large = PriceRefusal::TooLarge;
    let amount = price.line_amount(line.quantity, unit, discount).ok_or(too_large.clone())?;
    let base_unit_price = price.per_base_unit().ok_or(too_large)?;
    let quantity = line.quantity;
    let summed = Summed { quantity, unit, price, base_unit_price, discount, amount };
    steps.push(Step::Summed(summed));
    let explanation = Explanation {
        version: VERSION,
        on: terms.on,
        currency: terms.currency,
        vat_mode: terms.vat_mode,
        steps,
    };
    let mut priced = PricedLine {
        base_quantity,
        resolved: resolved.map(|(_, price)| price),
        source: resolved.map(|(source, _)| source),
        price,
        base_unit_price,
        price_is_manual: typed.is_some(),
        discount,
        discount_is_manual,
        automatic_discount: automatic,
        sum: LineSum { amount, vat: terms.vat_mode.vat(amount, line.vat_rate) },
        reasons: Vec::new(),
        explanation,
    };
    priced.reasons = reasons(book, terms, leave, line, &priced)?;
    Ok(priced)
}

impl Line {
    /// How many base units the entered unit holds.
    fn unit(&self) -> Factor {
        self.packaging.as_ref().map_or(Factor::ONE, |packaging| packaging.factor)
    }
}
