//! Computations under way: many who ask for the same at the same time wait for one.
//!
//! The computation runs in the task of the caller who came first (it may borrow, so it cannot be
//! spawned). If that caller is dropped or panics, the lock it held is freed and the next who waits
//! computes instead.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use kernel::TenantId;

use crate::cache::{CacheKey, Epoch};

/// What is being computed, under which epoch.
type FlightKey = (TenantId, CacheKey, u128);

/// A value of some type, shared by those who waited.
pub(crate) type Shared = Arc<dyn Any + Send + Sync>;

#[derive(Default)]
pub(crate) struct Flights {
    open: Mutex<HashMap<FlightKey, Listed>>,
}

struct Listed {
    flight: Arc<Flight>,
    seats: usize,
}

struct Flight {
    epoch_read_at: Instant,
    outcome: tokio::sync::Mutex<Outcome>,
}

pub(crate) enum Outcome {
    /// Nobody has finished; whoever holds the lock computes.
    Open,
    /// Computed under an epoch that was read at `epoch_read_at`.
    Landed { value: Shared, epoch_read_at: Instant },
    /// The computation gave an error, which cannot be shared.
    Failed,
}

impl Flights {
    /// Takes part in the computation under way, or begins one.
    pub(crate) fn join(&self, tenant: TenantId, key: &CacheKey, epoch: Epoch) -> Seat<'_> {
        let key = (tenant, *key, epoch.mark);
        let mut open = self.open();
        if let Some(listed) = open.get_mut(&key)
            && epoch.may_share(listed.flight.epoch_read_at)
        {
            listed.seats += 1;
            return Seat { flights: self, key, flight: listed.flight.clone() };
        }
        let outcome = tokio::sync::Mutex::new(Outcome::Open);
        let flight = Arc::new(Flight { epoch_read_at: epoch.read_at, outcome });
        open.insert(key, Listed { flight: flight.clone(), seats: 1 });
        Seat { flights: self, key, flight }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<FlightKey, Listed>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller's part in a flight; the last to leave takes the flight off the list.
pub(crate) struct Seat<'a> {
    flights: &'a Flights,
    key: FlightKey,
    flight: Arc<Flight>,
}

impl Seat<'_> {
    /// The outcome; who gets it while it is open computes.
    pub(crate) async fn outcome(&self) -> tokio::sync::MutexGuard<'_, Outcome> {
        self.flight.outcome.lock().await
    }

    /// After a failure: who comes later begins anew.
    pub(crate) fn close(&self) {
        let mut open = self.flights.open();
        if open.get(&self.key).is_some_and(|listed| Arc::ptr_eq(&listed.flight, &self.flight)) {
            open.remove(&self.key);
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut open = self.flights.open();
        // The list may hold a later flight, or none after `close`.
        let Some(listed) = open.get_mut(&self.key) else { return };
        if !Arc::ptr_eq(&listed.flight, &self.flight) {
            return;
        }
        listed.seats -= 1;
        if listed.seats == 0 {
            open.remove(&self.key);
        }
    }
}
