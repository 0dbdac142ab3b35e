//! Where a price comes from: the first source that holds one, and what its price goes through on
//! the way to the document (domain, section 3).

use kernel::{Currency, Decimal, Percent, PriceListId, Rounding, UnitPrice};

use super::book::{Derivation, Holder, PriceBook, PriceList, Wanted};
use super::explanation::{Found, FoundFor, PriceSource, Step};
use super::vat::change_vat;
use super::{PriceRefusal, Record, Terms, VatMode};

/// A price on its way to the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) price: UnitPrice,
    pub(super) currency: Currency,
    pub(super) vat_mode: VatMode,
}

/// Looks the sources through. `None`: all of them held nothing.
pub(super) fn resolve(
    book: &PriceBook,
    terms: &Terms,
    wanted: Wanted<'_>,
    vat_rate: Option<Percent>,
    steps: &mut Vec<Step>,
) -> Result<Option<(PriceSource, UnitPrice)>, PriceRefusal> {
    for source in [
        PriceSource::AgreementPrice,
        PriceSource::AgreementList,
        PriceSource::SegmentList,
        PriceSource::DefaultList,
    ] {
        let agreement = terms.agreement.as_ref();
        let found = match source {
            PriceSource::AgreementPrice => fixed_price(book, terms, wanted, steps),
            PriceSource::AgreementList => {
                list_price(book, source, agreement.and_then(|it| it.list), wanted, steps)?
            }
            PriceSource::SegmentList => {
                list_price(book, source, terms.segment_list, wanted, steps)?
            }
            PriceSource::DefaultList => {
                list_price(book, source, terms.default_list, wanted, steps)?
            }
        };
        if let Some(standing) = found {
            let standing = in_document(book, terms, standing, vat_rate, steps)?;
            return Ok(Some((source, standing.price)));
        }
    }
    Ok(None)
}

fn fixed_price(
    book: &PriceBook,
    terms: &Terms,
    wanted: Wanted<'_>,
    steps: &mut Vec<Step>,
) -> Option<Standing> {
    let source = PriceSource::AgreementPrice;
    let Some(agreement) = &terms.agreement else {
        steps.push(Step::HeldNothing { source, record: None });
        return None;
    };
    let record = &agreement.record;
    let holder = Holder::Agreement(agreement.id);
    let own = (agreement.currency, agreement.vat_mode);
    let found = find(book, holder, wanted, own, (source, record), steps);
    if found.is_none() {
        steps.push(Step::HeldNothing { source, record: Some(record.clone()) });
    }
    found
}

fn list_price(
    book: &PriceBook,
    source: PriceSource,
    list: Option<PriceListId>,
    wanted: Wanted<'_>,
    steps: &mut Vec<Step>,
) -> Result<Option<Standing>, PriceRefusal> {
    let Some(list) = list.and_then(|id| book.list(id)) else {
        steps.push(Step::HeldNothing { source, record: None });
        return Ok(None);
    };
    let chain = book.chain(list)?;
    // A chain begins with the list itself.
    let base = chain.last().copied().unwrap_or(list);
    let holder = Holder::List(PriceListId(base.record.id));
    let own = (base.currency, base.vat_mode);
    let Some(mut standing) = find(book, holder, wanted, own, (source, &base.record), steps) else {
        steps.push(Step::HeldNothing { source, record: Some(list.record.clone()) });
        return Ok(None);
    };
    for derived in chain.iter().rev().skip(1) {
        if let Some(derivation) = &derived.derived {
            standing = convert(book, standing, derived.currency, wanted.on, steps)?;
            standing.price.amount = derive(derived, derivation, standing.price.amount, steps)
                .ok_or(PriceRefusal::TooLarge)?;
        }
    }
    Ok(Some(standing))
}

/// The row that holds, as a step.
fn find(
    book: &PriceBook,
    holder: Holder,
    wanted: Wanted<'_>,
    (currency, vat_mode): (Currency, VatMode),
    (source, record): (PriceSource, &Record),
    steps: &mut Vec<Step>,
) -> Option<Standing> {
    let (row, amount) = book.find(holder, wanted)?;
    let packaging = row.packaging.as_ref();
    let per = packaging.map_or(kernel::Factor::ONE, |packaging| packaging.factor);
    let price = UnitPrice { amount, per };
    steps.push(Step::Found(Found {
        source,
        record: record.clone(),
        found_for: if row.variant.is_some() { FoundFor::Variant } else { FoundFor::Product },
        packaging: packaging.map(|it| Record::new(it.id, it.name.clone())),
        min_quantity: row.min_quantity,
        valid_from: row.valid_from,
        currency,
        vat_mode,
        after: price,
    }));
    Some(Standing { price, currency, vat_mode })
}

/// Base price × coefficient, rounded by the list's rule.
fn derive(
    list: &PriceList,
    derivation: &Derivation,
    before: Decimal,
    steps: &mut Vec<Step>,
) -> Option<Decimal> {
    let coefficient = derivation.coefficient;
    let exact = before.checked_mul(coefficient)?;
    let rounding = derivation.rounding.unwrap_or(Rounding::PRICE);
    let after = rounding.apply(exact)?;
    steps.push(Step::Derived { record: list.record.clone(), coefficient, before, after: exact });
    if derivation.rounding.is_some() || after != exact {
        steps.push(Step::Rounded { rounding, before: exact, after });
    }
    Some(after)
}

/// A price in the document's currency and VAT mode.
pub(super) fn in_document(
    book: &PriceBook,
    terms: &Terms,
    standing: Standing,
    vat_rate: Option<Percent>,
    steps: &mut Vec<Step>,
) -> Result<Standing, PriceRefusal> {
    let mut standing = convert(book, standing, terms.currency, terms.on, steps)?;
    let to = terms.vat_mode;
    if standing.vat_mode == to {
        return Ok(standing);
    }
    standing.vat_mode = to;
    // Without VAT there is nothing to put in or to take out.
    if let Some(rate) = vat_rate {
        let before = standing.price.amount;
        let after = change_vat(before, rate, to).ok_or(PriceRefusal::TooLarge)?;
        steps.push(Step::VatChanged { to, rate, before, after });
        standing.price.amount = after;
    }
    Ok(standing)
}

fn convert(
    book: &PriceBook,
    standing: Standing,
    to: Currency,
    on: kernel::NaiveDate,
    steps: &mut Vec<Step>,
) -> Result<Standing, PriceRefusal> {
    let from = standing.currency;
    if from == to {
        return Ok(standing);
    }
    let conversion = book.rates.conversion(from, to, on);
    let conversion = conversion.ok_or(PriceRefusal::NoRate { from, to, on })?;
    let before = standing.price.amount;
    let after = conversion.apply(before).and_then(|exact| Rounding::PRICE.apply(exact));
    let after = after.ok_or(PriceRefusal::TooLarge)?;
    steps.push(Step::Converted { conversion, before, after });
    let price = UnitPrice { amount: after, per: standing.price.per };
    Ok(Standing { price, currency: to, ..standing })
}
