//! What must hold of the demo on whatever day it is built.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use kernel::Decimal;

use super::*;

use self::ledger::Lot;

mod figures;
mod ledger;

/// An ordinary Monday, a Sunday, holidays, ends and beginnings of months and years, a leap day.
const TODAYS: [(i32, u32, u32); 7] = [
    (2026, 11, 23),
    (2026, 11, 22),
    (2027, 1, 1),
    (2027, 1, 8),
    (2027, 3, 31),
    (2027, 8, 1),
    (2028, 2, 29),
];

fn day((year, month, day): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

static DEMOS: LazyLock<Vec<(NaiveDate, Vec<Company>)>> = LazyLock::new(|| {
    (0..120)
        .map(|n| day(TODAYS[0]) + chrono::Days::new(n * 6 + n % 2))
        .map(|today| (today, generate(today, DEMO_SEED)))
        .collect()
});

fn each_company(check: impl Fn(NaiveDate, &Company)) {
    for (today, companies) in DEMOS.iter() {
        companies.iter().for_each(|company| check(*today, company));
    }
}

fn number_of<'a, T>(items: impl IntoIterator<Item = &'a T>, is_one: impl Fn(&T) -> bool) -> usize
where
    T: 'a,
{
    items.into_iter().filter(|item| is_one(item)).count()
}

#[test]
fn the_same_day_and_seed_give_the_same_demo() {
    let today = day(TODAYS[0]);
    assert_eq!(generate(today, DEMO_SEED), generate(today, DEMO_SEED));
    assert_ne!(generate(today, DEMO_SEED), generate(today, DEMO_SEED + 1));
}

#[test]
fn each_company_is_as_large_as_promised() {
    each_company(|_, company| {
        let sizes = (
            company.warehouses.len(),
            company.departments.len(),
            company.customers.len(),
            company.orders.len(),
            number_of(&company.users, |user| user.role == Role::Manager),
            company.customers.iter().map(|customer| customer.region).collect::<BTreeSet<_>>().len(),
        );
        match company.slug {
            "vostok" => {
                assert_eq!(sizes, (3, 2, 200, 1_500, 5, 6));
                assert!((290..=310).contains(&company.products.len()));
            }
            _ => {
                assert_eq!(sizes, (1, 1, 40, 250, 2, 3));
                assert!((55..=70).contains(&company.products.len()));
            }
        }
    });
}

#[test]
fn everybody_can_sign_in_under_the_promised_address() {
    for company in generate(day(TODAYS[0]), DEMO_SEED) {
        let addresses: Vec<&str> =
            company.users.iter().map(|user| user.email.split('@').next().unwrap()).collect();
        let managers: &[&str] = match company.slug {
            "vostok" => &["manager", "manager2", "manager3", "manager4", "manager5"],
            _ => &["manager", "manager2"],
        };
        for name in ["director", "warehouse", "accounting", "admin"].iter().chain(managers) {
            assert_eq!(number_of(&addresses, |address| address == name), 1, "{name}");
        }
        let host = format!("@{}.example", company.slug);
        assert!(company.users.iter().all(|user| user.email.ends_with(&host)));
    }
}

#[test]
fn events_come_in_order_and_none_lies_in_the_future() {
    each_company(|today, company| {
        assert!(company.events.is_sorted_by_key(|event| event.on));
        assert!(company.orders.is_sorted_by_key(|order| order.date));
        let first = company.prices.iter().map(|row| row.valid_from).min().unwrap();
        assert!(company.events.iter().all(|event| (first..=today).contains(&event.on)));
        assert_eq!(company.orders.last().unwrap().date, today);
    });
}

#[test]
fn stock_money_and_terms_agree_at_every_event() {
    each_company(|today, company| {
        // The replay itself refuses negative stock, unreserved shipments and unpaid prepayments.
        let ledger = ledger::replay(company);
        for (order, content) in company.orders.iter().enumerate() {
            for line in 0..content.lines.len() {
                if ledger.shipped.contains_key(&(order, line)) {
                    let is_covered = !ledger.short.contains_key(&(order, line));
                    assert!(is_covered, "order {order} of {} ships short goods", company.slug);
                }
            }
        }
        let short: BTreeSet<usize> = ledger.short.keys().map(|(order, _)| *order).collect();
        assert!(short.iter().all(|order| (today - company.orders[*order].date).num_days() < 45));
        assert!(short.len() >= 2, "{today} {}: {short:?}", company.slug);
    });
}

#[test]
fn no_receipt_passes_by_an_order_that_waits_for_the_goods() {
    each_company(|_, company| {
        let ledger = ledger::replay(company);
        for (order, line) in ledger.short.keys() {
            let content = &company.orders[*order];
            let product = content.lines[*line].product;
            let came_later = company.events.iter().any(|event| match &event.what {
                What::Receive(receipt) => {
                    event.on > ledger.confirmed[order]
                        && receipt.warehouse == content.warehouse
                        && receipt.lines.iter().any(|line| line.product == product)
                }
                _ => false,
            });
            assert!(!came_later, "order {order} of {}", company.slug);
            let elsewhere = ledger.lots.iter().filter(|((_, kept), _)| *kept == product);
            let free: Decimal = elsewhere.flat_map(|(_, lots)| lots).map(Lot::available).sum();
            assert_eq!(free, Decimal::ZERO, "another warehouse has it: order {order}");
        }
    });
}

#[test]
fn orders_are_well_formed() {
    each_company(|_, company| {
        for order in &company.orders {
            let products: BTreeSet<usize> = order.lines.iter().map(|line| line.product).collect();
            assert!(!products.is_empty() && products.len() == order.lines.len());
            for line in &order.lines {
                assert!(line.quantity > Decimal::ZERO && line.quantity.scale() <= 3);
                assert!(line.amount() > Decimal::ZERO);
                assert_eq!(line.price, list_price(company, line.product, order.date));
            }
        }
        let lines: usize = company.orders.iter().map(|order| order.lines.len()).sum();
        let tenths = lines * 10 / company.orders.len();
        assert!((35..=65).contains(&tenths), "{tenths} lines for 10 orders of {}", company.slug);
    });
}

fn list_price(company: &Company, product: usize, date: NaiveDate) -> Decimal {
    company
        .prices
        .iter()
        .filter(|row| row.product == product && row.valid_from <= date)
        .max_by_key(|row| row.valid_from)
        .map(|row| row.price)
        .unwrap()
}

#[test]
fn lines_round_half_away_from_zero_as_documents_do() {
    let line = |quantity: &str, price: &str, discount: &str| OrderLine {
        product: 0,
        quantity: quantity.parse().unwrap(),
        price: price.parse().unwrap(),
        discount: discount.parse().unwrap(),
    };
    for (quantity, price, discount, amount) in [
        ("120", "900.00", "7", "100440.00"),
        ("0.5", "0.05", "0", "0.03"),
        ("3", "0.35", "50", "0.53"),
        ("2.13", "968.00", "3", "1999.98"),
    ] {
        let amount: Decimal = amount.parse().unwrap();
        assert_eq!(line(quantity, price, discount).amount(), amount);
    }
}

#[test]
fn two_shipments_of_an_order_amount_to_the_order() {
    each_company(|_, company| {
        let mut shipped: BTreeMap<usize, (usize, Decimal)> = BTreeMap::new();
        let ledger = ledger::replay(company);
        for event in &company.events {
            let What::Ship(shipment) = &event.what else { continue };
            let order = &company.orders[shipment.order];
            let parts = shipped.entry(shipment.order).or_default();
            parts.0 += 1;
            for taken in &shipment.lines {
                parts.1 += order.lines[taken.line].amount_of(taken.quantity);
            }
        }
        let is_whole = |order: usize| {
            let lines = company.orders[order].lines.iter().enumerate();
            lines.fold(true, |is_whole, (line, content)| {
                is_whole && ledger.shipped.get(&(order, line)) == Some(&content.quantity)
            })
        };
        for (order, (_, amount)) in shipped.iter().filter(|(order, _)| is_whole(**order)) {
            assert_eq!(*amount, company.orders[*order].total(), "order {order}");
        }
        assert!(number_of(shipped.values(), |(parts, _)| *parts == 2) >= 5);
        assert!(number_of(shipped.keys(), |order| !is_whole(*order)) >= 1, "none is in part");
    });
}

#[test]
fn tax_numbers_have_right_check_digits() {
    // The sum over the weights, laid out from the right as the norm prints them.
    const WEIGHTS: [u32; 11] = [8, 6, 4, 9, 5, 3, 10, 4, 2, 7, 3];
    fn is_right(inn: &str, length: usize) -> bool {
        let digits: Vec<u32> = inn[..length].chars().map(|c| c.to_digit(10).unwrap()).collect();
        let sum: u32 =
            digits[..length - 1].iter().rev().zip(WEIGHTS).map(|(digit, w)| digit * w).sum();
        sum % 11 % 10 == digits[length - 1]
    }
    assert!(is_right("7830002293", 10) && !is_right("7830002294", 10));
    for company in generate(day(TODAYS[0]), DEMO_SEED) {
        let mut seen = BTreeSet::new();
        for customer in &company.customers {
            let inn = &customer.inn;
            match &customer.kpp {
                Some(kpp) => {
                    assert!(inn.len() == 10 && is_right(inn, 10), "{inn}");
                    assert!(kpp.len() == 9 && kpp[..4] == inn[..4], "{kpp}");
                }
                None => {
                    assert!(inn.len() == 12 && is_right(inn, 11) && is_right(inn, 12), "{inn}");
                    assert!(customer.name.starts_with("ИП "));
                }
            }
            assert!(seen.insert(inn.clone()), "{inn} twice");
        }
        assert!(company.organizations.iter().all(|firm| is_right(&firm.inn, 10)));
    }
}

#[test]
fn names_and_skus_are_unique_and_cards_are_filled() {
    for company in generate(day(TODAYS[0]), DEMO_SEED) {
        let unique =
            |texts: Vec<&String>| texts.iter().collect::<BTreeSet<_>>().len() == texts.len();
        assert!(unique(company.products.iter().map(|product| &product.sku).collect()));
        assert!(unique(company.products.iter().map(|product| &product.name).collect()));
        assert!(unique(company.customers.iter().map(|customer| &customer.name).collect()));
        for customer in &company.customers {
            assert!(!customer.contacts.is_empty() && customer.email.is_ascii());
            assert!(customer.phone.len() == 12 && customer.phone.starts_with("+7"));
            assert_eq!(company.users[customer.manager].role, Role::Manager);
            let steps = &customer.agreement.payment_steps;
            let percent: Decimal = steps.iter().map(|step| step.percent).sum();
            assert_eq!(percent, Decimal::ONE_HUNDRED);
        }
        for (position, group) in company.groups.iter().enumerate() {
            assert!(group.parent.is_none_or(|parent| parent < position));
        }
        let managers: BTreeSet<usize> =
            company.customers.iter().map(|customer| customer.manager).collect();
        assert_eq!(managers.len(), number_of(&company.users, |user| user.role == Role::Manager));
    }
}

#[test]
fn months_have_orders_and_the_season_shows() {
    each_company(|today, company| {
        let mut months: BTreeMap<(i32, u32), Decimal> = BTreeMap::new();
        for order in &company.orders {
            *months.entry((order.date.year(), order.date.month())).or_default() += Decimal::ONE;
        }
        let complete = if company.slug == "vostok" { 24 } else { 12 };
        assert_eq!(months.len(), complete + 1, "{today} {}", company.slug);
        months.remove(&(today.year(), today.month()));
        let mean = |chosen: [u32; 3]| {
            let counts: Vec<Decimal> = months
                .iter()
                .filter(|((_, month), _)| chosen.contains(month))
                .map(|(_, count)| *count)
                .collect();
            counts.iter().sum::<Decimal>() / Decimal::from(counts.len())
        };
        let (summer, winter) = (mean([6, 7, 8]), mean([12, 1, 2]));
        if company.slug == "vostok" {
            assert!(summer > winter * Decimal::new(15, 1), "{today}: {summer} and {winter}");
            assert!(months.values().all(|count| *count >= Decimal::from(15)));
        }
    });
}
