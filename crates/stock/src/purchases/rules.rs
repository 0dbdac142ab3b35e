//! Rules of the purchase order.

use kernel::{Decimal, Refusal, RefusalCode};
use serde_json::json;

/// Lines of a purchase order at most.
pub(crate) const MOST_LINES: usize = 1000;

/// Where a purchase order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseOrderState {
    /// May be changed.
    Draft,
    /// Its goods are expected.
    Ordered,
    /// A part of its goods came.
    PartiallyReceived,
    /// All of its goods came.
    Received,
    /// Ended short: what did not come is expected no more.
    Closed,
    /// Given up before anything came.
    Cancelled,
}

use PurchaseOrderState as S;

impl PurchaseOrderState {
    const ALL: [Self; 6] =
        [S::Draft, S::Ordered, S::PartiallyReceived, S::Received, S::Closed, S::Cancelled];

    /// Reads a state as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state as the table and the API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Ordered => "ORDERED",
            Self::PartiallyReceived => "PARTIALLY_RECEIVED",
            Self::Received => "RECEIVED",
            Self::Closed => "CLOSED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The states it may go to. Receipts and their reversal lead to and fro; people order,
    /// close and cancel.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Ordered, Self::Cancelled],
            Self::Ordered => &[Self::PartiallyReceived, Self::Received, Self::Cancelled],
            Self::PartiallyReceived => &[Self::Received, Self::Closed],
            Self::Received | Self::Closed | Self::Cancelled => &[],
        }
    }

    /// Checks that a person may lead it to another state; `Draft` asks whether it may be changed.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` with the state and what is allowed.
    pub fn to(self, target: Self) -> Result<(), Refusal> {
        if self.next().contains(&target) || (self == S::Draft && target == S::Draft) {
            return Ok(());
        }
        Err(self.illegal())
    }

    /// Checks that goods may be received on its basis; more than was ordered may come after the
    /// last of it.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` with the state and what is allowed.
    pub fn receives(self) -> Result<(), Refusal> {
        match self {
            Self::Ordered | Self::PartiallyReceived | Self::Received => Ok(()),
            Self::Draft | Self::Closed | Self::Cancelled => Err(self.illegal()),
        }
    }

    /// Whether what it has not got yet is expected.
    #[must_use]
    pub fn is_awaited(self) -> bool {
        matches!(self, Self::Ordered | Self::PartiallyReceived | Self::Received)
    }

    /// Where what came leaves it; one that has ended stays so.
    #[must_use]
    pub fn by_received(self, lines: &[Progress]) -> Self {
        if !self.is_awaited() {
            return self;
        }
        if lines.iter().all(|line| line.received >= line.quantity) {
            Self::Received
        } else if lines.iter().all(|line| line.received.is_zero()) {
            Self::Ordered
        } else {
            Self::PartiallyReceived
        }
    }

    fn illegal(self) -> Refusal {
        let allowed: Vec<&str> = self.next().iter().map(|state| state.as_str()).collect();
        let state = self.as_str();
        Refusal::new(
            RefusalCode::IllegalTransition,
            format!("The purchase order is {state}; this is not possible."),
            format!("Заказ поставщику в состоянии {state}; это действие невозможно."),
        )
        .with(json!({ "state": state, "allowed": allowed }))
    }
}

/// How far a line has come, base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Ordered.
    pub quantity: Decimal,
    /// Received.
    pub received: Decimal,
}

impl Progress {
    /// What is still to come of a line whose order is open.
    #[must_use]
    pub fn awaited(self) -> Decimal {
        (self.quantity - self.received).max(Decimal::ZERO)
    }

    /// What may come yet where so many per cent more than ordered are let in.
    #[must_use]
    pub fn most(self, over_percent: Decimal) -> Decimal {
        let factor = Decimal::ONE + over_percent / Decimal::ONE_HUNDRED;
        let most = self.quantity.checked_mul(factor).unwrap_or(Decimal::MAX);
        (most.trunc_with_scale(3) - self.received).max(Decimal::ZERO)
    }
}

/// The least quantity that covers a need and that the supplier sells: at least the minimum lot,
/// and a multiple; base units.
#[must_use]
pub fn lot_size(need: Decimal, minimum: Option<Decimal>, multiple: Option<Decimal>) -> Decimal {
    let least = need.max(minimum.unwrap_or_default());
    match multiple {
        Some(multiple) if multiple > Decimal::ZERO => {
            let rounded = least.checked_div(multiple).map(|times| times.ceil());
            rounded.and_then(|times| times.checked_mul(multiple)).unwrap_or(least)
        }
        _ => least,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_ways_between_states() {
        let allowed = [
            (S::Draft, S::Draft),
            (S::Draft, S::Ordered),
            (S::Draft, S::Cancelled),
            (S::Ordered, S::PartiallyReceived),
            (S::Ordered, S::Received),
            (S::Ordered, S::Cancelled),
            (S::PartiallyReceived, S::Received),
            (S::PartiallyReceived, S::Closed),
        ];
        for from in S::ALL {
            for to in S::ALL {
                assert_eq!(from.to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} {to:?}");
            }
            assert_eq!(S::parse(from.as_str()), Some(from));
            assert_eq!(from.receives().is_ok(), from.is_awaited());
        }
    }

    #[test]
    fn what_came_leads_to_and_fro() {
        let line = |quantity: &str, received: &str| Progress {
            quantity: dec(quantity),
            received: dec(received),
        };
        for (from, lines, to) in [
            (S::Ordered, vec![line("5", "0"), line("2", "0")], S::Ordered),
            (S::Ordered, vec![line("5", "1"), line("2", "0")], S::PartiallyReceived),
            (S::Ordered, vec![line("5", "5"), line("2", "3")], S::Received),
            (S::Received, vec![line("5", "0"), line("2", "0")], S::Ordered),
            (S::PartiallyReceived, vec![line("5", "0")], S::Ordered),
            (S::Closed, vec![line("5", "0")], S::Closed),
            (S::Cancelled, vec![line("5", "5")], S::Cancelled),
        ] {
            assert_eq!(from.by_received(&lines), to, "{from:?} {lines:?}");
        }
    }

    #[test]
    fn the_tolerance_is_of_what_was_ordered() {
        for (quantity, received, percent, most) in [
            ("100", "0", "0", "100"),
            ("100", "0", "5", "105"),
            ("100", "104", "5", "1"),
            ("100", "110", "5", "0"),
            ("0.333", "0", "1", "0.336"),
        ] {
            let line = Progress { quantity: dec(quantity), received: dec(received) };
            assert_eq!(line.most(dec(percent)), dec(most), "{quantity} {received} {percent}");
        }
    }

    #[test]
    fn suppliers_sell_lots() {
        for (need, minimum, multiple, bought) in [
            ("7", None, None, "7"),
            ("7", Some("10"), None, "10"),
            ("7", None, Some("5"), "10"),
            ("7", Some("12"), Some("5"), "15"),
            ("20", Some("12"), Some("5"), "20"),
            ("0.1", None, Some("12.5"), "12.5"),
            ("13", Some("100"), Some("12.5"), "100"),
        ] {
            let size = lot_size(dec(need), minimum.map(dec), multiple.map(dec));
            assert_eq!(size, dec(bought), "{need} {minimum:?} {multiple:?}");
        }
    }

    proptest! {
        #[test]
        fn a_lot_covers_the_need_with_no_multiple_too_many(
            need in 1_i64..100_000, minimum in 0_i64..50_000, multiple in 1_i64..5_000,
        ) {
            let [need, minimum, multiple] = [need, minimum, multiple].map(|n| Decimal::new(n, 3));
            let size = lot_size(need, Some(minimum), Some(multiple));
            prop_assert!(size >= need && size >= minimum);
            prop_assert!((size / multiple).fract().is_zero());
            prop_assert!(size - multiple < need.max(minimum));
        }
    }
}
