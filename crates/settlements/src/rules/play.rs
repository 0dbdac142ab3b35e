//! Random play of bills, payments, refunds, credit notes, reversals and moves, held against a simple
//! model.

use std::collections::HashMap;

use catalog::Moment;
use kernel::{Decimal, NaiveDate, OrderId, PaymentId, ReceivableId, ShipmentId};
use proptest::prelude::*;

use super::tests::{day, rub, step};
use super::{
    Advance, Debt, Offset, Share, Spread, Standing, assigned_then_oldest_first, credited, debts_of,
    offset, oldest_due_first, refunded_from, taken_back,
};

/// The day on which all of it is played; documents are dated in the 60 days before.
const TODAY: i32 = 60;

/// What happens to one customer in one account, by random play.
#[derive(Clone, Debug)]
enum Move {
    Bill { order: usize, kopecks: i64, prepaid_percent: i64, date: i32 },
    Pay { order: Option<usize>, kopecks: i64, date: i32 },
    ReversePayment { which: usize, date: i32 },
    ReverseShipment { which: usize, date: i32 },
    Spread { which: usize, onto: usize, kopecks: i64 },
    Refund { kopecks: i64, date: i32 },
    ReverseRefund { which: usize, date: i32 },
    Credit { which: usize, percent: i64, date: i32 },
}

fn moves() -> impl Strategy<Value = Move> {
    let date = 0_i32..TODAY;
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
        1 => (any::<usize>(), any::<usize>(), kopecks.clone())
            .prop_map(|(which, onto, kopecks)| Move::Spread { which, onto, kopecks }),
        2 => (kopecks, date.clone()).prop_map(|(kopecks, date)| Move::Refund { kopecks, date }),
        1 => (any::<usize>(), date.clone())
            .prop_map(|(which, date)| Move::ReverseRefund { which, date }),
        2 => (any::<usize>(), 1_i64..=100, date)
            .prop_map(|(which, percent, date)| Move::Credit { which, percent, date }),
    ]
}

struct Item {
    debt: Debt,
    date: NaiveDate,
    shipment: ShipmentId,
    order: OrderId,
    /// What its register holds: the bill, credit notes with a minus, its reversal.
    entries: Vec<(NaiveDate, Decimal)>,
    reversed: bool,
}

struct Money {
    advance: Advance,
    /// What its register holds: the payment, refunds with a minus, its reversal.
    entries: Vec<(NaiveDate, Decimal)>,
    reversed: bool,
}

/// What a refund took, until it is reversed.
struct Refund {
    date: NaiveDate,
    parts: Vec<(PaymentId, Decimal)>,
}

fn sum(entries: &[(NaiveDate, Decimal)]) -> Decimal {
    entries.iter().map(|entry| entry.1).sum()
}

fn sum_on(entries: &[(NaiveDate, Decimal)], on: NaiveDate) -> Decimal {
    entries.iter().filter(|entry| entry.0 <= on).map(|entry| entry.1).sum()
}

/// The registers in memory, moved by the rules as the commands move the tables.
#[derive(Default)]
struct Ledger {
    items: Vec<Item>,
    money: Vec<Money>,
    rows: Vec<Offset>,
    refunds: Vec<Refund>,
    /// The simple model: what was billed and not reversed − what was credited − what was paid and
    /// not reversed + what was refunded and not reversed.
    balance: Decimal,
}

impl Ledger {
    fn write(&mut self, rows: Vec<Offset>) {
        for row in &rows {
            let item = self.items.iter_mut().find(|item| item.debt.id == row.receivable_id);
            let debt = &mut item.unwrap().debt;
            debt.open -= row.amount;
            let money = self.money.iter_mut().find(|money| money.advance.id == row.payment_id);
            let advance = &mut money.unwrap().advance;
            advance.open -= row.amount;
            if row.amount < Decimal::ZERO {
                debt.free_from = debt.free_from.max(row.occurred_on);
                advance.free_from = advance.free_from.max(row.occurred_on);
            }
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
            Move::Spread { which, onto, kopecks } => self.spread(which, onto, rub(kopecks)),
            Move::Refund { kopecks, date } => self.refund(rub(kopecks), day(date)),
            Move::ReverseRefund { which, date } => self.reverse_refund(which, day(date)),
            Move::Credit { which, percent, date } => self.credit(which, percent, day(date)),
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
            let debt = Debt { id: ReceivableId::new(), due_on, free_from: date, open };
            debts.push(debt.clone());
            let entries = vec![(date, open)];
            self.items.push(Item { debt, date, shipment, order, entries, reversed: false });
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
        let advance =
            Advance { id: PaymentId::new(), date, free_from: date, order_id: order, open: amount };
        let entries = vec![(date, amount)];
        self.money.push(Money { advance: advance.clone(), entries, reversed: false });
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
            (0..self.money.len()).filter(|i| !self.money[*i].reversed).collect();
        let Some(index) = standing.get(which % standing.len().max(1)).copied() else { return };
        let id = self.money[index].advance.id;
        let part_of = |refund: &Refund| refund.parts.iter().any(|part| part.0 == id);
        if self.refunds.iter().any(part_of) {
            return;
        }
        let last = self.money[index].entries.iter().map(|entry| entry.0).max().unwrap();
        let date = date.max(last);
        let rows: Vec<Offset> =
            self.rows.iter().filter(|row| row.payment_id == id).cloned().collect();
        self.write(taken_back(&rows, date));
        let money = &mut self.money[index];
        let whole = sum(&money.entries);
        assert_eq!(money.advance.open, whole, "all of it is free before it goes");
        money.advance.open = Decimal::ZERO;
        money.entries.push((date, -whole));
        money.reversed = true;
        self.balance += whole;
    }

    fn reverse_shipment(&mut self, which: usize, date: NaiveDate) {
        let credited = |item: &Item| item.entries.len() > 1;
        let standing: Vec<usize> =
            (0..self.items.len()).filter(|i| !self.items[*i].reversed).collect();
        let Some(index) = standing.get(which % standing.len().max(1)).copied() else { return };
        let shipment = self.items[index].shipment;
        if self.items.iter().any(|item| item.shipment == shipment && credited(item)) {
            return;
        }
        let date = date.max(self.items[index].date);
        self.write(taken_back(&self.rows_of(shipment), date));
        for item in self.items.iter_mut().filter(|item| item.shipment == shipment) {
            let whole = sum(&item.entries);
            assert_eq!(item.debt.open, whole, "all of it is open before it goes");
            item.debt.open = Decimal::ZERO;
            item.entries.push((date, -whole));
            item.reversed = true;
            self.balance -= whole;
        }
    }

    fn rows_of(&self, shipment: ShipmentId) -> Vec<Offset> {
        let debts: Vec<ReceivableId> = self
            .items
            .iter()
            .filter(|item| item.shipment == shipment)
            .map(|item| item.debt.id)
            .collect();
        self.rows.iter().filter(|row| debts.contains(&row.receivable_id)).cloned().collect()
    }

    fn refund(&mut self, amount: Decimal, date: NaiveDate) {
        let mut free: Vec<Advance> = self
            .money
            .iter()
            .map(|money| money.advance.clone())
            .filter(|one| one.open > Decimal::ZERO && one.free_from <= date)
            .collect();
        let Some(parts) = refunded_from(&mut free, amount) else { return };
        for (id, part) in &parts {
            let money = self.money.iter_mut().find(|money| money.advance.id == *id).unwrap();
            money.advance.open -= *part;
            money.entries.push((date, -*part));
        }
        self.refunds.push(Refund { date, parts });
        self.balance += amount;
    }

    fn reverse_refund(&mut self, which: usize, date: NaiveDate) {
        if self.refunds.is_empty() {
            return;
        }
        let refund = self.refunds.remove(which % self.refunds.len());
        let date = date.max(refund.date);
        for (id, part) in refund.parts {
            let money = self.money.iter_mut().find(|money| money.advance.id == id).unwrap();
            money.advance.open += part;
            money.advance.free_from = money.advance.free_from.max(date);
            money.entries.push((date, part));
            self.balance -= part;
        }
    }

    fn credit(&mut self, which: usize, percent: i64, date: NaiveDate) {
        let standing: Vec<usize> =
            (0..self.items.len()).filter(|i| !self.items[*i].reversed).collect();
        let Some(index) = standing.get(which % standing.len().max(1)).copied() else { return };
        let shipment = self.items[index].shipment;
        let date = date.max(self.items[index].date);
        let of = |item: &&Item| item.shipment == shipment;
        let debts: Vec<Standing> = self
            .items
            .iter()
            .filter(of)
            .map(|item| Standing {
                id: item.debt.id,
                due_on: item.debt.due_on,
                amount: sum(&item.entries),
                open: item.debt.open,
                changes: item.entries.clone(),
            })
            .collect();
        let billed: Decimal = debts.iter().map(|debt| debt.amount).sum();
        let amount = kernel::round_money(billed * Decimal::from(percent) / Decimal::ONE_HUNDRED);
        let (back, parts) = credited(&debts, &self.rows_of(shipment), amount, date);
        self.write(back);
        for part in parts {
            let item = self.items.iter_mut().find(|item| item.debt.id == part.receivable_id);
            let item = item.unwrap();
            item.debt.open -= part.amount;
            item.entries.push((part.occurred_on, -part.amount));
        }
        self.balance -= amount;
    }

    fn spread(&mut self, which: usize, onto: usize, amount: Decimal) {
        let Some(money) = self.money.get(which % self.money.len().max(1)) else { return };
        let Some(item) = self.items.get(onto % self.items.len().max(1)) else { return };
        if money.reversed || item.reversed {
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
            free_from: money.advance.free_from,
            amount: sum(&money.entries),
            today: day(TODAY),
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
            let stands = sum(&item.entries);
            assert_eq!(item.debt.open, stands - settled, "a debt equals its register");
            assert!(item.debt.open >= Decimal::ZERO && item.debt.open <= stands);
        }
        for money in &self.money {
            let settled = self.settled(|row| row.payment_id == money.advance.id);
            let stands = sum(&money.entries);
            assert_eq!(money.advance.open, stands - settled, "an advance equals its register");
            assert!(money.advance.open >= Decimal::ZERO);
        }
    }

    /// At no business date was more settled, or given back, than there was.
    fn check_every_date(&self) {
        for on in (0..=TODAY).map(day) {
            for item in &self.items {
                let settled =
                    self.settled(|row| row.receivable_id == item.debt.id && row.occurred_on <= on);
                let amount = sum_on(&item.entries, on);
                assert!(settled >= Decimal::ZERO && settled <= amount, "{settled} of {amount}");
            }
            for money in &self.money {
                let id = money.advance.id;
                let settled = self.settled(|row| row.payment_id == id && row.occurred_on <= on);
                let amount = sum_on(&money.entries, on);
                assert!(settled >= Decimal::ZERO && settled <= amount, "{settled} of {amount}");
            }
        }
    }

    fn settled(&self, of: impl Fn(&Offset) -> bool) -> Decimal {
        self.rows.iter().filter(|row| of(row)).map(|row| row.amount).sum()
    }
}

proptest! {
    /// Balance with a customer = receivables − credit notes − payments + refunds = open receivables −
    /// open advances, at every moment, to the kopeck.
    #[test]
    fn the_balance_equals_a_simple_model(played in prop::collection::vec(moves(), 1..40)) {
        let orders = [OrderId::new(), OrderId::new(), OrderId::new()];
        let mut ledger = Ledger::default();
        for step in &played {
            ledger.play(step, &orders);
            ledger.check();
        }
        ledger.check_every_date();
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
