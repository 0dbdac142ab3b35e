//! Why a line costs what it costs.

use ::catalog::pricing::{
    Combination, DiscountSource as Source, Explanation, PriceSource as Looked, Record, Step,
    VatMode,
};
use async_graphql::{Enum, ID, SimpleObject};
use kernel::Language;

use crate::ids::encode;
use crate::scalars::{CurrencyCode, Date, Decimal};

/// Where prices are looked for, in this order; the first source that holds one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::pricing::PriceSource")]
pub enum PriceSource {
    /// A fixed price in the agreement; no automatic discount falls on it.
    AgreementPrice,
    /// The agreement's price list.
    AgreementList,
    /// The list of the customer's price segment.
    SegmentList,
    /// The tenant's default list.
    DefaultList,
}

/// Where an automatic discount comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::pricing::DiscountSource")]
pub enum DiscountSource {
    /// The agreement's personal discount.
    Agreement,
    /// A discount rule.
    Rule,
}

/// What a step of a price explanation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PriceStepKind {
    /// A source was looked at and held no price.
    HeldNothing,
    /// A source held a price.
    Found,
    /// The price of a derived list: base price × coefficient.
    Derived,
    /// Rounded as the derived list says.
    Rounded,
    /// Converted into another currency.
    Converted,
    /// VAT was added or taken out.
    VatChanged,
    /// The price is net: automatic discounts were not looked at.
    Net,
    /// A discount that the line may have.
    DiscountMatched,
    /// What the discounts come to together.
    DiscountsCombined,
    /// Somebody typed a price.
    ManualPrice,
    /// Somebody typed a discount.
    ManualDiscount,
    /// The line's amount.
    Summed,
}

/// One step on the way to a line's price. Prices are per the unit of the step that found or typed
/// them.
#[derive(Clone, SimpleObject)]
pub struct PriceStep {
    /// What it did.
    kind: PriceStepKind,
    /// What it did, as a sentence in the language of `Accept-Language`.
    text: String,
    /// The same in English.
    english: String,
    /// The same in Russian.
    russian: String,
    /// The record that took part, as it was called then; null where none did.
    record_name: Option<String>,
    /// Its global id, for `node`; null where none took part.
    record_id: Option<ID>,
    /// The price before the step; null where it did not change one.
    before: Option<Decimal>,
    /// The price after the step, or the line's amount; null where it did not change one.
    after: Option<Decimal>,
    /// The discount the step is about, per cent.
    discount_percent: Option<Decimal>,
}

/// How a line's price came about, step by step, as it was when the line was priced: rules, names
/// and rates may have changed since.
#[derive(Clone, SimpleObject)]
pub struct PriceExplanation {
    /// The date it was priced for.
    priced_on: Date,
    /// The document's currency.
    currency: CurrencyCode,
    /// Whether the document's prices include VAT.
    prices_include_vat: bool,
    /// In the order they were made.
    steps: Vec<PriceStep>,
}

impl PriceExplanation {
    /// For a reader of one language.
    pub(crate) fn of(explanation: &Explanation, language: Language) -> Self {
        let steps = explanation.steps.iter().map(|step| PriceStep::of(step, language));
        Self {
            priced_on: explanation.on.into(),
            currency: explanation.currency.into(),
            prices_include_vat: explanation.vat_mode == VatMode::Included,
            steps: steps.collect(),
        }
    }
}

/// The parts of a step that programs read.
#[derive(Default)]
struct Parts {
    record: Option<(&'static str, Record)>,
    before: Option<kernel::Decimal>,
    after: Option<kernel::Decimal>,
    percent: Option<kernel::Decimal>,
}

impl PriceStep {
    fn of(step: &Step, language: Language) -> Self {
        let sentence = step.sentence();
        let (kind, parts) = taken_apart(step);
        let plain = |number: kernel::Decimal| Decimal(number.normalize());
        Self {
            kind,
            text: sentence.get(language).to_owned(),
            english: sentence.en,
            russian: sentence.ru,
            record_name: parts.record.as_ref().map(|(_, record)| record.name.to_string()),
            record_id: parts
                .record
                .filter(|(kind, _)| !kind.is_empty())
                .map(|(kind, record)| ID(encode(kind, record.id))),
            before: parts.before.map(plain),
            after: parts.after.map(plain),
            discount_percent: parts.percent.map(plain),
        }
    }
}

fn holder(source: Looked) -> &'static str {
    if source == Looked::AgreementPrice { "Agreement" } else { "PriceList" }
}

/// A person; partners' programs have no card here.
fn author(by: &Record) -> Option<(&'static str, Record)> {
    let kind = if &*by.name == "API" { "" } else { "User" };
    Some((kind, by.clone()))
}

fn taken_apart(step: &Step) -> (PriceStepKind, Parts) {
    use PriceStepKind as Kind;
    let moved = |before: kernel::Decimal, after: kernel::Decimal| Parts {
        before: Some(before),
        after: Some(after),
        ..Parts::default()
    };
    match step {
        Step::HeldNothing { source, record } => {
            let record = record.clone().map(|record| (holder(*source), record));
            (Kind::HeldNothing, Parts { record, ..Parts::default() })
        }
        Step::Found(found) => {
            let record = Some((holder(found.source), found.record.clone()));
            let after = Some(found.after.amount);
            (Kind::Found, Parts { record, after, ..Parts::default() })
        }
        Step::Derived { record, before, after, .. } => {
            let record = Some(("PriceList", record.clone()));
            (Kind::Derived, Parts { record, ..moved(*before, *after) })
        }
        Step::Rounded { before, after, .. } => (Kind::Rounded, moved(*before, *after)),
        Step::Converted { before, after, .. } => (Kind::Converted, moved(*before, *after)),
        Step::VatChanged { before, after, .. } => (Kind::VatChanged, moved(*before, *after)),
        Step::Net => (Kind::Net, Parts::default()),
        Step::Matched { source, record, percent } => {
            let kind = match source {
                Source::Agreement => "Agreement",
                Source::Rule => "DiscountRule",
            };
            let (record, percent) = (Some((kind, record.clone())), Some(percent.get()));
            (Kind::DiscountMatched, Parts { record, percent, ..Parts::default() })
        }
        Step::Combined { discount, .. } => {
            let percent = Some(discount.get());
            (Kind::DiscountsCombined, Parts { percent, ..Parts::default() })
        }
        Step::ManualPrice { by, before, after } => {
            let before = before.map(|price| price.amount);
            let (record, after) = (author(by), Some(after.amount));
            (Kind::ManualPrice, Parts { record, before, after, percent: None })
        }
        Step::ManualDiscount { by, after, .. } => {
            let (record, percent) = (author(by), Some(after.get()));
            (Kind::ManualDiscount, Parts { record, percent, ..Parts::default() })
        }
        Step::Summed(summed) => {
            let (after, percent) = (Some(summed.amount), Some(summed.discount.get()));
            (Kind::Summed, Parts { after, percent, ..Parts::default() })
        }
    }
}

/// How a tenant's automatic discounts combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DiscountCombination {
    /// The greatest counts alone.
    Best,
    /// They add up, to a cap.
    Sum,
}

impl From<Combination> for DiscountCombination {
    fn from(combination: Combination) -> Self {
        match combination {
            Combination::Best => Self::Best,
            Combination::Sum { .. } => Self::Sum,
        }
    }
}
