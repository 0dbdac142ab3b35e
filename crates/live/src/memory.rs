//! Epochs and values of a program that runs alone.

use std::any::Any;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kernel::TenantId;
use moka::future::Cache;

use crate::cache::{CacheKey, Epoch};
use crate::flight::Shared;

/// All values together.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// What an entry costs beside its value.
const ENTRY_BYTES: u32 = 256;
/// An unasked value goes after this time, whatever its ttl.
const IDLE: Duration = Duration::from_secs(600);
/// Tenants share counters by hash: a posting of one then also empties the cache of the few that
/// share with it, and the table stays at 32 KiB however many tenants there are.
const COUNTERS: usize = 4096;

pub(crate) struct Memory {
    epochs: Box<[AtomicU64]>,
    values: Cache<(TenantId, CacheKey), Entry>,
}

#[derive(Clone)]
struct Entry {
    mark: u128,
    expires_at: Option<Instant>,
    weight_bytes: u32,
    value: Shared,
}

impl Default for Memory {
    fn default() -> Self {
        let values = Cache::builder()
            .weigher(|_, entry: &Entry| entry.weight_bytes)
            .max_capacity(MAX_BYTES)
            .time_to_idle(IDLE)
            .build();
        let epochs = (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Self { epochs, values }
    }
}

impl Memory {
    pub(crate) fn epoch(&self, tenant: TenantId) -> Epoch {
        Epoch {
            mark: self.counter(tenant).load(Ordering::SeqCst).into(),
            read_at: Instant::now(),
            lease: None,
            connection: 0,
            expires_unix_ms: 0,
        }
    }

    pub(crate) fn advance_epoch(&self, tenant: TenantId) {
        self.counter(tenant).fetch_add(1, Ordering::SeqCst);
    }

    fn counter(&self, tenant: TenantId) -> &AtomicU64 {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(tenant);
        &self.epochs[hash as usize % COUNTERS]
    }

    pub(crate) async fn get<T: Any + Clone>(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        epoch: Epoch,
    ) -> Option<T> {
        let entry = self.values.get(&(tenant, *key)).await?;
        let alive = entry.expires_at.is_none_or(|at| Instant::now() < at);
        if entry.mark != epoch.mark || !alive {
            return None;
        }
        entry.value.downcast_ref::<T>().cloned()
    }

    /// One value per question: under a new epoch it takes the place of the old one.
    pub(crate) async fn put(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        epoch: Epoch,
        ttl: Duration,
        weight_bytes: usize,
        value: Shared,
    ) {
        let Ok(weight_bytes) = u32::try_from(weight_bytes) else { return };
        let entry = Entry {
            mark: epoch.mark,
            expires_at: Instant::now().checked_add(ttl),
            weight_bytes: weight_bytes.saturating_add(ENTRY_BYTES),
            value: Arc::clone(&value),
        };
        self.values.insert((tenant, *key), entry).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_values_together_stay_under_their_bound() {
        let memory = Memory::default();
        let tenant = TenantId::new();
        let epoch = memory.epoch(tenant);
        let one_mib = 1024 * 1024;
        for number in 0..100u32 {
            let key = CacheKey::new(b"", "report", &number.to_le_bytes());
            let ttl = Duration::from_secs(60);
            memory.put(tenant, &key, epoch, ttl, one_mib, Arc::new(number)).await;
        }
        memory.values.run_pending_tasks().await;
        assert!(memory.values.weighted_size() <= MAX_BYTES);
        assert!(memory.values.entry_count() >= 60, "{}", memory.values.entry_count());
    }

    #[tokio::test]
    async fn a_value_goes_with_its_time_and_with_its_epoch() {
        let memory = Memory::default();
        let tenant = TenantId::new();
        let key = CacheKey::new(b"", "report", b"");
        let epoch = memory.epoch(tenant);
        memory.put(tenant, &key, epoch, Duration::ZERO, 1, Arc::new(1)).await;
        assert_eq!(memory.get::<i32>(tenant, &key, epoch).await, None);

        memory.put(tenant, &key, epoch, Duration::from_secs(60), 1, Arc::new(1)).await;
        assert_eq!(memory.get::<i32>(tenant, &key, epoch).await, Some(1));
        memory.advance_epoch(tenant);
        assert_eq!(memory.get::<i32>(tenant, &key, memory.epoch(tenant)).await, None);
    }
}
