//! Epochs, values and events in Redis. The reasons stand in the crate's own description.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kernel::TenantId;
use redis::RedisResult;
use tokio::task::AbortHandle;
use tokio::time::timeout_at;
use uuid::Uuid;

use crate::cache::{CacheKey, Epoch};
use crate::hub::Hub;

mod link;
mod supervise;

use link::{Connected, Link};

/// The longest life of a value in Redis, counted from the reading of its epoch. Replicas that share
/// a Redis must agree on it.
pub const LEASE: Duration = Duration::from_secs(2);
/// What Redis's clock may step back, and clocks may drift, within a lease.
pub const CLOCK_MARGIN: Duration = Duration::from_millis(500);

/// A mark that nobody read for so long is forgotten; the next reader makes another.
const MARK_TTL_MS: u64 = 24 * 3600 * 1000;
/// Larger values are computed each time rather than hold up the connection for all.
const MAX_VALUE_BYTES: usize = 4 * 1024 * 1024;
const MARK_BYTES: usize = 16;

pub(crate) struct Remote {
    link: Arc<Link>,
    supervisor: AbortHandle,
}

/// What one round trip tells: the epoch, and the value under it, as it was stored.
pub(crate) struct Seen {
    pub(crate) epoch: Epoch,
    pub(crate) value: Option<Vec<u8>>,
}

impl Remote {
    pub(crate) async fn open(url: &str, name: &str, hub: Arc<Hub>) -> RedisResult<Self> {
        let link = Arc::new(Link::open(url, name)?);
        let supervisor = tokio::spawn(supervise::keep_connected(link.clone(), hub)).abort_handle();
        let remote = Self { link, supervisor };
        remote.link.first_attempt().await;
        Ok(remote)
    }

    pub(crate) fn is_up(&self) -> bool {
        self.link.now().is_some()
    }

    pub(crate) async fn publish(&self, events: &[(TenantId, Bytes)]) -> bool {
        let Some(connected) = self.link.now() else { return false };
        let mut pipe = redis::pipe();
        for (tenant, event) in events {
            let channel = self.link.event_channel(*tenant);
            pipe.cmd("PUBLISH").arg(channel).arg(&event[..]).ignore();
        }
        let sent = pipe.exec_async(&mut connected.connection()).await;
        self.link.noted(&connected, sent).is_some()
    }

    pub(crate) async fn wake(&self) {
        let Some(connected) = self.link.now() else { return };
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(self.link.wake_channel()).arg(self.link.replica());
        let sent = publish.exec_async(&mut connected.connection()).await;
        self.link.noted(&connected, sent);
    }

    /// Returns when the new mark is acknowledged, or when all that was computed before this call
    /// has expired everywhere. Marks are random, so writing again after an unclear failure is safe.
    pub(crate) async fn advance_epoch(&self, tenant: TenantId) {
        let expired = tokio::time::Instant::now() + LEASE + CLOCK_MARGIN;
        let mut changes = self.link.changes();
        loop {
            let connected = changes.borrow_and_update().clone();
            if let Some(connected) = connected {
                let mark = new_mark();
                let mut set = redis::cmd("SET");
                set.arg(connected.epoch_key(tenant)).arg(&mark[..]).arg("PX").arg(MARK_TTL_MS);
                let mut connection = connected.connection();
                let sent = timeout_at(expired, set.exec_async(&mut connection)).await;
                let Ok(sent) = sent else { return };
                if self.link.noted(&connected, sent).is_some() {
                    return;
                }
            }
            if timeout_at(expired, changes.changed()).await.is_err() {
                return;
            }
        }
    }

    /// The epoch and, if asked for, the value under it.
    pub(crate) async fn look(&self, tenant: TenantId, key: Option<&CacheKey>) -> Option<Seen> {
        let connected = self.link.now()?;
        if let Some(seen) = self.look_once(&connected, tenant, key).await? {
            return Some(seen);
        }
        // No mark: a new tenant, or Redis dropped the key. Another may make one at the same time.
        let mark = new_mark();
        let mut set = redis::cmd("SET");
        set.arg(connected.epoch_key(tenant)).arg(&mark[..]).arg("PX").arg(MARK_TTL_MS).arg("NX");
        let sent = set.exec_async(&mut connected.connection()).await;
        self.link.noted(&connected, sent)?;
        self.look_once(&connected, tenant, key).await?
    }

    /// Outer None: Redis is lost. Inner None: there is no mark.
    async fn look_once(
        &self,
        connected: &Connected,
        tenant: TenantId,
        key: Option<&CacheKey>,
    ) -> Option<Option<Seen>> {
        let read_at = Instant::now();
        let mut pipe = redis::pipe();
        // The time comes first, so the lease begins before the epoch is read.
        pipe.cmd("TIME").cmd("MGET").arg(connected.epoch_key(tenant));
        if let Some(key) = key {
            pipe.arg(connected.value_key(tenant, key));
        }
        type Answer = ((u64, u64), Vec<Option<Vec<u8>>>);
        let answer: RedisResult<Answer> = pipe.query_async(&mut connected.connection()).await;
        let ((seconds, micros), mut found) = self.link.noted(connected, answer)?;
        let value = if key.is_some() { found.pop().flatten() } else { None };
        let Some(mark) = found.pop().flatten().and_then(|mark| mark_of(&mark)) else {
            return Some(None);
        };
        let lease_ms = LEASE.as_millis() as u64;
        let epoch = Epoch {
            mark,
            read_at,
            lease: Some(LEASE),
            connection: connected.number(),
            expires_unix_ms: seconds * 1000 + micros / 1000 + lease_ms,
        };
        let value = value.filter(|value| mark_of(value) == Some(mark)).map(|mut value| {
            value.drain(..MARK_BYTES);
            value
        });
        Some(Some(Seen { epoch, value }))
    }

    /// Stores only through the connection that read the epoch: another may lead to another server.
    pub(crate) async fn store(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        epoch: Epoch,
        ttl: Duration,
        value: &[u8],
    ) {
        let Some(connected) = self.link.now() else { return };
        if connected.number() != epoch.connection || value.len() > MAX_VALUE_BYTES {
            return;
        }
        let cut_ms = LEASE.saturating_sub(ttl).as_millis() as u64;
        let mut stored = Vec::with_capacity(MARK_BYTES + value.len());
        stored.extend_from_slice(&epoch.mark.to_be_bytes());
        stored.extend_from_slice(value);
        let mut set = redis::cmd("SET");
        set.arg(connected.value_key(tenant, key)).arg(stored);
        set.arg("PXAT").arg(epoch.expires_unix_ms - cut_ms);
        let sent = set.exec_async(&mut connected.connection()).await;
        self.link.noted(&connected, sent);
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.supervisor.abort();
    }
}

fn new_mark() -> [u8; MARK_BYTES] {
    Uuid::new_v4().into_bytes()
}

/// The mark that a value or an epoch begins with.
fn mark_of(stored: &[u8]) -> Option<u128> {
    stored.first_chunk::<MARK_BYTES>().map(|mark| u128::from_be_bytes(*mark))
}
