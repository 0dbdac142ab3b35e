//! When an agreement is in force.

use kernel::{NaiveDate, Refusal, RefusalCode};
use serde_json::json;

use super::AgreementState;

impl AgreementState {
    /// Checks a step, or a change without one: drafts are activated, what is in force is closed, and
    /// nothing comes back. What waits for an approval goes on by what is decided alone.
    ///
    /// # Errors
    /// Any other step.
    pub fn check(self, next: Self) -> Result<(), Refusal> {
        let is_open = match (self, next) {
            (Self::PendingApproval, _) => {
                return Err(Refusal::new(
                    RefusalCode::IllegalTransition,
                    "The agreement waits for an approval: withdraw the request first.",
                    "Соглашение ждёт согласования: сначала отзовите запрос.",
                )
                .at(["state"])
                .with(json!({ "state": self })));
            }
            (Self::Draft, Self::Active) | (Self::Active, Self::Closed) => true,
            (from, to) => from == to,
        };
        if is_open {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::IllegalTransition,
            "A draft is activated, an agreement in force is closed, and nothing comes back.",
            "Черновик вводят в действие, действующее соглашение закрывают, обратного пути нет.",
        )
        .at(["state"])
        .with(json!({ "state": self })))
    }
}

/// From when to when new documents are made under an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Where it stands.
    pub state: AgreementState,
    /// From this day on.
    pub from: Option<NaiveDate>,
    /// To this day, itself included.
    pub to: Option<NaiveDate>,
}

impl Validity {
    /// Checks that a new document of this date may be made under it.
    ///
    /// # Errors
    /// A draft, a closed agreement, or a date outside of its own.
    pub fn check(self, on: NaiveDate) -> Result<(), Refusal> {
        let is_active = self.state == AgreementState::Active;
        let begun = self.from.is_none_or(|from| from <= on);
        let lasts = self.to.is_none_or(|to| on <= to);
        if is_active && begun && lasts {
            return Ok(());
        }
        let (en, ru) = match self.state {
            AgreementState::PendingApproval => (
                "The agreement waits for an approval.".to_owned(),
                "Соглашение ждёт согласования.".to_owned(),
            ),
            AgreementState::Draft => (
                "The agreement is a draft: it must be activated first.".to_owned(),
                "Соглашение — черновик: сначала его надо ввести в действие.".to_owned(),
            ),
            AgreementState::Closed => {
                ("The agreement is closed.".to_owned(), "Соглашение закрыто.".to_owned())
            }
            AgreementState::Active => (
                format!("The agreement is not in force on {on}."),
                format!("На {on} соглашение не действует."),
            ),
        };
        let details = json!({ "state": self.state, "validFrom": self.from, "validTo": self.to });
        Err(Refusal::new(RefusalCode::AgreementNotInForce, en, ru)
            .at(["agreementId"])
            .with(details))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_force_on_the_day_is_used() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let march = |state| Validity { state, from: Some(day(10)), to: Some(day(20)) };
        let always = Validity { state: AgreementState::Active, from: None, to: None };
        for (validity, on, expected) in [
            (always, 1, true),
            (march(AgreementState::Active), 9, false),
            (march(AgreementState::Active), 10, true),
            (march(AgreementState::Active), 20, true),
            (march(AgreementState::Active), 21, false),
            (march(AgreementState::Draft), 15, false),
            (march(AgreementState::Closed), 15, false),
        ] {
            assert_eq!(validity.check(day(on)).is_ok(), expected, "{validity:?} {on}");
        }
    }
}
