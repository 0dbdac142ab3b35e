//! What somebody may see of a request: its figures give cost, debts and limits away.

use access::Right;

use super::ApprovalKind;

impl ApprovalKind {
    /// Whether somebody sees the figures of a reason of this kind. `covers` tells which of his
    /// rights take the document in: a right to a colleague's documents may be narrower than the one
    /// to the request.
    #[must_use]
    pub fn shows_figures(self, covers: impl Fn(Right) -> bool) -> bool {
        match self {
            Self::DiscountOverLimit | Self::SpecialTerms => covers(Right::PriceRead),
            Self::PriceBelowMinimum | Self::MarginBelowMinimum => covers(Right::CostRead),
            // It tells what the customer owes beside the limit.
            Self::CreditLimitExceeded => covers(Right::TermsRead) && covers(Right::ReceivableRead),
            Self::ShipmentWithOverdueDebt | Self::ShipmentBeforePayment => {
                covers(Right::ReceivableRead)
            }
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
    /// By those of his rights that take the document in, as `covers` tells.
    #[must_use]
    pub fn of(covers: impl Fn(Right) -> bool) -> Self {
        let kinds = ApprovalKind::ALL.iter().copied();
        Self {
            amounts: covers(Right::PriceRead),
            customer: covers(Right::CustomerRead),
            document: covers(Right::OrderRead),
            figures: kinds.filter(|kind| kind.shows_figures(&covers)).collect(),
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
    use super::*;

    #[test]
    fn each_figure_needs_the_rights_to_what_it_gives_away() {
        use ApprovalKind as Kind;
        let debts = [Kind::ShipmentWithOverdueDebt, Kind::ShipmentBeforePayment];
        let limits = [debts[0], debts[1], Kind::CreditLimitExceeded];
        for (rights, shown) in [
            (&[Right::PriceRead][..], &[Kind::DiscountOverLimit, Kind::SpecialTerms][..]),
            (&[Right::CostRead], &[Kind::PriceBelowMinimum, Kind::MarginBelowMinimum]),
            (&[Right::TermsRead], &[]),
            (&[Right::ReceivableRead], &debts),
            (&[Right::TermsRead, Right::ReceivableRead], &limits),
            (&[Right::ApprovalDecide], &[]),
        ] {
            let sight = Sight::of(|right| rights.contains(&right));
            for kind in Kind::ALL {
                assert_eq!(sight.shows(*kind), shown.contains(kind), "{rights:?} {kind:?}");
            }
            assert_eq!(sight.amounts, rights.contains(&Right::PriceRead));
            assert!(!sight.customer && !sight.document);
        }
    }
}
