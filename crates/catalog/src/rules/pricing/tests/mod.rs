//! The rules of prices, tried as a document tries them.

mod cases;
mod explained;
mod properties;
mod worked;

use std::collections::HashSet;

use kernel::{
    AgreementId, Currency, Decimal, DiscountRuleId, NaiveDate, Percent, PriceListId, ProductId,
    Quantity, Rounding, RoundingDirection, UserId, Uuid,
};

use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn percent(text: &str) -> Percent {
    Percent::new(dec(text)).unwrap()
}

fn quantity(text: &str) -> Quantity {
    Quantity::new(dec(text)).unwrap()
}

fn rub() -> Currency {
    Currency::parse("RUB").unwrap()
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

/// The same ids every time, so that a failing case stays one.
fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

const BASE: u128 = 10;
const WHOLESALE: u128 = 11;
const PRODUCT: ProductId = ProductId(Uuid::from_u128(1));

fn list(number: u128, name: &str, derived: Option<Derivation>) -> PriceList {
    let record = Record::new(id(number), name);
    PriceList { record, currency: rub(), vat_mode: VatMode::Included, derived }
}

fn derived(base: u128, coefficient: &str, step: &str) -> Option<Derivation> {
    Some(Derivation {
        base: PriceListId(id(base)),
        coefficient: dec(coefficient),
        rounding: Rounding::new(dec(step), RoundingDirection::Nearest).ok(),
    })
}

fn row(holder: Holder, price: &str) -> PriceRow {
    PriceRow {
        holder,
        product: PRODUCT,
        variant: None,
        packaging: None,
        min_quantity: Quantity::ZERO,
        valid_from: day(1),
        price: Some(dec(price)),
    }
}

fn of_list(number: u128) -> Holder {
    Holder::List(PriceListId(id(number)))
}

fn of_agreement() -> Holder {
    Holder::Agreement(AgreementId(id(20)))
}

fn rule(number: u128, name: &str, off: &str) -> DiscountRule {
    DiscountRule {
        id: DiscountRuleId(id(number)),
        name: name.into(),
        percent: percent(off),
        segment: None,
        product: None,
        group: None,
        channel: None,
        threshold: Threshold::None,
        valid_from: None,
        valid_to: None,
    }
}

/// The book of the worked case: base 1 000.00, wholesale × 0.90 rounded to 1.00.
fn lists() -> Vec<PriceList> {
    vec![list(BASE, "Base", None), list(WHOLESALE, "Wholesale", derived(BASE, "0.90", "1"))]
}

fn book(rows: impl IntoIterator<Item = PriceRow>) -> PriceBook {
    PriceBook::new(lists(), rows, Rates::new(rub(), []))
}

/// The terms of the worked case.
fn terms() -> Terms {
    Terms {
        on: day(15),
        currency: rub(),
        vat_mode: VatMode::Included,
        agreement: Some(AgreementTerms {
            id: AgreementId(id(20)),
            record: Record::new(id(20), "Main agreement"),
            currency: rub(),
            vat_mode: VatMode::Included,
            list: Some(PriceListId(id(WHOLESALE))),
            discount: percent("5"),
        }),
        segment: None,
        segment_list: None,
        default_list: Some(PriceListId(id(BASE))),
        channel: None,
        rules: vec![DiscountRule {
            threshold: Threshold::LineQuantity(quantity("100")),
            ..rule(30, "From 100 pcs", "7")
        }],
        combination: Combination::Best,
    }
}

fn line(pieces: &str) -> Line {
    Line {
        product: PRODUCT,
        variant: None,
        groups: HashSet::new(),
        vat_rate: Some(percent("20")),
        packaging: None,
        quantity: quantity(pieces),
        manual: None,
        minimum_price: None,
        minimum_margin: None,
        cost: None,
    }
}

fn manual(price: Option<&str>, discount: Option<&str>) -> Option<Manual> {
    Some(Manual {
        by: Record::new(UserId(id(40)), "Anna"),
        price: price.map(|price| kernel::UnitPrice::base(dec(price))),
        discount: discount.map(percent),
    })
}

const SELLER: Leave = Leave { own_price: true, discount_limit: None, below_minimum: false };

fn up_to(limit: &str) -> Leave {
    Leave { discount_limit: Some(percent(limit)), ..SELLER }
}

fn one(
    book: &PriceBook,
    terms: &Terms,
    leave: Leave,
    line: Line,
) -> Result<PricedLine, PriceRefusal> {
    price_document(book, terms, leave, &[line]).remove(0)
}
