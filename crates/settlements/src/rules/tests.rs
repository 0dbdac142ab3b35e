use kernel::Percent;

use super::*;

pub(super) fn day(number: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(738_000 + number).unwrap()
}

pub(super) fn rub(kopecks: i64) -> Decimal {
    Decimal::new(kopecks, 2)
}

pub(super) fn step(percent: i64, moment: Moment, days: i32) -> PaymentStep {
    PaymentStep { percent: Percent::new(Decimal::from(percent)).unwrap(), moment, days }
}

#[test]
fn a_bill_falls_into_debts_by_its_steps() {
    use Moment::{AfterShipment, BeforeReserve, BeforeShipment};
    for (amount, steps, expected) in [
        (10_000, vec![], vec![(0, 10_000)]),
        (10_000, vec![step(100, AfterShipment, 14)], vec![(14, 10_000)]),
        (
            10_000,
            vec![step(30, BeforeShipment, 0), step(70, AfterShipment, 30)],
            vec![(0, 3_000), (30, 7_000)],
        ),
        // Two steps with one due date are one debt.
        (
            10_000,
            vec![
                step(10, BeforeReserve, 0),
                step(20, BeforeShipment, 0),
                step(70, AfterShipment, 0),
            ],
            vec![(0, 10_000)],
        ),
        // Nothing is lost to rounding.
        (
            10_001,
            vec![step(50, AfterShipment, 10), step(50, AfterShipment, 5)],
            vec![(5, 5_000), (10, 5_001)],
        ),
        // A part of nothing is no debt.
        (1, vec![step(50, BeforeShipment, 0), step(50, AfterShipment, 5)], vec![(0, 1)]),
        (0, vec![step(100, AfterShipment, 5)], vec![]),
    ] {
        let expected: Vec<_> =
            expected.into_iter().map(|(due, part)| (day(due), rub(part))).collect();
        assert_eq!(debts_of(rub(amount), &steps, day(0)), expected, "{amount} {steps:?}");
    }
}

fn debt(due: i32, occurred: i32, open: i64) -> Debt {
    Debt { id: ReceivableId::new(), due_on: day(due), free_from: day(occurred), open: rub(open) }
}

fn advance(date: i32, order: Option<OrderId>, open: i64) -> Advance {
    Advance {
        id: PaymentId::new(),
        date: day(date),
        free_from: day(date),
        order_id: order,
        open: rub(open),
    }
}

#[test]
fn money_settles_the_oldest_due_debt_first_and_the_rest_stays() {
    let mut debts = [debt(30, 1, 500), debt(10, 5, 300), debt(20, 2, 400)];
    let money = advance(4, None, 600);
    oldest_due_first(&mut debts);
    let rows = offset(&debts, std::slice::from_ref(&money));
    let told: Vec<_> =
        rows.iter().map(|row| (row.receivable_id, row.amount, row.occurred_on)).collect();
    // The date is the later of the two documents'.
    assert_eq!(told, [(debts[0].id, rub(300), day(5)), (debts[1].id, rub(300), day(4))]);
    assert!(rows.iter().all(|row| row.payment_id == money.id));
}

#[test]
fn the_orders_own_advance_is_used_before_older_free_ones() {
    let order = OrderId::new();
    let mut money =
        [advance(1, None, 100), advance(9, Some(order), 100), advance(3, Some(order), 100)];
    assigned_then_oldest_first(&mut money);
    let dates: Vec<_> = money.iter().map(|one| one.date).collect();
    assert_eq!(dates, [day(3), day(9), day(1)]);
    let rows = offset(&[debt(10, 10, 250)], &money);
    let parts: Vec<_> = rows.iter().map(|row| row.amount).collect();
    assert_eq!(parts, [rub(100), rub(100), rub(50)]);
    assert_eq!(offset(&[], &money), []);
    assert_eq!(offset(&[debt(1, 1, 5)], &[]), []);
}

#[test]
fn taking_back_never_takes_back_what_was_not_yet_given() {
    let (payment_id, receivable_id) = (PaymentId::new(), ReceivableId::new());
    let row = |amount, on| Offset {
        payment_id,
        receivable_id,
        amount: rub(amount),
        occurred_on: day(on),
    };
    let rows = [row(100, 1), row(-40, 8), row(70, 12)];
    assert_eq!(taken_back(&rows, day(5)), [row(-100, 5), row(40, 8), row(-70, 12)]);
    assert_eq!(taken_back(&rows, day(20)), [row(-130, 20)]);
    assert_eq!(taken_back(&[row(50, 1), row(-50, 2)], day(5)), []);
}

fn payment(amount: i64) -> Spread {
    Spread {
        payment_id: PaymentId::new(),
        free_from: day(4),
        amount: rub(amount),
        today: day(40),
        first_open_day: day(6),
    }
}

fn share(debt: &Debt, amount: i64) -> Share {
    Share { receivable_id: debt.id, amount: rub(amount) }
}

#[test]
fn free_money_settles_from_the_later_document_and_moved_money_from_today() {
    let (early, late) = (debt(1, 1, 500), debt(30, 10, 500));
    let debts = [early.clone(), late.clone()];
    let mut given: Vec<_> =
        spread(payment(800), &[share(&early, 300), share(&late, 500)], &debts, &HashMap::new())
            .unwrap()
            .into_iter()
            .map(|row| (row.receivable_id, row.amount, row.occurred_on))
            .collect();
    given.sort();
    let mut expected = vec![(early.id, rub(300), day(6)), (late.id, rub(500), day(10))];
    expected.sort();
    assert_eq!(given, expected, "nothing is dated into the closed period");

    let held = HashMap::from([(early.id, rub(300))]);
    let mut moved: Vec<_> = spread(payment(300), &[share(&late, 300)], &debts, &held)
        .unwrap()
        .into_iter()
        .map(|row| (row.receivable_id, row.amount, row.occurred_on))
        .collect();
    moved.sort();
    let mut expected = vec![(early.id, rub(-300), day(40)), (late.id, rub(300), day(40))];
    expected.sort();
    assert_eq!(moved, expected);
}

#[test]
fn shares_that_do_not_fit_are_refused() {
    let (one, other) = (debt(1, 1, 500), debt(2, 2, 500));
    let debts = std::slice::from_ref(&one);
    let held = HashMap::from([(one.id, rub(200))]);
    let tried = |shares: &[Share]| spread(payment(1_000), shares, debts, &held);
    assert_eq!(tried(&[share(&one, 700)]).unwrap().len(), 1, "what is held counts as free");
    assert_eq!(tried(&[share(&one, 200)]).unwrap(), [], "nothing moves, nothing is written");
    for (shares, refusal) in [
        (vec![share(&one, 701)], SpreadRefusal::ExceedsDebt { index: 0, most: rub(700) }),
        (
            vec![share(&one, 600), share(&one, 401)],
            SpreadRefusal::ExceedsPayment { amount: rub(1_000), asked: rub(1_001) },
        ),
        (vec![share(&one, 1), share(&other, 1)], SpreadRefusal::UnknownDebt { index: 1 }),
        (vec![share(&one, 1), share(&one, 1)], SpreadRefusal::NamedTwice { index: 1 }),
    ] {
        assert_eq!(tried(&shares), Err(refusal), "{shares:?}");
    }
}

/// The worked case of the domain text: receivables 60 000, an order of 100 000 on 30 % before
/// shipment; exposure is 130 000 before and after the 30 000 arrive, and through the shipment.
#[test]
fn exposure_is_the_same_before_and_after_the_prepayment() {
    let part = |unshipped, assigned, prepayment_due| OrderPart {
        unshipped: Decimal::from(unshipped),
        assigned: Decimal::from(assigned),
        prepayment_due: Decimal::from(prepayment_due),
    };
    let owed = Decimal::from(60_000);
    for (open, orders, expected) in [
        (owed, vec![part(100_000, 0, 30_000)], 130_000),
        (owed, vec![part(100_000, 30_000, 0)], 130_000),
        // Half of it shipped: 30 000 of the 50 000 are settled by the advance.
        (owed + Decimal::from(20_000), vec![part(50_000, 0, 0)], 130_000),
        (owed + Decimal::from(70_000), vec![part(0, 0, 0)], 130_000),
        // Full prepayment makes no exposure, so limit 0 confirms.
        (Decimal::ZERO, vec![part(100_000, 0, 100_000)], 0),
        (Decimal::ZERO, vec![part(100_000, 60_000, 40_000)], 0),
        // What one order has too much does not pay for another.
        (Decimal::ZERO, vec![part(100, 500, 0), part(300, 0, 0)], 300),
    ] {
        assert_eq!(exposure(open, Decimal::ZERO, &orders), Decimal::from(expected), "{orders:?}");
    }
    let paid_ahead = exposure(owed, Decimal::from(10_000), &[]);
    assert_eq!(paid_ahead, Decimal::from(50_000));
    assert_eq!(free_limit(Decimal::from(40_000), paid_ahead), Decimal::from(-10_000));
}
