use kernel::{Percent, ShipmentId};
use proptest::prelude::*;

use super::*;

fn day(number: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(738_000 + number).unwrap()
}

fn rub(kopecks: i64) -> Decimal {
    Decimal::new(kopecks, 2)
}

fn step(percent: i64, moment: Moment, days: i32) -> PaymentStep {
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
    Debt { id: ReceivableId::new(), due_on: day(due), occurred_on: day(occurred), open: rub(open) }
}

fn advance(date: i32, order: Option<OrderId>, open: i64) -> Advance {
    Advance { id: PaymentId::new(), date: day(date), order_id: order, open: rub(open) }
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
        date: day(4),
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

/// What happens to one customer in one account, by random play.
#[derive(Clone, Debug)]
enum Move {
    Bill { order: usize, kopecks: i64, prepaid_percent: i64, date: i32 },
    Pay { order: Option<usize>, kopecks: i64, date: i32 },
    ReversePayment { which: usize, date: i32 },
    ReverseShipment { which: usize, date: i32 },
    Spread { which: usize, onto: usize, kopecks: i64, date: i32 },
}

fn moves() -> impl Strategy<Value = Move> {
    let date = 0_i32..60;
    let kopecks = 1_i64..100_000;
    prop_oneof![
        3 => (0_usize..3, kopecks.clone(), 0_i64..=100, date.clone()).prop_map(
            |(order, kopecks, prepaid_percent, date)| Move::Bill {
                order, kopecks, prepaid_percent, date,
            }
        ),
        3 => (prop::option::of(0_usize..3), kopecks.clone(), date.clone())
            .prop_map(|(order, kopecks, date)| Move::Pay { order, kopecks, date }),
        1 => (any::<usize>(), date.clone())
            .prop_map(|(which, date)| Move::ReversePayment { which, date }),
        1 => (any::<usize>(), date.clone())
            .prop_map(|(which, date)| Move::ReverseShipment { which, date }),
        1 => (any::<usize>(), any::<usize>(), kopecks, date)
            .prop_map(|(which, onto, kopecks, date)| Move::Spread { which, onto, kopecks, date }),
    ]
}

struct Item {
    debt: Debt,
    shipment: ShipmentId,
    order: OrderId,
    amount: Decimal,
    reversed_on: Option<NaiveDate>,
}

struct Money {
    advance: Advance,
    amount: Decimal,
    reversed_on: Option<NaiveDate>,
}

/// The registers in memory, moved by the rules as the commands move the tables.
#[derive(Default)]
struct Ledger {
    items: Vec<Item>,
    money: Vec<Money>,
    rows: Vec<Offset>,
    /// The simple model: what was billed and not reversed − what was paid and not reversed.
    balance: Decimal,
}

impl Ledger {
    fn write(&mut self, rows: Vec<Offset>) {
        for row in &rows {
            let item = self.items.iter_mut().find(|item| item.debt.id == row.receivable_id);
            item.unwrap().debt.open -= row.amount;
            let money = self.money.iter_mut().find(|money| money.advance.id == row.payment_id);
            money.unwrap().advance.open -= row.amount;
        }
        self.rows.extend(rows);
    }

    fn play(&mut self, step: &Move, orders: &[OrderId]) {
        match *step {
            Move::Bill { order, kopecks, prepaid_percent, date } => {
                self.bill(orders[order], rub(kopecks), prepaid_percent, day(date));
            }
            Move::Pay { order, kopecks, date } => {
                self.pay(order.map(|order| orders[order]), rub(kopecks), day(date));
            }
            Move::ReversePayment { which, date } => self.reverse_payment(which, day(date)),
            Move::ReverseShipment { which, date } => self.reverse_shipment(which, day(date)),
            Move::Spread { which, onto, kopecks, date } => {
                self.spread(which, onto, rub(kopecks), day(date));
            }
        }
    }

    fn bill(&mut self, order: OrderId, amount: Decimal, prepaid: i64, date: NaiveDate) {
        let steps = [
            step(prepaid, Moment::BeforeShipment, 0),
            step(100 - prepaid, Moment::AfterShipment, 9),
        ];
        let shipment = ShipmentId::new();
        let mut debts = Vec::new();
        for (due_on, open) in debts_of(amount, &steps, date) {
            let debt = Debt { id: ReceivableId::new(), due_on, occurred_on: date, open };
            debts.push(debt.clone());
            self.items.push(Item { debt, shipment, order, amount: open, reversed_on: None });
        }
        let mut money: Vec<Advance> = self
            .money
            .iter()
            .map(|money| money.advance.clone())
            .filter(|one| one.open > Decimal::ZERO && one.order_id.is_none_or(|id| id == order))
            .collect();
        assigned_then_oldest_first(&mut money);
        self.write(offset(&debts, &money));
        self.balance += amount;
    }

    fn pay(&mut self, order: Option<OrderId>, amount: Decimal, date: NaiveDate) {
        let advance = Advance { id: PaymentId::new(), date, order_id: order, open: amount };
        self.money.push(Money { advance: advance.clone(), amount, reversed_on: None });
        let mut debts: Vec<Debt> = self
            .items
            .iter()
            .filter(|item| order.is_none_or(|order| item.order == order))
            .map(|item| item.debt.clone())
            .filter(|debt| debt.open > Decimal::ZERO)
            .collect();
        oldest_due_first(&mut debts);
        self.write(offset(&debts, &[advance]));
        self.balance -= amount;
    }

    fn reverse_payment(&mut self, which: usize, date: NaiveDate) {
        let standing: Vec<usize> =
            (0..self.money.len()).filter(|i| self.money[*i].reversed_on.is_none()).collect();
        let Some(index) = standing.get(which % standing.len().max(1)).copied() else { return };
        let id = self.money[index].advance.id;
        let date = date.max(self.money[index].advance.date);
        let rows: Vec<Offset> =
            self.rows.iter().filter(|row| row.payment_id == id).cloned().collect();
        self.write(taken_back(&rows, date));
        let money = &mut self.money[index];
        assert_eq!(money.advance.open, money.amount, "all of it is free before it goes");
        money.advance.open = Decimal::ZERO;
        money.reversed_on = Some(date);
        self.balance -= -money.amount;
    }

    fn reverse_shipment(&mut self, which: usize, date: NaiveDate) {
        let standing: Vec<usize> =
            (0..self.items.len()).filter(|i| self.items[*i].reversed_on.is_none()).collect();
        let Some(index) = standing.get(which % standing.len().max(1)).copied() else { return };
        let shipment = self.items[index].shipment;
        let date = date.max(self.items[index].debt.occurred_on);
        let debts: Vec<ReceivableId> = self
            .items
            .iter()
            .filter(|item| item.shipment == shipment)
            .map(|item| item.debt.id)
            .collect();
        let rows: Vec<Offset> =
            self.rows.iter().filter(|row| debts.contains(&row.receivable_id)).cloned().collect();
        self.write(taken_back(&rows, date));
        for item in self.items.iter_mut().filter(|item| item.shipment == shipment) {
            assert_eq!(item.debt.open, item.amount, "all of it is open before it goes");
            item.debt.open = Decimal::ZERO;
            item.reversed_on = Some(date);
            self.balance -= item.amount;
        }
    }

    fn spread(&mut self, which: usize, onto: usize, amount: Decimal, today: NaiveDate) {
        let Some(money) = self.money.get(which % self.money.len().max(1)) else { return };
        let Some(item) = self.items.get(onto % self.items.len().max(1)) else { return };
        if money.reversed_on.is_some() || item.reversed_on.is_some() {
            return;
        }
        let id = money.advance.id;
        let mut held: HashMap<ReceivableId, Decimal> = HashMap::new();
        for row in self.rows.iter().filter(|row| row.payment_id == id) {
            *held.entry(row.receivable_id).or_default() += row.amount;
        }
        held.retain(|_, amount| !amount.is_zero());
        let whole = Spread {
            payment_id: id,
            date: money.advance.date,
            amount: money.amount,
            today,
            first_open_day: money.advance.date,
        };
        let debts: Vec<Debt> = self.items.iter().map(|item| item.debt.clone()).collect();
        let shares = [Share { receivable_id: item.debt.id, amount }];
        if let Ok(rows) = super::spread(whole, &shares, &debts, &held) {
            self.write(rows);
        }
    }

    fn check(&self) {
        let owed: Decimal = self.items.iter().map(|item| item.debt.open).sum();
        let free: Decimal = self.money.iter().map(|money| money.advance.open).sum();
        assert_eq!(owed - free, self.balance, "open receivables − open advances");
        for item in &self.items {
            let settled = self.settled(|row| row.receivable_id == item.debt.id);
            let stands = if item.reversed_on.is_some() { Decimal::ZERO } else { item.amount };
            assert_eq!(item.debt.open, stands - settled, "a debt equals its register");
            assert!(item.debt.open >= Decimal::ZERO && item.debt.open <= stands);
        }
        for money in &self.money {
            let settled = self.settled(|row| row.payment_id == money.advance.id);
            let stands = if money.reversed_on.is_some() { Decimal::ZERO } else { money.amount };
            assert_eq!(money.advance.open, stands - settled, "an advance equals its register");
            assert!(money.advance.open >= Decimal::ZERO);
        }
    }

    fn settled(&self, of: impl Fn(&Offset) -> bool) -> Decimal {
        self.rows.iter().filter(|row| of(row)).map(|row| row.amount).sum()
    }
}

proptest! {
    /// Balance with a customer = receivables − payments = open receivables − open advances, at
    /// every moment, to the kopeck.
    #[test]
    fn the_balance_equals_a_simple_model(played in prop::collection::vec(moves(), 1..40)) {
        let orders = [OrderId::new(), OrderId::new(), OrderId::new()];
        let mut ledger = Ledger::default();
        for step in &played {
            ledger.play(step, &orders);
            ledger.check();
        }
    }

    /// While nothing is reversed, a bill or a payment leaves no debt open beside money that may
    /// settle it.
    #[test]
    fn no_debt_stays_open_beside_free_money(
        played in prop::collection::vec(
            (any::<bool>(), prop::option::of(0_usize..3), 1_i64..10_000, 0_i32..60), 1..30,
        ),
    ) {
        let orders = [OrderId::new(), OrderId::new(), OrderId::new()];
        let mut ledger = Ledger::default();
        for (bill, order, kopecks, date) in played {
            if bill {
                ledger.bill(orders[order.unwrap_or(0)], rub(kopecks), 30, day(date));
            } else {
                ledger.pay(order.map(|order| orders[order]), rub(kopecks), day(date));
            }
            for item in ledger.items.iter().filter(|item| item.debt.open > Decimal::ZERO) {
                for money in ledger.money.iter().filter(|one| one.advance.open > Decimal::ZERO) {
                    let order = money.advance.order_id;
                    prop_assert!(order.is_some_and(|order| order != item.order));
                }
            }
        }
    }
}
