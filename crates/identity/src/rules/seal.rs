//! What a seal of the audit trail says. Everything here can be computed again by anybody who has
//! the entries and the public key: texts are JSON arrays of strings, hashes are SHA-256, and the
//! root is the Merkle tree hash of RFC 6962, section 2.1.

use kernel::{DateTime, TenantId, Utc};
use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub(crate) type Hash = [u8; 32];

/// What stands in place of the seal before the first one.
pub(crate) const NO_SEAL: Hash = [0; 32];

/// Keeps a leaf from being taken for a node of the tree, and the other way round.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// An entry of the audit trail as it is hashed.
#[derive(Clone, Debug)]
pub(crate) struct EntryFacts<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) id: i64,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) actor: [&'a str; 3],
    pub(crate) action: &'a str,
    pub(crate) subject: [&'a str; 2],
    /// As PostgreSQL writes the JSON that it keeps.
    pub(crate) changes: &'a str,
}

impl EntryFacts<'_> {
    /// The text that is hashed: a JSON array of strings.
    pub(crate) fn text(&self) -> String {
        let [kind, actor, label] = self.actor;
        let [subject_kind, subject] = self.subject;
        array(&[
            "oborot audit entry 1",
            &self.tenant.to_string(),
            &self.id.to_string(),
            &moment(self.recorded_at),
            kind,
            actor,
            label,
            self.action,
            subject_kind,
            subject,
            self.changes,
        ])
    }
}

/// What a seal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SealFacts {
    pub(crate) tenant: TenantId,
    pub(crate) number: i64,
    pub(crate) sealed_at: DateTime<Utc>,
    pub(crate) count: usize,
    /// The smallest and the largest number of its entries.
    pub(crate) range: (i64, i64),
    pub(crate) root: Hash,
    pub(crate) previous: Hash,
    pub(crate) horizon: Option<DateTime<Utc>>,
    pub(crate) key: String,
}

impl SealFacts {
    /// The text that is signed: a JSON array of strings.
    pub(crate) fn statement(&self) -> String {
        array(&[
            "oborot audit seal 1",
            &self.tenant.to_string(),
            &self.number.to_string(),
            &moment(self.sealed_at),
            &self.count.to_string(),
            &self.range.0.to_string(),
            &self.range.1.to_string(),
            &hex(&self.root),
            &hex(&self.previous),
            &self.horizon.map(moment).unwrap_or_default(),
            &self.key,
        ])
    }

    /// The hash that the next seal names.
    pub(crate) fn hash(&self) -> Hash {
        Sha256::digest(self.statement()).into()
    }
}

/// The hash of an entry's text.
pub(crate) fn leaf(text: &str) -> Hash {
    Sha256::new().chain_update([LEAF]).chain_update(text).finalize().into()
}

/// The root over leaves in their order (RFC 6962, section 2.1).
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        many => {
            // The largest power of two below their number.
            let split = 1 << (usize::BITS - 1 - (many.len() - 1).leading_zeros());
            let (left, right) = many.split_at(split);
            Sha256::new()
                .chain_update([NODE])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}

/// Hashes one after the other, apart again.
pub(crate) fn apart(leaves: &[u8]) -> Vec<Hash> {
    leaves.chunks_exact(32).filter_map(|chunk| chunk.try_into().ok()).collect()
}

/// A hash as it is written.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// A time to the microsecond, which is what the database keeps.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn array(texts: &[&str]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    /// The test vectors that implementations of RFC 6962 share.
    #[test]
    fn the_root_is_that_of_rfc_6962() {
        let inputs = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let leaves: Vec<Hash> = inputs
            .iter()
            .map(|input| {
                Sha256::new().chain_update([LEAF]).chain_update(unhex(input)).finalize().into()
            })
            .collect();
        for (count, expected) in [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ] {
            assert_eq!(hex(&root(&leaves[..count])), expected, "{count} leaves");
        }
    }

    fn seal() -> SealFacts {
        let at = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
        SealFacts {
            tenant: TenantId(Uuid::nil()),
            number: 7,
            sealed_at: at,
            count: 2,
            range: (3, 9),
            root: leaf("a"),
            previous: NO_SEAL,
            horizon: None,
            key: "k".into(),
        }
    }

    #[test]
    fn whatever_a_seal_says_is_in_its_statement() {
        let at = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
        let first = seal();
        let others = [
            SealFacts { tenant: TenantId(Uuid::max()), ..seal() },
            SealFacts { number: 8, ..seal() },
            SealFacts { sealed_at: at + chrono::Duration::microseconds(1), ..seal() },
            SealFacts { count: 3, ..seal() },
            SealFacts { range: (2, 9), ..seal() },
            SealFacts { range: (3, 8), ..seal() },
            SealFacts { root: leaf("b"), ..seal() },
            SealFacts { previous: leaf("b"), ..seal() },
            SealFacts { horizon: Some(at), ..seal() },
            SealFacts { key: "l".into(), ..seal() },
        ];
        assert!(first.statement().contains("2023-11-14T22:13:20.123456Z"), "{}", first.statement());
        for other in others {
            assert_ne!(other.hash(), first.hash(), "{other:?}");
        }
    }

    fn entry<'a>(texts: &'a [String; 7]) -> EntryFacts<'a> {
        EntryFacts {
            tenant: TenantId(Uuid::nil()),
            id: 1,
            recorded_at: DateTime::UNIX_EPOCH,
            actor: [&texts[0], &texts[1], &texts[2]],
            action: &texts[3],
            subject: [&texts[4], &texts[5]],
            changes: &texts[6],
        }
    }

    proptest! {
        #[test]
        fn different_entries_have_different_hashes(
            one in prop::array::uniform7("[a\",\\\\\\]\u{e9}]{0,4}"),
            other in prop::array::uniform7("[a\",\\\\\\]\u{e9}]{0,4}"),
        ) {
            let same = leaf(&entry(&one).text()) == leaf(&entry(&other).text());
            prop_assert_eq!(same, one == other);
        }

        #[test]
        fn a_changed_moved_or_missing_leaf_changes_the_root(
            texts in prop::collection::btree_set("[a-z]{1,6}", 2..40),
            at in any::<prop::sample::Index>(),
        ) {
            let leaves: Vec<Hash> = texts.iter().map(|text| leaf(text)).collect();
            let whole = root(&leaves);
            let at = at.index(leaves.len() - 1);
            let mut changed = leaves.clone();
            changed[at] = leaf("CHANGED");
            prop_assert_ne!(root(&changed), whole);
            let mut moved = leaves.clone();
            moved.swap(at, at + 1);
            prop_assert_ne!(root(&moved), whole);
            let mut shorter = leaves.clone();
            shorter.remove(at);
            prop_assert_ne!(root(&shorter), whole);
        }
    }
}
