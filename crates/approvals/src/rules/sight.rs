//! What somebody may see of a request: its figures give cost, debts and limits away.

use access::{Right, RightSet};

use super::ApprovalKind;

impl ApprovalKind {
    /// The right that it takes to see the figures of a reason of this kind.
    #[must_use]
    pub fn figures_need(self) -> Right {
        match self {
            Self::DiscountOverLimit | Self::SpecialTerms => Right::PriceRead,
            Self::PriceBelowMinimum | Self::MarginBelowMinimum => Right::CostRead,
            Self::CreditLimitExceeded => Right::TermsRead,
            Self::ShipmentWithOverdueDebt | Self::ShipmentBeforePayment => Right::ReceivableRead,
        }
    }
}

/// What one person may see of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What the document says and what it comes to.
    pub amounts: bool,
    /// Whose document it is.
    pub customer: bool,
    /// What its author noted on it.
    pub document: bool,
    figures: Vec<ApprovalKind>,
}

impl Sight {
    /// By his rights. `covers_customer` is whether his reach over customers takes this one in.
    #[must_use]
    pub fn of(rights: &RightSet, covers_customer: bool) -> Self {
        let has = |right| rights.reach(right).is_some();
        let figures = ApprovalKind::ALL.iter().copied();
        Self {
            amounts: has(Right::PriceRead),
            customer: covers_customer,
            document: has(Right::OrderRead),
            figures: figures.filter(|kind| has(kind.figures_need())).collect(),
        }
    }

    /// Whether he sees the figures of a reason.
    #[must_use]
    pub fn shows(&self, kind: ApprovalKind) -> bool {
        self.figures.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use access::Reach;

    use super::*;

    #[test]
    fn each_figure_needs_the_right_to_what_it_gives_away() {
        use ApprovalKind as Kind;
        for (right, shown) in [
            (Right::PriceRead, &[Kind::DiscountOverLimit, Kind::SpecialTerms][..]),
            (Right::CostRead, &[Kind::PriceBelowMinimum, Kind::MarginBelowMinimum]),
            (Right::TermsRead, &[Kind::CreditLimitExceeded]),
            (Right::ReceivableRead, &[Kind::ShipmentWithOverdueDebt, Kind::ShipmentBeforePayment]),
            (Right::ApprovalDecide, &[]),
        ] {
            let mut rights = RightSet::default();
            rights.give(right, Reach::All);
            let sight = Sight::of(&rights, false);
            for kind in Kind::ALL {
                assert_eq!(sight.shows(*kind), shown.contains(kind), "{right:?} {kind:?}");
            }
            assert_eq!(sight.amounts, right == Right::PriceRead);
            assert!(!sight.customer && !sight.document);
        }
    }
}
