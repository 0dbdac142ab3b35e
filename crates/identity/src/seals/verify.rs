//! Proof that the audit trail is what its seals say.

use access::{Action, Permit, Right};
use db::{Fault, Outcome, TenantTx};
use kernel::{DateTime, TenantId, Utc};

use super::keys::SealKeys;
use super::store::{self, Entry, SealRow};
use crate::rules::seal::{Hash, NO_SEAL, hex, leaf, root};

/// Seals read at once.
const SEALS: i64 = 20;
/// Numbers of entries read at once.
const NUMBERS: i64 = 10_000;
/// What is told at most: whoever has rewritten everything need not be told of every entry.
const MOST_FAULTS: usize = 1_000;

/// Reading the whole trail to check it.
#[derive(Clone, Copy, Debug)]
pub struct VerifyTrail;

impl Action for VerifyTrail {
    const RIGHT: Right = Right::AuditRead;
}

/// What is wrong with the trail. Numbers are those of entries and seals.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrailFault {
    /// An entry is not what was sealed.
    #[error("entry {entry} was changed after seal {seal}")]
    Changed { entry: i64, seal: i64 },
    /// An entry is gone.
    #[error("entry {entry} of seal {seal} was removed")]
    Removed { entry: i64, seal: i64 },
    /// An entry is in no seal and waits for none.
    #[error("entry {entry} was added past the program, or its seal was removed")]
    Added { entry: i64 },
    /// An entry is gone that was to be sealed.
    #[error("entry {entry} was removed before it was sealed")]
    Vanished { entry: i64 },
    /// An entry is in two seals.
    #[error("entry {entry} is in seal {seal} once more")]
    Again { entry: i64, seal: i64 },
    /// An entry says that it was written before others that were sealed without it.
    #[error("entry {entry} of seal {seal} is dated back")]
    DatedBack { entry: i64, seal: i64 },
    /// A seal is not there.
    #[error("seal {seal} was removed")]
    SealRemoved { seal: i64 },
    /// A seal does not name the one before.
    #[error("seal {seal} does not follow the one before it")]
    NotInOrder { seal: i64 },
    /// A seal's root is not that of its entries.
    #[error("seal {seal} was changed: its entries have another root")]
    AnotherRoot { seal: i64 },
    /// A seal was not signed as it stands.
    #[error("seal {seal} was changed: its signature is not good")]
    BadSignature { seal: i64 },
    /// A seal was signed with a key that is not here.
    #[error("seal {seal} is signed with the key {key}, which is not here")]
    ForeignKey { seal: i64, key: String },
}

/// What has been seen so far.
struct Walk<'a> {
    tenant: TenantId,
    keys: &'a SealKeys,
    last: (i64, Hash),
    horizon: Option<DateTime<Utc>>,
    /// Numbers of sealed entries: eight bytes each.
    sealed: Vec<i64>,
    remembered: Option<(i64, String)>,
    faults: Vec<TrailFault>,
}

/// What is wrong with a tenant's audit trail, in the snapshot of `tx`; at most a thousand faults.
/// `remembered` is the newest seal that the keys' folder knows, asked before the snapshot.
/// Memory grows by eight bytes an entry.
///
/// # Errors
/// A fault where a statement fails or the folder of keys cannot be read.
pub async fn trail_faults(
    tx: &TenantTx,
    permit: &Permit<VerifyTrail>,
    keys: &SealKeys,
    remembered: Option<(i64, String)>,
) -> Outcome<Vec<TrailFault>> {
    let mut walk = Walk {
        tenant: permit.tenant(),
        keys,
        last: (0, NO_SEAL),
        horizon: None,
        sealed: Vec::new(),
        remembered,
        faults: Vec::new(),
    };
    loop {
        let seals = store::seals_after(tx, walk.last.0, SEALS).await?;
        if seals.is_empty() || walk.faults.len() >= MOST_FAULTS {
            break;
        }
        for seal in &seals {
            walk.seal(seal).await?;
            walk.entries(seal, &store::entries(tx, &seal.entries).await?);
        }
    }
    walk.end(tx).await?;
    walk.faults.truncate(MOST_FAULTS);
    Ok(walk.faults)
}

impl Walk<'_> {
    /// The chain, the root and the signature.
    async fn seal(&mut self, row: &SealRow) -> Result<(), Fault> {
        let seal = row.number;
        let facts = row.facts(self.tenant)?;
        let (last, hash) = self.last;
        self.faults.extend(
            (last + 1..seal).map(|seal| TrailFault::SealRemoved { seal }).take(MOST_FAULTS),
        );
        if last + 1 == seal && facts.previous != hash {
            self.faults.push(TrailFault::NotInOrder { seal });
        }
        if root(&row.leaves()) != facts.root {
            self.faults.push(TrailFault::AnotherRoot { seal });
        }
        if !self.keys.knows(&row.key_id).await? {
            self.faults.push(TrailFault::ForeignKey { seal, key: row.key_id.clone() });
        } else if !self.keys.verifies(&row.key_id, &facts.statement(), &row.signature).await? {
            self.faults.push(TrailFault::BadSignature { seal });
        }
        let hash = facts.hash();
        if self
            .remembered
            .as_ref()
            .is_some_and(|(number, told)| *number == seal && *told != hex(&hash))
        {
            self.faults.push(TrailFault::NotInOrder { seal });
        }
        self.last = (seal, hash);
        Ok(())
    }

    /// Each entry against its leaf. Both are in the order of their numbers.
    fn entries(&mut self, row: &SealRow, found: &[Entry]) {
        let seal = row.number;
        for (entry, sealed) in row.entries.iter().copied().zip(row.leaves()) {
            let there = found.binary_search_by_key(&entry, |one| one.id).ok();
            match there.and_then(|at| found.get(at)) {
                None => self.faults.push(TrailFault::Removed { entry, seal }),
                Some(one) if leaf(&one.text(self.tenant)) != sealed => {
                    self.faults.push(TrailFault::Changed { entry, seal });
                }
                Some(one) if self.horizon.is_some_and(|horizon| one.recorded_at < horizon) => {
                    self.faults.push(TrailFault::DatedBack { entry, seal });
                }
                Some(_) => {}
            }
            self.sealed.push(entry);
        }
        self.horizon = row.horizon.or(self.horizon);
    }

    /// What no seal speaks of: its end, and entries outside of it.
    async fn end(&mut self, tx: &TenantTx) -> Result<(), Fault> {
        let (last, hash) = self.last;
        let chain = store::chain(tx).await?;
        let told = chain.as_ref().map_or(0, |chain| chain.number);
        let remembered = self.remembered.as_ref().map_or(0, |(number, _)| *number);
        let missing = last + 1..=told.max(remembered);
        self.faults.extend(missing.map(|seal| TrailFault::SealRemoved { seal }).take(MOST_FAULTS));
        if let Some(chain) = chain
            && (told < last || (told == last && chain.hash()? != hash))
        {
            self.faults.push(TrailFault::NotInOrder { seal: last });
        }
        self.sealed.sort_unstable();
        let twice = self.sealed.windows(2).filter(|pair| pair[0] == pair[1]);
        self.faults.extend(twice.map(|pair| TrailFault::Again { entry: pair[0], seal: last }));
        let mut after = i64::MIN;
        while self.faults.len() < MOST_FAULTS {
            let numbers = store::settled(tx, after, NUMBERS).await?;
            let Some(largest) = numbers.last().copied() else { break };
            let unsealed = numbers.into_iter().filter(|id| self.sealed.binary_search(id).is_err());
            self.faults.extend(unsealed.map(|entry| TrailFault::Added { entry }));
            after = largest;
        }
        let gone = store::astray(tx, NUMBERS).await?;
        self.faults.extend(gone.into_iter().map(|entry| TrailFault::Vanished { entry }));
        Ok(())
    }
}
