//! The rules of settling (domain, section 6): how a bill falls into debts, which money settles
//! which debt, what is taken back, and what a customer may still buy on credit. Values in, values
//! out.

use std::collections::{BTreeMap, HashMap};

use catalog::{Moment, PaymentStep};
use chrono::Days;
use kernel::{Decimal, NaiveDate, OrderId, PaymentId, ReceivableId, share_out};

mod bank;
mod credit;
mod exchange;
mod invoicing;
#[cfg(test)]
mod play;
mod refunding;
#[cfg(test)]
mod tests;

pub use bank::{account_number, invoice_numbers_in, is_inn, numbers_in};
pub use credit::{Reduction, Standing, credited};
pub use exchange::{Settled, exchange_difference};
pub use invoicing::{
    Asking, LineLeft, LinePart, invoice_parts, invoice_state, pay_invoices, to_call_off,
};
pub use refunding::refunded_from;

/// A debt of which something is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The receivable item.
    pub id: ReceivableId,
    /// The day by which it is to be paid.
    pub due_on: NaiveDate,
    /// The date of its document, or the day on which something of it was opened again.
    pub free_from: NaiveDate,
    /// What is left of it, above zero.
    pub open: Decimal,
}

/// Money of which something is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The payment.
    pub id: PaymentId,
    /// The date of the payment.
    pub date: NaiveDate,
    /// That date, or the day on which something of it was taken back.
    pub free_from: NaiveDate,
    /// The order it stays with.
    pub order_id: Option<OrderId>,
    /// What is left of it, above zero.
    pub open: Decimal,
}

/// A part of a payment that settles a part of a debt; below zero where it is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Whose money.
    pub payment_id: PaymentId,
    /// Which debt.
    pub receivable_id: ReceivableId,
    /// How much.
    pub amount: Decimal,
    /// Since which business date.
    pub occurred_on: NaiveDate,
}

/// How a billed amount falls into debts by the payment steps: due date and amount, earliest
/// first. What was to be paid before shipping falls due on the day of shipping. The parts always
/// add up to the amount; steps with one due date are one debt; no steps means due at once.
#[must_use]
pub fn debts_of(
    amount: Decimal,
    steps: &[PaymentStep],
    occurred_on: NaiveDate,
) -> Vec<(NaiveDate, Decimal)> {
    let due = |step: &PaymentStep| match step.moment {
        Moment::BeforeReserve | Moment::BeforeShipment => occurred_on,
        Moment::AfterShipment => {
            let days = Days::new(u64::try_from(step.days).unwrap_or_default());
            occurred_on.checked_add_days(days).unwrap_or(occurred_on)
        }
    };
    let mut parts: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    if steps.is_empty() {
        parts.insert(occurred_on, amount);
    }
    let weights: Vec<Decimal> = steps.iter().map(|step| step.percent.get()).collect();
    for (step, part) in steps.iter().zip(share_out(amount, &weights)) {
        *parts.entry(due(step)).or_default() += part;
    }
    parts.into_iter().filter(|(_, part)| *part > Decimal::ZERO).collect()
}

/// Puts debts into the order in which money settles them: oldest due first.
pub fn oldest_due_first(debts: &mut [Debt]) {
    debts.sort_by_key(|debt| (debt.due_on, debt.id));
}

/// Puts advances into the order in which they are used: first those that stay with an order,
/// then the others, each oldest first. Only advances that may be used belong in the list.
pub fn assigned_then_oldest_first(advances: &mut [Advance]) {
    advances.sort_by_key(|advance| (advance.order_id.is_none(), advance.date, advance.id));
}

/// Settles debts with advances, each list in its order, until one of them is used up. The date
/// of each offset is the later of the two documents' dates, or of the day on which one of them
/// was last freed: so at no business date more is settled than there was.
#[must_use]
pub fn offset(debts: &[Debt], advances: &[Advance]) -> Vec<Offset> {
    let mut offsets = Vec::new();
    let mut money = advances.iter();
    let Some(mut advance) = money.next() else { return offsets };
    let mut left = advance.open;
    for debt in debts {
        let mut owed = debt.open;
        while owed > Decimal::ZERO {
            if left <= Decimal::ZERO {
                let Some(next) = money.next() else { return offsets };
                advance = next;
                left = advance.open;
                continue;
            }
            let amount = owed.min(left);
            owed -= amount;
            left -= amount;
            offsets.push(Offset {
                payment_id: advance.id,
                receivable_id: debt.id,
                amount,
                occurred_on: debt.free_from.max(advance.free_from),
            });
        }
    }
    offsets
}

/// The rows that take offsets back from a date on. Each row is taken back on that date, or on
/// its own where that is later, so that at no business date more is taken back than was given.
#[must_use]
pub fn taken_back(rows: &[Offset], on: NaiveDate) -> Vec<Offset> {
    let mut sums: BTreeMap<(ReceivableId, PaymentId, NaiveDate), Decimal> = BTreeMap::new();
    for row in rows {
        let key = (row.receivable_id, row.payment_id, row.occurred_on.max(on));
        *sums.entry(key).or_default() -= row.amount;
    }
    sums.into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|((receivable_id, payment_id, occurred_on), amount)| Offset {
            payment_id,
            receivable_id,
            amount,
            occurred_on,
        })
        .collect()
}

/// A payment whose money is to be spread anew.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The payment.
    pub payment_id: PaymentId,
    /// Its date, or the day on which something of it was taken back.
    pub free_from: NaiveDate,
    /// Its whole amount.
    pub amount: Decimal,
    /// Today, when what moves is moved.
    pub today: NaiveDate,
    /// The first day that is not closed.
    pub first_open_day: NaiveDate,
}

/// What a receivable is to get of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The debt.
    pub receivable_id: ReceivableId,
    /// How much of it this payment settles, above zero.
    pub amount: Decimal,
}

/// Why money cannot be spread so. The index names the share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpreadRefusal {
    /// The shares add up to more than the payment.
    ExceedsPayment {
        /// What the payment has.
        amount: Decimal,
        /// What the shares ask for.
        asked: Decimal,
    },
    /// A share is above what is left of its debt.
    ExceedsDebt {
        /// Which share.
        index: usize,
        /// What this payment may settle of it at most.
        most: Decimal,
    },
    /// A receivable is not there, or not one that this payment may settle.
    UnknownDebt {
        /// Which share.
        index: usize,
    },
    /// A receivable is named twice.
    NamedTwice {
        /// Which share.
        index: usize,
    },
}

/// The rows that make the named shares all that a payment settles; what is left of it is an
/// advance. `debts` are the ones it may settle with what is left of them, `held` what it settles
/// now. Money that moves from debt to debt moves today; money that was free settles from the
/// later of the two documents' dates, or from the first day that is not closed.
///
/// # Errors
/// [`SpreadRefusal`] where a share does not fit.
pub fn spread(
    payment: Spread,
    shares: &[Share],
    debts: &[Debt],
    held: &HashMap<ReceivableId, Decimal>,
) -> Result<Vec<Offset>, SpreadRefusal> {
    let asked: Decimal = shares.iter().map(|share| share.amount).sum();
    if asked > payment.amount {
        return Err(SpreadRefusal::ExceedsPayment { amount: payment.amount, asked });
    }
    let debts: HashMap<ReceivableId, &Debt> = debts.iter().map(|debt| (debt.id, debt)).collect();
    let mut wanted: BTreeMap<ReceivableId, Decimal> = BTreeMap::new();
    for (index, share) in shares.iter().enumerate() {
        let Some(debt) = debts.get(&share.receivable_id) else {
            return Err(SpreadRefusal::UnknownDebt { index });
        };
        let most = debt.open + held.get(&debt.id).copied().unwrap_or_default();
        if share.amount > most {
            return Err(SpreadRefusal::ExceedsDebt { index, most });
        }
        if wanted.insert(debt.id, share.amount).is_some() {
            return Err(SpreadRefusal::NamedTwice { index });
        }
    }
    for id in held.keys() {
        wanted.entry(*id).or_default();
    }
    let held_of = |id: &ReceivableId| held.get(id).copied().unwrap_or_default();
    let moves = wanted.iter().any(|(id, amount)| *amount < held_of(id));
    let date_of = |id: &ReceivableId| match debts.get(id) {
        Some(debt) if !moves => debt.free_from.max(payment.free_from).max(payment.first_open_day),
        _ => payment.today,
    };
    Ok(wanted
        .iter()
        .map(|(id, amount)| Offset {
            payment_id: payment.payment_id,
            receivable_id: *id,
            amount: *amount - held_of(id),
            occurred_on: date_of(id),
        })
        .filter(|row| !row.amount.is_zero())
        .collect())
}

/// What a confirmed order may still turn into debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderPart {
    /// What is not shipped yet, with VAT.
    pub unshipped: Decimal,
    /// Advances that stay with the order.
    pub assigned: Decimal,
    /// What is still to be paid before it ships.
    pub prepayment_due: Decimal,
}

/// Exposure = open receivables − unassigned advances + Σ over confirmed orders of
/// max(0, unshipped − advances assigned − prepayment still due), with VAT (domain, section 6).
#[must_use]
pub fn exposure(
    open_receivables: Decimal,
    unassigned_advances: Decimal,
    orders: &[OrderPart],
) -> Decimal {
    let to_come = |part: &OrderPart| {
        (part.unshipped - part.assigned - part.prepayment_due).max(Decimal::ZERO)
    };
    open_receivables - unassigned_advances + orders.iter().map(to_come).sum::<Decimal>()
}

/// Free limit = limit − exposure; below zero where the limit is exceeded.
#[must_use]
pub fn free_limit(limit: Decimal, exposure: Decimal) -> Decimal {
    limit - exposure
}
