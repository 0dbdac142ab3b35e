//! One feed per tenant and process: it reads each event once, in order and without holes, and
//! shares it among the tenant's subscribers.
//!
//! The bus may bring an event twice, late, or not at all. Positions of a tenant follow each other
//! without holes, so a step of more than one, like a gap that the bus tells of itself, sends the
//! feed to the outbox, where everything up to that position is committed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use access::{Actor, Origin, RightSet, Scope};
use db::{Db, Event, Fault, ReadPool};
use futures::StreamExt;
use kernel::TenantId;
use live::{Live, Signal, Subscription};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

/// Events that the slowest subscriber may be behind; further behind he reads the outbox himself.
const KEPT: usize = 256;
/// Events read from the outbox at once.
pub(super) const BATCH: i64 = 500;
/// After a failure of the database.
const REST: Duration = Duration::from_millis(500);

/// What a feed tells.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// The next event.
    Event(Arc<Event>),
    /// Events up to this position are lost.
    Lost(i64),
}

/// A tenant's events, shared by its subscribers.
pub(crate) struct Feed {
    shared: Arc<Shared>,
    reading: JoinHandle<()>,
}

struct Shared {
    place: Mutex<i64>,
    events: broadcast::Sender<Told>,
}

/// The feeds of a process.
#[derive(Default)]
pub(crate) struct Feeds {
    open: tokio::sync::Mutex<HashMap<TenantId, Weak<Feed>>>,
}

impl Feeds {
    /// The tenant's feed, opened for its first subscriber and closed with its last.
    pub(crate) async fn of(&self, db: &Db, live: &Live, scope: &Scope) -> Result<Arc<Feed>, Fault> {
        let mut open = self.open.lock().await;
        if let Some(feed) = open.get(&scope.tenant()).and_then(Weak::upgrade) {
            return Ok(feed);
        }
        open.retain(|_, feed| feed.strong_count() > 0);
        let feed = Arc::new(Feed::open(db, live, scope).await?);
        open.insert(scope.tenant(), Arc::downgrade(&feed));
        Ok(feed)
    }
}

impl Feed {
    async fn open(db: &Db, live: &Live, scope: &Scope) -> Result<Self, Fault> {
        let worker = worker(scope);
        // Subscribed before the outbox is read: nothing falls between the two.
        let signals = live.subscribe(worker.tenant());
        let reader = db.reader(&worker, ReadPool::Jobs);
        let (newest, _) = reader.tx().await?.event_bounds().await?;
        reader.renew().await;
        let shared =
            Arc::new(Shared { place: Mutex::new(newest), events: broadcast::Sender::new(KEPT) });
        let reading = tokio::spawn(read(db.clone(), worker, signals, Arc::clone(&shared)));
        Ok(Self { shared, reading })
    }

    /// Everything after the position that comes with it.
    pub(super) fn join(&self) -> (i64, broadcast::Receiver<Told>) {
        let place = self.shared.place();
        (*place, self.shared.events.subscribe())
    }

    /// The position of the last event told.
    pub(super) fn position(&self) -> i64 {
        *self.shared.place()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Shared {
    fn place(&self) -> MutexGuard<'_, i64> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells an event and moves on, in one step for those who join.
    fn tell(&self, told: Told, position: i64) {
        let mut place = self.place();
        *place = position;
        // An error says that nobody listens just now.
        let _ = self.events.send(told);
    }
}

/// The feed's own scope: it reads the tenant's outbox and is allowed nothing else.
fn worker(scope: &Scope) -> Scope {
    Scope::verified(Origin {
        tenant: scope.tenant(),
        actor: Actor::Worker("event feed"),
        session: None,
        rights: Arc::new(RightSet::default()),
        team: Arc::from([]),
        customer: None,
        facts: scope.facts(),
    })
}

async fn read(db: Db, worker: Scope, mut signals: Subscription, shared: Arc<Shared>) {
    while let Some(signal) = signals.next().await {
        let place = *shared.place();
        if let Signal::Event(bytes) = &signal
            && let Ok(event) = serde_json::from_slice::<Event>(bytes)
        {
            if event.position <= place {
                continue;
            }
            if event.position == place + 1 {
                shared.tell(Told::Event(Arc::new(event)), place + 1);
                continue;
            }
        }
        while let Err(fault) = catch_up(&db, &worker, &shared).await {
            tracing::warn!(%fault, "missed events could not be read");
            tokio::time::sleep(REST).await;
        }
    }
}

async fn catch_up(db: &Db, worker: &Scope, shared: &Shared) -> Result<(), Fault> {
    loop {
        let place = *shared.place();
        let reader = db.reader(worker, ReadPool::Jobs);
        let events = reader.tx().await?.events_after(place, BATCH).await;
        reader.renew().await;
        let events = events?;
        let full = i64::try_from(events.len()).is_ok_and(|count| count == BATCH);
        if let Some(first) = events.first()
            && first.position > place + 1
        {
            shared.tell(Told::Lost(first.position - 1), first.position - 1);
        }
        for event in events {
            let position = event.position;
            shared.tell(Told::Event(Arc::new(event)), position);
        }
        if !full {
            return Ok(());
        }
    }
}
