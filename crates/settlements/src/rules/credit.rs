//! What a credit note does to the debts of its shipment (domain, section 4): it lessens what is
//! open, oldest due first; where that is less than the note, what was paid is taken back, from the
//! debts that fall due last, and becomes an advance.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use kernel::{Decimal, NaiveDate, PaymentId, ReceivableId};

use super::Offset;

/// A debt of a shipment as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The receivable item.
    pub id: ReceivableId,
    /// The day by which it is to be paid.
    pub due_on: NaiveDate,
    /// The date of its document, or the day on which something of it was opened again.
    pub free_from: NaiveDate,
    /// What is billed, less what was credited.
    pub amount: Decimal,
    /// What of that is not paid.
    pub open: Decimal,
}

/// By how much a debt becomes less, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// The debt.
    pub receivable_id: ReceivableId,
    /// Above zero.
    pub amount: Decimal,
    /// The note's date, or the day on which the debt was opened again where that is later.
    pub occurred_on: NaiveDate,
}

/// What a note of an amount does on a day: payments taken back, and debts made less. `rows` are what
/// has settled the debts. What is billed covers the amount, or the rest is not there.
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
    let mut back = Vec::new();
    for debt in oldest.iter().rev() {
        let part = left.min(debt.amount - debt.open);
        if part > Decimal::ZERO {
            *by_debt.entry(debt.id).or_default() += part;
            left -= part;
            back.extend(newest_back(rows, debt.id, part, on));
        }
    }
    let reduction = |debt: &&Standing| Reduction {
        receivable_id: debt.id,
        amount: by_debt.get(&debt.id).copied().unwrap_or_default(),
        occurred_on: debt.free_from.max(on),
    };
    let reductions = oldest.iter().map(reduction);
    (back, reductions.filter(|one| !one.amount.is_zero()).collect())
}

/// Takes a part of what settles a debt back, the money that came last first.
fn newest_back(rows: &[Offset], debt: ReceivableId, part: Decimal, on: NaiveDate) -> Vec<Offset> {
    let mut sums: BTreeMap<PaymentId, (NaiveDate, Decimal)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.receivable_id == debt) {
        let sum = sums.entry(row.payment_id).or_insert((row.occurred_on, Decimal::ZERO));
        sum.0 = sum.0.max(row.occurred_on);
        sum.1 += row.amount;
    }
    let mut newest: Vec<_> = sums.into_iter().collect();
    newest.sort_by_key(|(payment, (since, _))| Reverse((*since, *payment)));
    let mut left = part;
    let mut back = Vec::new();
    for (payment_id, (since, settled)) in newest {
        let amount = left.min(settled);
        if amount > Decimal::ZERO {
            left -= amount;
            let occurred_on = since.max(on);
            back.push(Offset { payment_id, receivable_id: debt, amount: -amount, occurred_on });
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
            free_from: day(1),
            amount: Decimal::from(amount),
            open: Decimal::from(open),
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
        assert_eq!(back, [paid(8, 2, -20, 9), paid(7, 2, -10, 5), paid(7, 1, -30, 5)]);
        assert_eq!(less(&parts), [(1, "30".to_owned()), (2, "70".to_owned())]);
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
