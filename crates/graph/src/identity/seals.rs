//! Seals of the audit trail: what anybody needs to prove that it is what it was.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use identity::{ReadSeals, SealedEntry};

use super::trail::entry_id;
use crate::custom::without_hidden;
use crate::errors::Failure;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::DateTime;
use crate::session::Session;

/// Entries that one operation reads as they are hashed, at most: 20 full seals.
const MOST_ENTRIES: usize = 20_000;

/// A key that seals are signed with.
#[derive(Clone, SimpleObject)]
pub struct AuditKey {
    /// What seals call it: the first 8 bytes of the key's SHA-256, hexadecimal.
    key_id: String,
    /// The public key (Ed25519, RFC 8032), its 32 bytes in base64url.
    public_key: String,
    /// Whether new seals are signed with it.
    signs: bool,
}

/// A batch of entries of the audit trail, hashed and signed. Each seal names the one before, so
/// that none can be changed, removed or put elsewhere. The key lies outside the database.
///
/// To prove a seal: check `signature` over the UTF-8 bytes of `statement` with the public key
/// `keyId`; check that `previous` is the `hash` of the seal before; compute the Merkle tree hash of
/// RFC 6962, section 2.1, over the texts of `entries` and compare it with `root`.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct AuditSeal {
    /// Its place in the tenant's chain, from 1, without gaps.
    number: i64,
    /// When it was made.
    sealed_at: DateTime,
    /// How many entries it holds, at most 1,000.
    count: i64,
    /// The smallest number of its entries.
    first_entry: i64,
    /// The largest number of its entries. An entry that was committed late stands in a later seal
    /// than its neighbours.
    last_entry: i64,
    /// The root over its entries (SHA-256, hexadecimal).
    root: String,
    /// The hash of the seal before it, hexadecimal; zeros for the first one.
    previous: String,
    /// The SHA-256 of its statement, hexadecimal: what the next seal calls `previous`.
    hash: String,
    /// Which key signed it; see `auditKeys`.
    key_id: String,
    /// What was signed: a JSON array of `oborot audit seal 1`, tenant, number, time, count, first
    /// and last entry, root, previous, the time before which no later entry was written, and key.
    statement: String,
    /// The signature (Ed25519), base64url.
    signature: String,
    #[graphql(skip)]
    places: Vec<i64>,
}

/// An entry as it is sealed.
#[derive(Clone, SimpleObject)]
pub struct SealedAuditEntry {
    /// Its number.
    number: i64,
    /// The global id of the entry.
    entry_id: ID,
    /// The text that is hashed: a JSON array of `oborot audit entry 1`, tenant, number, time, kind
    /// of actor, actor, worker, action, type of record, record, and changes. Null where the caller
    /// does not see all of its custom fields.
    text: Option<String>,
    /// The entry's leaf in the tree: SHA-256 of a zero byte and the text, hexadecimal. Null where
    /// the text is.
    leaf: Option<String>,
}

#[ComplexObject]
impl AuditSeal {
    /// Its entries as they are hashed now, in their places; one that was removed is absent. Of at
    /// most 20 seals at once.
    async fn entries(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SealedAuditEntry>> {
        let session = Session::of(ctx)?;
        let keys = self.places.iter().copied().map(SealedEntryOf).collect();
        let found = session.load_all::<SealedEntryOf>(keys).await?;
        let mut entries = Vec::with_capacity(found.len());
        for entry in found.into_iter().flatten() {
            let shown = without_hidden(session, &entry.subject_kind, &entry.changes).await?;
            let is_whole = shown == entry.changes;
            entries.push(SealedAuditEntry {
                number: entry.number,
                entry_id: entry_id(entry.number),
                text: is_whole.then(|| entry.text.clone()),
                leaf: is_whole.then(|| entry.leaf.clone()),
            });
        }
        Ok(entries)
    }
}

/// An entry as it is hashed, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealedEntryOf(i64);

impl Load<SealedEntryOf> for Loaders {
    type Value = Arc<SealedEntry>;

    async fn load(&self, keys: &[SealedEntryOf]) -> Loaded<SealedEntryOf, Arc<SealedEntry>> {
        let permit = self.permit::<ReadSeals>()?;
        if keys.len() > MOST_ENTRIES {
            return Err(Failure::bad_input(
                "ask for the entries of at most 20 seals at once",
                "запрашивайте записи не более чем 20 печатей за раз",
            ));
        }
        let numbers: Vec<i64> = keys.iter().map(|key| key.0).collect();
        let found = identity::sealed_entries(&*self.tx().await?, &permit, &numbers).await?;
        let each = found.into_iter().map(|one| (SealedEntryOf(one.number), Arc::new(one)));
        Ok(each.collect())
    }
}

impl From<identity::AuditSeal> for AuditSeal {
    fn from(seal: identity::AuditSeal) -> Self {
        Self {
            number: seal.number,
            sealed_at: DateTime(seal.sealed_at),
            count: seal.count,
            first_entry: seal.range.0,
            last_entry: seal.range.1,
            root: seal.root,
            previous: seal.previous,
            hash: seal.hash,
            key_id: seal.key,
            statement: seal.statement,
            signature: seal.signature,
            places: seal.entries,
        }
    }
}

/// Queries of seals.
#[derive(Default)]
pub struct SealQuery;

#[Object]
impl SealQuery {
    /// The seals of the audit trail, newest first, for those who may read all of it. An entry is
    /// sealed some seconds after it was written.
    async fn audit_seals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the seal of this number.")] number: Option<i64>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<AuditSeal>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadSeals>()?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NEWEST")?;
        let rows = identity::audit_seals(&*session.tx().await?, &permit, number, &page).await?;
        Ok(Connection::of(rows, AuditSeal::from).counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(identity::count_audit_seals(&tx, &permit, number, COUNT_CAP + 1).await?)
            }
        }))
    }

    /// The public keys of seals, the one that signs now first. Keep them outside of this system: a
    /// proof is worth what its key is.
    async fn audit_keys(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditKey>> {
        let session = Session::of(ctx)?;
        session.permit::<ReadSeals>()?;
        let keys = session.seal_keys()?.public().await?;
        let shown = keys.into_iter().map(|key| AuditKey {
            key_id: key.id,
            public_key: key.key,
            signs: key.signs,
        });
        Ok(shown.collect())
    }
}
