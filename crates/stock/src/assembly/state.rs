//! Which way an assembly order goes, and where it stands.

use kernel::{Refusal, RefusalCode};
use serde_json::json;

/// Which way goods go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssemblyKind {
    /// Components become finished goods.
    Assembly,
    /// Finished goods become components.
    Disassembly,
}

impl AssemblyKind {
    /// Reads a kind as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Assembly, Self::Disassembly].into_iter().find(|kind| kind.as_str() == text)
    }

    /// As the table and the API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assembly => "ASSEMBLY",
            Self::Disassembly => "DISASSEMBLY",
        }
    }
}

/// Where an assembly order stands (domain, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssemblyState {
    /// May be changed.
    Draft,
    /// Its goods have moved.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Never posted.
    Cancelled,
}

impl AssemblyState {
    /// Reads a state as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Draft, Self::Posted, Self::Reversed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// As the table and the API write it.
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

    /// Checks that it may go to another state; `Draft` asks whether it may be changed.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` with the state and what is allowed.
    pub fn to(self, target: Self) -> Result<(), Refusal> {
        if self.next().contains(&target) || (self == Self::Draft && target == Self::Draft) {
            return Ok(());
        }
        let allowed: Vec<&str> = self.next().iter().map(|state| state.as_str()).collect();
        let state = self.as_str();
        Err(Refusal::new(
            RefusalCode::IllegalTransition,
            format!("The assembly order is {state}; this is not possible any more."),
            format!("Сборка в состоянии {state}; это действие невозможно."),
        )
        .with(json!({ "state": state, "allowed": allowed })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_between_states() {
        use AssemblyState::{Cancelled, Draft, Posted, Reversed};
        let allowed = [(Draft, Draft), (Draft, Posted), (Draft, Cancelled), (Posted, Reversed)];
        for from in [Draft, Posted, Reversed, Cancelled] {
            for to in [Draft, Posted, Reversed, Cancelled] {
                assert_eq!(from.to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} {to:?}");
            }
            assert_eq!(AssemblyState::parse(from.as_str()), Some(from));
        }
        for kind in [AssemblyKind::Assembly, AssemblyKind::Disassembly] {
            assert_eq!(AssemblyKind::parse(kind.as_str()), Some(kind));
        }
    }
}
