//! The ways of a service act. Values in, values out.

use crate::rules::{IllegalTransition, words};

words! {
    /// Where an act stands.
    ActState {
        /// Written, nothing is booked.
        Draft = "DRAFT",
        /// Revenue and debt are booked.
        Posted = "POSTED",
        /// Posted and undone by a later posting.
        Reversed = "REVERSED",
        /// Given up before it was posted.
        Cancelled = "CANCELLED",
    }

    /// What can be done with an act.
    ActMove {
        /// Book it.
        Post = "POST",
        /// Give the draft up.
        Cancel = "CANCEL",
        /// Undo the posting.
        Reverse = "REVERSE",
    }
}

use ActState as S;

const WAYS: &[(ActState, ActMove, ActState)] = &[
    (S::Draft, ActMove::Post, S::Posted),
    (S::Draft, ActMove::Cancel, S::Cancelled),
    (S::Posted, ActMove::Reverse, S::Reversed),
];

impl ActState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<ActMove> {
        WAYS.iter().filter(|(from, ..)| *from == self).map(|(_, by, _)| *by).collect()
    }

    /// Where a move leads.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn by(self, by: ActMove) -> Result<Self, IllegalTransition> {
        let way = WAYS.iter().find(|(from, how, _)| *from == self && *how == by);
        way.map(|(.., to)| *to).ok_or_else(|| IllegalTransition {
            state: self.as_str(),
            allowed: self.moves().into_iter().map(ActMove::as_str).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_reversed_only_when_posted() {
        use ActMove::{Cancel, Post, Reverse};
        for (state, ways) in [
            (S::Draft, vec![(Post, S::Posted), (Cancel, S::Cancelled)]),
            (S::Posted, vec![(Reverse, S::Reversed)]),
            (S::Reversed, vec![]),
            (S::Cancelled, vec![]),
        ] {
            for by in ActMove::ALL {
                let way = ways.iter().find(|(how, _)| how == by).map(|(_, to)| *to);
                assert_eq!(state.by(*by).ok(), way, "{state:?} {by:?}");
            }
        }
    }
}
