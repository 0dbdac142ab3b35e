//! Who pays what and when: mostly on time, some late, some in parts, some never.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use super::calendar::{Span, shifted, working_day_from};
use super::customers::{Buyer, Habit, Terms};
use super::dice::Dice;
use super::model::{Order, Payment, Shipment};
use super::orders::Course;
use super::profile::Profile;

/// Payments with their dates; none lies after today.
pub(super) type Receipts = Vec<(NaiveDate, Payment)>;

/// The payments for one order, given its shipments in time.
pub(super) fn settle(
    span: &Span,
    number: usize,
    order: &Order,
    course: &Course,
    buyer: &Buyer,
    shipments: &[(NaiveDate, Shipment)],
    dice: &mut Dice,
) -> Receipts {
    let mut money =
        Till { today: span.today, order: number, customer: order.customer, paid: vec![] };
    let total = order.total();
    let before = due_before_shipment(buyer.terms, total);
    if let Some(day) = course.prepaid {
        money.take(day, before);
    }
    let Some(days) = credit_days(buyer.terms) else { return money.paid };
    for (shipped, shipment) in shipments {
        let amount: Decimal = shipment
            .lines
            .iter()
            .map(|taken| order.lines[taken.line].amount_of(taken.quantity))
            .sum();
        let due = shifted(*shipped, i64::from(days));
        match course.paid_per_mille {
            Some(per_mille) => money.take(due, thousands(amount * Decimal::new(per_mille, 3))),
            None => pay_by_habit(&mut money, due, amount - before, buyer.habit, dice),
        }
    }
    money.paid
}

/// What must have been paid before the first shipment of an order.
///
/// A part is rounded up to the kopeck, so that it suffices however a step's share is rounded.
fn due_before_shipment(terms: Terms, total: Decimal) -> Decimal {
    match terms {
        Terms::Prepaid => total,
        Terms::ThirtySeventy => (total * Decimal::new(30, 2))
            .round_dp_with_strategy(2, RoundingStrategy::ToPositiveInfinity),
        Terms::Deferred(_) => Decimal::ZERO,
    }
}

fn credit_days(terms: Terms) -> Option<u16> {
    match terms {
        Terms::Prepaid => None,
        Terms::ThirtySeventy => Some(30),
        Terms::Deferred(days) => Some(days),
    }
}

fn pay_by_habit(money: &mut Till, due: NaiveDate, amount: Decimal, habit: Habit, dice: &mut Dice) {
    let delay = match habit {
        Habit::Punctual => dice.between(-3, 0),
        Habit::Late => dice.between(-4, 18),
        Habit::VeryLate => dice.between(8, 48),
    };
    let day = working_day_from(shifted(due, delay));
    let first = thousands(amount * Decimal::new(dice.between(400, 700), 3));
    if dice.chance(80) && first > Decimal::ZERO {
        money.take(day, first);
        money.take(working_day_from(shifted(day, dice.between(7, 30))), amount - first);
    } else {
        money.take(day, amount);
    }
}

/// A part as people pay it: in whole thousands.
fn thousands(amount: Decimal) -> Decimal {
    let thousand = Decimal::ONE_THOUSAND;
    (amount / thousand).floor() * thousand
}

/// Collects what has come in by today.
struct Till {
    today: NaiveDate,
    order: usize,
    customer: usize,
    paid: Receipts,
}

impl Till {
    fn take(&mut self, day: NaiveDate, amount: Decimal) {
        if day <= self.today && amount > Decimal::ZERO {
            let payment = Payment { customer: self.customer, order: Some(self.order), amount };
            self.paid.push((day, payment));
        }
    }
}

/// Money on account in the last three weeks from customers who always pay first.
pub(super) fn advances(
    profile: &Profile,
    span: &Span,
    buyers: &[Buyer],
    dice: &mut Dice,
) -> Receipts {
    let weights: Vec<u64> = buyers
        .iter()
        .map(|buyer| {
            let is_active = buyer.last_order == span.today;
            if is_active && buyer.terms == Terms::Prepaid { buyer.weight } else { 0 }
        })
        .collect();
    dice.weighted_distinct(&weights, profile.advances)
        .into_iter()
        .map(|customer| {
            let day = working_day_from(shifted(span.today, -dice.between(0, 20))).min(span.today);
            let amount = Decimal::from(dice.between(5, 60) * 5_000);
            (day, Payment { customer, order: None, amount })
        })
        .collect()
}
