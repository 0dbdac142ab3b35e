//! What a credit note does to the debts of its shipment (domain, section 4): it lessens what is
//! open, oldest due first; where that is less than the note, what was paid is taken back, from the
//! debts that fall due last, and becomes an advance.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use kernel::{Decimal, NaiveDate, PaymentId, ReceivableId};

use super::Offset;

/// A debt of a shipment as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The receivable item.
    pub id: ReceivableId,
    /// The day by which it is to be paid.
    pub due_on: NaiveDate,
    /// What is billed, less what was credited.
    pub amount: Decimal,
    /// What of that is not paid.
    pub open: Decimal,
    /// What made up the amount, by business date: the bill, notes below zero, and notes taken back.
    pub changes: Vec<(NaiveDate, Decimal)>,
}

/// By how much a debt becomes less, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// The debt.
    pub receivable_id: ReceivableId,
    /// Above zero.
    pub amount: Decimal,
    /// The note's date; a later one where the debt was less than the part meanwhile.
    pub occurred_on: NaiveDate,
}

/// What a note of an amount does on a day: payments taken back, and debts made less. `rows` are what
/// has settled the debts. What is billed covers the amount, or the rest is not there.
///
/// The balance of every day since the note is less by it, so what has settled a debt beyond what is
/// left of it is taken back for as long as it did: money that was there for a while only, until a
/// payment was reversed or moved, is taken back for that while.
#[must_use]
pub fn credited(
    debts: &[Standing],
    rows: &[Offset],
    amount: Decimal,
    on: NaiveDate,
) -> (Vec<Offset>, Vec<Reduction>) {
    let mut left = amount;
    let mut by_debt: BTreeMap<ReceivableId, Decimal> = BTreeMap::new();
    let mut oldest: Vec<&Standing> = debts.iter().collect();
    oldest.sort_by_key(|debt| (debt.due_on, debt.id));
    for debt in &oldest {
        let part = left.min(debt.open);
        *by_debt.entry(debt.id).or_default() += part;
        left -= part;
    }
    for debt in oldest.iter().rev() {
        let part = left.min(debt.amount - debt.open);
        *by_debt.entry(debt.id).or_default() += part;
        left -= part;
    }
    let reduction = |debt: &&Standing| {
        let amount = by_debt.get(&debt.id).copied().unwrap_or_default();
        Reduction { receivable_id: debt.id, amount, occurred_on: covered_since(debt, amount, on) }
    };
    let parts: Vec<Reduction> =
        oldest.iter().map(reduction).filter(|one| !one.amount.is_zero()).collect();
    let mut back = Vec::new();
    for debt in oldest.iter().rev() {
        if let Some(part) = parts.iter().find(|part| part.receivable_id == debt.id) {
            back.extend(newest_back(rows, debt, part));
        }
    }
    (back, parts)
}

/// The day from which on a debt was never less than a part; not before the note's.
fn covered_since(debt: &Standing, part: Decimal, on: NaiveDate) -> NaiveDate {
    // What is taken off and put back on one day was never missing.
    let mut by_day: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    for (day, change) in &debt.changes {
        *by_day.entry(*day).or_default() += *change;
    }
    let mut since = on;
    let mut billed = Decimal::ZERO;
    for (day, change) in by_day {
        if billed < part {
            since = since.max(day);
        }
        billed += change;
    }
    since
}

/// Takes back what settles a debt beyond what a note leaves of it, for each day since the note, the
/// money that came last first.
fn newest_back(rows: &[Offset], debt: &Standing, part: &Reduction) -> Vec<Offset> {
    let rows: Vec<&Offset> = rows.iter().filter(|row| row.receivable_id == debt.id).collect();
    let mut last_days: BTreeMap<PaymentId, NaiveDate> = BTreeMap::new();
    for row in &rows {
        let day = last_days.entry(row.payment_id).or_insert(row.occurred_on);
        *day = (*day).max(row.occurred_on);
    }
    let mut newest: Vec<PaymentId> = last_days.keys().copied().collect();
    newest.sort_by_key(|payment| Reverse((last_days.get(payment), *payment)));
    let changed = debt.changes.iter().map(|change| change.0);
    let moved = rows.iter().map(|row| row.occurred_on).chain(changed);
    let days: BTreeSet<NaiveDate> =
        moved.filter(|day| *day > part.occurred_on).chain([part.occurred_on]).collect();
    let mut taken: BTreeMap<PaymentId, Decimal> = BTreeMap::new();
    let mut back = Vec::new();
    for day in days {
        let until = |on: NaiveDate| on <= day;
        let billed: Decimal =
            debt.changes.iter().filter(|change| until(change.0)).map(|change| change.1).sum();
        let settled_by = |payment: Option<PaymentId>| -> Decimal {
            let his = |row: &&&Offset| payment.is_none_or(|payment| row.payment_id == payment);
            let known = rows.iter().filter(|row| until(row.occurred_on));
            known.filter(his).map(|row| row.amount).sum()
        };
        let mut beyond = (settled_by(None) - (billed - part.amount)).max(Decimal::ZERO);
        for payment in &newest {
            let amount = beyond.min(settled_by(Some(*payment)));
            beyond -= amount;
            let before = taken.insert(*payment, amount).unwrap_or_default();
            if amount != before {
                back.push(Offset {
                    payment_id: *payment,
                    receivable_id: debt.id,
                    amount: before - amount,
                    occurred_on: day,
                });
            }
        }
    }
    back
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::*;

    fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, of_march).unwrap()
    }

    fn debt(id: u128, due: u32, amount: i64, open: i64) -> Standing {
        Standing {
            id: ReceivableId(Uuid::from_u128(id)),
            due_on: day(due),
            amount: Decimal::from(amount),
            open: Decimal::from(open),
            changes: vec![(day(1), Decimal::from(amount))],
        }
    }

    fn paid(payment: u128, debt: u128, amount: i64, on: u32) -> Offset {
        Offset {
            payment_id: PaymentId(Uuid::from_u128(payment)),
            receivable_id: ReceivableId(Uuid::from_u128(debt)),
            amount: Decimal::from(amount),
            occurred_on: day(on),
        }
    }

    #[test]
    fn open_debts_become_less_first_and_the_newest_money_comes_back() {
        let debts = [debt(1, 5, 30, 0), debt(2, 20, 70, 40)];
        let rows = [paid(7, 1, 30, 2), paid(7, 2, 10, 2), paid(8, 2, 20, 9)];
        let less = |parts: &[Reduction]| -> Vec<(u128, String)> {
            parts.iter().map(|p| (p.receivable_id.0.as_u128(), p.amount.to_string())).collect()
        };
        let (back, parts) = credited(&debts, &rows, Decimal::from(25), day(10));
        assert!(back.is_empty());
        assert_eq!(less(&parts), [(2, "25".to_owned())]);
        let (back, parts) = credited(&debts, &rows, Decimal::from(65), day(10));
        assert_eq!(back, [paid(8, 2, -20, 10), paid(7, 2, -5, 10)]);
        assert_eq!(less(&parts), [(2, "65".to_owned())]);
        let (back, parts) = credited(&debts, &rows, Decimal::from(100), day(5));
        // Money that came on the ninth does not come back before.
        assert_eq!(back, [paid(7, 2, -10, 5), paid(8, 2, -20, 9), paid(7, 1, -30, 5)]);
        assert_eq!(less(&parts), [(1, "30".to_owned()), (2, "70".to_owned())]);
    }

    /// A note of the fifth of a debt that was paid on the second; the payment was reversed on the
    /// tenth, and other money came on the tenth.
    #[test]
    fn a_note_counts_from_its_own_day_whatever_has_moved_since() {
        let paid_again = [paid(7, 1, 30, 2), paid(7, 1, -30, 10), paid(8, 1, 30, 10)];
        let (back, parts) = credited(&[debt(1, 1, 30, 0)], &paid_again, Decimal::from(30), day(5));
        assert_eq!((parts[0].amount, parts[0].occurred_on), (Decimal::from(30), day(5)));
        assert_eq!(back, [paid(7, 1, -30, 5), paid(8, 1, -30, 10), paid(7, 1, 30, 10)]);
        // Where nobody has paid since, nothing of it is settled at the end, and was for a while.
        let (back, parts) =
            credited(&[debt(1, 1, 30, 30)], &paid_again[..2], Decimal::from(20), day(5));
        assert_eq!((parts[0].amount, parts[0].occurred_on), (Decimal::from(20), day(5)));
        assert_eq!(back, [paid(7, 1, -20, 5), paid(7, 1, 20, 10)]);
        // Until the seventh another note stood: no more could be credited than was left.
        let changes = [(1, 30), (3, -20), (7, 20)].map(|(on, by)| (day(on), Decimal::from(by)));
        let less = Standing { changes: changes.to_vec(), ..debt(1, 1, 30, 30) };
        for (amount, since) in [(10, 5), (11, 7)] {
            let (back, parts) =
                credited(std::slice::from_ref(&less), &[], Decimal::from(amount), day(5));
            assert_eq!((back.len(), parts[0].occurred_on), (0, day(since)), "{amount}");
        }
    }

    /// A note of the third that was taken back on its own day leaves no trace in later ones.
    #[test]
    fn what_came_and_went_on_one_day_was_never_missing() {
        for same_day in [[-20, 20], [20, -20]] {
            let taken_back = same_day.map(|by| (day(3), Decimal::from(by)));
            let bill = [(day(1), Decimal::from(30))];
            let debt =
                Standing { changes: [&bill[..], &taken_back].concat(), ..debt(1, 1, 30, 30) };
            let (_, parts) = credited(&[debt], &[], Decimal::from(30), day(2));
            assert_eq!(parts[0].occurred_on, day(2), "{same_day:?}");
        }
    }

    proptest! {
        #[test]
        fn a_note_is_spent_whole_and_nothing_falls_below_zero(
            bills in prop::collection::vec((1_u32..28, 1_i64..100, prop::collection::vec(1_i64..40, 0..3)), 1..5),
            percent in 1_i64..=100,
        ) {
            let mut debts = Vec::new();
            let mut rows = Vec::new();
            for (place, (due, amount, payments)) in bills.iter().enumerate() {
                let mut open = *amount;
                for (nth, payment) in payments.iter().enumerate() {
                    let part = open.min(*payment);
                    if part > 0 {
                        rows.push(paid(50 + nth as u128, place as u128, part, 3 + nth as u32));
                        open -= part;
                    }
                }
                debts.push(debt(place as u128, *due, *amount, open));
            }
            let billed: Decimal = debts.iter().map(|debt| debt.amount).sum();
            let amount = billed * Decimal::from(percent) / Decimal::from(100);
            let (back, parts) = credited(&debts, &rows, amount, day(9));
            prop_assert_eq!(parts.iter().map(|part| part.amount).sum::<Decimal>(), amount);
            for debt in &debts {
                let less: Decimal =
                    parts.iter().filter(|p| p.receivable_id == debt.id).map(|p| p.amount).sum();
                let freed: Decimal =
                    back.iter().filter(|b| b.receivable_id == debt.id).map(|b| -b.amount).sum();
                let open = debt.open + freed - less;
                prop_assert!(open >= Decimal::ZERO && open <= debt.amount - less);
            }
        }
    }
}
