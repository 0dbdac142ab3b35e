//! The catalog: groups, products, prices, and how each product sells.

use super::calendar::Span;
use super::dice::Dice;
use super::model::{Group, ListPrice, Product};
use super::profile::Profile;
use super::words::{Branch, Good, Leaf};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The catalog and what only the generator knows of it.
pub(super) struct Assortment {
    pub(super) groups: Vec<Group>,
    pub(super) products: Vec<Product>,
    pub(super) prices: Vec<ListPrice>,
    /// One for each product, in the same order.
    pub(super) appetites: Vec<Appetite>,
}

/// How a product sells and is bought.
#[derive(Debug, Clone)]
pub(super) struct Appetite {
    /// Place by expected turnover, from 0.
    pub(super) rank: usize,
    /// Sold in a usual month, in thousandths of the unit.
    pub(super) monthly: i64,
    /// Order lines in a usual month.
    pub(super) lines: usize,
    /// The smallest quantity, in thousandths.
    pub(super) step: i64,
    pub(super) rhythm: Rhythm,
    /// The month of the history it first sold in.
    pub(super) launched: usize,
    /// Nothing is left of it today.
    pub(super) sold_out: bool,
    /// Not bought ahead of today, so that little is left.
    pub(super) lean: bool,
    pub(super) supplier: &'static str,
    /// Position of the supplier, for its delivery days.
    pub(super) supplier_number: i64,
    /// Unit cost as a share of the price without VAT.
    pub(super) cost_per_mille: i64,
    /// Kopecks with VAT before and from the price rise.
    pub(super) prices: [i64; 2],
    pub(super) rise_on: NaiveDate,
}

/// How evenly a product sells from month to month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    Steady,
    Moderate,
    Seasonal,
    Sporadic,
}

impl Appetite {
    /// The list price on a date, in kopecks with VAT.
    pub(super) fn price_on(&self, date: NaiveDate) -> i64 {
        self.prices[usize::from(date >= self.rise_on)]
    }

    /// Whether a warehouse keeps it.
    pub(super) fn is_kept_in(&self, warehouse: usize, profile: &Profile) -> bool {
        warehouse == 0 || self.rank < profile.stocked_everywhere
    }

    /// A quantity rounded to what can be sold, at least one step.
    pub(super) fn sellable(&self, quantity: i64) -> i64 {
        ((quantity + self.step / 2) / self.step).max(1) * self.step
    }
}

struct Kind {
    branch: usize,
    leaf: &'static Leaf,
    good: &'static Good,
    price: i64,
}

pub(super) fn assort(profile: &Profile, span: &Span, dice: &mut Dice) -> Assortment {
    let mut groups = Vec::new();
    let mut products = Vec::new();
    let mut kinds = Vec::new();
    for (branch, content) in profile.branches.iter().enumerate() {
        let parent = groups.len();
        groups.push(Group { name: content.name, parent: None });
        for leaf in content.leaves {
            let group = groups.len();
            groups.push(Group { name: leaf.name, parent: Some(parent) });
            add_leaf(profile, branch, group, leaf, &mut products, &mut kinds);
        }
    }
    let appetites = appetites(profile, span, &kinds, dice);
    let prices = price_rows(span, &appetites);
    Assortment { groups, products, prices, appetites }
}

fn add_leaf(
    profile: &Profile,
    branch: usize,
    group: usize,
    leaf: &'static Leaf,
    products: &mut Vec<Product>,
    kinds: &mut Vec<Kind>,
) {
    for (article, good) in leaf.goods.iter().enumerate() {
        for (size, (variant, roubles)) in good.variants.iter().enumerate() {
            products.push(Product {
                sku: format!("{}-{:02}{:02}", leaf.code, article + 1, size + 1),
                name: format!("{}, {variant}", good.name),
                group,
                unit: good.unit,
                vat_rate: Decimal::from(profile.vat_rate),
            });
            kinds.push(Kind { branch, leaf, good, price: roubles * 100 });
        }
    }
}

fn appetites(profile: &Profile, span: &Span, kinds: &[Kind], dice: &mut Dice) -> Vec<Appetite> {
    let ranks = ranks(kinds, dice);
    // Pareto: the share of turnover falls as 1 / rank, less steeply at the top of a wide range.
    let raw = |rank: usize| 1_000_000 / (rank + 2 + kinds.len() / 200) as u64;
    let whole: u64 = (0..kinds.len()).map(raw).sum();
    let rise_on = span.month_start(profile.months as usize * 13 / 24);
    kinds
        .iter()
        .zip(ranks)
        .map(|(kind, rank)| {
            let share_ppm = raw(rank) * 1_000_000 / whole;
            let first = rounded_price(kind.price * dice.between(970, 1_030) / 1_000);
            let then = rounded_price(first * dice.between(1_040, 1_095) / 1_000);
            let monthly = profile.turnover * share_ppm as i64 * 100 / 1_000 / first;
            let rhythm = rhythm(kind, monthly, dice);
            let sold_out = profile.sold_out.contains(&rank);
            let branch: &Branch = profile.branches[kind.branch];
            Appetite {
                rank,
                monthly,
                lines: 1 + (share_ppm / profile.share_per_line).isqrt() as usize,
                step: kind.good.step,
                rhythm,
                launched: launch_month(rank, span),
                sold_out,
                lean: sold_out || rank % profile.low_every == profile.low_every - 1,
                supplier: branch.supplier,
                supplier_number: kind.branch as i64,
                cost_per_mille: dice.between(620, 780),
                prices: [first, then],
                rise_on,
            }
        })
        .collect()
}

/// Places by expected turnover: chance, leaning on the weight of the group.
fn ranks(kinds: &[Kind], dice: &mut Dice) -> Vec<usize> {
    let mut scored: Vec<(i64, usize)> = kinds
        .iter()
        .enumerate()
        .map(|(product, kind)| (kind.leaf.weight as i64 * dice.between(150, 1_900), product))
        .collect();
    scored.sort_by_key(|(score, product)| (-score, *product));
    let mut ranks = vec![0; kinds.len()];
    for (rank, (_, product)) in scored.into_iter().enumerate() {
        ranks[product] = rank;
    }
    ranks
}

/// What sells by the handful cannot sell evenly; what goes outdoors follows the season.
fn rhythm(kind: &Kind, monthly: i64, dice: &mut Dice) -> Rhythm {
    let steps = monthly / kind.good.step;
    let roll = dice.below(1_000);
    match (kind.leaf.seasonal, steps) {
        (_, 0..=3) => Rhythm::Sporadic,
        (true, _) if roll < 650 => Rhythm::Seasonal,
        (true, _) if roll < 850 => Rhythm::Moderate,
        (false, 25..) if roll < 600 => Rhythm::Steady,
        (false, _) if roll < 820 => Rhythm::Moderate,
        _ => Rhythm::Sporadic,
    }
}

/// Some goods of the tail joined the range later.
fn launch_month(rank: usize, span: &Span) -> usize {
    if rank > 20 && rank % 31 == 30 { span.months() * 3 / 5 } else { 0 }
}

/// Prices as people set them: to 50 kopecks, a rouble or ten, by size. In kopecks.
fn rounded_price(kopecks: i64) -> i64 {
    let grain = match kopecks {
        ..20_000 => 50,
        20_000..200_000 => 100,
        _ => 1_000,
    };
    ((kopecks + grain / 2) / grain).max(1) * grain
}

fn price_rows(span: &Span, appetites: &[Appetite]) -> Vec<ListPrice> {
    let mut rows = Vec::with_capacity(appetites.len() * 2);
    for (product, appetite) in appetites.iter().enumerate() {
        for (valid_from, price) in [span.first, appetite.rise_on].into_iter().zip(appetite.prices) {
            rows.push(ListPrice { product, valid_from, price: Decimal::new(price, 2) });
        }
    }
    rows
}
