//! Lists derived from lists: never in a ring, never too deep. Whoever saves a list asks here;
//! resolution is bounded all the same.

use std::collections::HashMap;
use std::iter::successors;

use kernel::{PriceListId, Refusal, RefusalCode};

/// Lists in a chain at most, the base list included.
pub(super) const MOST_LEVELS: usize = 8;

/// Why a list does not follow from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivationError {
    /// It is the list itself, or follows from it.
    Cycle,
    /// A chain would become longer than eight lists.
    TooDeep,
}

impl From<DerivationError> for Refusal {
    fn from(error: DerivationError) -> Self {
        match error {
            DerivationError::Cycle => Self::new(
                RefusalCode::Invalid,
                "A price list cannot be derived from itself or from a list derived from it.",
                "Вид цен нельзя рассчитать от него самого или от вида цен, рассчитанного от него.",
            ),
            DerivationError::TooDeep => Self::new(
                RefusalCode::Invalid,
                format!("A chain of derived price lists has at most {MOST_LEVELS} of them."),
                format!("В цепочке рассчитанных видов цен их не больше: {MOST_LEVELS}."),
            ),
        }
    }
}

/// Checks that `list` may be derived from `base`. `bases`: which list each derived list of the
/// tenant follows from, as saved now; what it says of `list` itself is replaced.
///
/// # Errors
/// [`DerivationError`].
pub fn check_no_cycle(
    list: PriceListId,
    base: PriceListId,
    bases: &HashMap<PriceListId, PriceListId>,
) -> Result<(), DerivationError> {
    let up = |from| {
        let next = |at: &PriceListId| bases.get(at).copied();
        successors(Some(from), next).take(MOST_LEVELS + 1)
    };
    if up(base).any(|at| at == list) {
        return Err(DerivationError::Cycle);
    }
    // Lists that follow from this one become deeper with it.
    let below = bases.keys().filter_map(|id| up(*id).position(|at| at == list)).max();
    let levels = up(base).count() + 1 + below.unwrap_or_default();
    if levels > MOST_LEVELS { Err(DerivationError::TooDeep) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rings_and_long_chains_are_refused() {
        let ids: Vec<PriceListId> = (0..12).map(|_| PriceListId::new()).collect();
        // Each follows from the one before it.
        let chain = |count: usize| -> HashMap<PriceListId, PriceListId> {
            (1..count).map(|i| (ids[i], ids[i - 1])).collect()
        };
        for (list, base, saved, expected) in [
            (0, 0, 0, Err(DerivationError::Cycle)),
            (0, 1, 2, Err(DerivationError::Cycle)),
            (0, 7, 8, Err(DerivationError::Cycle)),
            (3, 0, 8, Ok(())),
            (7, 6, 7, Ok(())),
            (8, 7, 8, Err(DerivationError::TooDeep)),
            // Eight below one more.
            (0, 9, 8, Err(DerivationError::TooDeep)),
            (0, 9, 7, Ok(())),
        ] {
            assert_eq!(check_no_cycle(ids[list], ids[base], &chain(saved)), expected, "{list}");
        }
    }

    proptest! {
        /// Whatever is asked for, in any order, every chain ends within its bound.
        #[test]
        fn chains_stay_short(moves in prop::collection::vec((0_usize..14, 0_usize..14), 0..80)) {
            let ids: Vec<PriceListId> = (0..14).map(|_| PriceListId::new()).collect();
            let mut bases = HashMap::new();
            for (list, base) in moves {
                if check_no_cycle(ids[list], ids[base], &bases).is_ok() {
                    bases.insert(ids[list], ids[base]);
                }
            }
            for id in ids {
                let chain = successors(Some(id), |at| bases.get(at).copied());
                prop_assert!(chain.take(MOST_LEVELS + 1).count() <= MOST_LEVELS);
            }
        }
    }
}
