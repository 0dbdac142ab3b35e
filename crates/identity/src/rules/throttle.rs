//! How often a thing may be tried: the generic cell rate algorithm (ITU-T I.371), which needs
//! one number a key: the moment at which the key will have used up nothing.

/// A burst, and how long one attempt takes to come back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// Attempts at once.
    pub(crate) burst: u64,
    /// One attempt comes back in so many milliseconds.
    pub(crate) each_ms: u64,
}

/// Whether an attempt is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is; this is the key's new state.
    Admitted(u64),
    /// Not before so many milliseconds.
    Wait(u64),
}

/// Judges one attempt. `state` is what the last attempt left, 0 for none.
pub(crate) fn admit(state: u64, now_ms: u64, limit: Limit) -> Verdict {
    let next = state.max(now_ms) + limit.each_ms;
    let latest = now_ms + limit.burst * limit.each_ms;
    if next > latest { Verdict::Wait(next - latest) } else { Verdict::Admitted(next) }
}

/// The state after an attempt turned out to be a rightful one.
pub(crate) fn refund(state: u64, limit: Limit) -> u64 {
    state.saturating_sub(limit.each_ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: Limit = Limit { burst: 3, each_ms: 1_000 };

    #[test]
    fn a_burst_then_one_at_a_time() {
        let mut state = 0;
        for (now_ms, wait_ms) in [
            (50_000, None),
            (50_000, None),
            (50_000, None),
            (50_000, Some(1_000)),
            (50_400, Some(600)),
            (51_000, None),
            (51_000, Some(1_000)),
            (60_000, None),
            (60_000, None),
            (60_000, None),
            (60_000, Some(1_000)),
        ] {
            match (admit(state, now_ms, LIMIT), wait_ms) {
                (Verdict::Admitted(next), None) => state = next,
                (Verdict::Wait(ms), Some(expected)) => assert_eq!(ms, expected, "{now_ms}"),
                (verdict, _) => panic!("{now_ms}: {verdict:?}"),
            }
        }
    }

    #[test]
    fn a_rightful_attempt_costs_nothing() {
        let Verdict::Admitted(used) = admit(0, 50_000, LIMIT) else { panic!("refused") };
        let mut state = refund(used, LIMIT);
        for _ in 0..3 {
            let Verdict::Admitted(next) = admit(state, 50_000, LIMIT) else { panic!("refused") };
            state = next;
        }
        assert_eq!(admit(state, 50_000, LIMIT), Verdict::Wait(1_000));
    }

    proptest! {
        /// Over any stretch of time, no more are let in than the burst and what came back.
        #[test]
        fn never_more_than_the_limit(steps in proptest::collection::vec(0..2_000_u64, 1..200)) {
            let (mut state, mut now_ms, mut admitted) = (0, 1_000_000, 0_u64);
            for step in &steps {
                now_ms += step;
                if let Verdict::Admitted(next) = admit(state, now_ms, LIMIT) {
                    state = next;
                    admitted += 1;
                }
            }
            let passed_ms = now_ms - 1_000_000;
            prop_assert!(admitted <= LIMIT.burst + passed_ms / LIMIT.each_ms);
        }
    }
}
