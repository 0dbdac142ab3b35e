//! Discount rules, and what the automatic discounts of a line come to (domain, section 3).
//!
//! Sums of lines and documents are taken before any discount, so that a discount never depends on
//! itself. Rules are sorted by what they name (product, group, anything), so that a line looks at
//! those alone that may concern it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kernel::{
    Currency, Decimal, DiscountRuleId, NaiveDate, Percent, PriceSegmentId, ProductGroupId,
    ProductId, Quantity, SalesChannelId,
};
use serde::{Deserialize, Serialize};

use super::explanation::{DiscountSource, Step};
use super::rates::Rates;
use super::recompute::combined;
use super::{PriceRefusal, Record};

/// How a tenant's automatic discounts combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Combination {
    /// The greatest counts alone; the default.
    Best,
    /// They add up.
    Sum {
        /// To this much at most.
        cap: Percent,
    },
}

/// From where on a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// From the first piece.
    None,
    /// From a quantity of the line, in base units.
    LineQuantity(Quantity),
    /// From an amount of the line before discounts.
    LineSum(Decimal, Currency),
    /// From an amount of all lines before discounts.
    DocumentSum(Decimal, Currency),
}

/// A percentage off. What is `None` matches anything; all that is named must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountRule {
    /// Its id; among equal discounts the smaller one counts.
    pub id: DiscountRuleId,
    /// Its name.
    pub name: Arc<str>,
    /// How much.
    pub percent: Percent,
    /// For customers of this segment.
    pub segment: Option<PriceSegmentId>,
    /// For this product.
    pub product: Option<ProductId>,
    /// For products of this group and the groups below it.
    pub group: Option<ProductGroupId>,
    /// For documents of this channel.
    pub channel: Option<SalesChannelId>,
    /// From where on.
    pub threshold: Threshold,
    /// From this day on.
    pub valid_from: Option<NaiveDate>,
    /// To this day, itself included.
    pub valid_to: Option<NaiveDate>,
}

/// What rules see of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances {
    pub(super) on: NaiveDate,
    pub(super) currency: Currency,
    pub(super) segment: Option<PriceSegmentId>,
    pub(super) channel: Option<SalesChannelId>,
    /// Of all lines, before discounts.
    pub(super) sum: Decimal,
}

/// What rules see of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Discounted<'a> {
    pub(super) product: ProductId,
    /// Its group with all groups above it.
    pub(super) groups: &'a HashSet<ProductGroupId>,
    /// In base units.
    pub(super) quantity: Quantity,
    /// Before discounts.
    pub(super) sum: Decimal,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Scope {
    Product(ProductId),
    Group(ProductGroupId),
    Anything,
}

/// The rules that may hold in one document, by what they name.
pub(super) struct ActiveRules<'a> {
    /// With their places among all of them, the greatest first; a line's few need no comparing.
    by_scope: HashMap<Scope, Vec<(usize, &'a DiscountRule)>>,
    circumstances: Circumstances,
    rates: &'a Rates,
}

impl<'a> ActiveRules<'a> {
    pub(super) fn new(
        rules: &'a [DiscountRule],
        circumstances: Circumstances,
        rates: &'a Rates,
    ) -> Self {
        let active = rules
            .iter()
            .filter(|rule| rule.percent > Percent::ZERO && rule.holds_in(circumstances));
        let mut active: Vec<&DiscountRule> = active.collect();
        active.sort_by_key(|rule| (Reverse(rule.percent), rule.id));
        let mut by_scope: HashMap<Scope, Vec<(usize, &DiscountRule)>> = HashMap::new();
        for (place, rule) in active.into_iter().enumerate() {
            by_scope.entry(rule.scope()).or_default().push((place, rule));
        }
        Self { by_scope, circumstances, rates }
    }

    /// The rules that a line matches, the greatest first, among equals the smaller id.
    fn matching(&self, line: Discounted<'_>) -> Result<Vec<&'a DiscountRule>, PriceRefusal> {
        let groups = line.groups.iter().map(|group| Scope::Group(*group));
        let scopes = groups.chain([Scope::Product(line.product), Scope::Anything]);
        let mut found = Vec::new();
        for (place, rule) in scopes.filter_map(|scope| self.by_scope.get(&scope)).flatten() {
            let is_of_group = rule.group.is_none_or(|group| line.groups.contains(&group));
            if is_of_group && self.is_reached(rule.threshold, line)? {
                found.push((*place, *rule));
            }
        }
        found.sort_unstable_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, rule)| rule).collect())
    }

    fn is_reached(&self, threshold: Threshold, line: Discounted<'_>) -> Result<bool, PriceRefusal> {
        match threshold {
            Threshold::None => Ok(true),
            Threshold::LineQuantity(least) => Ok(line.quantity >= least),
            Threshold::LineSum(least, currency) => Ok(line.sum >= self.here(least, currency)?),
            Threshold::DocumentSum(least, currency) => {
                Ok(self.circumstances.sum >= self.here(least, currency)?)
            }
        }
    }

    /// A rule's sum in the document's currency.
    fn here(&self, amount: Decimal, currency: Currency) -> Result<Decimal, PriceRefusal> {
        let (to, on) = (self.circumstances.currency, self.circumstances.on);
        if currency == to {
            return Ok(amount);
        }
        let conversion = self.rates.conversion(currency, to, on);
        let conversion = conversion.ok_or(PriceRefusal::NoRate { from: currency, to, on })?;
        conversion.apply(amount).ok_or(PriceRefusal::TooLarge)
    }

    /// The automatic discount of a line: the agreement's personal one and the rules that match,
    /// combined. The greatest stands first, among equals the agreement's, then the smaller id.
    pub(super) fn automatic(
        &self,
        line: Discounted<'_>,
        personal: Option<(&Record, Percent)>,
        combination: Combination,
        steps: &mut Vec<Step>,
    ) -> Result<Percent, PriceRefusal> {
        let rules = self.matching(line)?;
        let mut found: Vec<_> = rules
            .iter()
            .map(|rule| {
                let record = Record::new(rule.id, rule.name.clone());
                (rule.percent, DiscountSource::Rule, record)
            })
            .collect();
        if let Some((agreement, percent)) = personal.filter(|it| it.1 > Percent::ZERO) {
            let place = rules.partition_point(|rule| rule.percent > percent);
            found.insert(place, (percent, DiscountSource::Agreement, agreement.clone()));
        }
        let Some((_, _, best)) = found.first() else { return Ok(Percent::ZERO) };
        let winner = (combination == Combination::Best).then(|| best.clone());
        let percents: Vec<Percent> = found.iter().map(|(percent, ..)| *percent).collect();
        let discount = combined(combination, &percents).ok_or(PriceRefusal::TooLarge)?;
        steps.reserve(found.len() + 4);
        steps.extend(found.into_iter().map(|(percent, source, record)| Step::Matched {
            source,
            record,
            percent,
        }));
        steps.push(Step::Combined { combination, winner, discount });
        Ok(discount)
    }
}

impl DiscountRule {
    fn scope(&self) -> Scope {
        match (self.product, self.group) {
            (Some(product), _) => Scope::Product(product),
            (None, Some(group)) => Scope::Group(group),
            (None, None) => Scope::Anything,
        }
    }

    /// What is the same for all lines of a document.
    fn holds_in(&self, document: Circumstances) -> bool {
        self.segment.is_none_or(|segment| document.segment == Some(segment))
            && self.channel.is_none_or(|channel| document.channel == Some(channel))
            && self.valid_from.is_none_or(|from| from <= document.on)
            && self.valid_to.is_none_or(|to| to >= document.on)
    }
}
