//! Gates of money: prepayment before shipping, the credit limit, overdue debt (domain, section 6).

use catalog::CreditPolicy;
use kernel::{Currency, Decimal, Refusal, RefusalCode, round_money};
use serde_json::json;

/// What is still to be paid before an order ships: its part by the payment steps, less the money
/// it has got.
#[must_use]
pub fn prepayment_due(gross: Decimal, prepayment_percent: Decimal, prepaid: Decimal) -> Decimal {
    let asked = round_money(gross * prepayment_percent / Decimal::ONE_HUNDRED);
    (asked - prepaid).max(Decimal::ZERO)
}

/// What the gate of credit looks at, under the customer's lock; in the limit's currency.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// What the agreement wants done over the limit.
    pub policy: CreditPolicy,
    /// `None` is no limit.
    pub limit: Option<Decimal>,
    /// The limit's currency.
    pub currency: Currency,
    /// What the document under check adds, counted here and nowhere else; `None` where a rate is
    /// missing.
    pub own: Option<Decimal>,
    /// What the customer owes without it, his other confirmed orders with it; `None` where a rate is
    /// missing.
    pub others: Option<Decimal>,
}

/// What the gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditVerdict {
    /// Within the limit, or not asked.
    Passed,
    /// Over the limit.
    Exceeded {
        /// The limit.
        limit: Decimal,
        /// What it would be used to.
        exposure: Decimal,
        /// The limit's currency.
        currency: Currency,
    },
    /// What the customer owes cannot be told in the limit's currency.
    NoRate {
        /// The limit's currency.
        limit: Currency,
    },
}

impl Gate {
    /// Whether the customer may have this document on credit. A document that adds no debt always
    /// passes: a customer with limit 0 on full prepayment can always confirm.
    #[must_use]
    pub fn verdict(&self) -> CreditVerdict {
        let Some(limit) = self.limit else { return CreditVerdict::Passed };
        if self.policy == CreditPolicy::Ignore || self.own.is_some_and(|own| own.is_zero()) {
            return CreditVerdict::Passed;
        }
        let exposure = self.own.zip(self.others).and_then(|(own, others)| own.checked_add(others));
        match exposure {
            None => CreditVerdict::NoRate { limit: self.currency },
            Some(exposure) if exposure <= limit => CreditVerdict::Passed,
            Some(exposure) => CreditVerdict::Exceeded { limit, exposure, currency: self.currency },
        }
    }
}

impl CreditVerdict {
    /// The refusal or warning; `None` where it passed.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Passed => None,
            Self::Exceeded { limit, exposure, currency } => Some(
                Refusal::new(
                    RefusalCode::CreditLimitExceeded,
                    format!("The credit limit of {limit} {currency} would be used to {exposure}."),
                    format!("Кредитный лимит {limit} {currency} был бы занят на {exposure}."),
                )
                .with(json!({ "limit": limit, "exposure": exposure, "currency": currency })),
            ),
            Self::NoRate { limit } => Some(
                Refusal::new(
                    RefusalCode::NoRate,
                    format!(
                        "What the customer owes cannot be told in {limit}, the currency of his \
                         credit limit: enter today's rates."
                    ),
                    format!(
                        "Долг клиента нельзя пересчитать в {limit}, валюту его кредитного лимита: \
                         введите курсы на сегодня."
                    ),
                )
                .with(json!({ "limitCurrency": limit })),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use settlements::OrderPart;

    use super::*;

    fn part(unshipped: i64, assigned: i64, due: i64) -> OrderPart {
        OrderPart {
            unshipped: unshipped.into(),
            assigned: assigned.into(),
            prepayment_due: due.into(),
        }
    }

    fn rub() -> Currency {
        Currency::parse("RUB").unwrap()
    }

    fn verdict(limit: i64, owed: i64, advances: i64, document: OrderPart) -> CreditVerdict {
        let gate = Gate {
            policy: CreditPolicy::Block,
            limit: Some(limit.into()),
            currency: rub(),
            own: Some(settlements::exposure(Decimal::ZERO, Decimal::ZERO, &[document])),
            others: Some(settlements::exposure(owed.into(), advances.into(), &[])),
        };
        gate.verdict()
    }

    fn exposure(verdict: &CreditVerdict) -> Option<Decimal> {
        match verdict {
            CreditVerdict::Exceeded { exposure, .. } => Some(*exposure),
            _ => None,
        }
    }

    #[test]
    fn the_worked_case_before_and_after_the_prepayment() {
        for document in [part(100_000, 0, 30_000), part(100_000, 30_000, 0)] {
            assert_eq!(verdict(130_000, 60_000, 0, document), CreditVerdict::Passed);
            let over = verdict(129_999, 60_000, 0, document);
            assert_eq!(exposure(&over), Some(130_000.into()));
        }
    }

    #[test]
    fn no_credit_is_needed_by_who_pays_first() {
        assert_eq!(verdict(0, 5_000, 0, part(100, 0, 100)), CreditVerdict::Passed);
        assert_eq!(exposure(&verdict(0, 0, 0, part(100, 0, 99))), Some(1.into()));
        assert_eq!(verdict(0, 0, 1, part(100, 0, 99)), CreditVerdict::Passed);
    }

    /// Under, at and above the limit, by each policy; without a limit, without a rate, and for a
    /// document that adds nothing.
    #[test]
    fn the_limit_holds_whatever_the_policy_says_to_it() {
        let over = |limit: i64| CreditVerdict::Exceeded {
            limit: limit.into(),
            exposure: 100.into(),
            currency: rub(),
        };
        let unknown = CreditVerdict::NoRate { limit: rub() };
        use CreditPolicy::{Approve, Block, Ignore, Warn};
        for (limit, own, others, told) in [
            (Some(101), Some(40), Some(60), CreditVerdict::Passed),
            (Some(100), Some(40), Some(60), CreditVerdict::Passed),
            (Some(99), Some(40), Some(60), over(99)),
            (Some(0), Some(40), Some(60), over(0)),
            (Some(0), Some(0), Some(60), CreditVerdict::Passed),
            (None, Some(40), Some(60), CreditVerdict::Passed),
            (None, None, None, CreditVerdict::Passed),
            (Some(1_000), None, Some(60), unknown.clone()),
            (Some(1_000), Some(40), None, unknown.clone()),
            (Some(1_000), Some(0), None, CreditVerdict::Passed),
        ] {
            for policy in [Ignore, Warn, Block, Approve] {
                let gate = Gate {
                    policy,
                    limit: limit.map(Decimal::from),
                    currency: rub(),
                    own: own.map(Decimal::from),
                    others: others.map(Decimal::from),
                };
                let expected = if policy == Ignore { &CreditVerdict::Passed } else { &told };
                assert_eq!(&gate.verdict(), expected, "{limit:?} {own:?} {others:?} {policy:?}");
            }
        }
    }
}
