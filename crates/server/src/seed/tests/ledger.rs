//! Books kept by hand: replays a company's events and refuses what the program would refuse.
//!
//! Written apart from the generator, so that the two can disagree.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use crate::seed::{Company, Event, Payment, PaymentMoment, Receipt, Shipment, What};

#[derive(Clone)]
pub(super) struct Lot {
    received: NaiveDate,
    on_hand: Decimal,
    reserved: Decimal,
}

impl Lot {
    pub(super) fn available(&self) -> Decimal {
        self.on_hand - self.reserved
    }
}

/// A debt for one shipment.
pub(super) struct Receivable {
    pub(super) order: usize,
    pub(super) due: NaiveDate,
    pub(super) open: Decimal,
}

#[derive(Default)]
pub(super) struct Ledger {
    pub(super) lots: BTreeMap<(usize, usize), Vec<Lot>>,
    /// Reserved by order, line and position of the lot.
    pub(super) reserved: BTreeMap<(usize, usize), Vec<(usize, Decimal)>>,
    /// Short by order and line.
    pub(super) short: BTreeMap<(usize, usize), Decimal>,
    pub(super) confirmed: BTreeMap<usize, NaiveDate>,
    pub(super) cancelled: Vec<usize>,
    pub(super) shipped: BTreeMap<(usize, usize), Decimal>,
    pub(super) receivables: Vec<Receivable>,
    /// Money that waits for its order's shipment, by order; none is on account.
    pub(super) advances: BTreeMap<Option<usize>, Decimal>,
}

/// Replays everything; panics with the event at fault.
pub(super) fn replay(company: &Company) -> Ledger {
    let mut ledger = Ledger::default();
    for event in &company.events {
        ledger.post(company, event);
    }
    ledger
}

impl Ledger {
    fn post(&mut self, company: &Company, event: &Event) {
        match &event.what {
            What::Receive(receipt) => self.receive(event.on, receipt),
            What::Draft { order } => assert_eq!(company.orders[*order].date, event.on),
            What::Confirm { order } => self.confirm(company, *order, event.on),
            What::Cancel { order } => self.cancel(company, *order),
            What::Pay(payment) => self.pay(payment),
            What::Ship(shipment) => self.ship(company, shipment, event.on),
        }
    }

    fn receive(&mut self, on: NaiveDate, receipt: &Receipt) {
        assert!(!receipt.lines.is_empty());
        for line in &receipt.lines {
            assert!(line.quantity > Decimal::ZERO && line.unit_cost > Decimal::ZERO);
            let lots = self.lots.entry((receipt.warehouse, line.product)).or_default();
            lots.push(Lot { received: on, on_hand: line.quantity, reserved: Decimal::ZERO });
        }
    }

    fn confirm(&mut self, company: &Company, order: usize, on: NaiveDate) {
        let content = &company.orders[order];
        assert!(on >= content.date, "order {order} is confirmed before it was written");
        assert_eq!(self.confirmed.insert(order, on), None, "order {order} is confirmed twice");
        for (line, wanted) in content.lines.iter().enumerate() {
            let mut left = wanted.quantity;
            let lots = self.lots.entry((content.warehouse, wanted.product)).or_default();
            let mut taken = Vec::new();
            for (position, lot) in lots.iter_mut().enumerate() {
                assert!(lot.received <= on, "a lot of the future");
                let part = left.min(lot.on_hand - lot.reserved);
                if part > Decimal::ZERO {
                    lot.reserved += part;
                    left -= part;
                    taken.push((position, part));
                }
            }
            self.reserved.insert((order, line), taken);
            if left > Decimal::ZERO {
                self.short.insert((order, line), left);
            }
        }
    }

    fn cancel(&mut self, company: &Company, order: usize) {
        assert!(self.confirmed.contains_key(&order));
        self.cancelled.push(order);
        let content = &company.orders[order];
        for (line, wanted) in content.lines.iter().enumerate() {
            assert!(!self.shipped.contains_key(&(order, line)), "order {order} has been shipped");
            let lots = self.lots.get_mut(&(content.warehouse, wanted.product)).unwrap();
            for (position, part) in self.reserved.remove(&(order, line)).unwrap() {
                lots[position].reserved -= part;
            }
        }
        assert!(!self.advances.contains_key(&Some(order)), "order {order} has been paid");
    }

    fn ship(&mut self, company: &Company, shipment: &Shipment, on: NaiveDate) {
        let order = &company.orders[shipment.order];
        self.check_prepayment(company, shipment.order);
        let mut amount = Decimal::ZERO;
        assert!(!shipment.lines.is_empty());
        for taken in &shipment.lines {
            let line = &order.lines[taken.line];
            let key = (shipment.order, taken.line);
            let mut left = taken.quantity;
            assert!(left > Decimal::ZERO);
            let lots = self.lots.get_mut(&(order.warehouse, line.product)).unwrap();
            for (position, part) in self.reserved.get_mut(&key).unwrap() {
                let issued = left.min(*part);
                let lot = &mut lots[*position];
                *part -= issued;
                lot.reserved -= issued;
                lot.on_hand -= issued;
                left -= issued;
                assert!(lot.received <= on && lot.on_hand >= lot.reserved);
                assert!(lot.reserved >= Decimal::ZERO);
            }
            assert_eq!(left, Decimal::ZERO, "order {key:?} ships what it has not reserved");
            *self.shipped.entry(key).or_default() += taken.quantity;
            amount += line.amount_of(taken.quantity);
        }
        self.owe(company, shipment.order, on, amount);
    }

    fn check_prepayment(&self, company: &Company, order: usize) {
        let content = &company.orders[order];
        let agreement = &company.customers[content.customer].agreement;
        let before: Decimal = agreement
            .payment_steps
            .iter()
            .filter(|step| step.moment == PaymentMoment::BeforeShipment)
            .map(|step| step.percent)
            .sum();
        let is_first =
            !(0..content.lines.len()).any(|line| self.shipped.contains_key(&(order, line)));
        let paid = self.advances.get(&Some(order)).copied().unwrap_or_default();
        assert!(
            !is_first || paid >= content.total() * before / Decimal::ONE_HUNDRED,
            "order {order} ships before it is paid"
        );
    }

    fn owe(&mut self, company: &Company, order: usize, on: NaiveDate, amount: Decimal) {
        let agreement = &company.customers[company.orders[order].customer].agreement;
        let days = agreement.payment_steps.iter().map(|step| step.days).max().unwrap();
        let advance = self.advances.entry(Some(order)).or_default();
        let offset = amount.min(*advance);
        *advance -= offset;
        if advance.is_zero() {
            self.advances.remove(&Some(order));
        }
        let due = on + Days::new(u64::from(days));
        self.receivables.push(Receivable { order, due, open: amount - offset });
    }

    fn pay(&mut self, payment: &Payment) {
        assert!(payment.amount > Decimal::ZERO);
        assert_eq!(payment.amount.round_dp(2), payment.amount);
        let mut left = payment.amount;
        for item in &mut self.receivables {
            if Some(item.order) == payment.order {
                let part = left.min(item.open);
                item.open -= part;
                left -= part;
            }
        }
        if left > Decimal::ZERO {
            *self.advances.entry(payment.order).or_default() += left;
        }
    }
}
