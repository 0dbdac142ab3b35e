//! How often a letter is tried, and when: values in, values out.

use chrono::Duration;

/// Tries at most: some fourteen hours.
pub const MOST_ATTEMPTS: i32 = 15;
/// After the first failure, seconds; doubled after each further one.
const FIRST_PAUSE_S: i64 = 5;
/// The longest pause, seconds.
const LONGEST_PAUSE_S: i64 = 4 * 3_600;

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// It is to be sent, for the first time or again.
    Waiting,
    /// The mail server took it.
    Sent,
    /// It is tried no more: the mail server will not have it, or was away for too long.
    Failed,
}

impl MailState {
    /// As the database writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Sent => "SENT",
            Self::Failed => "FAILED",
        }
    }

    /// Reads what the database holds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The mail server took the letter.
    Taken,
    /// It may go another time: nobody could be reached, or the server asks to come again.
    NotNow(String),
    /// The server will never take it.
    Never(String),
}

/// What becomes of a letter after its `attempts`-th try (from 1): its state, and how long it rests
/// where it waits.
#[must_use]
pub fn after(tried: &Tried, attempts: i32) -> (MailState, Duration) {
    match tried {
        Tried::Taken => (MailState::Sent, Duration::zero()),
        Tried::Never(_) => (MailState::Failed, Duration::zero()),
        Tried::NotNow(_) if attempts >= MOST_ATTEMPTS => (MailState::Failed, Duration::zero()),
        Tried::NotNow(_) => (MailState::Waiting, pause(attempts)),
    }
}

fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(20);
    Duration::seconds((FIRST_PAUSE_S << doublings).min(LONGEST_PAUSE_S))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_letter_waits_longer_each_time_and_is_given_up_at_last() {
        let away = Tried::NotNow("nobody there".into());
        for (attempts, state, seconds) in [
            (1, MailState::Waiting, 5),
            (2, MailState::Waiting, 10),
            (3, MailState::Waiting, 20),
            (12, MailState::Waiting, 10_240),
            (13, MailState::Waiting, 14_400),
            (14, MailState::Waiting, 14_400),
            (15, MailState::Failed, 0),
        ] {
            let (then, rest) = after(&away, attempts);
            assert_eq!((then, rest.num_seconds()), (state, seconds), "{attempts}");
        }
        assert_eq!(after(&Tried::Taken, 1).0, MailState::Sent);
        assert_eq!(after(&Tried::Never("no such mailbox".into()), 1).0, MailState::Failed);
    }

    proptest! {
        /// However it fails, tries end, and the whole takes less than a day.
        #[test]
        fn tries_end(never_at in 1_i32..40) {
            let (mut attempts, mut whole) = (0, Duration::zero());
            loop {
                attempts += 1;
                let is_last = attempts == never_at;
                let tried = if is_last { Tried::Never(String::new()) }
                    else { Tried::NotNow(String::new()) };
                let (state, rest) = after(&tried, attempts);
                whole += rest;
                if state != MailState::Waiting {
                    break;
                }
            }
            prop_assert!(attempts <= MOST_ATTEMPTS);
            prop_assert!(whole < Duration::days(1));
        }
    }
}
