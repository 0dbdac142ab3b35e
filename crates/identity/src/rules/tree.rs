//! Departments stand in a tree.

use std::collections::HashMap;

use kernel::DepartmentId;

/// Whether a node under a new parent would stand above itself. A parent that is not known ends
/// the walk; the foreign key tells of it.
pub(crate) fn closes_a_circle(
    parents: &HashMap<DepartmentId, Option<DepartmentId>>,
    node: DepartmentId,
    parent: Option<DepartmentId>,
) -> bool {
    let mut above = parent;
    // A broken tree cannot hold us: no walk is longer than the tree.
    for _ in 0..=parents.len() {
        match above {
            None => return false,
            Some(id) if id == node => return true,
            Some(id) => above = parents.get(&id).copied().flatten(),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_stands_above_himself() {
        let [top, middle, leaf, other] = [(); 4].map(|()| DepartmentId::new());
        let parents =
            HashMap::from([(top, None), (middle, Some(top)), (leaf, Some(middle)), (other, None)]);
        for (node, parent, expected) in [
            (leaf, None, false),
            (leaf, Some(other), false),
            (other, Some(leaf), false),
            (top, Some(leaf), true),
            (top, Some(top), true),
            (middle, Some(leaf), true),
            (leaf, Some(DepartmentId::new()), false),
        ] {
            assert_eq!(closes_a_circle(&parents, node, parent), expected);
        }
    }
}
