//! The states of a contract, and what may still change in each.

use kernel::{NaiveDate, Refusal, RefusalCode};

use serde::{Deserialize, Serialize};

use super::terms::words;

words! {
    /// The state of a contract.
    ContractState {
        /// Being written; everything may change.
        Draft = "DRAFT",
        /// In force; the dates of validity and the comment may change.
        Signed = "SIGNED",
        /// Over, or given up; nothing changes but the comment.
        Closed = "CLOSED",
    }
}

impl ContractState {
    /// The states that may follow.
    #[must_use]
    pub fn followers(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Signed, Self::Closed],
            Self::Signed => &[Self::Closed],
            Self::Closed => &[],
        }
    }

    /// Goes over to another state.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION`, naming the state and what is allowed.
    pub fn to(self, next: Self) -> Result<Self, Refusal> {
        if self.followers().contains(&next) {
            return Ok(next);
        }
        let allowed: Vec<&str> = self.followers().iter().map(|state| state.as_str()).collect();
        let now = self.as_str();
        Err(Refusal::new(
            RefusalCode::IllegalTransition,
            format!(
                "The contract is {now}; from there it goes to: {}.",
                names(&allowed, "nothing")
            ),
            format!("Договор в состоянии {now}; дальше возможно: {}.", names(&allowed, "ничего")),
        )
        .with(serde_json::json!({ "state": now, "allowed": allowed })))
    }
}

fn names(allowed: &[&str], none: &str) -> String {
    if allowed.is_empty() { none.to_owned() } else { allowed.join(", ") }
}

/// What a signature fixes: the number, the date, the organization; and what only closing fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContractPart {
    /// Number, date, organization.
    Paper,
    /// First and last day.
    Validity,
}

/// Refuses a change that the state does not allow.
///
/// # Errors
/// `IN_USE`: the signed paper says otherwise.
pub(crate) fn may_change(state: ContractState, part: ContractPart) -> Result<(), Refusal> {
    let is_open = match state {
        ContractState::Draft => true,
        ContractState::Signed => part == ContractPart::Validity,
        ContractState::Closed => false,
    };
    if is_open {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::InUse,
        "The contract is signed or closed: this stays as the paper says.",
        "Договор подписан или закрыт: это остаётся таким, как в бумаге.",
    ))
}

/// The first day is not after the last.
///
/// # Errors
/// `INVALID`.
pub(crate) fn check_validity(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<(), Refusal> {
    if from.zip(to).is_none_or(|(from, to)| from <= to) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "The last day is before the first one.",
        "Последний день раньше первого.",
    )
    .at(["validTo"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContractState::{Closed, Draft, Signed};

    #[test]
    fn every_transition() {
        for (from, to, allowed) in [
            (Draft, Draft, false),
            (Draft, Signed, true),
            (Draft, Closed, true),
            (Signed, Draft, false),
            (Signed, Signed, false),
            (Signed, Closed, true),
            (Closed, Draft, false),
            (Closed, Signed, false),
            (Closed, Closed, false),
        ] {
            let went = from.to(to);
            assert_eq!(went.is_ok(), allowed, "{from:?} to {to:?}");
            if let Err(refusal) = went {
                assert_eq!(refusal.code, RefusalCode::IllegalTransition);
            }
        }
    }

    #[test]
    fn a_signature_fixes_the_paper() {
        for (state, paper, validity) in
            [(Draft, true, true), (Signed, false, true), (Closed, false, false)]
        {
            assert_eq!(may_change(state, ContractPart::Paper).is_ok(), paper, "{state:?}");
            assert_eq!(may_change(state, ContractPart::Validity).is_ok(), validity, "{state:?}");
        }
    }

    #[test]
    fn validity_runs_forward() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, day);
        assert!(check_validity(day(1), day(1)).is_ok());
        assert!(check_validity(day(2), day(1)).is_err());
        assert!(check_validity(day(2), None).is_ok());
        assert!(check_validity(None, None).is_ok());
    }
}
