//! The fields at the root of an operation. They tell who may ask and how much is asked, so all of
//! them are found, however deep in fragments they hide.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};

use super::MOST_ROOT_FIELDS;

/// A field of the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Root<'d> {
    pub(super) name: &'d str,
    /// The name it has in the answer.
    key: &'d str,
}

/// Finds the fields of the root.
pub(super) struct Roots<'d> {
    document: &'d ExecutableDocument,
    /// What each fragment holds; `None` while it is being read, so that a fragment inside itself
    /// (which the validation refuses) ends. Read once each: spread again and again they would take
    /// time that grows as a power.
    fragments: HashMap<&'d str, Option<Vec<Root<'d>>>>,
}

impl<'d> Roots<'d> {
    pub(super) fn new(document: &'d ExecutableDocument) -> Self {
        Self { document, fragments: HashMap::new() }
    }

    /// The fields in the order they stand, fragments spread; where they are more than
    /// [`MOST_ROOT_FIELDS`], some that are more.
    pub(super) fn of(&mut self, set: &'d SelectionSet) -> Vec<Root<'d>> {
        let mut roots = Vec::new();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => roots.push(root(&field.node)),
                Selection::InlineFragment(inline) => {
                    roots.extend(self.of(&inline.node.selection_set.node));
                }
                Selection::FragmentSpread(spread) => {
                    roots.extend(self.fragment(spread.node.fragment_name.node.as_str()));
                }
            }
            if roots.len() > MOST_ROOT_FIELDS {
                roots.truncate(MOST_ROOT_FIELDS + 1);
                break;
            }
        }
        roots
    }

    fn fragment(&mut self, name: &'d str) -> Vec<Root<'d>> {
        if let Some(known) = self.fragments.get(name) {
            return known.clone().unwrap_or_default();
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Vec::new() };
        self.fragments.insert(name, None);
        let roots = self.of(&fragment.node.selection_set.node);
        self.fragments.insert(name, Some(roots.clone()));
        roots
    }
}

fn root(field: &Field) -> Root<'_> {
    Root { name: field.name.node.as_str(), key: field.response_key().node.as_str() }
}

/// Whether two fields have one name in the answer.
pub(super) fn has_twins(roots: &[Root<'_>]) -> bool {
    let mut keys = HashSet::new();
    roots.iter().any(|root| root.name != "__typename" && !keys.insert(root.key))
}
