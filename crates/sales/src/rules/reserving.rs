//! When goods are held: at once, or when a part of the order is paid (domain, section 4, sales
//! route: BEFORE_RESERVE delays reservation until paid).

use catalog::{Moment, PaymentStep};
use kernel::{Decimal, round_money};

use super::OrderState;

/// What must be paid of a gross before goods are held; zero where nothing must.
#[must_use]
pub fn asked_before_reserve(steps: &[PaymentStep], gross: Decimal) -> Decimal {
    let before = steps.iter().filter(|step| step.moment == Moment::BeforeReserve);
    let percent: Decimal = before.map(|step| step.percent.get()).sum();
    round_money(gross * percent / Decimal::ONE_HUNDRED)
}

/// What becomes of an order that waited for money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterPayment {
    /// Its goods are held now.
    Hold,
    /// It waits on: what came was taken back, or was too little.
    Wait,
    /// It wants no goods any more.
    LetGo,
}

/// Looks at an order that waited until it has got `asked`.
#[must_use]
pub fn after_payment(state: OrderState, asked: Decimal, prepaid: Decimal) -> AfterPayment {
    match state {
        OrderState::Confirmed | OrderState::InFulfilment if prepaid >= asked => AfterPayment::Hold,
        OrderState::Confirmed | OrderState::InFulfilment => AfterPayment::Wait,
        OrderState::Draft
        | OrderState::PendingApproval
        | OrderState::Completed
        | OrderState::Cancelled => AfterPayment::LetGo,
    }
}

/// What is to be held for a line yet, base units: neither shipped nor held.
#[must_use]
pub fn to_hold(quantity: Decimal, shipped: Decimal, held: Decimal) -> Decimal {
    (quantity - shipped - held).max(Decimal::ZERO)
}

#[cfg(test)]
mod tests {
    use kernel::Percent;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn step(percent: &str, moment: Moment) -> PaymentStep {
        PaymentStep { percent: Percent::new(dec(percent)).unwrap(), moment, days: 0 }
    }

    #[test]
    fn only_what_is_due_before_reserving_is_asked() {
        use Moment::{AfterShipment, BeforeReserve, BeforeShipment};
        let thirty = vec![step("30", BeforeReserve), step("70", AfterShipment)];
        let twice = vec![
            step("10", BeforeReserve),
            step("33.3333", BeforeReserve),
            step("56.6667", BeforeShipment),
        ];
        let never = vec![step("40", BeforeShipment), step("60", AfterShipment)];
        for (steps, gross, asked) in [
            (&thirty, "100000", "30000"),
            (&thirty, "0.05", "0.02"),
            (&thirty, "0.01", "0"),
            (&thirty, "0", "0"),
            (&twice, "100", "43.33"),
            (&never, "100", "0"),
        ] {
            assert_eq!(asked_before_reserve(steps, dec(gross)), dec(asked), "{gross} of {steps:?}");
        }
    }

    #[test]
    fn goods_are_held_for_open_orders_that_are_paid() {
        use AfterPayment::{Hold, LetGo, Wait};
        for (state, asked, prepaid, then) in [
            (OrderState::Confirmed, "30", "0", Wait),
            (OrderState::Confirmed, "30", "29.99", Wait),
            (OrderState::Confirmed, "30", "30.00", Hold),
            (OrderState::Confirmed, "30", "100", Hold),
            (OrderState::InFulfilment, "30", "29.99", Wait),
            (OrderState::InFulfilment, "30", "30", Hold),
            (OrderState::Completed, "30", "30", LetGo),
            (OrderState::Completed, "30", "0", LetGo),
            (OrderState::Cancelled, "30", "30", LetGo),
            (OrderState::Draft, "30", "30", LetGo),
        ] {
            assert_eq!(after_payment(state, dec(asked), dec(prepaid)), then, "{state:?} {prepaid}");
        }
    }

    #[test]
    fn nothing_is_held_twice() {
        for (quantity, shipped, held, wanted) in [
            ("10", "0", "0", "10"),
            ("10", "4", "0", "6"),
            ("10", "4", "6", "0"),
            ("10", "4", "2.5", "3.5"),
            ("10", "10", "0", "0"),
            ("10", "8", "5", "0"),
        ] {
            assert_eq!(to_hold(dec(quantity), dec(shipped), dec(held)), dec(wanted));
        }
    }
}
