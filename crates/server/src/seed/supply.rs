//! Buying: receipts that arrive in time for every order that stock is to cover.
//!
//! The future is known here, so a receipt covers what will be asked for in the weeks after it,
//! and a little more; sold-out goods are bought to the piece.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::calendar::{Span, is_working_day, shifted};
use super::dice::Dice;
use super::model::{Receipt, ReceiptLine};
use super::orders::Course;
use super::products::Appetite;
use super::profile::{Fate, Profile};

/// A supplier's lorry comes to a warehouse every sixth week.
const CYCLE_WEEKS: i64 = 6;

/// What one order wants of one product from one warehouse.
struct Demand {
    on: NaiveDate,
    quantity: i64,
    /// When a cancelled order gives it back.
    returned: Option<NaiveDate>,
    is_covered: bool,
}

type Deliveries = BTreeMap<(NaiveDate, usize, i64), BTreeMap<usize, i64>>;

/// All receipts with their dates, in order of date.
pub(super) fn buy(
    profile: &Profile,
    span: &Span,
    appetites: &[Appetite],
    courses: &[Course],
    dice: &mut Dice,
) -> Vec<(NaiveDate, Receipt)> {
    let mut deliveries = Deliveries::new();
    for ((warehouse, product), demands) in demands(appetites, courses) {
        let appetite = &appetites[product];
        for (on, quantity) in replenish(span, appetite, &demands, dice) {
            let day = delivery_day(span, on, warehouse, appetite.supplier_number);
            *deliveries
                .entry((day, warehouse, appetite.supplier_number))
                .or_default()
                .entry(product)
                .or_default() += quantity;
        }
    }
    deliveries
        .into_iter()
        .map(|((day, warehouse, _), goods)| {
            (day, receipt(profile, appetites, day, warehouse, goods, dice))
        })
        .collect()
}

/// Demands by warehouse and product, each in the order of confirmation.
fn demands(appetites: &[Appetite], courses: &[Course]) -> BTreeMap<(usize, usize), Vec<Demand>> {
    let mut demands: BTreeMap<(usize, usize), Vec<Demand>> = BTreeMap::new();
    for course in courses {
        let Some(on) = course.confirmed else { continue };
        for want in &course.wants {
            demands.entry((course.warehouse, want.product)).or_default().push(Demand {
                on,
                quantity: want.quantity,
                returned: course.cancelled,
                is_covered: course.fate != Fate::Short || !appetites[want.product].sold_out,
            });
        }
    }
    for list in demands.values_mut() {
        // Stable: orders of one day keep their numbers' order, as their events do.
        list.sort_by_key(|demand| demand.on);
    }
    demands
}

/// When goods are needed at the latest, and how many.
fn replenish(
    span: &Span,
    appetite: &Appetite,
    demands: &[Demand],
    dice: &mut Dice,
) -> Vec<(NaiveDate, i64)> {
    let horizon = if appetite.rank < 60 { 70 } else { 120 };
    let asked: i64 = demands.iter().map(|demand| demand.quantity).sum();
    let a_day = asked / (span.day_of(span.today) + 1);
    let mut arrivals = Vec::new();
    let mut available = 0;
    let mut returns: Vec<(NaiveDate, i64)> = Vec::new();
    for (at, demand) in demands.iter().enumerate() {
        // A cancellation of the same day comes after the day's confirmations.
        returns.retain(|(day, quantity)| {
            let is_back = *day < demand.on;
            available += if is_back { *quantity } else { 0 };
            !is_back
        });
        if demand.is_covered && available < demand.quantity {
            let until = shifted(demand.on, horizon);
            let mut wanted: i64 = demands[at..]
                .iter()
                .take_while(|later| later.on < until)
                .filter(|later| later.is_covered && later.returned.is_none())
                .map(|later| later.quantity)
                .sum();
            if !appetite.lean {
                wanted += a_day * (until - span.today).num_days().clamp(0, horizon);
            }
            if !appetite.sold_out {
                wanted = wanted * dice.between(1_030, 1_180) / 1_000;
            }
            let missing = wanted.max(demand.quantity) - available;
            let bought = (missing + appetite.step - 1) / appetite.step * appetite.step;
            available += bought;
            arrivals.push((demand.on, bought));
        }
        let taken = available.min(demand.quantity);
        available -= taken;
        returns.extend(demand.returned.map(|day| (day, taken)));
    }
    arrivals
}

/// The last visit of the supplier's lorry not after a date; the first day's stock before them all.
fn delivery_day(span: &Span, latest: NaiveDate, warehouse: usize, supplier: i64) -> NaiveDate {
    let slot = warehouse as i64 * 7 + supplier * 3;
    // Day 1 of the common era was a Monday, so this falls on Monday to Friday.
    let phase = slot % CYCLE_WEEKS * 7 + slot % 5;
    let days = i64::from(latest.num_days_from_ce()) - 1;
    let mut day = shifted(latest, -(days - phase).rem_euclid(CYCLE_WEEKS * 7));
    while !is_working_day(day) {
        day = shifted(day, -1);
    }
    day.max(span.first)
}

fn receipt(
    profile: &Profile,
    appetites: &[Appetite],
    day: NaiveDate,
    warehouse: usize,
    goods: BTreeMap<usize, i64>,
    dice: &mut Dice,
) -> Receipt {
    let supplier = goods.keys().next().map_or("", |product| appetites[*product].supplier);
    let lines = goods
        .into_iter()
        .map(|(product, quantity)| ReceiptLine {
            product,
            quantity: Decimal::new(quantity, 3),
            unit_cost: unit_cost(profile, &appetites[product], day, dice),
        })
        .collect();
    Receipt { warehouse, supplier, lines }
}

/// 60 to 80 % of the price without VAT; a little different each time.
fn unit_cost(profile: &Profile, appetite: &Appetite, day: NaiveDate, dice: &mut Dice) -> Decimal {
    let per_mille = appetite.cost_per_mille + dice.between(-15, 15);
    let kopecks = appetite.price_on(day) * 100 / (100 + profile.vat_rate) * per_mille / 1_000;
    Decimal::new(kopecks.max(1), 2)
}
