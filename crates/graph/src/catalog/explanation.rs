//! Why a line costs what it costs.

use std::sync::Arc;

use ::catalog::pricing::{
    Combination, DiscountSource as Source, Explanation, PriceSource as Looked, Record, Step,
    VatMode,
};
use async_graphql::{Context, Enum, ID, Object};

use crate::ids::encode;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;

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
///
/// It is told as far as it is asked for: a long document has hundreds of steps.
pub struct PriceStep {
    explanation: Arc<Explanation>,
    index: usize,
}

/// One step on the way to a line's price. Prices are per the unit of the step that found or typed
/// them.
#[Object]
impl PriceStep {
    /// What it did.
    async fn kind(&self) -> PriceStepKind {
        taken_apart(self.step()).0
    }

    /// What it did, as a sentence in the language of `Accept-Language`.
    async fn text(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        let language = Session::of(ctx)?.language();
        Ok(self.step().sentence().get(language).to_owned())
    }

    /// The same in English.
    async fn english(&self) -> String {
        self.step().sentence().en
    }

    /// The same in Russian.
    async fn russian(&self) -> String {
        self.step().sentence().ru
    }

    /// The record that took part, as it was called then; null where none did.
    async fn record_name(&self) -> Option<String> {
        self.parts().record.map(|(_, record)| record.name.to_string())
    }

    /// Its global id, for `node`; null where none took part.
    async fn record_id(&self) -> Option<ID> {
        let record = self.parts().record.filter(|(kind, _)| !kind.is_empty());
        record.map(|(kind, record)| ID(encode(kind, record.id)))
    }

    /// The price before the step; null where it did not change one.
    async fn before(&self) -> Option<Decimal> {
        self.parts().before.map(plain)
    }

    /// The price after the step, or the line's amount; null where it did not change one.
    async fn after(&self) -> Option<Decimal> {
        self.parts().after.map(plain)
    }

    /// The discount the step is about, per cent.
    async fn discount_percent(&self) -> Option<Decimal> {
        self.parts().percent.map(plain)
    }
}

impl PriceStep {
    fn step(&self) -> &Step {
        &self.explanation.steps[self.index]
    }

    fn parts(&self) -> Parts {
        taken_apart(self.step()).1
    }
}

fn plain(number: kernel::Decimal) -> Decimal {
    Decimal(number.normalize())
}

/// How a line's price came about, step by step, as it was when the line was priced: rules, names
/// and rates may have changed since.
pub struct PriceExplanation(Arc<Explanation>);

impl From<Arc<Explanation>> for PriceExplanation {
    fn from(explanation: Arc<Explanation>) -> Self {
        Self(explanation)
    }
}

/// How a line's price came about, step by step, as it was when the line was priced: rules, names
/// and rates may have changed since.
#[Object]
impl PriceExplanation {
    /// The date it was priced for.
    async fn priced_on(&self) -> Date {
        self.0.on.into()
    }

    /// The document's currency.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// Whether the document's prices include VAT.
    async fn prices_include_vat(&self) -> bool {
        self.0.vat_mode == VatMode::Included
    }

    /// In the order they were made.
    async fn steps(&self) -> Vec<PriceStep> {
        let step = |index| PriceStep { explanation: Arc::clone(&self.0), index };
        (0..self.0.steps.len()).map(step).collect()
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
