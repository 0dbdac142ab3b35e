//! Which advances a refund is taken out of.

use kernel::{Decimal, PaymentId};

use super::Advance;

/// Takes an amount out of advances: those that stay with no order first, each oldest first. `None`
/// where they hold less.
#[must_use]
pub fn refunded_from(
    advances: &mut [Advance],
    amount: Decimal,
) -> Option<Vec<(PaymentId, Decimal)>> {
    advances.sort_by_key(|advance| (advance.order_id.is_some(), advance.date, advance.id));
    let mut left = amount;
    let mut parts = Vec::new();
    for advance in advances {
        let part = left.min(advance.open);
        if part > Decimal::ZERO {
            left -= part;
            parts.push((advance.id, part));
        }
    }
    left.is_zero().then_some(parts)
}

#[cfg(test)]
mod tests {
    use kernel::{NaiveDate, OrderId, Uuid};

    use super::*;

    #[test]
    fn free_money_goes_before_that_of_orders_and_the_oldest_first() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let advance = |id: u128, on, order: Option<u128>, open| Advance {
            id: PaymentId(Uuid::from_u128(id)),
            date: day(on),
            free_from: day(on),
            order_id: order.map(|id| OrderId(Uuid::from_u128(id))),
            open: Decimal::from(open),
        };
        let mut advances =
            [advance(1, 1, Some(9), 10), advance(2, 5, None, 20), advance(3, 3, None, 5)];
        let told = |parts: Option<Vec<(PaymentId, Decimal)>>| {
            let parts = parts.unwrap().into_iter();
            parts.map(|(id, amount)| (id.0.as_u128(), amount.to_string())).collect::<Vec<_>>()
        };
        let parts = told(refunded_from(&mut advances, Decimal::from(27)));
        assert_eq!(parts, [(3, "5".to_owned()), (2, "20".to_owned()), (1, "2".to_owned())]);
        assert_eq!(refunded_from(&mut advances, Decimal::from(36)), None);
    }
}
