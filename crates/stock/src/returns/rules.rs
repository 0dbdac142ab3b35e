//! Rules of the return to a supplier.

use kernel::{Refusal, RefusalCode};
use serde_json::json;

/// Where a return to a supplier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupplierReturnState {
    /// Nothing has moved.
    Draft,
    /// The goods have left.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Never posted.
    Cancelled,
}

impl SupplierReturnState {
    const ALL: [Self; 4] = [Self::Draft, Self::Posted, Self::Reversed, Self::Cancelled];

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
            Self::Posted => "POSTED",
            Self::Reversed => "REVERSED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The states it may go to.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Posted, Self::Cancelled],
            Self::Posted => &[Self::Reversed],
            Self::Reversed | Self::Cancelled => &[],
        }
    }

    /// Checks that it may go to another state.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` with the state and what is allowed.
    pub fn to(self, target: Self) -> Result<(), Refusal> {
        if self.next().contains(&target) {
            return Ok(());
        }
        let allowed: Vec<&str> = self.next().iter().map(|state| state.as_str()).collect();
        let state = self.as_str();
        Err(Refusal::new(
            RefusalCode::IllegalTransition,
            format!("The return is {state}; this is not possible any more."),
            format!("Возврат поставщику в состоянии {state}; это действие невозможно."),
        )
        .with(json!({ "state": state, "allowed": allowed })))
    }
}

#[cfg(test)]
mod tests {
    use super::SupplierReturnState::{Cancelled, Draft, Posted, Reversed};
    use super::*;

    #[test]
    fn the_ways_between_states() {
        let allowed = [(Draft, Posted), (Draft, Cancelled), (Posted, Reversed)];
        for from in SupplierReturnState::ALL {
            for to in SupplierReturnState::ALL {
                assert_eq!(from.to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} {to:?}");
            }
            assert_eq!(SupplierReturnState::parse(from.as_str()), Some(from));
        }
    }
}
