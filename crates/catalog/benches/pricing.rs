//! What pricing costs: a document of 100 lines under 500 discount rules, and computing its
//! explanations again. It is a hard case: a line matches a hundred rules and more, and each of
//! them is a step of its explanation.

#![allow(clippy::unwrap_used, reason = "a bench that cannot run ends")]

use std::collections::HashSet;
use std::hint::black_box;

use catalog::pricing::{
    AgreementTerms, Combination, Derivation, DiscountRule, Holder, Leave, Line, PriceBook,
    PriceList, PriceRow, Rates, Record, Terms, Threshold, VatMode, price_document, recompute,
};
use criterion::{Criterion, criterion_group, criterion_main};
use kernel::{
    AgreementId, Currency, Decimal, DiscountRuleId, NaiveDate, Percent, PriceListId,
    PriceSegmentId, ProductGroupId, ProductId, Quantity, Rounding, RoundingDirection, Uuid,
};

const LINES: u128 = 100;
const RULES: u128 = 500;
const GROUPS: u128 = 40;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn rub() -> Currency {
    Currency::parse("RUB").unwrap()
}

fn percent(number: u128) -> Percent {
    Percent::new(Decimal::from(number % 20)).unwrap()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 15).unwrap()
}

/// Three lists, each derived from the one before it; six prices a product in the base list.
fn book() -> PriceBook {
    let lists = (0..3).map(|level: u128| PriceList {
        record: Record::new(id(1_000 + level), format!("List {level}")),
        currency: rub(),
        vat_mode: VatMode::Included,
        derived: (level > 0).then(|| Derivation {
            base: PriceListId(id(999 + level)),
            coefficient: Decimal::new(95, 2),
            rounding: Rounding::new(Decimal::new(5, 2), RoundingDirection::Nearest).ok(),
        }),
    });
    let rows = (0..LINES).flat_map(|product| {
        (0..6_u32).map(move |place| PriceRow {
            holder: Holder::List(PriceListId(id(1_000))),
            product: ProductId(id(product)),
            variant: None,
            packaging: None,
            min_quantity: Quantity::new(Decimal::from(place / 2 * 50)).unwrap(),
            valid_from: NaiveDate::from_ymd_opt(2026, place + 1, 1).unwrap(),
            price: Some(Decimal::from(1_000 + product)),
        })
    });
    PriceBook::new(lists, rows, Rates::new(rub(), []))
}

/// A fifth each for a product, a group, a segment, a sum, anything.
fn rule(number: u128) -> DiscountRule {
    let kind = number % 5;
    DiscountRule {
        id: DiscountRuleId(id(number)),
        name: format!("Rule {number}").into(),
        percent: percent(number),
        segment: (kind == 2).then(|| PriceSegmentId(id(number % 7))),
        product: (kind == 0).then(|| ProductId(id(number))),
        group: (kind == 1).then(|| ProductGroupId(id(number % GROUPS))),
        channel: None,
        threshold: match kind {
            3 => Threshold::DocumentSum(Decimal::from(number * 10_000), rub()),
            _ => Threshold::LineQuantity(Quantity::new(Decimal::from(number)).unwrap()),
        },
        valid_from: None,
        valid_to: None,
    }
}

fn terms() -> Terms {
    Terms {
        on: day(),
        currency: rub(),
        vat_mode: VatMode::Included,
        agreement: Some(AgreementTerms {
            id: AgreementId(id(1)),
            record: Record::new(id(1), "Main agreement"),
            currency: rub(),
            vat_mode: VatMode::Included,
            list: Some(PriceListId(id(1_002))),
            discount: percent(5),
        }),
        segment: Some(PriceSegmentId(id(3))),
        segment_list: None,
        default_list: Some(PriceListId(id(1_000))),
        channel: None,
        rules: (0..RULES).map(rule).collect(),
        combination: Combination::Best,
    }
}

fn line(number: u128) -> Line {
    Line {
        product: ProductId(id(number)),
        variant: None,
        groups: HashSet::from([ProductGroupId(id(number % GROUPS)), ProductGroupId(id(0))]),
        vat_rate: Some(percent(19)),
        packaging: None,
        quantity: Quantity::new(Decimal::from(number + 1)).unwrap(),
        manual: None,
        minimum_price: None,
        minimum_margin: None,
        cost: None,
    }
}

fn pricing(bench: &mut Criterion) {
    let (book, terms) = (book(), terms());
    let lines: Vec<Line> = (0..LINES).map(line).collect();
    let price = |lines| price_document(&book, &terms, Leave::KEPT, lines);
    bench.bench_function("100 lines, 500 rules", |b| b.iter(|| price(black_box(&lines))));
    bench.bench_function("1 line, 500 rules", |b| b.iter(|| price(black_box(&lines[..1]))));
    let without = Terms { rules: Vec::new(), ..terms.clone() };
    bench.bench_function("100 lines, no rules", |b| {
        b.iter(|| price_document(&book, &without, Leave::KEPT, black_box(&lines)));
    });
    let priced: Vec<_> = price(&lines).into_iter().map(|line| line.unwrap().explanation).collect();
    bench.bench_function("100 explanations computed again", |b| {
        b.iter(|| black_box(&priced).iter().filter(|it| recompute(it).is_ok()).count());
    });
}

criterion_group!(benches, pricing);
criterion_main!(benches);
