//! Trees of records: a parent is never one's own descendant, and a tree is not too deep.

use kernel::{ProductGroupId, Refusal, RefusalCode};

/// Levels of a tree at most, the root included.
const MOST_LEVELS: usize = 10;

/// Why a record does not go under a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// It is the record itself, or lies below it.
    Cycle,
    /// The tree would become deeper than ten levels.
    TooDeep,
}

impl From<TreeError> for Refusal {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::Cycle => Self::new(
                RefusalCode::Invalid,
                "A group cannot lie in itself or in a group below it.",
                "Группа не может лежать в самой себе или в группе под собой.",
            ),
            TreeError::TooDeep => Self::new(
                RefusalCode::Invalid,
                format!("A tree of groups has at most {MOST_LEVELS} levels."),
                format!("В дереве групп не больше уровней: {MOST_LEVELS}."),
            ),
        }
    }
}

/// Checks a new parent. `ancestors`: the parent, its parent, and so on to the root; `levels`:
/// those of the tree below the record, the record itself included.
///
/// # Errors
/// [`TreeError`].
pub fn check_parent(
    record: ProductGroupId,
    ancestors: &[ProductGroupId],
    levels: usize,
) -> Result<(), TreeError> {
    if ancestors.contains(&record) {
        return Err(TreeError::Cycle);
    }
    if ancestors.len() + levels > MOST_LEVELS { Err(TreeError::TooDeep) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_is_not_ones_own_ancestor() {
        let ids: Vec<ProductGroupId> = (0..12).map(|_| ProductGroupId::new()).collect();
        assert_eq!(check_parent(ids[0], &[], 1), Ok(()));
        assert_eq!(check_parent(ids[0], &ids[1..3], 1), Ok(()));
        assert_eq!(check_parent(ids[0], &ids[0..1], 1), Err(TreeError::Cycle));
        assert_eq!(check_parent(ids[2], &ids[1..4], 1), Err(TreeError::Cycle));
        assert_eq!(check_parent(ids[0], &ids[1..11], 1), Err(TreeError::TooDeep));
        assert_eq!(check_parent(ids[0], &ids[1..8], 4), Err(TreeError::TooDeep));
    }

    fn ancestors(
        parents: &HashMap<ProductGroupId, ProductGroupId>,
        of: ProductGroupId,
    ) -> Vec<ProductGroupId> {
        let mut found = vec![of];
        while let Some(parent) = parents.get(&found[found.len() - 1]) {
            found.push(*parent);
            assert!(found.len() <= parents.len() + 1, "a cycle");
        }
        found
    }

    proptest! {
        /// Whatever moves are asked for, in any order, the groups stay a tree.
        #[test]
        fn moves_never_close_a_ring(moves in prop::collection::vec((0_usize..8, 0_usize..8), 0..60)) {
            let ids: Vec<ProductGroupId> = (0..8).map(|_| ProductGroupId::new()).collect();
            let mut parents = HashMap::new();
            for (child, parent) in moves {
                if check_parent(ids[child], &ancestors(&parents, ids[parent]), 1).is_ok() {
                    parents.insert(ids[child], ids[parent]);
                }
            }
            for id in ids {
                ancestors(&parents, id);
            }
        }
    }
}
