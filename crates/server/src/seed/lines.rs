//! What the orders hold: each product's month is shared out among the orders that ship in it.
//!
//! Top-down, because that is what makes ABC and XYZ worth looking at: a steady product sells the
//! same every month whoever buys it.

use chrono::{Datelike, NaiveDate};

use super::calendar::{Span, day_weight, shifted, trend_at};
use super::customers::Buyer;
use super::dice::Dice;
use super::orders::{Course, Want};
use super::products::{Appetite, Rhythm};
use super::profile::{Fate, Profile};

/// Orders hold no more lines than this from the months' shares.
const MOST_LINES: usize = 18;

/// What the orders are filled from.
pub(super) struct Shelves<'a> {
    pub(super) profile: &'a Profile,
    pub(super) span: &'a Span,
    pub(super) appetites: &'a [Appetite],
    pub(super) buyers: &'a [Buyer],
}

/// Gives every order its lines.
pub(super) fn fill(shelves: &Shelves<'_>, courses: &mut [Course], dice: &mut Dice) {
    let closing = sold_out_from(courses, shelves.span.today);
    share_out_months(shelves, courses, closing, dice);
    for course in courses.iter_mut() {
        match course.fate {
            Fate::Draft | Fate::Waiting | Fate::Cancelled => {
                let lines = dice.between(2, 6) as usize;
                browse(shelves, course, lines, dice);
            }
            Fate::Short => {
                let lines = dice.between(1, 3) as usize;
                miss(shelves, course, dice);
                browse(shelves, course, lines, dice);
            }
            Fate::Shipped | Fate::ShippedTwice | Fate::Part => {
                let least = if course.ships.len() + usize::from(course.fate == Fate::Part) > 1 {
                    2
                } else {
                    1
                };
                let missing = least - course.wants.len().min(least);
                browse(shelves, course, missing, dice);
            }
        }
        course.wants.sort_by_key(|want| want.product);
    }
}

/// From the day the first order went short, nobody gets the sold-out goods: otherwise a later order
/// would have been covered by a receipt that the waiting one never saw.
fn sold_out_from(courses: &[Course], today: NaiveDate) -> NaiveDate {
    courses
        .iter()
        .filter(|course| course.fate == Fate::Short)
        .map(|course| course.date)
        .min()
        .unwrap_or(today)
}

fn share_out_months(
    shelves: &Shelves<'_>,
    courses: &mut [Course],
    closing: NaiveDate,
    dice: &mut Dice,
) {
    let mut shipping: Vec<Vec<usize>> = vec![Vec::new(); shelves.span.months()];
    for (number, course) in courses.iter().enumerate() {
        if let Some(shipped) = course.ships.first() {
            shipping[shelves.span.month_of(*shipped)].push(number);
        }
    }
    for (product, appetite) in shelves.appetites.iter().enumerate() {
        for (month, orders) in shipping.iter().enumerate() {
            let quantity = sold_in(shelves, appetite, month, dice);
            let takers = takers(shelves, courses, orders, appetite, closing);
            if quantity > 0 {
                share_out(shelves, courses, &takers, product, quantity, dice);
            }
        }
    }
}

/// The orders of a month that may take a product.
fn takers(
    shelves: &Shelves<'_>,
    courses: &[Course],
    orders: &[usize],
    appetite: &Appetite,
    closing: NaiveDate,
) -> Vec<usize> {
    let is_open = |course: &Course| {
        appetite.is_kept_in(course.warehouse, shelves.profile)
            && (!appetite.sold_out || course.confirmed.is_some_and(|day| day < closing))
    };
    orders.iter().copied().filter(|number| is_open(&courses[*number])).collect()
}

fn share_out(
    shelves: &Shelves<'_>,
    courses: &mut [Course],
    takers: &[usize],
    product: usize,
    quantity: i64,
    dice: &mut Dice,
) {
    let appetite = &shelves.appetites[product];
    let weights: Vec<u64> = takers
        .iter()
        .map(|number| {
            let course = &courses[*number];
            let is_full = course.wants.len() >= MOST_LINES;
            if is_full { 0 } else { 1 + shelves.buyers[course.customer].size }
        })
        .collect();
    // In a quiet month fewer orders share the same quantity.
    let usual = shelves.profile.orders / shelves.span.months();
    let lines = (appetite.lines * takers.len() / usual.max(1)).max(1);
    let chosen = dice.weighted_distinct(&weights, lines);
    let parts: Vec<i64> =
        chosen.iter().map(|at| dice.between(500, 1_500) * (3 + weights[*at] as i64)).collect();
    let whole: i64 = parts.iter().sum();
    let mut left = appetite.sellable(quantity);
    for (place, (at, part)) in chosen.iter().zip(&parts).enumerate() {
        let is_last = place + 1 == chosen.len();
        let share = appetite.sellable(quantity * part / whole.max(1));
        let taken = if is_last { left } else { share.min(left) };
        if taken > 0 {
            courses[takers[*at]].wants.push(Want { product, quantity: taken });
            left -= taken;
        }
    }
}

/// What all customers together take of a product in a month, in thousandths.
fn sold_in(shelves: &Shelves<'_>, appetite: &Appetite, month: usize, dice: &mut Dice) -> i64 {
    let span = shelves.span;
    let middle = shifted(span.month_start(month), 14);
    let season = shelves.profile.season[middle.month0() as usize] as i64;
    let trend = trend_at(span, middle, shelves.profile.trend_per_mille) as i64;
    let per_mille = match appetite.rhythm {
        Rhythm::Steady => dice.between(950, 1_050),
        Rhythm::Moderate => (2_000 + season) * trend / 3_000 * dice.between(850, 1_150) / 1_000,
        Rhythm::Seasonal => season * trend / 1_000 * dice.between(850, 1_150) / 1_000,
        Rhythm::Sporadic => match (dice.chance(450), dice.between(1_100, 3_400)) {
            (true, size) => season * trend / 1_000 * size / 1_000,
            (false, _) => 0,
        },
    };
    if month < appetite.launched {
        return 0;
    }
    appetite.monthly * per_mille / 1_000 * elapsed_per_mille(shelves, month) / 1_000
}

/// How much of a month's business lies before the end of today.
fn elapsed_per_mille(shelves: &Shelves<'_>, month: usize) -> i64 {
    let span = shelves.span;
    if month + 1 < span.months() {
        return 1_000;
    }
    let weight = |day: NaiveDate| day_weight(span, day, &shelves.profile.season, 0);
    let start = span.month_start(month);
    let end = span.month_start(month + 1);
    let whole: u64 = start.iter_days().take_while(|day| *day < end).map(weight).sum();
    let passed: u64 = start.iter_days().take_while(|day| *day <= span.today).map(weight).sum();
    (passed * 1_000 / whole.max(1)) as i64
}

/// Adds lines of goods that are there, the usual ones more often.
fn browse(shelves: &Shelves<'_>, course: &mut Course, lines: usize, dice: &mut Dice) {
    let launched = |appetite: &Appetite| shelves.span.month_of(course.date) >= appetite.launched;
    let weights: Vec<u64> = shelves
        .appetites
        .iter()
        .enumerate()
        .map(|(product, appetite)| {
            let is_new = course.wants.iter().all(|want| want.product != product);
            let is_there = appetite.is_kept_in(course.warehouse, shelves.profile)
                && !appetite.sold_out
                && appetite.rhythm != Rhythm::Steady
                && launched(appetite);
            if is_new && is_there { 10_000 / (appetite.rank as u64 + 20) } else { 0 }
        })
        .collect();
    for product in dice.weighted_distinct(&weights, lines) {
        let usual = usual_line(&shelves.appetites[product]);
        let quantity = usual * dice.between(400, 1_200) / 1_000;
        let quantity = shelves.appetites[product].sellable(quantity);
        course.wants.push(Want { product, quantity });
    }
}

/// Adds some lines that the stock does not cover.
fn miss(shelves: &Shelves<'_>, course: &mut Course, dice: &mut Dice) {
    let weights: Vec<u64> = shelves
        .appetites
        .iter()
        .map(|appetite| {
            let is_kept = appetite.is_kept_in(course.warehouse, shelves.profile);
            u64::from(appetite.sold_out && is_kept)
        })
        .collect();
    let lines = dice.between(1, 3) as usize;
    for product in dice.weighted_distinct(&weights, lines) {
        let appetite = &shelves.appetites[product];
        let quantity = appetite.sellable(usual_line(appetite) * dice.between(900, 1_600) / 1_000);
        course.wants.push(Want { product, quantity });
    }
}

fn usual_line(appetite: &Appetite) -> i64 {
    appetite.monthly / appetite.lines.max(1) as i64
}
