//! The price explanation (domain, section 3): the steps that led to a line's price, kept with the
//! line. Each step holds what it did and with what, so that it is read, and computed again, from
//! itself alone, though rules, names and rates have changed since.

use kernel::{Currency, Decimal, Factor, NaiveDate, Percent, Quantity, Rounding, UnitPrice};
use serde::{Deserialize, Serialize};

use super::rates::Conversion;
use super::{Combination, Record, VatMode};

/// The shape of the steps. A change that old explanations cannot be read with takes a new number;
/// new kinds of steps and new optional fields do not.
pub const VERSION: u16 = 1;

/// Where prices are looked for, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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

/// What a price was found for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FoundFor {
    /// The variant asked for.
    Variant,
    /// The product in all its variants.
    Product,
}

/// Where an automatic discount comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DiscountSource {
    /// The agreement's personal discount.
    Agreement,
    /// A discount rule.
    Rule,
}

/// One step. Prices are per `per` base units (of the step that found or typed them) with four
/// places, except behind [`Step::Derived`], whose product is exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Step {
    /// A source was looked at and held no price.
    HeldNothing {
        /// Which source.
        source: PriceSource,
        /// The agreement or list; `None`: there is none.
        record: Option<Record>,
    },
    /// A source held a price.
    Found(Found),
    /// Became a price of a derived list.
    Derived {
        /// The derived list.
        record: Record,
        /// What the price is multiplied by.
        coefficient: Decimal,
        /// Before.
        before: Decimal,
        /// After, exact.
        after: Decimal,
    },
    /// Rounded as the derived list says.
    Rounded {
        /// Step and direction.
        rounding: Rounding,
        /// Before, exact.
        before: Decimal,
        /// After.
        after: Decimal,
    },
    /// Became a price in another currency, four places.
    Converted {
        /// The currencies and their rates.
        conversion: Conversion,
        /// Before.
        before: Decimal,
        /// After.
        after: Decimal,
    },
    /// VAT was added or taken out, four places.
    VatChanged {
        /// How the price stands to VAT from now on.
        to: VatMode,
        /// The product's rate.
        rate: Percent,
        /// Before.
        before: Decimal,
        /// After.
        after: Decimal,
    },
    /// The price is net: automatic discounts were not looked at.
    Net,
    /// A discount that the line may have.
    Matched {
        /// Where from.
        source: DiscountSource,
        /// The agreement or rule.
        record: Record,
        /// How much.
        percent: Percent,
    },
    /// What the discounts above come to together.
    Combined {
        /// How they combine.
        combination: Combination,
        /// Whose percentage it is where the best one counts alone.
        winner: Option<Record>,
        /// How much.
        discount: Percent,
    },
    /// Somebody typed a price; it replaces the automatic discount as well.
    ManualPrice {
        /// Who.
        by: Record,
        /// The resolved price; `None`: there was none.
        before: Option<UnitPrice>,
        /// The typed one.
        after: UnitPrice,
    },
    /// Somebody typed a discount; it replaces the automatic one.
    ManualDiscount {
        /// Who.
        by: Record,
        /// The discount until then.
        before: Percent,
        /// The typed one.
        after: Percent,
    },
    /// The line's amount.
    Summed(Summed),
}

/// The price that a source held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Which source.
    pub source: PriceSource,
    /// The agreement or base list that has the price itself.
    pub record: Record,
    /// What it is a price of.
    pub found_for: FoundFor,
    /// The packaging it is a price of; `None`: of the base unit.
    pub packaging: Option<Record>,
    /// The quantity break, in base units.
    pub min_quantity: Quantity,
    /// Since when it holds.
    pub valid_from: NaiveDate,
    /// Its currency.
    pub currency: Currency,
    /// How it stands to VAT.
    pub vat_mode: VatMode,
    /// The price and its unit.
    pub after: UnitPrice,
}

/// What a line comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summed {
    /// As entered.
    pub quantity: Quantity,
    /// How many base units the entered unit holds.
    pub unit: Factor,
    /// The price before the discount.
    pub price: UnitPrice,
    /// The same per base unit, four places.
    pub base_unit_price: Decimal,
    /// The discount.
    pub discount: Percent,
    /// round(quantity × price × (1 − discount/100), 2).
    pub amount: Decimal,
}

/// How a line's price came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The shape of the steps, see [`VERSION`].
    pub version: u16,
    /// The date it was priced for.
    pub on: NaiveDate,
    /// The document's currency.
    pub currency: Currency,
    /// How the document's prices stand to VAT.
    pub vat_mode: VatMode,
    /// In the order they were made.
    pub steps: Vec<Step>,
}

/// What somebody typed over the automatic price of a line, as its steps tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// 1 − net price / resolved price, in per cent, four places.
    pub off: Decimal,
    /// The automatic discount that stood there otherwise.
    pub automatic: Percent,
    /// The price before the discount.
    pub price: UnitPrice,
    /// The discount.
    pub discount: Percent,
}

impl Explanation {
    /// What was typed; `None`: nothing, or the steps do not tell.
    #[must_use]
    pub fn typed(&self) -> Option<Typed> {
        let mut automatic = Percent::ZERO;
        let mut resolved = None;
        let mut is_typed = false;
        let mut summed = None;
        for step in &self.steps {
            match step {
                Step::Combined { discount, .. } => automatic = *discount,
                Step::ManualPrice { before, .. } => (resolved, is_typed) = (*before, true),
                Step::ManualDiscount { .. } => is_typed = true,
                Step::Summed(sum) => summed = Some(sum),
                _ => {}
            }
        }
        let sum = summed.filter(|_| is_typed)?;
        let off = sum.price.off(sum.discount, resolved.unwrap_or(sum.price))?;
        Some(Typed { off, automatic, price: sum.price, discount: sum.discount })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;

    use super::*;

    fn percent(value: i64) -> Percent {
        Percent::new(Decimal::from(value)).unwrap()
    }

    fn combined(discount: i64) -> Step {
        let combination = Combination::Best;
        Step::Combined { combination, winner: None, discount: percent(discount) }
    }

    fn discount_of(before: i64, after: i64) -> Step {
        let by = Record::new(Uuid::nil(), "Anna");
        Step::ManualDiscount { by, before: percent(before), after: percent(after) }
    }

    fn price_of(before: Option<i64>, after: i64) -> Step {
        let by = Record::new(Uuid::nil(), "Anna");
        let price = |amount: i64| UnitPrice::base(Decimal::from(amount));
        Step::ManualPrice { by, before: before.map(price), after: price(after) }
    }

    #[test]
    fn steps_tell_what_was_typed() {
        for (steps, price, discount, told) in [
            (vec![], 100, 0, None),
            (vec![combined(30)], 100, 30, None),
            (vec![discount_of(0, 25)], 100, 25, Some((25, 0))),
            (vec![combined(30), discount_of(30, 29)], 100, 29, Some((29, 30))),
            (vec![combined(5), price_of(Some(100), 80)], 80, 0, Some((20, 5))),
            (vec![price_of(Some(100), 80), discount_of(0, 10)], 80, 10, Some((28, 0))),
            // Dearer than the list is nothing off; without a list there is nothing to measure by.
            (vec![price_of(Some(100), 120)], 120, 0, Some((0, 0))),
            (vec![price_of(None, 80), discount_of(0, 10)], 80, 10, Some((10, 0))),
        ] {
            let price = UnitPrice::base(Decimal::from(price));
            let summed = Step::Summed(Summed {
                quantity: Quantity::positive(Decimal::ONE).unwrap(),
                unit: Factor::ONE,
                price,
                base_unit_price: price.amount,
                discount: percent(discount),
                amount: price.amount,
            });
            let explanation = Explanation {
                version: VERSION,
                on: NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(),
                currency: Currency::parse("RUB").unwrap(),
                vat_mode: VatMode::Included,
                steps: steps.into_iter().chain([summed]).collect(),
            };
            let found = explanation.typed().map(|typed| (typed.off, typed.automatic));
            let told = told.map(|(off, automatic)| (Decimal::from(off), percent(automatic)));
            assert_eq!(found, told, "{explanation:?}");
        }
    }
}
