//! Which rule is about a case. Of those that are, the one made for the most special case asks: so
//! tiers are rules of one kind with rising thresholds or amounts.

use std::cmp::Reverse;

use kernel::{ApprovalRuleId, Decimal, PriceSegmentId};

use super::ApprovalKind;

/// When a rule asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTerms {
    /// The rule.
    pub id: ApprovalRuleId,
    /// About what.
    pub kind: ApprovalKind,
    /// From this measure on; margins: below it. `None` is any.
    pub threshold: Option<Decimal>,
    /// From this amount on, base currency. `None` is any.
    pub amount_from: Option<Decimal>,
    /// Customers of these segments; empty is all.
    pub segments: Vec<PriceSegmentId>,
}

/// What a rule may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The kind.
    pub kind: ApprovalKind,
    /// By the kind: per cent, days or money; `None` is not known.
    pub measure: Option<Decimal>,
    /// With VAT, base currency; `None` where no rate is known: the highest tier is asked then.
    pub amount: Option<Decimal>,
    /// The customer's segment.
    pub segment: Option<PriceSegmentId>,
}

impl RuleTerms {
    /// Whether the rule is about this.
    #[must_use]
    pub fn is_about(&self, asked: Asked) -> bool {
        let by_measure = match (self.threshold, asked.measure) {
            (None, _) => true,
            // What nobody knows may be as bad as can be.
            (Some(_), None) => asked.kind != ApprovalKind::SpecialTerms,
            (Some(least), Some(measure)) => match self.kind {
                ApprovalKind::MarginBelowMinimum => measure < least,
                _ => measure >= least,
            },
        };
        let by_amount =
            self.amount_from.is_none_or(|least| asked.amount.is_none_or(|amount| amount >= least));
        let by_segment = self.segments.is_empty()
            || asked.segment.is_some_and(|segment| self.segments.contains(&segment));
        self.kind == asked.kind && by_measure && by_amount && by_segment
    }

    /// How special the case is that it was made for: the greatest of those that are about a case
    /// asks. The older of two alike comes first.
    fn rank(&self) -> (Option<Decimal>, Option<Decimal>, bool, Reverse<ApprovalRuleId>) {
        let threshold = match self.kind {
            ApprovalKind::MarginBelowMinimum => self.threshold.map(|margin| -margin),
            _ => self.threshold,
        };
        (threshold, self.amount_from, !self.segments.is_empty(), Reverse(self.id))
    }
}

/// The rule that asks; `None` where none is about this.
#[must_use]
pub fn choose(rules: &[RuleTerms], asked: Asked) -> Option<&RuleTerms> {
    rules.iter().filter(|rule| rule.is_about(asked)).max_by_key(|rule| rule.rank())
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn rule(id: u128, kind: ApprovalKind, threshold: &str, amount: &str) -> RuleTerms {
        let some = |text: &str| (!text.is_empty()).then(|| dec(text));
        RuleTerms {
            id: ApprovalRuleId(Uuid::from_u128(id)),
            kind,
            threshold: some(threshold),
            amount_from: some(amount),
            segments: Vec::new(),
        }
    }

    fn asked(kind: ApprovalKind, measure: &str, amount: &str) -> Asked {
        let some = |text: &str| (!text.is_empty()).then(|| dec(text));
        Asked { kind, measure: some(measure), amount: some(amount), segment: None }
    }

    fn chosen(rules: &[RuleTerms], asked: Asked) -> Option<u128> {
        choose(rules, asked).map(|rule| rule.id.0.as_u128())
    }

    #[test]
    fn every_kind_is_asked_about_by_its_own_rules_and_its_tiers() {
        use ApprovalKind as K;
        let rules = [
            rule(1, K::DiscountOverLimit, "", ""),
            rule(2, K::DiscountOverLimit, "20", ""),
            rule(3, K::DiscountOverLimit, "", "1000000"),
            rule(4, K::PriceBelowMinimum, "5", ""),
            rule(5, K::MarginBelowMinimum, "", ""),
            rule(6, K::MarginBelowMinimum, "5", ""),
            rule(7, K::CreditLimitExceeded, "", ""),
            rule(8, K::CreditLimitExceeded, "500000", ""),
            rule(9, K::ShipmentWithOverdueDebt, "", ""),
            rule(10, K::ShipmentWithOverdueDebt, "30", ""),
            rule(11, K::ShipmentBeforePayment, "100", ""),
            rule(12, K::SpecialTerms, "60", ""),
        ];
        for (kind, measure, amount, expected) in [
            (K::DiscountOverLimit, "15", "100", Some(1)),
            (K::DiscountOverLimit, "19.9999", "100", Some(1)),
            (K::DiscountOverLimit, "20", "100", Some(2)),
            (K::DiscountOverLimit, "15", "1000000", Some(3)),
            // A threshold outranks an amount.
            (K::DiscountOverLimit, "25", "1000000", Some(2)),
            // No rate: as large as can be.
            (K::DiscountOverLimit, "15", "", Some(3)),
            (K::PriceBelowMinimum, "4.99", "100", None),
            (K::PriceBelowMinimum, "5", "100", Some(4)),
            (K::MarginBelowMinimum, "7", "100", Some(5)),
            (K::MarginBelowMinimum, "5", "100", Some(5)),
            (K::MarginBelowMinimum, "4.99", "100", Some(6)),
            (K::MarginBelowMinimum, "-3", "100", Some(6)),
            (K::MarginBelowMinimum, "", "100", Some(6)),
            (K::CreditLimitExceeded, "1", "100", Some(7)),
            (K::CreditLimitExceeded, "500000", "100", Some(8)),
            (K::CreditLimitExceeded, "", "100", Some(8)),
            (K::ShipmentWithOverdueDebt, "1", "100", Some(9)),
            (K::ShipmentWithOverdueDebt, "31", "100", Some(10)),
            (K::ShipmentBeforePayment, "99.99", "100", None),
            (K::ShipmentBeforePayment, "100", "100", Some(11)),
            (K::SpecialTerms, "59", "100", None),
            (K::SpecialTerms, "60", "100", Some(12)),
            (K::SpecialTerms, "", "100", None),
        ] {
            assert_eq!(
                chosen(&rules, asked(kind, measure, amount)),
                expected,
                "{kind:?} {measure}"
            );
        }
    }

    /// Each kind under, at and above its threshold, and where nobody knows how much; without a rule,
    /// and with one that asks about anything.
    #[test]
    fn each_kind_asks_from_its_threshold_on_and_margins_below_it() {
        use ApprovalKind as K;
        for (kind, under, at, above, unknown) in [
            (K::DiscountOverLimit, false, true, true, true),
            (K::PriceBelowMinimum, false, true, true, true),
            (K::MarginBelowMinimum, true, false, false, true),
            (K::CreditLimitExceeded, false, true, true, true),
            (K::ShipmentWithOverdueDebt, false, true, true, true),
            (K::ShipmentBeforePayment, false, true, true, true),
            // No deferral is known to nobody: a route of its own has one of no days.
            (K::SpecialTerms, false, true, true, false),
        ] {
            let (tier, any) = (rule(1, kind, "10", ""), rule(2, kind, "", ""));
            let others: Vec<RuleTerms> = K::ALL
                .iter()
                .filter(|other| **other != kind)
                .map(|other| rule(3, *other, "", ""))
                .collect();
            let measures = [("9.9999", under), ("10", at), ("10.0001", above), ("", unknown)];
            for (measure, asks) in measures {
                let case = asked(kind, measure, "100");
                assert_eq!(tier.is_about(case), asks, "{kind:?} {measure}");
                assert!(any.is_about(case), "{kind:?} {measure}");
                assert_eq!(chosen(&others, case), None, "{kind:?} is no other kind");
                // Where the tier does not ask, the rule for anything does.
                let both = [tier.clone(), any.clone()];
                assert_eq!(chosen(&both, case), Some(if asks { 1 } else { 2 }), "{kind:?}");
            }
        }
    }

    #[test]
    fn an_amount_asks_from_itself_on_and_a_segment_is_named_or_any() {
        let (vip, usual) = (PriceSegmentId(Uuid::from_u128(7)), PriceSegmentId(Uuid::from_u128(8)));
        let kind = ApprovalKind::DiscountOverLimit;
        let all = rule(1, kind, "", "100000");
        let his = RuleTerms { segments: vec![vip], ..all.clone() };
        for (amount, asks) in
            [("99999.99", false), ("100000", true), ("100000.01", true), ("", true)]
        {
            for (segment, is_his) in [(None, false), (Some(usual), false), (Some(vip), true)] {
                let case = Asked { segment, ..asked(kind, "15", amount) };
                assert_eq!(all.is_about(case), asks, "{amount}");
                assert_eq!(his.is_about(case), asks && is_his, "{amount} {segment:?}");
            }
        }
    }

    #[test]
    fn a_rule_for_a_segment_comes_before_one_for_all_and_the_older_of_two_alike_asks() {
        let vip = PriceSegmentId(Uuid::from_u128(77));
        let kind = ApprovalKind::DiscountOverLimit;
        let own = RuleTerms { segments: vec![vip], ..rule(3, kind, "", "") };
        let rules = [rule(1, kind, "", ""), rule(2, kind, "", ""), own];
        assert_eq!(chosen(&rules, asked(kind, "15", "1")), Some(1));
        let his = Asked { segment: Some(vip), ..asked(kind, "15", "1") };
        assert_eq!(chosen(&rules, his), Some(3));
        assert_eq!(chosen(&[], his), None);
    }
}
