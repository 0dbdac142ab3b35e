//! What a gate of credit does (domain, sections 4 and 6): the agreement's policy decides whether, an
//! approval rule decides who.

use approvals::{ApprovalKind, Circumstance, Finding, Measured};
use catalog::{CreditPolicy, PaymentStep, deferral_days};
use kernel::{Decimal, NaiveDate, Refusal, RefusalCode, Text};
use serde_json::json;

use super::CreditVerdict;

/// What comes of a gate.
#[derive(Clone, Debug, PartialEq)]
pub enum Gated {
    /// The document goes on.
    Passed,
    /// It goes on, with a word.
    Warned(Refusal),
    /// It does not.
    Refused(Refusal),
    /// Somebody has to agree; it is refused where no rule says who.
    Asked(Finding, Refusal),
}

/// What a policy does with what a gate has found.
#[must_use]
pub fn gated(policy: CreditPolicy, found: Option<(Finding, Refusal)>) -> Gated {
    match (policy, found) {
        (CreditPolicy::Ignore, _) | (_, None) => Gated::Passed,
        (CreditPolicy::Warn, Some((_, refusal))) => Gated::Warned(refusal),
        (CreditPolicy::Block, Some((_, refusal))) => Gated::Refused(refusal),
        (CreditPolicy::Approve, Some((finding, refusal))) => Gated::Asked(finding, refusal),
    }
}

impl CreditVerdict {
    /// What is special about it; `None` where it passed.
    #[must_use]
    pub fn finding(&self) -> Option<(Finding, Refusal)> {
        let refusal = self.refusal()?;
        let (measure, exposure) = match self {
            Self::Exceeded { limit, exposure, .. } => (Some(exposure - limit), Some(*exposure)),
            _ => (None, None),
        };
        let finding = Finding {
            kind: ApprovalKind::CreditLimitExceeded,
            line: None,
            measure,
            circumstances: vec![Measured { name: Circumstance::Exposure, value: exposure }],
            details: refusal.details.clone().unwrap_or_default(),
        };
        Some((finding, refusal))
    }
}

/// Overdue debt before a shipment: how much in the document's currency (`None` where a rate is
/// missing), since when.
#[must_use]
pub fn overdue(
    amount: Option<Decimal>,
    since: Option<NaiveDate>,
    today: NaiveDate,
    refusal: Refusal,
) -> Option<(Finding, Refusal)> {
    if amount.is_some_and(|amount| amount <= Decimal::ZERO) {
        return None;
    }
    let days = since.map(|since| Decimal::from((today - since).num_days()));
    let finding = Finding {
        kind: ApprovalKind::ShipmentWithOverdueDebt,
        line: None,
        measure: days,
        circumstances: vec![
            Measured { name: Circumstance::OverdueAmount, value: amount },
            Measured { name: Circumstance::DaysOverdue, value: days },
        ],
        details: json!({ "overdue": amount, "days": days, "since": since }),
    };
    Some((finding, refusal))
}

/// What is to be paid before a shipment and is not.
#[must_use]
pub fn unpaid(due: Decimal, refusal: Refusal) -> Option<(Finding, Refusal)> {
    if due <= Decimal::ZERO {
        return None;
    }
    let finding = Finding {
        kind: ApprovalKind::ShipmentBeforePayment,
        line: None,
        measure: Some(due),
        circumstances: vec![Measured { name: Circumstance::PaymentDue, value: Some(due) }],
        details: json!({ "due": due }),
    };
    Some((finding, refusal))
}

/// Terms that somebody may want to be asked about: how many days the last payment is deferred, and
/// whether the sales route was chosen for this order alone.
#[must_use]
pub fn special_terms(steps: &[PaymentStep], route_is_own: bool) -> Option<Finding> {
    let days = deferral_days(steps);
    (days > 0 || route_is_own).then(|| Finding {
        kind: ApprovalKind::SpecialTerms,
        line: None,
        measure: Some(Decimal::from(days)),
        circumstances: Vec::new(),
        details: json!({ "deferralDays": days, "ownRoute": route_is_own }),
    })
}

/// What a gate says to those who may not see the figures it looked at; `None` where it tells none.
#[must_use]
pub fn without_figures(code: RefusalCode) -> Option<Text> {
    let (en, ru) = match code {
        RefusalCode::CreditLimitExceeded => {
            ("The customer's credit limit is exceeded.", "Кредитный лимит клиента превышен.")
        }
        RefusalCode::OverdueDebt => {
            ("The customer has overdue debt.", "У клиента есть просроченный долг.")
        }
        RefusalCode::PrepaymentDue => {
            ("A part of it must be paid first.", "Сначала нужно оплатить часть заказа.")
        }
        _ => return None,
    };
    Some(Text::new(en, ru))
}

#[cfg(test)]
mod tests {
    use catalog::Moment;
    use kernel::{Currency, Percent};

    use super::*;

    fn no() -> Refusal {
        Refusal::new(RefusalCode::CreditLimitExceeded, "no", "нет")
    }

    fn exceeded() -> CreditVerdict {
        CreditVerdict::Exceeded {
            limit: Decimal::from(100),
            exposure: Decimal::from(130),
            currency: Currency::parse("RUB").unwrap(),
        }
    }

    #[test]
    fn the_policy_decides_what_a_gate_does() {
        let found = || exceeded().finding();
        let (finding, refusal) = found().unwrap();
        for (policy, told) in [
            (CreditPolicy::Ignore, Gated::Passed),
            (CreditPolicy::Warn, Gated::Warned(refusal.clone())),
            (CreditPolicy::Block, Gated::Refused(refusal.clone())),
            (CreditPolicy::Approve, Gated::Asked(finding, refusal)),
        ] {
            assert_eq!(gated(policy, found()), told, "{policy:?}");
            assert_eq!(gated(policy, None), Gated::Passed, "{policy:?}");
        }
    }

    #[test]
    fn what_is_asked_holds_the_figures_of_the_moment() {
        let (finding, _) = exceeded().finding().unwrap();
        assert_eq!(finding.measure, Some(Decimal::from(30)));
        assert_eq!(finding.circumstances[0].value, Some(Decimal::from(130)));
        assert_eq!(CreditVerdict::Passed.finding(), None);
        let rub = Currency::parse("RUB").unwrap();
        let other = CreditVerdict::NoRate { limit: rub };
        assert_eq!(other.finding().unwrap().0.measure, None);

        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let (late, _) = overdue(Some(Decimal::from(50)), Some(day(1)), day(13), no()).unwrap();
        assert_eq!(late.measure, Some(Decimal::from(12)));
        assert_eq!(overdue(Some(Decimal::ZERO), None, day(13), no()), None);
        let unknown = overdue(None, Some(day(1)), day(13), no()).unwrap().0;
        assert_eq!(
            (unknown.measure, unknown.circumstances[0].value),
            (Some(Decimal::from(12)), None)
        );
        assert_eq!(unpaid(Decimal::ZERO, no()), None);
        assert_eq!(unpaid(Decimal::TEN, no()).unwrap().0.measure, Some(Decimal::TEN));
    }

    #[test]
    fn who_sees_no_debts_reads_no_figures() {
        for code in RefusalCode::ALL {
            let told = without_figures(*code);
            let tells = matches!(
                code,
                RefusalCode::CreditLimitExceeded
                    | RefusalCode::OverdueDebt
                    | RefusalCode::PrepaymentDue
            );
            assert_eq!(told.is_some(), tells, "{code:?}");
            let is_figure = |text: &str| text.contains(|letter: char| letter.is_ascii_digit());
            assert!(!told.is_some_and(|told| is_figure(&told.en) || is_figure(&told.ru)));
        }
    }

    #[test]
    fn terms_are_special_by_their_longest_deferral_or_an_own_route() {
        let step = |percent: i64, moment, days| PaymentStep {
            percent: Percent::new(Decimal::from(percent)).unwrap(),
            moment,
            days,
        };
        let usual = [step(100, Moment::AfterShipment, 0)];
        assert_eq!(special_terms(&usual, false), None);
        let own = special_terms(&usual, true).unwrap();
        assert_eq!(own.measure, Some(Decimal::ZERO));
        let late = [
            step(30, Moment::BeforeShipment, 0),
            step(40, Moment::AfterShipment, 30),
            step(30, Moment::AfterShipment, 90),
        ];
        assert_eq!(special_terms(&late, false).unwrap().measure, Some(Decimal::from(90)));
    }
}
