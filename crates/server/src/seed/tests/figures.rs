//! The demo is there to be looked at: each screen must have something to show.

use rust_decimal::prelude::ToPrimitive;

use super::ledger::{Ledger, Lot, replay};
use super::*;

#[test]
fn every_state_of_an_order_is_there() {
    each_company(|today, company| {
        let ledger = replay(company);
        let orders = 0..company.orders.len();
        let is_confirmed = |order: &usize| ledger.confirmed.contains_key(order);
        let touched: BTreeSet<usize> = ledger.shipped.keys().map(|(order, _)| *order).collect();
        let drafts = orders.clone().filter(|order| !is_confirmed(order)).collect::<Vec<_>>();
        let waiting = orders
            .clone()
            .filter(|order| is_confirmed(order) && !touched.contains(order))
            .filter(|order| !ledger.cancelled.contains(order))
            .count();
        assert!((3..=8).contains(&drafts.len()), "{} drafts", drafts.len());
        assert!(drafts.iter().all(|order| (today - company.orders[*order].date).num_days() < 60));
        assert!((5..=20).contains(&waiting), "{waiting} waiting");
        assert!(ledger.cancelled.len() * 100 / company.orders.len() <= 7);
        assert!(ledger.cancelled.len() >= 5);
        assert!(touched.len() * 100 / company.orders.len() >= 85);
    });
}

#[test]
fn debts_stand_in_every_ageing_bucket_and_advances_are_open() {
    each_company(|today, company| {
        let ledger = replay(company);
        let mut buckets = [0; 5];
        let (mut open, mut overdue) = (Decimal::ZERO, Decimal::ZERO);
        for item in ledger.receivables.iter().filter(|item| item.open > Decimal::ZERO) {
            let days = (today - item.due).num_days();
            let bucket = match days {
                ..=0 => 0,
                1..=30 => 1,
                31..=60 => 2,
                61..=90 => 3,
                _ => 4,
            };
            buckets[bucket] += 1;
            open += item.open;
            overdue += if bucket > 0 { item.open } else { Decimal::ZERO };
        }
        assert!(buckets.iter().all(|count| *count >= 1), "{today} {}: {buckets:?}", company.slug);
        assert!(overdue < open, "more is overdue than not: {today} {}", company.slug);
        let account = ledger.advances.get(&None).copied().unwrap_or_default();
        assert!(account > Decimal::ZERO, "no advance on account");
        let is_small = company.slug == "zapad";
        assert!(is_small || ledger.advances.len() > 1, "no advance for an order");
    });
}

#[test]
fn most_pay_on_time_and_some_late() {
    each_company(|_, company| {
        // An order of one shipment that was paid after its due date.
        let mut due: BTreeMap<usize, NaiveDate> = BTreeMap::new();
        let (mut late, mut on_time) = (0, 0);
        for event in &company.events {
            match &event.what {
                What::Ship(shipment) => {
                    let customer = &company.customers[company.orders[shipment.order].customer];
                    let steps = &customer.agreement.payment_steps;
                    let days = steps.iter().map(|step| step.days).max().unwrap();
                    due.insert(shipment.order, event.on + chrono::Days::new(u64::from(days)));
                }
                What::Pay(Payment { order: Some(order), .. }) => match due.get(order) {
                    Some(day) if event.on > *day => late += 1,
                    _ => on_time += 1,
                },
                _ => {}
            }
        }
        assert!(
            on_time > late * 2 && late * 20 > on_time,
            "{}: {on_time} on time, {late} late",
            company.slug
        );
    });
}

#[test]
fn some_goods_are_sold_out_some_low_and_most_at_hand() {
    each_company(|_, company| {
        let Ledger { lots, .. } = replay(company);
        let mut left: BTreeMap<usize, Decimal> = BTreeMap::new();
        for ((_, product), lots) in &lots {
            *left.entry(*product).or_default() += lots.iter().map(Lot::available).sum::<Decimal>();
        }
        let sold_out = number_of(left.values(), |left| left.is_zero());
        assert!((2..=20).contains(&sold_out), "{sold_out} of {} are sold out", company.slug);
        assert!(left.len() * 10 > company.products.len() * 9, "goods that never came");
    });
}

#[test]
fn costs_are_60_to_80_percent_of_the_price_without_vat() {
    each_company(|_, company| {
        let percent = |part: Decimal, whole: Decimal| part * Decimal::ONE_HUNDRED / whole;
        for event in &company.events {
            let What::Receive(receipt) = &event.what else { continue };
            for line in &receipt.lines {
                let price = list_price(company, line.product, event.on);
                let rate = company.products[line.product].vat_rate;
                let without_vat = percent(price, Decimal::ONE_HUNDRED + rate);
                let share = percent(line.unit_cost, without_vat);
                // Cheap goods are a kopeck off.
                assert!(share >= Decimal::from(59) && share <= Decimal::from(80), "{share} %");
            }
        }
    });
}

#[test]
fn prices_rose_once_and_by_little() {
    for company in generate(day(TODAYS[0]), DEMO_SEED) {
        let mut rows: BTreeMap<usize, Vec<&ListPrice>> = BTreeMap::new();
        for row in &company.prices {
            rows.entry(row.product).or_default().push(row);
        }
        assert_eq!(rows.len(), company.products.len());
        for rows in rows.values() {
            assert_eq!(rows.len(), 2);
            let rise = rows[1].price / rows[0].price;
            assert!(rows[0].valid_from < rows[1].valid_from);
            assert!(rise > Decimal::ONE && rise < Decimal::new(115, 2), "{rise}");
        }
    }
}

#[test]
fn few_customers_and_goods_make_most_of_the_turnover() {
    each_company(|_, company| {
        let mut customers = vec![Decimal::ZERO; company.customers.len()];
        let mut products = vec![Decimal::ZERO; company.products.len()];
        for order in &company.orders {
            customers[order.customer] += order.total();
            for line in &order.lines {
                products[line.product] += line.amount();
            }
        }
        for (what, mut amounts) in [("customers", customers), ("products", products)] {
            amounts.sort_by_key(|amount| std::cmp::Reverse(*amount));
            let whole: Decimal = amounts.iter().sum();
            let top: Decimal = amounts[..amounts.len() / 5].iter().sum();
            let percent = (top * Decimal::ONE_HUNDRED / whole).to_i64().unwrap();
            assert!((50..=90).contains(&percent), "{what} of {}: {percent} %", company.slug);
        }
    });
}

/// Shipped quantity by product and complete month.
fn monthly_quantities(today: NaiveDate, company: &Company) -> Vec<Vec<f64>> {
    let months = if company.slug == "vostok" { 24 } else { 12 };
    let this_month = today.year() * 12 + today.month0() as i32;
    let mut quantities = vec![vec![0.0; months]; company.products.len()];
    for event in &company.events {
        let What::Ship(shipment) = &event.what else { continue };
        let back = this_month - (event.on.year() * 12 + event.on.month0() as i32);
        if back == 0 {
            continue;
        }
        for taken in &shipment.lines {
            let product = company.orders[shipment.order].lines[taken.line].product;
            quantities[product][months - back as usize] += taken.quantity.to_f64().unwrap();
        }
    }
    quantities
}

#[test]
fn goods_sell_evenly_unevenly_and_by_chance() {
    each_company(|today, company| {
        let mut classes = [0; 3];
        for months in monthly_quantities(today, company) {
            let mean = months.iter().sum::<f64>() / months.len() as f64;
            let variance = months.iter().map(|month| (month - mean).powi(2)).sum::<f64>()
                / months.len() as f64;
            let class = match variance.sqrt() / mean {
                variation if variation <= 0.10 => 0,
                variation if variation <= 0.25 => 1,
                _ => 2,
            };
            classes[class] += 1;
        }
        let least = if company.slug == "vostok" { 25 } else { 5 };
        assert!(classes.iter().all(|count| *count >= least), "{}: {classes:?}", company.slug);
    });
}

#[test]
fn limits_hold_for_those_who_pay_and_are_passed_by_debtors() {
    for company in generate(day(TODAYS[0]), DEMO_SEED) {
        let ledger = replay(&company);
        let mut owed = vec![Decimal::ZERO; company.customers.len()];
        for item in &ledger.receivables {
            owed[company.orders[item.order].customer] += item.open;
        }
        let over = company
            .customers
            .iter()
            .zip(&owed)
            .filter(|(customer, owed)| **owed > customer.credit_limit);
        assert!((1..=12).contains(&over.count()));
        for (customer, owed) in company.customers.iter().zip(&owed) {
            if customer.agreement.credit_policy == CreditPolicy::Block {
                assert_eq!((*owed, customer.credit_limit), (Decimal::ZERO, Decimal::ZERO));
            }
        }
    }
}
