//! Single-purpose links: what a link can be for, and what its holder may do.

use std::sync::Arc;

use kernel::{LinkId, UserId, Uuid};

use crate::{Reach, Right, RightSet};

/// What a single-purpose link is for. A new purpose is a word here with its one right, a word in
/// the database's check of `access_link`, and a page in the crate `pages`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// A client sees the quote that was made for him, and accepts or declines it.
    Quote,
    /// Somebody who has to decide about a document does so from a letter.
    Approval,
}

impl LinkKind {
    /// Every purpose.
    pub const ALL: &'static [Self] = &[Self::Quote, Self::Approval];

    /// As the database writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quote => "QUOTE",
            Self::Approval => "APPROVAL",
        }
    }

    /// Reads what the database holds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// The one right of whoever holds such a link. No role has it: what it allows is done through
    /// a link and with the link's own record, or not at all.
    #[must_use]
    pub fn right(self) -> Right {
        match self {
            Self::Quote => Right::QuoteAnswer,
            Self::Approval => Right::ApprovalAnswer,
        }
    }

    /// All that a link of this kind allows.
    #[must_use]
    pub fn rights(self) -> Arc<RightSet> {
        let mut rights = RightSet::default();
        rights.give(self.right(), Reach::All);
        Arc::new(rights)
    }
}

/// The link that somebody came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Linked {
    /// The link.
    pub id: LinkId,
    /// What it is for.
    pub kind: LinkKind,
    /// The one record that it is about.
    pub subject: Uuid,
    /// In whose name its holder acts, where it was given to one of the tenant's people.
    pub user: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, partner_scopes};

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in LinkKind::ALL {
            assert_eq!(LinkKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(LinkKind::parse("quote"), None);
    }

    /// A link's right is given by the link alone, and a link gives nothing else.
    #[tokio::test]
    async fn what_a_link_allows_no_role_does() {
        let policy = Policy::standard().await.unwrap();
        for kind in LinkKind::ALL {
            let given: Vec<_> = kind.rights().iter().collect();
            assert_eq!(given, [(kind.right(), Reach::All)]);
            for role in policy.role_names() {
                assert_eq!(policy.role(role).unwrap().reach(kind.right()), None, "{role}");
            }
            for scope in partner_scopes() {
                assert_eq!(policy.scope_rights(&[scope]).reach(kind.right()), None, "{scope}");
            }
        }
    }
}
