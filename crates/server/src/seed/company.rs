//! Puts a company together: catalog and customers first, then the history as events.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::calendar::Span;
use super::customers::{self, Buyer, Terms};
use super::dice::Dice;
use super::lines::{self, Shelves};
use super::model::{
    Company, CreditPolicy, Customer, Event, Order, OrderLine, Organization, Payment, Role,
    Shipment, ShipmentLine, User, What,
};
use super::orders::{self, Course};
use super::payments;
use super::products::{self, Appetite};
use super::profile::{Fate, Profile};
use super::{supply, tax_number};

/// A company with its history up to `today`.
pub(super) fn build(profile: &Profile, today: NaiveDate, seed: u64) -> Company {
    let span = Span::ending(today, profile.months);
    let stream = |part: u64| Dice::new(seed, profile.stream + part);
    let users = users(profile);
    let assortment = products::assort(profile, &span, &mut stream(1));
    let (mut customers, buyers) = customers::invite(profile, &span, &users, &mut stream(2));
    let mut courses = orders::plan(profile, &span, &buyers, &mut stream(3));
    let appetites = &assortment.appetites;
    let shelves = Shelves { profile, span: &span, appetites, buyers: &buyers };
    lines::fill(&shelves, &mut courses, &mut stream(4));
    let orders = write_orders(appetites, &buyers, &courses, &mut stream(5));
    let mut history = History::default();
    for (day, receipt) in supply::buy(profile, &span, appetites, &courses, &mut stream(6)) {
        history.add(day, What::Receive(receipt));
    }
    let mut dice = stream(7);
    for (number, (order, course)) in orders.iter().zip(&courses).enumerate() {
        let buyer = &buyers[course.customer];
        let shipments = shipments(number, order, course, appetites);
        let paid = payments::settle(&span, number, order, course, buyer, &shipments, &mut dice);
        history.follow(number, course, shipments, paid);
    }
    for (day, payment) in payments::advances(profile, &span, &buyers, &mut stream(8)) {
        history.add(day, What::Pay(payment));
    }
    let events = history.in_order();
    set_limits(profile, &mut customers, &buyers, &orders, &events);
    Company {
        slug: profile.slug,
        name: profile.name,
        currency: "RUB",
        departments: profile.departments.to_vec(),
        users,
        organizations: vec![organization(profile, &mut stream(9))],
        warehouses: profile.warehouses.to_vec(),
        groups: assortment.groups,
        products: assortment.products,
        prices: assortment.prices,
        customers,
        orders,
        events,
    }
}

fn users(profile: &Profile) -> Vec<User> {
    let mut managers = 0;
    profile
        .staff
        .iter()
        .map(|person| {
            managers += i32::from(person.role == Role::Manager);
            let number = if person.role == Role::Manager && managers > 1 {
                managers.to_string()
            } else {
                String::new()
            };
            User {
                email: format!("{}{number}@{}.example", person.role.code(), profile.slug),
                name: person.name,
                role: person.role,
                department: person.department,
            }
        })
        .collect()
}

fn organization(profile: &Profile, dice: &mut Dice) -> Organization {
    let firm = &profile.organization;
    Organization {
        name: firm.name,
        inn: tax_number::inn_of_company(firm.tax_code, dice),
        kpp: tax_number::kpp(firm.tax_code),
        address: firm.address,
    }
}

fn write_orders(
    appetites: &[Appetite],
    buyers: &[Buyer],
    courses: &[Course],
    dice: &mut Dice,
) -> Vec<Order> {
    courses
        .iter()
        .map(|course| Order {
            customer: course.customer,
            warehouse: course.warehouse,
            date: course.date,
            lines: course
                .wants
                .iter()
                .map(|want| {
                    let usual = buyers[course.customer].discount;
                    let more = if dice.chance(60) { *dice.pick(&[2, 3, 5]) } else { 0 };
                    OrderLine {
                        product: want.product,
                        quantity: Decimal::new(want.quantity, 3),
                        price: Decimal::new(appetites[want.product].price_on(course.date), 2),
                        discount: Decimal::from(usual + more),
                    }
                })
                .collect(),
        })
        .collect()
}

/// Events as they are found.
#[derive(Default)]
struct History(Vec<Event>);

impl History {
    fn add(&mut self, on: NaiveDate, what: What) {
        self.0.push(Event { on, what });
    }

    /// Everything that happens to one order.
    fn follow(
        &mut self,
        order: usize,
        course: &Course,
        shipments: Vec<(NaiveDate, Shipment)>,
        paid: Vec<(NaiveDate, Payment)>,
    ) {
        self.add(course.date, What::Draft { order });
        if let Some(day) = course.confirmed {
            self.add(day, What::Confirm { order });
        }
        for (day, payment) in paid {
            self.add(day, What::Pay(payment));
        }
        for (day, shipment) in shipments {
            self.add(day, What::Ship(shipment));
        }
        if let Some(day) = course.cancelled {
            self.add(day, What::Cancel { order });
        }
    }

    /// By date; within a day goods and drafts come first and cancellations last, so that each step
    /// finds what it needs.
    fn in_order(mut self) -> Vec<Event> {
        let place = |what: &What| match what {
            What::Receive(_) => 0,
            What::Draft { .. } => 1,
            What::Confirm { .. } => 2,
            What::Pay(_) => 3,
            What::Ship(_) => 4,
            What::Cancel { .. } => 5,
        };
        self.0.sort_by_key(|event| (event.on, place(&event.what)));
        self.0
    }
}

/// The shipments of an order with their dates: all of it, or the lines in two parts, of which the
/// second may still be waiting.
fn shipments(
    number: usize,
    order: &Order,
    course: &Course,
    appetites: &[Appetite],
) -> Vec<(NaiveDate, Shipment)> {
    let whole = order
        .lines
        .iter()
        .enumerate()
        .map(|(line, content)| ShipmentLine { line, quantity: content.quantity })
        .collect();
    let in_parts = course.fate == Fate::Part || course.ships.len() > 1;
    let parts = if in_parts { two_parts(order, appetites) } else { vec![whole] };
    course
        .ships
        .iter()
        .zip(parts)
        .map(|(day, lines)| (*day, Shipment { order: number, lines }))
        .collect()
}

/// Every other line goes later, and of the first one a half.
fn two_parts(order: &Order, appetites: &[Appetite]) -> Vec<Vec<ShipmentLine>> {
    let (mut now, mut later) = (Vec::new(), Vec::new());
    for (line, content) in order.lines.iter().enumerate() {
        let at_once = match line {
            0 => half_of(content, appetites[content.product].step),
            _ if line % 2 == 1 => Decimal::ZERO,
            _ => content.quantity,
        };
        let rest = content.quantity - at_once;
        let of = |quantity| ShipmentLine { line, quantity };
        now.extend((!at_once.is_zero()).then(|| of(at_once)));
        later.extend((!rest.is_zero()).then(|| of(rest)));
    }
    vec![now, later]
}

/// About half of a line in whole steps, such that the rounded amounts of both parts add up to the
/// line's; all of it where no such part exists.
fn half_of(line: &OrderLine, step: i64) -> Decimal {
    let step = Decimal::new(step, 3);
    let mut part = (line.quantity / step / Decimal::TWO).floor() * step;
    while part > Decimal::ZERO {
        if line.amount_of(part) + line.amount_of(line.quantity - part) == line.amount() {
            return part;
        }
        part -= step;
    }
    line.quantity
}

/// Limits that fit what each customer has owed at its worst, except for debtors, who are over.
fn set_limits(
    profile: &Profile,
    customers: &mut [Customer],
    buyers: &[Buyer],
    orders: &[Order],
    events: &[Event],
) {
    let mut owed = vec![Decimal::ZERO; customers.len()];
    let mut worst = owed.clone();
    for event in events {
        let (customer, change) = match &event.what {
            What::Confirm { order } => (orders[*order].customer, orders[*order].total()),
            What::Cancel { order } => (orders[*order].customer, -orders[*order].total()),
            What::Pay(payment) => (payment.customer, -payment.amount),
            What::Receive(_) | What::Draft { .. } | What::Ship(_) => continue,
        };
        owed[customer] += change;
        worst[customer] = worst[customer].max(owed[customer]);
    }
    let round = Decimal::from(50_000);
    for (number, customer) in customers.iter_mut().enumerate() {
        let is_debtor = profile.debtors.iter().any(|debtor| debtor.customer == number);
        if buyers[number].terms == Terms::Prepaid {
            customer.agreement.credit_policy = CreditPolicy::Block;
        } else if is_debtor {
            let part = owed[number] * Decimal::new(8, 1) / round;
            customer.credit_limit = part.floor() * round;
        } else {
            let room = worst[number] * Decimal::new(11, 1) / round;
            customer.credit_limit = (room.floor() + Decimal::TWO) * round;
        }
    }
}
