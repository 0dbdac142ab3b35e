//! Cache and publish/subscribe; the only crate that knows redis.
//!
//! Nothing here is truth. Values can be computed again and events stand in the outbox, so losing
//! Redis loses nothing: queries compute, subscribers re-read from their cursor ([`Signal::Gap`]),
//! the sequencer looks by itself. Without Redis everything lives in this process.
//!
//! # Why a cached report is never older than an answered posting
//!
//! *The promise:* a query that starts after a posting was answered sees that posting, on every
//! replica. *The rule for callers:* a posting calls [`Live::advance_epoch`] after its commit and
//! before its answer (also when it answers a repeated idempotency key: the first try may have died
//! between the two); a query reads the epoch before its snapshot opens.
//!
//! **While Redis answers.** The epoch of a tenant is a random mark in Redis; advancing writes a new
//! one. A value carries the mark that was read before its snapshot, and is served only to a query
//! that has itself just read the same mark, in the same round trip. So value → mark → snapshot are
//! in order, and a mark read after an answered posting differs from every mark read before it.
//! Marks are random, not counted, so a lost key (eviction, flush) gives a new mark and never an old
//! one again.
//!
//! **When Redis forgets** (restart from an old dump, failover to a replica that lags): all keys
//! lead with the `run_id` of the server process that this connection was opened to, so another
//! process means other epochs and an empty cache. A connection must therefore lead to one server,
//! not to a proxy that changes servers behind it.
//!
//! **When the poster cannot reach Redis but readers can**: the hard case, since nobody can tell the
//! readers. Time does: a value in Redis lives at most [`LEASE`] counted *from the moment its epoch
//! was read*, by Redis's own clock (`PXAT`, so a delayed write cannot lengthen it), and a query
//! joins a computation under way only if that one's epoch was read within the lease. A poster whose
//! advance is not acknowledged goes on trying and answers when it succeeds or, at the latest,
//! [`LEASE`] + [`CLOCK_MARGIN`] after its commit: by then everything computed before the commit is
//! gone everywhere. No bump needs to be remembered for later. The price: during an outage of
//! Redis the answer of a posting (already committed, holding no lock) comes up to 2.5 s later, and
//! a hot report is computed once in two seconds rather than once per posting. The same lease bounds
//! every mishap outside of the promise (a poster that dies between commit and advance, a split
//! brain) to two seconds. It trusts that Redis's clock does not step back by more than the margin.
//!
//! *Weighed and not taken:* the epoch in PostgreSQL (a round trip on each hit, and a row that all
//! postings of a tenant lock); heartbeats of replicas in Redis with "serve only while all are
//! heard" (a crashed replica and one cut off look alike: either the cache stays off or the promise
//! breaks); an intent written before commit (a replica cut off before it has the same problem).
//! If a longer lease is ever wanted, the sound way is a flag in PostgreSQL that a replica without
//! Redis raises and all replicas poll within a second.
//!
//! **With failover** (Sentinel), set `min-replicas-to-write 1` and `min-replicas-max-lag` at least
//! 3 s under `down-after-milliseconds`: an isolated old master then refuses new values, and its old
//! ones have expired before a new master answers. Redis 6.2 or newer.
//!
//! # Events
//! One subscription per process takes all tenants' events and fans them out to a bounded channel
//! per tenant. An event may come twice (its delivery was not acknowledged) or not at all (then a
//! [`Signal::Gap`] comes): consumers keep their position and drop what is not above it. While Redis
//! is lost, events of this process are delivered in it, and a gap every two seconds makes
//! subscribers look for those of other replicas.

mod cache;
mod flight;
mod hub;
mod memory;
mod remote;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kernel::TenantId;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use cache::{CacheKey, Cached, Epoch, Origin};
pub use hub::{Signal, Subscription};
pub use remote::{CLOCK_MARGIN, LEASE};

use flight::Flights;
use hub::Hub;
use memory::Memory;
use remote::Remote;

/// Cache and bus of one process; a clone is a handle to the same.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    hub: Arc<Hub>,
    flights: Flights,
    store: Store,
}

/// Where epochs and values are kept.
enum Store {
    Memory(Memory),
    Remote(Remote),
}

/// What `/ready` and the metrics say about cache and bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Everything in this process, by configuration.
    Memory,
    /// Redis answers and its subscription is heard.
    RedisUp,
    /// Redis is configured and lost: no cache, postings wait out the lease. Not a reason to stop.
    RedisDown,
}

/// The address of Redis cannot be used. A Redis that is only down is not an error.
#[derive(Debug, thiserror::Error)]
#[error("REDIS_URL cannot be used: {0}")]
pub struct LiveError(String);

impl Live {
    /// Cache and bus of a single process; at most 64 MiB of values.
    pub fn in_memory() -> Self {
        Self::with(Arc::new(Hub::default()), Store::Memory(Memory::default()))
    }

    /// Cache and bus in Redis, shared by all replicas that name the same Redis.
    ///
    /// Waits up to a second for the first connection, then goes on without; the connection is
    /// sought again for as long as the handle lives. Must be called inside a tokio runtime.
    pub async fn redis(url: &str) -> Result<Self, LiveError> {
        Self::redis_named(url, "oborot").await
    }

    /// As [`Live::redis`], under a name of its own: installations with different databases that
    /// share one Redis must not share names, since tenants' ids could be equal in both.
    pub async fn redis_named(url: &str, name: &str) -> Result<Self, LiveError> {
        let hub = Arc::new(Hub::default());
        let remote = Remote::open(url, name, hub.clone())
            .await
            .map_err(|error| LiveError(error.to_string()))?;
        Ok(Self::with(hub, Store::Remote(remote)))
    }

    fn with(hub: Arc<Hub>, store: Store) -> Self {
        let flights = Flights::default();
        Self { inner: Arc::new(Inner { hub, flights, store }) }
    }

    /// Publishes a numbered event to the tenant's channel on all replicas, as
    /// [`Self::publish_all`] does.
    pub async fn publish(&self, tenant: TenantId, event: Bytes) {
        self.publish_all(vec![(tenant, event)]).await;
    }

    /// Publishes events in their order, in one round trip; a batch of the sequencer. If Redis does
    /// not take them (at most half a second), they are delivered in this process only.
    pub async fn publish_all(&self, events: Vec<(TenantId, Bytes)>) {
        if let Store::Remote(remote) = &self.inner.store
            && remote.publish(&events).await
        {
            return;
        }
        for (tenant, event) in events {
            self.inner.hub.deliver(tenant, || event);
        }
    }

    /// All events of the tenant from now on, from every replica. Subscribe first, then read the
    /// outbox from the cursor, or events between the two are missed.
    pub fn subscribe(&self, tenant: TenantId) -> Subscription {
        self.inner.hub.subscribe(tenant)
    }

    /// Wakes the sequencers of all replicas after a commit. May be lost; they also look themselves.
    pub async fn wake(&self, _tenant: TenantId) {
        self.inner.hub.wake();
        if let Store::Remote(remote) = &self.inner.store {
            remote.wake().await;
        }
    }

    /// Returns when somebody woke since the last return; many wakes are one. One waiter a process.
    pub async fn woken(&self) {
        self.inner.hub.woken().await;
    }

    /// Moves the tenant's epoch; between commit and answer. Returns at once in memory, in a round
    /// trip with Redis, and after [`LEASE`] + [`CLOCK_MARGIN`] at the latest if Redis is lost. When
    /// it has returned, no query that starts later is given a value older than the commit.
    pub async fn advance_epoch(&self, tenant: TenantId) {
        match &self.inner.store {
            Store::Memory(memory) => memory.advance_epoch(tenant),
            Store::Remote(remote) => remote.advance_epoch(tenant).await,
        }
    }

    /// The epoch, to be read before a snapshot opens and used in that request only. None: it is not
    /// known, and nothing may be taken from the cache.
    pub async fn epoch(&self, tenant: TenantId) -> Option<Epoch> {
        match &self.inner.store {
            Store::Memory(memory) => Some(memory.epoch(tenant)),
            Store::Remote(remote) => remote.look(tenant, None).await.map(|seen| seen.epoch),
        }
    }

    /// The value under an epoch read earlier in this request, or else computed: once for all that
    /// ask at the same time in this process. Errors are not kept; those who waited for a
    /// computation that failed compute for themselves.
    ///
    /// Where `compute` opens its own snapshot, [`Live::fresh`] saves a round trip. Do not hold a
    /// database connection while waiting here, unless `compute` needs no other.
    pub async fn cached<T, E, F>(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        epoch: Option<Epoch>,
        ttl: Duration,
        compute: F,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let Some(epoch) = epoch else {
            return compute.await.map(Cached::computed);
        };
        if let Some(value) = self.find(tenant, key, epoch).await {
            return Ok(value);
        }
        self.compute_once(tenant, key, epoch, ttl, compute).await
    }

    /// As [`Live::cached`], but reads epoch and value in one round trip. `compute` must open its
    /// snapshot itself, when it is first polled, not before the call.
    pub async fn fresh<T, E, F>(
        &self,
        tenant: TenantId,
        key: &CacheKey,
        ttl: Duration,
        compute: F,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, E>>,
    {
        match self.look(tenant, key).await {
            (_, Some(value)) => Ok(value),
            (Some(epoch), None) => self.compute_once(tenant, key, epoch, ttl, compute).await,
            (None, None) => compute.await.map(Cached::computed),
        }
    }

    /// Whether cache and bus are shared and alive.
    pub fn health(&self) -> Health {
        match &self.inner.store {
            Store::Memory(_) => Health::Memory,
            Store::Remote(remote) if remote.is_up() => Health::RedisUp,
            Store::Remote(_) => Health::RedisDown,
        }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("health", &self.health()).finish_non_exhaustive()
    }
}
