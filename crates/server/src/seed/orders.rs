//! When who orders, and what course each order takes.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::calendar::{Span, day_weight, shifted, working_day_from};
use super::customers::{Buyer, Terms};
use super::dice::Dice;
use super::profile::{Fate, Profile};

/// The newest orders are dated today, so that no screen of today is empty.
const TODAYS: usize = 5;

/// One order's way from draft to the last shipment, before it has prices.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) customer: usize,
    pub(super) warehouse: usize,
    pub(super) fate: Fate,
    pub(super) date: NaiveDate,
    pub(super) confirmed: Option<NaiveDate>,
    pub(super) cancelled: Option<NaiveDate>,
    /// When the money due before shipment came.
    pub(super) prepaid: Option<NaiveDate>,
    /// One date for each shipment.
    pub(super) ships: Vec<NaiveDate>,
    /// For a debtor's last order: how much of it is ever paid.
    pub(super) paid_per_mille: Option<i64>,
    pub(super) wants: Vec<Want>,
}

/// A line: a product and a quantity in thousandths of its unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Want {
    pub(super) product: usize,
    pub(super) quantity: i64,
}

/// All orders in order of their date, without lines yet.
pub(super) fn plan(
    profile: &Profile,
    span: &Span,
    buyers: &[Buyer],
    dice: &mut Dice,
) -> Vec<Course> {
    let dates = order_dates(profile, span, dice);
    let mut customers = customers_by_date(&dates, buyers, dice);
    let mut fates = fates(profile, dice);
    keep_parts_simple(&customers, buyers, &mut fates);
    let debts = place_debtors(profile, span, &dates, &mut customers, &mut fates);
    (0..dates.len())
        .map(|number| {
            let buyer = &buyers[customers[number]];
            let mut course = course(span, dates[number], fates[number], buyer, dice);
            course.customer = customers[number];
            course.paid_per_mille = debts[number];
            course
        })
        .collect()
}

/// Dates spread over the history by how busy each day is: one from each equal slice of business,
/// so that months differ by season and trend and little by chance.
fn order_dates(profile: &Profile, span: &Span, dice: &mut Dice) -> Vec<NaiveDate> {
    let mut busy_until = 0;
    let days: Vec<(u64, NaiveDate)> = span
        .days()
        .map(|day| {
            busy_until += day_weight(span, day, &profile.season, profile.trend_per_mille);
            (busy_until, day)
        })
        .collect();
    let orders = profile.orders as u64;
    let mut dates: Vec<NaiveDate> = (0..orders)
        .map(|number| {
            let place = (number * 1_000 + dice.below(1_000)) * busy_until / (orders * 1_000);
            let day = days.partition_point(|(until, _)| *until <= place);
            days.get(day).map_or(span.today, |(_, date)| *date)
        })
        .collect();
    let todays = dates.len().saturating_sub(TODAYS);
    dates[todays..].fill(span.today);
    dates
}

/// A customer for each date: the large ones often, nobody twice a day while others are left.
fn customers_by_date(dates: &[NaiveDate], buyers: &[Buyer], dice: &mut Dice) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::with_capacity(dates.len());
    for (number, date) in dates.iter().enumerate() {
        let same_day = dates[..number].iter().rev().take_while(|other| *other == date).count();
        let seen: BTreeSet<usize> = chosen[number - same_day..].iter().copied().collect();
        let weights: Vec<u64> = buyers
            .iter()
            .enumerate()
            .map(|(customer, buyer)| {
                let buys = (buyer.first_order..=buyer.last_order).contains(date);
                if buys && !seen.contains(&customer) { buyer.weight } else { 0 }
            })
            .collect();
        chosen.push(dice.weighted(&weights));
    }
    chosen
}

fn fates(profile: &Profile, dice: &mut Dice) -> Vec<Fate> {
    let past = profile.orders.saturating_sub(profile.recent.len());
    let mut fates: Vec<Fate> = (0..past)
        .map(|_| match dice.below(100) {
            0..4 => Fate::Cancelled,
            4..11 => Fate::ShippedTwice,
            _ => Fate::Shipped,
        })
        .collect();
    fates.extend(profile.recent.iter().rev());
    fates
}

/// How 30/70 falls on two shipments is the settlements' matter, not the demo's: such an order gives
/// its course to the nearest older one that is shipped at once.
fn keep_parts_simple(customers: &[usize], buyers: &[Buyer], fates: &mut [Fate]) {
    let is_simple = |number: usize| buyers[customers[number]].terms != Terms::ThirtySeventy;
    for number in (0..fates.len()).rev() {
        if !matches!(fates[number], Fate::Part | Fate::ShippedTwice) || is_simple(number) {
            continue;
        }
        let other =
            (0..number).rev().find(|other| fates[*other] == Fate::Shipped && is_simple(*other));
        if let Some(other) = other {
            fates.swap(number, other);
        }
    }
}

/// Gives each debtor the order nearest to where its debt should have begun; it buys nothing later.
fn place_debtors(
    profile: &Profile,
    span: &Span,
    dates: &[NaiveDate],
    customers: &mut [usize],
    fates: &mut [Fate],
) -> Vec<Option<i64>> {
    let past = profile.orders.saturating_sub(profile.recent.len());
    let mut debts = vec![None; dates.len()];
    for debtor in profile.debtors {
        // Two weeks of credit and about two days until the goods leave.
        let begun = shifted(span.today, -debtor.days_overdue - 16);
        let nearest = (0..past)
            .filter(|number| debts[*number].is_none())
            .min_by_key(|number| (dates[*number] - begun).num_days().abs());
        if let Some(number) = nearest {
            customers[number] = debtor.customer;
            fates[number] = Fate::Shipped;
            debts[number] = Some(debtor.paid_per_mille);
        }
    }
    debts
}

fn course(span: &Span, date: NaiveDate, fate: Fate, buyer: &Buyer, dice: &mut Dice) -> Course {
    let by_today = |day: NaiveDate| working_day_from(day).min(span.today);
    let later = if fate == Fate::Short { 0 } else { i64::from(dice.chance(200)) };
    let confirmed = by_today(shifted(date, later)).max(date);
    let paid = by_today(shifted(confirmed, dice.between(1, 4)));
    let pays_first = !matches!(buyer.terms, Terms::Deferred(_));
    let ready = if pays_first { paid } else { confirmed };
    let shipped = by_today(shifted(ready, *dice.pick(&[0, 1, 1, 2, 2, 3, 5])));
    let again = by_today(shifted(shipped, dice.between(2, 7)));
    let called_off = by_today(shifted(confirmed, dice.between(1, 6)));
    // An order that waits has mostly been paid for.
    let has_paid = match fate {
        Fate::Shipped | Fate::ShippedTwice | Fate::Part => true,
        Fate::Waiting => dice.chance(700),
        Fate::Draft | Fate::Short | Fate::Cancelled => false,
    };
    Course {
        customer: 0,
        warehouse: buyer.warehouse,
        fate,
        date,
        confirmed: (fate != Fate::Draft).then_some(confirmed),
        cancelled: (fate == Fate::Cancelled).then_some(called_off),
        prepaid: (pays_first && has_paid).then_some(paid),
        ships: match fate {
            Fate::Shipped | Fate::Part => vec![shipped],
            // The second one stays in the month, so that months keep their rhythm.
            Fate::ShippedTwice if span.month_of(again) == span.month_of(shipped) => {
                vec![shipped, again]
            }
            Fate::ShippedTwice => vec![shipped],
            Fate::Draft | Fate::Waiting | Fate::Short | Fate::Cancelled => Vec::new(),
        },
        paid_per_mille: None,
        wants: Vec::new(),
    }
}
