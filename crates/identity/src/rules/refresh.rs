//! When a refresh token is good. Each use makes a new generation; whoever comes with an older
//! one shows that two hold the session. An answer may be lost on the way, so the newest
//! generation's predecessor may come again for a short while.

use kernel::{DateTime, Utc};

/// How long the last predecessor stays good, seconds.
const GRACE_S: i64 = 30;

/// What is known of a token that was presented.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presented {
    /// The token's generation.
    pub(crate) generation: i32,
    /// The token's end.
    pub(crate) expires_at: DateTime<Utc>,
    /// The session's newest generation, and since when.
    pub(crate) newest: i32,
    pub(crate) rotated_at: DateTime<Utc>,
    /// The session was ended.
    pub(crate) is_ended: bool,
    /// The account may sign in.
    pub(crate) is_active: bool,
}

/// What to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// Good: a new generation begins.
    Rotate,
    /// The answer to its use was lost: another token of the newest generation.
    Repeat,
    /// Two hold the session: it ends.
    Reused,
    /// Not good, and nothing follows from it.
    Invalid,
}

/// Judges a token at a moment.
pub(crate) fn judge(token: &Presented, now: DateTime<Utc>) -> Judgement {
    if token.is_ended || !token.is_active {
        return Judgement::Invalid;
    }
    let age_s = (now - token.rotated_at).num_seconds();
    match token.newest - token.generation {
        0 if token.expires_at <= now => Judgement::Invalid,
        0 => Judgement::Rotate,
        1 if age_s <= GRACE_S => Judgement::Repeat,
        _ => Judgement::Reused,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn token(generation: i32, newest: i32) -> Presented {
        Presented {
            generation,
            newest,
            expires_at: moment(1_000),
            rotated_at: moment(0),
            is_ended: false,
            is_active: true,
        }
    }

    #[test]
    fn cases() {
        use Judgement::{Invalid, Repeat, Reused, Rotate};
        for (case, token, second, expected) in [
            ("newest", token(3, 3), 10, Rotate),
            ("newest, late", token(3, 3), 999, Rotate),
            ("newest, at its end", token(3, 3), 1_000, Invalid),
            ("predecessor, at once", token(2, 3), 0, Repeat),
            ("predecessor, within the grace", token(2, 3), 30, Repeat),
            ("predecessor, after it", token(2, 3), 31, Reused),
            ("the one before it, at once", token(1, 3), 1, Reused),
            ("ended", Presented { is_ended: true, ..token(3, 3) }, 1, Invalid),
            ("ended, older", Presented { is_ended: true, ..token(1, 3) }, 1, Invalid),
            ("shut", Presented { is_active: false, ..token(3, 3) }, 1, Invalid),
        ] {
            assert_eq!(judge(&token, moment(second)), expected, "{case}");
        }
    }

    proptest! {
        /// Only one generation at a time is good for longer than the grace.
        #[test]
        fn an_older_generation_never_rotates(
            generation in 0..50_i32, ahead in 1..50_i32, second in 0..2_000_i64,
        ) {
            let verdict = judge(&token(generation, generation + ahead), moment(second));
            prop_assert_ne!(verdict, Judgement::Rotate);
            if second > GRACE_S || ahead > 1 {
                prop_assert_eq!(verdict, Judgement::Reused);
            }
        }
    }
}
