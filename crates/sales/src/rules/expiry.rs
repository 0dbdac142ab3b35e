//! When goods that are held for an order nobody has paid become free again.

use kernel::{DateTime, Decimal, Utc, round_money};

use super::OrderState;

/// What an order must have got so that its goods stay held: what is due before shipping, or all of
/// it where nothing is due before and somebody set a time all the same.
#[must_use]
pub fn asked_to_keep(gross: Decimal, prepayment_percent: Decimal) -> Decimal {
    if prepayment_percent.is_zero() {
        return gross;
    }
    round_money(gross * prepayment_percent / Decimal::ONE_HUNDRED)
}

/// What becomes of an order whose goods were held until a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtExpiry {
    /// Its goods are free from now on, and it waits for money.
    Release,
    /// Its goods are free from now on; it waits for an approval still.
    LetGo,
    /// The time has not come.
    Wait,
    /// It has paid, or holds nothing any more: there is nothing to wait for.
    Forget,
}

/// Looks at an order whose goods are held until `expires_at`.
#[must_use]
pub fn at_expiry(
    state: OrderState,
    (expires_at, now): (DateTime<Utc>, DateTime<Utc>),
    (asked, prepaid): (Decimal, Decimal),
) -> AtExpiry {
    let is_open = matches!(state, OrderState::Confirmed | OrderState::InFulfilment);
    match () {
        () if state == OrderState::PendingApproval && expires_at > now => AtExpiry::Wait,
        () if state == OrderState::PendingApproval => AtExpiry::LetGo,
        () if !is_open => AtExpiry::Forget,
        () if expires_at > now => AtExpiry::Wait,
        () if prepaid >= asked => AtExpiry::Forget,
        () => AtExpiry::Release,
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn goods_go_when_the_time_has_come_and_the_money_has_not() {
        use AtExpiry::{Forget, LetGo, Release, Wait};
        let now = DateTime::<Utc>::UNIX_EPOCH;
        for (state, seconds, asked, prepaid, then) in [
            (OrderState::Confirmed, -1, "30", "0", Release),
            (OrderState::Confirmed, 0, "30", "29.99", Release),
            (OrderState::Confirmed, 1, "30", "0", Wait),
            (OrderState::Confirmed, -1, "30", "30", Forget),
            (OrderState::InFulfilment, -1, "30", "0", Release),
            (OrderState::InFulfilment, 5, "30", "31", Wait),
            (OrderState::Completed, -1, "30", "0", Forget),
            (OrderState::Cancelled, 9, "30", "0", Forget),
            (OrderState::Draft, -1, "30", "0", Forget),
            (OrderState::PendingApproval, 1, "30", "0", Wait),
            (OrderState::PendingApproval, 0, "30", "30", LetGo),
        ] {
            let at = now + Duration::seconds(seconds);
            let told = at_expiry(state, (at, now), (dec(asked), dec(prepaid)));
            assert_eq!(told, then, "{state:?} {seconds} {prepaid} of {asked}");
        }
    }

    #[test]
    fn what_keeps_goods_is_what_is_due_before_shipping() {
        for (gross, percent, asked) in [
            ("100", "30", "30"),
            ("0.05", "50", "0.03"),
            ("100", "0", "100"),
            ("100", "100", "100"),
        ] {
            assert_eq!(asked_to_keep(dec(gross), dec(percent)), dec(asked), "{percent} of {gross}");
        }
    }

    proptest! {
        #[test]
        fn who_has_paid_keeps_his_goods(
            gross in 0_i64..1_000_000,
            percent in 0_i64..=100,
            more in 0_i64..1_000,
            seconds in -100_i64..100,
        ) {
            let asked = asked_to_keep(Decimal::new(gross, 2), Decimal::from(percent));
            let prepaid = asked + Decimal::new(more, 2);
            let now = DateTime::<Utc>::UNIX_EPOCH;
            let at = now + Duration::seconds(seconds);
            let told = at_expiry(OrderState::Confirmed, (at, now), (asked, prepaid));
            prop_assert!(told != AtExpiry::Release);
        }
    }
}
