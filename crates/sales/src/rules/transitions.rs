//! The ways between states (domain, section 4), as tables: what is not in them is refused.

use kernel::{Refusal, RefusalCode};
use serde_json::json;

use super::states::{OrderState, ShipmentState, words};

words! {
    /// What can be done with a sales order.
    OrderMove {
        /// Change the draft.
        Update = "UPDATE",
        /// Change what was agreed to.
        Change = "CHANGE",
        /// Agree to it: number, credit check, reservation.
        Confirm = "CONFIRM",
        /// Take back what was asked of others.
        Withdraw = "WITHDRAW",
        /// Give it up.
        Cancel = "CANCEL",
        /// Ship a part of it, or all that is left.
        Ship = "SHIP",
        /// Be content with what has been shipped.
        Close = "CLOSE",
    }

    /// What can be done with a shipment.
    ShipmentMove {
        /// Let the goods go.
        Post = "POST",
        /// Take back what was asked of others.
        Withdraw = "WITHDRAW",
        /// Give the draft up.
        Cancel = "CANCEL",
        /// Undo the posting.
        Reverse = "REVERSE",
    }
}

use OrderState as O;
use ShipmentState as S;

/// What each state allows; where it leads is the move itself, and for `Ship` how much is shipped.
const ORDER: &[(OrderState, OrderMove)] = &[
    (O::Draft, OrderMove::Update),
    (O::Draft, OrderMove::Confirm),
    (O::Draft, OrderMove::Cancel),
    (O::PendingApproval, OrderMove::Withdraw),
    (O::PendingApproval, OrderMove::Cancel),
    (O::Confirmed, OrderMove::Change),
    (O::Confirmed, OrderMove::Ship),
    (O::Confirmed, OrderMove::Cancel),
    (O::InFulfilment, OrderMove::Change),
    (O::InFulfilment, OrderMove::Ship),
    (O::InFulfilment, OrderMove::Close),
];

const SHIPMENT: &[(ShipmentState, ShipmentMove, ShipmentState)] = &[
    (S::Draft, ShipmentMove::Post, S::Posted),
    (S::Draft, ShipmentMove::Cancel, S::Cancelled),
    (S::PendingApproval, ShipmentMove::Withdraw, S::Draft),
    (S::PendingApproval, ShipmentMove::Cancel, S::Cancelled),
    (S::Posted, ShipmentMove::Reverse, S::Reversed),
];

/// The document's state does not allow this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IllegalTransition {
    /// The state.
    pub state: &'static str,
    /// What it allows.
    pub allowed: Vec<&'static str>,
}

impl From<IllegalTransition> for Refusal {
    fn from(illegal: IllegalTransition) -> Self {
        let IllegalTransition { state, allowed } = illegal;
        let list = allowed.join(", ");
        let (en, ru) = if allowed.is_empty() {
            (
                format!("In state {state} nothing more can be done."),
                format!("В состоянии {state} больше ничего сделать нельзя."),
            )
        } else {
            (
                format!("State {state} does not allow this; it allows {list}."),
                format!("Состояние {state} этого не допускает; возможно: {list}."),
            )
        };
        Self::new(RefusalCode::IllegalTransition, en, ru)
            .with(json!({ "state": state, "allowed": allowed }))
    }
}

impl OrderState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<OrderMove> {
        ORDER.iter().filter(|(from, _)| *from == self).map(|(_, by)| *by).collect()
    }

    /// Whether a move is allowed.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn check(self, by: OrderMove) -> Result<(), IllegalTransition> {
        if ORDER.contains(&(self, by)) {
            return Ok(());
        }
        let allowed = self.moves().into_iter().map(OrderMove::as_str).collect();
        Err(IllegalTransition { state: self.as_str(), allowed })
    }

    /// Where a shipment, or the reversal of one, leaves the order: by what is shipped now.
    #[must_use]
    pub fn by_shipped(shipped_all: Shipped) -> Self {
        match shipped_all {
            Shipped::Nothing => Self::Confirmed,
            Shipped::Part => Self::InFulfilment,
            Shipped::All => Self::Completed,
        }
    }
}

/// How much of an order is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shipped {
    /// No line, no piece.
    Nothing,
    /// Something, but not everything.
    Part,
    /// Every line whole.
    All,
}

impl ShipmentState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<ShipmentMove> {
        SHIPMENT.iter().filter(|(from, ..)| *from == self).map(|(_, by, _)| *by).collect()
    }

    /// Where a move leads.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn by(self, by: ShipmentMove) -> Result<Self, IllegalTransition> {
        let way = SHIPMENT.iter().find(|(from, how, _)| *from == self && *how == by);
        way.map(|(.., to)| *to).ok_or_else(|| IllegalTransition {
            state: self.as_str(),
            allowed: self.moves().into_iter().map(ShipmentMove::as_str).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_goes_its_ways_and_no_others() {
        use OrderMove::{Cancel, Change, Close, Confirm, Ship, Update, Withdraw};
        for (state, allowed) in [
            (O::Draft, vec![Update, Confirm, Cancel]),
            (O::PendingApproval, vec![Withdraw, Cancel]),
            (O::Confirmed, vec![Change, Ship, Cancel]),
            (O::InFulfilment, vec![Change, Ship, Close]),
            (O::Completed, vec![]),
            (O::Cancelled, vec![]),
        ] {
            for by in OrderMove::ALL {
                assert_eq!(state.check(*by).is_ok(), allowed.contains(by), "{state:?} {by:?}");
            }
            assert_eq!(state.moves(), allowed);
        }
    }

    #[test]
    fn a_shipment_is_reversed_only_once_and_only_when_posted() {
        use ShipmentMove::{Cancel, Post, Reverse, Withdraw};
        for (state, ways) in [
            (S::Draft, vec![(Post, S::Posted), (Cancel, S::Cancelled)]),
            (S::PendingApproval, vec![(Withdraw, S::Draft), (Cancel, S::Cancelled)]),
            (S::Posted, vec![(Reverse, S::Reversed)]),
            (S::Reversed, vec![]),
            (S::Cancelled, vec![]),
        ] {
            for by in ShipmentMove::ALL {
                let way = ways.iter().find(|(how, _)| how == by).map(|(_, to)| *to);
                assert_eq!(state.by(*by).ok(), way, "{state:?} {by:?}");
            }
        }
    }

    #[test]
    fn a_refusal_names_the_state_and_what_is_allowed() {
        let refusal = Refusal::from(O::InFulfilment.check(OrderMove::Cancel).unwrap_err());
        assert_eq!(refusal.code, RefusalCode::IllegalTransition);
        let expected = json!({ "state": "IN_FULFILMENT", "allowed": ["CHANGE", "SHIP", "CLOSE"] });
        assert_eq!(refusal.details, Some(expected));
    }
}
