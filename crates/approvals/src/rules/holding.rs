//! Whether a decision still holds: circumstances may not have got worse than its tolerance lets.

use kernel::Decimal;
use serde::{Deserialize, Serialize};

/// What may get worse while a document waits or goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Circumstance {
    /// What the customer would owe, in the credit limit's currency; more is worse.
    Exposure,
    /// Overdue debt, in the document's currency; more is worse.
    OverdueAmount,
    /// Days that the oldest debt is overdue; more is worse.
    DaysOverdue,
    /// What is to be paid before shipping and is not, in the document's currency; more is worse.
    PaymentDue,
    /// Margin in per cent of revenue; less is worse, and not knowing it is worst.
    Margin,
}

/// A circumstance as it was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// What.
    pub name: Circumstance,
    /// How much; `None` is not known.
    pub value: Option<Decimal>,
}

/// Whether what was decided about `then` still holds for `now`: each circumstance is no worse than
/// its value then, and a tolerance in per cent of it on top.
#[must_use]
pub fn holds(then: &[Measured], now: &[Measured], tolerance: Decimal) -> bool {
    now.iter().all(|now| {
        let before = then.iter().find(|before| before.name == now.name);
        before.is_some_and(|before| is_no_worse(*before, now.value, tolerance))
    })
}

fn is_no_worse(then: Measured, now: Option<Decimal>, tolerance: Decimal) -> bool {
    let (Some(was), Some(is)) = (then.value, now) else {
        // What was not known when it was decided may be anything; what is not known now may be
        // anything worse.
        return then.value.is_none();
    };
    let Some(slack) = was.abs().checked_mul(tolerance) else { return false };
    let slack = slack / Decimal::ONE_HUNDRED;
    match then.name {
        Circumstance::Margin => is.checked_add(slack).is_some_and(|least| least >= was),
        _ => was.checked_add(slack).is_some_and(|most| is <= most),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(name: Circumstance, value: Option<&str>) -> Vec<Measured> {
        vec![Measured { name, value: value.map(|text| text.parse().unwrap()) }]
    }

    #[test]
    fn a_decision_holds_while_nothing_is_worse_than_its_tolerance() {
        use Circumstance::{DaysOverdue, Exposure, Margin, OverdueAmount, PaymentDue};
        for (name, then, now, tolerance, stands) in [
            (Exposure, Some("1000"), Some("1000"), 10, true),
            (Exposure, Some("1000"), Some("1100"), 10, true),
            (Exposure, Some("1000"), Some("1100.01"), 10, false),
            (Exposure, Some("1000"), Some("1000.01"), 0, false),
            (Exposure, None, Some("9999"), 10, true),
            (Exposure, Some("1000"), None, 10, false),
            (OverdueAmount, Some("500"), Some("0"), 10, true),
            (DaysOverdue, Some("10"), Some("11"), 10, true),
            (DaysOverdue, Some("10"), Some("12"), 10, false),
            (PaymentDue, Some("0"), Some("0.01"), 10, false),
            (Margin, Some("20"), Some("18"), 10, true),
            (Margin, Some("20"), Some("17.99"), 10, false),
            (Margin, Some("20"), Some("35"), 10, true),
            (Margin, Some("-10"), Some("-11"), 10, true),
            (Margin, Some("-10"), Some("-11.01"), 10, false),
            (Margin, None, None, 10, true),
            (Margin, Some("20"), None, 10, false),
        ] {
            let told = holds(&one(name, then), &one(name, now), Decimal::from(tolerance));
            assert_eq!(told, stands, "{name:?}: {then:?}, now {now:?}, {tolerance} %");
        }
    }

    #[test]
    fn what_was_never_decided_about_does_not_hold() {
        let now = one(Circumstance::DaysOverdue, Some("1"));
        assert!(!holds(&[], &now, Decimal::ONE_HUNDRED));
        assert!(holds(&now, &[], Decimal::ZERO), "nothing is worse any more");
    }

    proptest! {
        #[test]
        fn better_is_never_too_much(was in -1_000_i64..1_000, by in 0_i64..500, tolerance in 0_i64..100) {
            let at = |name, value| vec![Measured { name, value: Some(Decimal::from(value)) }];
            let tolerance = Decimal::from(tolerance);
            let (debt, margin) = (Circumstance::Exposure, Circumstance::Margin);
            prop_assert!(holds(&at(debt, was), &at(debt, was - by), tolerance));
            prop_assert!(holds(&at(margin, was), &at(margin, was + by), tolerance));
        }
    }
}
