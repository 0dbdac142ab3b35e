use catalog::pricing::{Explanation, VERSION, VatMode};
use kernel::{Currency, NaiveDate, Percent, ProductId, Uuid};
use proptest::prelude::*;

use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// So many at 10.00 each, so many of them shipped.
fn line(position: i32, quantity: &str, shipped: &str) -> OrderLine {
    let new = written(quantity, "10");
    let line = as_read(&NewLine { position, ..new }, OrderId::new(), None);
    let amount = dec(shipped) * dec("10");
    OrderLine { shipped: dec(shipped), shipped_amount: amount, ..line }
}

fn written(quantity: &str, price: &str) -> NewLine {
    NewLine {
        id: Uuid::now_v7(),
        position: 0,
        product_id: ProductId::new(),
        variant_id: None,
        unit: "pcs".to_owned(),
        quantity: dec(quantity),
        packaging_id: None,
        entered_quantity: None,
        entered_unit: None,
        list_price: None,
        price: dec(price),
        price_numerator: 1,
        price_denominator: 1,
        price_source: None,
        price_is_manual: false,
        discount_percent: Percent::ZERO,
        discount_source: None,
        discount_is_manual: false,
        explanation: Explanation {
            version: VERSION,
            on: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
            currency: Currency::parse("RUB").unwrap(),
            vat_mode: VatMode::of(false),
            steps: Vec::new(),
        },
        amount: dec(quantity) * dec(price),
        vat_rate: None,
        vat_amount: Decimal::ZERO,
        price_change_id: None,
        quote_line_id: None,
        approval_reasons: None,
    }
}

fn put(of: &OrderLine, quantity: &str, price: &str) -> PlannedLine {
    PlannedLine::Written { of: Some(of.id), line: Box::new(written(quantity, price)) }
}

fn add(quantity: &str) -> PlannedLine {
    PlannedLine::Written { of: None, line: Box::new(written(quantity, "10")) }
}

fn made(
    planned: &[PlannedLine],
    current: &[OrderLine],
    picked: &[(OrderLineId, &str)],
) -> Result<Future, RefusalCode> {
    let picked = picked.iter().map(|(id, quantity)| (*id, dec(quantity))).collect();
    future(planned, current, &picked, OrderId::new()).map_err(|refusal| refusal.code)
}

#[test]
fn lines_stay_move_change_come_and_go() {
    let current = [line(1, "5", "0"), line(2, "4", "0"), line(3, "1", "0")];
    let planned = [PlannedLine::Kept(current[2].id), put(&current[0], "7", "11"), add("2")];
    let made = made(&planned, &current, &[]).unwrap();
    let quantities: Vec<Decimal> = made.lines.iter().map(|line| line.quantity).collect();
    assert_eq!(quantities, [dec("1"), dec("7"), dec("2")]);
    let places: Vec<i32> = made.lines.iter().map(|line| line.position).collect();
    assert_eq!(places, [1, 2, 3]);
    assert_eq!(made.lines[1].id, current[0].id, "a changed line is the line it was");
    assert_eq!(made.written[0].id, current[0].id.0);
    assert_eq!(made.moved, [(current[2].id, 1)]);
    let gone: Vec<OrderLineId> = made.removed.iter().map(|line| line.id).collect();
    assert_eq!(gone, [current[1].id]);
}

#[test]
fn what_left_or_is_being_picked_bounds_a_change() {
    let shipped = line(1, "5", "2");
    let id = shipped.id;
    for (quantity, price, picked, told) in [
        ("2", "10", "0", Ok(())),
        ("1.999", "10", "0", Err(RefusalCode::OutOfRange)),
        ("3", "10", "1", Ok(())),
        ("2.5", "10", "1", Err(RefusalCode::OutOfRange)),
        ("9", "10", "0", Ok(())),
        ("9", "9.99", "0", Err(RefusalCode::InUse)),
    ] {
        let planned = [put(&shipped, quantity, price)];
        let made = made(&planned, std::slice::from_ref(&shipped), &[(id, picked)]);
        assert_eq!(made.map(|_| ()), told, "{quantity} at {price}, {picked} in picking");
    }
    let free = line(2, "5", "0");
    for (picked, told) in [("0", Ok(())), ("1", Err(RefusalCode::InUse))] {
        let made = made(&[add("1")], std::slice::from_ref(&free), &[(free.id, picked)]);
        assert_eq!(made.map(|_| ()), told, "removed with {picked} in picking");
    }
    assert_eq!(
        made(&[add("1")], std::slice::from_ref(&shipped), &[]).map(|_| ()),
        Err(RefusalCode::InUse)
    );
}

#[test]
fn a_line_that_becomes_what_was_shipped_comes_to_what_that_came_to() {
    // Three thirds of 10.00: the first two were 3.33 and 3.34.
    let current =
        OrderLine { shipped_amount: dec("6.67"), shipped_vat: dec("1.11"), ..line(1, "3", "2") };
    let planned = [put(&current, "2", "10")];
    let made = made(&planned, std::slice::from_ref(&current), &[]).unwrap();
    assert_eq!((made.lines[0].amount, made.lines[0].vat_amount), (dec("6.67"), dec("1.11")));
    assert!(made.lines[0].left().is_zero());
}

#[test]
fn a_line_is_named_once_and_is_there() {
    let current = [line(1, "5", "0")];
    let twice = [PlannedLine::Kept(current[0].id), put(&current[0], "1", "10")];
    assert_eq!(made(&twice, &current, &[]).unwrap_err(), RefusalCode::Invalid);
    let other = [PlannedLine::Kept(OrderLineId::new())];
    assert_eq!(made(&other, &current, &[]).unwrap_err(), RefusalCode::UnknownReference);
    assert_eq!(made(&[], &current, &[]).unwrap_err(), RefusalCode::NoLines);
}

proptest! {
    /// Whatever is asked for, what was shipped and is being picked stays within its line, positions
    /// count from one, and each old line either stays or goes.
    #[test]
    fn no_change_takes_back_what_was_done(
        current in prop::collection::vec((1_i64..20, 0_i64..20, 0_i64..5), 1..6),
        wishes in prop::collection::vec((0_usize..6, 1_i64..25, any::<bool>()), 1..8),
    ) {
        let lines: Vec<OrderLine> = current
            .iter()
            .zip(1..)
            .map(|((quantity, shipped, _), position)| {
                line(position, &quantity.to_string(), &shipped.min(quantity).to_string())
            })
            .collect();
        let picked: HashMap<OrderLineId, Decimal> = lines
            .iter()
            .zip(&current)
            .map(|(line, (.., picked))| (line.id, line.left().min(Decimal::from(*picked))))
            .collect();
        let planned: Vec<PlannedLine> = wishes
            .iter()
            .map(|(which, quantity, stays)| match lines.get(*which) {
                Some(line) if *stays => PlannedLine::Kept(line.id),
                Some(line) => put(line, &quantity.to_string(), "10"),
                None => add(&quantity.to_string()),
            })
            .collect();
        if let Ok(made) = future(&planned, &lines, &picked, OrderId::new()) {
            let kept = lines.iter().filter(|line| made.lines.iter().any(|one| one.id == line.id));
            prop_assert_eq!(kept.count() + made.removed.len(), lines.len());
            for (line, position) in made.lines.iter().zip(1..) {
                let picked = picked.get(&line.id).copied().unwrap_or_default();
                prop_assert!(line.quantity >= line.shipped + picked);
                prop_assert_eq!(line.position, position);
            }
            for line in &made.removed {
                prop_assert!(line.shipped.is_zero() && picked[&line.id].is_zero());
            }
        }
    }
}
