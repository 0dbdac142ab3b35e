//! Batched reads: all resolvers of one level that want records by key are answered by one
//! statement, in the operation's snapshot.
//!
//! async-graphql's own `DataLoader` waits a millisecond on a timer before it reads; here a batch
//! is everything that was asked for in the same turn of the request's task, so nothing is waited
//! for and the number of statements does not depend on timing.

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use access::{Action, Permit, Scope};
use db::{TenantTx, apart};
// Not tokio's: that one makes a task pause after 128 answers, which would split the next batch.
use futures::channel::oneshot;
use futures::future::BoxFuture;

use crate::errors::Failure;
use crate::session::Shared;

/// Turns a batch waits for its level at most.
const MOST_TURNS: usize = 64;

/// A key to load by: an id, or a type of one's own such as `LinesOf(OrderId)`.
pub trait Key: Copy + Eq + Hash + Send + Sync + 'static {}
impl<K: Copy + Eq + Hash + Send + Sync + 'static> Key for K {}

/// What a batch answers: values by key; a key without a value is a record that is not there.
pub type Loaded<K, V> = Result<HashMap<K, V>, Failure>;

/// Values in the order of the keys that asked; `None` for a record that is not there.
pub type Values<V> = Vec<Option<V>>;

/// How records are read by one kind of key. Each context's folder implements it for [`Loaders`].
pub trait Load<K: Key> {
    /// The record, usually the GraphQL object itself.
    type Value: Clone + Send + Sync + 'static;

    /// Reads the records of these keys in a constant number of statements.
    fn load(&self, keys: &[K]) -> impl Future<Output = Loaded<K, Self::Value>> + Send;
}

/// The loaders of one operation.
pub struct Loaders {
    core: Shared,
    waiting: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

/// Those who wait for a batch of one kind of key.
struct Batch<K, V> {
    waiters: Vec<Waiter<K, V>>,
}

struct Waiter<K, V> {
    keys: Vec<K>,
    answer: oneshot::Sender<Result<Values<V>, Failure>>,
}

impl Loaders {
    pub(crate) fn new(core: Shared) -> Self {
        Self { core, waiting: Mutex::default() }
    }

    /// Asks for one action.
    ///
    /// # Errors
    /// UNAUTHENTICATED, or FORBIDDEN where the right is not given.
    pub fn permit<A: Action>(&self) -> Result<Permit<A>, Failure> {
        self.core.permit()
    }

    /// A custom field of this key was read that is shown to these roles alone; none are everybody.
    pub(crate) fn shows_to(&self, key: &str, roles: &[String]) {
        self.core.shows_to(key, roles);
    }

    /// Who asks.
    ///
    /// # Errors
    /// UNAUTHENTICATED for somebody who has not signed in.
    pub fn scope(&self) -> Result<&Scope, Failure> {
        self.core.scope()
    }

    /// The operation's snapshot.
    ///
    /// # Errors
    /// UNAUTHENTICATED, or a fault where no connection is to be had.
    pub fn tx(&self) -> BoxFuture<'_, Result<Arc<TenantTx>, Failure>> {
        self.core.tx()
    }

    /// Boxed, as all that resolvers wait for: each of them would prove anew that the whole of it
    /// may move between threads.
    pub(crate) fn fetch<K>(
        self: &Arc<Self>,
        keys: Vec<K>,
    ) -> BoxFuture<'_, Result<Values<<Self as Load<K>>::Value>, Failure>>
    where
        K: Key,
        Self: Load<K>,
    {
        Box::pin(async move {
            while !keys.is_empty() {
                let (answer, answered) = oneshot::channel();
                let keys = keys.clone();
                let leads = self.with_batch(|batch| {
                    batch.waiters.push(Waiter { keys, answer });
                    batch.waiters.len() == 1
                });
                if leads {
                    let waiters = Lead::<K> { loaders: self, kind: PhantomData }.gather().await;
                    self.answer(waiters).await;
                }
                if let Ok(values) = answered.await {
                    return values;
                }
                // Whoever read for the others was dropped with his part of the answer: ask again.
            }
            Ok(Vec::new())
        })
    }

    /// Reads for all, then tells all of them from the request's own task: told from another one,
    /// the first could go on to the next level before the last knows.
    async fn answer<K>(self: &Arc<Self>, waiters: Vec<Waiter<K, <Self as Load<K>>::Value>>)
    where
        K: Key,
        Self: Load<K>,
    {
        let keys: HashSet<K> = waiters.iter().flat_map(|waiter| &waiter.keys).copied().collect();
        let loaders = Arc::clone(self);
        // A task of its own: a dropped resolver cuts off no statement of the shared snapshot.
        let reading = apart("a batch of reads", async move {
            let keys: Vec<K> = keys.into_iter().collect();
            loaders.load(&keys).await
        });
        let loaded = reading.await.unwrap_or_else(|stopped| Err(stopped.into()));
        for Waiter { keys, answer } in waiters {
            let values = match &loaded {
                Ok(found) => Ok(keys.iter().map(|key| found.get(key).cloned()).collect()),
                Err(failure) => Err(failure.clone()),
            };
            // An error says that the resolver does not wait any more.
            let _ = answer.send(values);
        }
    }

    fn with_batch<K, T>(&self, work: impl FnOnce(&mut Batch<K, <Self as Load<K>>::Value>) -> T) -> T
    where
        K: Key,
        Self: Load<K>,
    {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = waiting
            .entry(TypeId::of::<K>())
            .or_insert_with(|| Box::new(Batch::<K, <Self as Load<K>>::Value> { waiters: vec![] }));
        match slot.downcast_mut() {
            Some(batch) => work(batch),
            // A key's type names the value's type, so the slot always holds this batch.
            None => work(&mut Batch { waiters: vec![] }),
        }
    }
}

/// The first of a batch waits for the rest of its level, then reads for all. Dropped before that,
/// it lets the others know by dropping their channels.
struct Lead<'l, K: Key>
where
    Loaders: Load<K>,
{
    loaders: &'l Loaders,
    kind: PhantomData<K>,
}

impl<K: Key> Lead<'_, K>
where
    Loaders: Load<K>,
{
    async fn gather(&self) -> Vec<Waiter<K, <Loaders as Load<K>>::Value>> {
        let mut seen = 1;
        for _ in 0..MOST_TURNS {
            // Comes back when the request's task has polled what is ready; large levels take it
            // several turns, so the batch is whole when a turn adds nothing.
            tokio::task::yield_now().await;
            let waiting = self.loaders.with_batch::<K, _>(|batch| batch.waiters.len());
            if waiting == seen {
                break;
            }
            seen = waiting;
        }
        self.loaders.with_batch::<K, _>(|batch| std::mem::take(&mut batch.waiters))
    }
}

impl<K: Key> Drop for Lead<'_, K>
where
    Loaders: Load<K>,
{
    fn drop(&mut self) {
        self.loaders.with_batch::<K, _>(|batch| batch.waiters.clear());
    }
}
