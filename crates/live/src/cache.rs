//! The words of the cache (key, epoch, what came back), and the order of looking, computing and
//! storing.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::TenantId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::flight::{Outcome, Shared};
use crate::{Live, Store};

/// What is asked, beside the tenant: a digest, so that two questions never meet by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// `rights` is the class of rights: two callers with equal classes must see the same. `query`
    /// names the question and the shape of its answer; `arguments` are its values, in one spelling.
    pub fn new(rights: &[u8], query: &str, arguments: &[u8]) -> Self {
        let mut digest = Sha256::new();
        for part in [rights, query.as_bytes(), arguments] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A reading of the tenant's epoch, good for the request that made it. Two are equal if no posting
/// came between them.
#[derive(Clone, Copy, Debug)]
pub struct Epoch {
    pub(crate) mark: u128,
    /// Just before the reading was asked for.
    pub(crate) read_at: Instant,
    /// How long what is computed under this reading may be shared; None: while it is equal.
    pub(crate) lease: Option<Duration>,
    /// Which connection read it, and when values computed under it expire by Redis's clock.
    pub(crate) connection: u64,
    pub(crate) expires_unix_ms: u64,
}

impl PartialEq for Epoch {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

impl Eq for Epoch {}

impl Epoch {
    /// Whether who has this reading may be given what was computed under an equal one of that time.
    pub(crate) fn may_share(&self, computed_read_at: Instant) -> bool {
        self.lease.is_none_or(|lease| self.read_at.duration_since(computed_read_at) <= lease)
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached<T> {
    pub value: T,
    pub origin: Origin,
}

/// Where a value came from, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By this caller.
    Computed,
    /// By another caller of this process who asked at the same time.
    Shared,
    /// Kept from an earlier query.
    Kept,
}

impl<T> Cached<T> {
    pub(crate) fn computed(value: T) -> Self {
        Self { value, origin: Origin::Computed }
    }

    fn kept(value: T) -> Self {
        Self { value, origin: Origin::Kept }
    }
}

impl Live {
    /// A value kept under the epoch.
    pub(crate) async fn find<T>(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        epoch: Epoch,
    ) -> Option<Cached<T>>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        match &self.inner.store {
            Store::Memory(memory) => memory.get(tenant, key, epoch).await.map(Cached::kept),
            Store::Remote(remote) => {
                let seen = remote.look(tenant, Some(key)).await?;
                // If the epoch has moved since, the value belongs to the later one: fresher than
                // asked for, but not of the same moment as the rest of the request.
                let value = seen.value.filter(|_| seen.epoch == epoch)?;
                decode(&value).map(Cached::kept)
            }
        }
    }

    /// The epoch, and the value kept under it.
    pub(crate) async fn look<T>(
        &self,
        tenant: TenantId,
        key: &CacheKey,
    ) -> (Option<Epoch>, Option<Cached<T>>)
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        match &self.inner.store {
            Store::Memory(memory) => {
                let epoch = memory.epoch(tenant);
                (Some(epoch), memory.get(tenant, key, epoch).await.map(Cached::kept))
            }
            Store::Remote(remote) => match remote.look(tenant, Some(key)).await {
                Some(seen) => {
                    let value = seen.value.and_then(|value| decode(&value));
                    (Some(seen.epoch), value.map(Cached::kept))
                }
                None => (None, None),
            },
        }
    }

    /// Computes, or waits for who does.
    pub(crate) async fn compute_once<T, E, F>(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        epoch: Epoch,
        ttl: Duration,
        compute: F,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let seat = self.inner.flights.join(tenant, key, epoch);
        let mut outcome = seat.outcome().await;
        match &*outcome {
            Outcome::Open => {}
            Outcome::Landed { value, epoch_read_at } => {
                if epoch.may_share(*epoch_read_at)
                    && let Some(value) = value.downcast_ref::<T>()
                {
                    return Ok(Cached { value: value.clone(), origin: Origin::Shared });
                }
                drop(outcome);
                return compute.await.map(Cached::computed);
            }
            Outcome::Failed => {
                drop(outcome);
                return compute.await.map(Cached::computed);
            }
        }
        match compute.await {
            Ok(value) => {
                let shared: Shared = Arc::new(value.clone());
                *outcome = Outcome::Landed { value: shared.clone(), epoch_read_at: epoch.read_at };
                // Who waits need not wait for the storing.
                drop(outcome);
                self.keep(tenant, key, epoch, ttl, &value, shared).await;
                Ok(Cached::computed(value))
            }
            Err(error) => {
                *outcome = Outcome::Failed;
                seat.close();
                Err(error)
            }
        }
    }

    async fn keep<T: Serialize>(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        epoch: Epoch,
        ttl: Duration,
        value: &T,
        shared: Shared,
    ) {
        match &self.inner.store {
            Store::Memory(memory) => {
                memory.put(tenant, key, epoch, ttl, weight_bytes(value), shared).await;
            }
            Store::Remote(remote) => {
                if let Ok(bytes) = serde_json::to_vec(value) {
                    remote.store(tenant, key, epoch, ttl, &bytes).await;
                }
            }
        }
    }
}

/// A value that does not read (another version of the program wrote it) is as good as none.
fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

/// The length of the value as text, without making the text; a fair measure of its memory.
fn weight_bytes<T: Serialize>(value: &T) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        // What cannot be measured is too heavy to keep.
        Err(_) => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_each_part_and_by_where_a_part_ends() {
        let key = CacheKey::new(b"ab", "c", b"d");
        assert_eq!(key, CacheKey::new(b"ab", "c", b"d"));
        assert_ne!(key, CacheKey::new(b"a", "bc", b"d"));
        assert_ne!(key, CacheKey::new(b"ab", "cd", b""));
        assert_ne!(key, CacheKey::new(b"", "abc", b"d"));
    }

    #[test]
    fn the_weight_is_the_length_of_the_text() {
        assert_eq!(weight_bytes(&vec!["ab", "c"]), r#"["ab","c"]"#.len());
    }
}
