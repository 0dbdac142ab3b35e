//! Gates of money: prepayment before shipping, the credit limit, overdue debt (domain, section 6).

use catalog::CreditPolicy;
use kernel::{Currency, Decimal, Refusal, RefusalCode, round_money};
use serde_json::json;
use settlements::{OrderPart, Position};

/// What is still to be paid before an order ships: its part by the payment steps, less the money
/// it has got.
#[must_use]
pub fn prepayment_due(gross: Decimal, prepayment_percent: Decimal, prepaid: Decimal) -> Decimal {
    let asked = round_money(gross * prepayment_percent / Decimal::ONE_HUNDRED);
    (asked - prepaid).max(Decimal::ZERO)
}

/// What the gate of credit looks at, under the customer's lock.
#[derive(Clone, Debug)]
pub struct Gate<'a> {
    /// What the agreement wants done over the limit.
    pub policy: CreditPolicy,
    /// `None` is no limit.
    pub limit: Option<Decimal>,
    /// The limit's currency.
    pub limit_currency: Currency,
    /// The document's currency; the position is in it.
    pub currency: Currency,
    /// Where the customer stands.
    pub position: &'a Position,
    /// The document under check, counted here and nowhere else.
    pub document: OrderPart,
    /// His other confirmed orders.
    pub others: &'a [OrderPart],
    /// Money that stays with orders which want none any more.
    pub idle: Decimal,
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
    /// The limit is in another currency.
    OtherCurrency {
        /// The limit's currency.
        limit: Currency,
        /// The document's currency.
        document: Currency,
    },
}

impl Gate<'_> {
    /// Whether the customer may have this document on credit. A document that adds no debt always
    /// passes: a customer with limit 0 on full prepayment can always confirm.
    #[must_use]
    pub fn verdict(&self) -> CreditVerdict {
        let Some(limit) = self.limit else { return CreditVerdict::Passed };
        let own = settlements::exposure(Decimal::ZERO, Decimal::ZERO, &[self.document]);
        if self.policy == CreditPolicy::Ignore || own.is_zero() {
            return CreditVerdict::Passed;
        }
        if self.limit_currency != self.currency {
            let (limit, document) = (self.limit_currency, self.currency);
            return CreditVerdict::OtherCurrency { limit, document };
        }
        let advances = self.position.unassigned_advances + self.idle;
        let others = settlements::exposure(self.position.open_receivables, advances, self.others);
        let exposure = others + own;
        if exposure <= limit {
            return CreditVerdict::Passed;
        }
        CreditVerdict::Exceeded { limit, exposure, currency: self.currency }
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
            Self::OtherCurrency { limit, document } => Some(
                Refusal::new(
                    RefusalCode::CurrencyMismatch,
                    format!("The credit limit is in {limit}, the document in {document}."),
                    format!("Кредитный лимит задан в {limit}, а документ в {document}."),
                )
                .with(json!({ "limitCurrency": limit, "documentCurrency": document })),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(unshipped: i64, assigned: i64, due: i64) -> OrderPart {
        OrderPart {
            unshipped: unshipped.into(),
            assigned: assigned.into(),
            prepayment_due: due.into(),
        }
    }

    fn verdict(limit: i64, owed: i64, advances: i64, document: OrderPart) -> CreditVerdict {
        let currency = Currency::parse("RUB").unwrap();
        let position = Position {
            open_receivables: owed.into(),
            unassigned_advances: advances.into(),
            ..Position::default()
        };
        let gate = Gate {
            policy: CreditPolicy::Block,
            limit: Some(limit.into()),
            limit_currency: currency,
            currency,
            position: &position,
            document,
            others: &[],
            idle: Decimal::ZERO,
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

    /// Under, at and above the limit, by each policy; without a limit, in another currency, and for a
    /// document that adds nothing.
    #[test]
    fn the_limit_holds_whatever_the_policy_says_to_it() {
        let (rub, usd) = (Currency::parse("RUB").unwrap(), Currency::parse("USD").unwrap());
        let position = Position { open_receivables: 60.into(), ..Position::default() };
        let other = CreditVerdict::OtherCurrency { limit: usd, document: rub };
        let over = |limit: i64| CreditVerdict::Exceeded {
            limit: limit.into(),
            exposure: 100.into(),
            currency: rub,
        };
        use CreditPolicy::{Approve, Block, Ignore, Warn};
        for (limit, limit_currency, unshipped, told) in [
            (Some(101), rub, 40, CreditVerdict::Passed),
            (Some(100), rub, 40, CreditVerdict::Passed),
            (Some(99), rub, 40, over(99)),
            (Some(0), rub, 40, over(0)),
            (Some(0), rub, 0, CreditVerdict::Passed),
            (None, rub, 40, CreditVerdict::Passed),
            (None, usd, 40, CreditVerdict::Passed),
            (Some(1_000), usd, 40, other.clone()),
            (Some(1_000), usd, 0, CreditVerdict::Passed),
        ] {
            for policy in [Ignore, Warn, Block, Approve] {
                let gate = Gate {
                    policy,
                    limit: limit.map(Decimal::from),
                    limit_currency,
                    currency: rub,
                    position: &position,
                    document: part(unshipped, 0, 0),
                    others: &[],
                    idle: Decimal::ZERO,
                };
                let expected = if policy == Ignore { &CreditVerdict::Passed } else { &told };
                assert_eq!(gate.verdict(), *expected, "{policy:?} {limit:?} {unshipped}");
            }
        }
    }

    /// Exposure = open receivables − unassigned advances + what other orders and this one add: each
    /// of them max(0, unshipped − assigned − prepayment still due).
    #[test]
    fn other_orders_and_idle_money_count_once() {
        let rub = Currency::parse("RUB").unwrap();
        let position = Position {
            open_receivables: 500.into(),
            unassigned_advances: 50.into(),
            ..Position::default()
        };
        // 100, nothing because more is assigned than left, and 70.
        let others = [part(100, 0, 0), part(30, 80, 0), part(100, 0, 30)];
        let gate = Gate {
            policy: CreditPolicy::Block,
            limit: Some(Decimal::ZERO),
            limit_currency: rub,
            currency: rub,
            position: &position,
            document: part(200, 20, 40),
            others: &others,
            idle: 10.into(),
        };
        // 500 − 50 − 10 + 100 + 0 + 70 + 140.
        assert_eq!(exposure(&gate.verdict()), Some(750.into()));
    }

    #[test]
    fn what_is_due_before_shipping_shrinks_with_the_money() {
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        for (gross, percent, prepaid, due) in [
            ("100000", "30", "0", "30000.00"),
            ("100000", "30", "30000", "0"),
            ("100000", "30", "45000", "0"),
            ("0.05", "50", "0", "0.03"),
            ("100", "0", "0", "0"),
        ] {
            assert_eq!(prepayment_due(dec(gross), dec(percent), dec(prepaid)), dec(due));
        }
    }
}
