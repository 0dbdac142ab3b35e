//! Buckets of cost points: each actor and each tenant has one that refills by the second. An
//! operation pays what it asks for before it runs and gets back what it did not use.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use kernel::{TenantId, Uuid};

/// A tenant's bucket is this many times an actor's.
const TENANT_TIMES: i64 = 8;
/// Buckets kept before full ones are let go; a full bucket is as good as none.
const MOST_KEPT: usize = 50_000;

/// How large buckets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Points an actor's bucket holds.
    pub capacity: u32,
    /// Points that come back per second.
    pub restore_per_s: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self { capacity: 100_000, restore_per_s: 5_000 }
    }
}

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Payer {
    Tenant(TenantId),
    Actor(TenantId, Uuid),
    /// The events that all of a tenant hear.
    TenantEvents(TenantId),
    /// The events that one hears.
    ActorEvents(TenantId, Uuid),
    /// Somebody who has not signed in; clients without an address share one.
    Address(Option<IpAddr>),
}

impl Payer {
    fn times(self) -> i64 {
        if matches!(self, Self::Tenant(_) | Self::TenantEvents(_)) { TENANT_TIMES } else { 1 }
    }

    /// Who pays for what this one hears; nobody hears anything without signing in.
    pub(crate) fn for_events(self) -> Option<Self> {
        match self {
            Self::Tenant(tenant) => Some(Self::TenantEvents(tenant)),
            Self::Actor(tenant, actor) => Some(Self::ActorEvents(tenant, actor)),
            Self::Address(_) | Self::TenantEvents(_) | Self::ActorEvents(..) => None,
        }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    /// Thousandths of points, so that slow refilling loses nothing.
    milli: i64,
    filled_at: Instant,
}

/// The buckets of this process; each replica has its own.
pub(crate) struct Buckets {
    rate: Rate,
    buckets: DashMap<Payer, Bucket>,
}

/// There are not enough points; they will be there after so many milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Empty {
    pub(crate) available: i64,
    pub(crate) wait_ms: i64,
}

impl Buckets {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, buckets: DashMap::new() }
    }

    pub(crate) fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes points from all payers, or from none.
    pub(crate) fn pay(&self, payers: &[Payer], cost: u64, now: Instant) -> Result<(), Empty> {
        let cost = i64::try_from(cost).unwrap_or(i64::MAX / 1000);
        for (index, payer) in payers.iter().enumerate() {
            if let Err(empty) = self.take(*payer, cost, now) {
                self.give_back(&payers[..index], cost, now);
                return Err(empty);
            }
        }
        Ok(())
    }

    /// Takes points from all payers as soon as they have them; more than a bucket holds is a bucketful.
    pub(crate) async fn pay_in_time(&self, payers: &[Payer], cost: u64) {
        let cost = cost.min(u64::from(self.rate.capacity));
        while let Err(empty) = self.pay(payers, cost, Instant::now()) {
            let wait_ms = u64::try_from(empty.wait_ms).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
    }

    /// Gives back what was not used and tells what the first payer has left.
    pub(crate) fn settle(&self, payers: &[Payer], unused: u64, now: Instant) -> i64 {
        self.give_back(payers, i64::try_from(unused).unwrap_or(0), now);
        payers.first().map_or(0, |payer| self.with(*payer, now, |milli, _| *milli / 1000))
    }

    fn take(&self, payer: Payer, cost: i64, now: Instant) -> Result<(), Empty> {
        let per_s = i64::from(self.rate.restore_per_s).max(1) * payer.times();
        self.with(payer, now, |milli, _| {
            if *milli >= cost * 1000 {
                *milli -= cost * 1000;
                return Ok(());
            }
            let missing = cost * 1000 - *milli;
            Err(Empty { available: *milli / 1000, wait_ms: missing.div_euclid(per_s) + 1 })
        })
    }

    fn give_back(&self, payers: &[Payer], points: i64, now: Instant) {
        for payer in payers {
            self.with(*payer, now, |milli, full| *milli = (*milli + points * 1000).min(full));
        }
    }

    fn with<T>(&self, payer: Payer, now: Instant, change: impl FnOnce(&mut i64, i64) -> T) -> T {
        let full = self.full(payer);
        if self.buckets.len() > MOST_KEPT {
            self.buckets.retain(|payer, bucket| {
                self.refill(*payer, bucket, now);
                bucket.milli < self.full(*payer)
            });
        }
        let mut bucket =
            self.buckets.entry(payer).or_insert(Bucket { milli: full, filled_at: now });
        self.refill(payer, &mut bucket, now);
        change(&mut bucket.milli, full)
    }

    fn full(&self, payer: Payer) -> i64 {
        i64::from(self.rate.capacity) * 1000 * payer.times()
    }

    fn refill(&self, payer: Payer, bucket: &mut Bucket, now: Instant) {
        let passed = now.saturating_duration_since(bucket.filled_at);
        // Points per second are thousandths of points per millisecond.
        let per_ms = i64::from(self.rate.restore_per_s) * payer.times();
        let passed_ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        if passed_ms > 0 {
            let gained = per_ms.saturating_mul(passed_ms);
            bucket.milli = bucket.milli.saturating_add(gained).min(self.full(payer));
            bucket.filled_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_refills_and_never_overflows() {
        let buckets = Buckets::new(Rate { capacity: 100, restore_per_s: 10 });
        let payers = [Payer::Address(None)];
        let start = Instant::now();
        buckets.pay(&payers, 90, start).unwrap();
        let empty = buckets.pay(&payers, 20, start).unwrap_err();
        assert_eq!(empty, Empty { available: 10, wait_ms: 1001 });
        buckets.pay(&payers, 20, start + Duration::from_millis(empty.wait_ms as u64)).unwrap();
        assert_eq!(buckets.settle(&payers, 500, start + Duration::from_secs(1)), 100);
    }

    #[tokio::test]
    async fn an_event_waits_until_it_can_be_paid_for() {
        let buckets = Buckets::new(Rate { capacity: 10, restore_per_s: 100 });
        let payers = [Payer::Address(None)];
        let start = Instant::now();
        // More than a bucket ever holds is a bucketful: nobody waits for ever.
        buckets.pay_in_time(&payers, 500).await;
        assert!(start.elapsed() < Duration::from_millis(100), "it was full");
        buckets.pay_in_time(&payers, 10).await;
        assert!(start.elapsed() >= Duration::from_millis(100));
    }

    #[test]
    fn what_one_payer_cannot_pay_costs_the_other_nothing() {
        let buckets = Buckets::new(Rate { capacity: 100, restore_per_s: 1 });
        let tenant = TenantId::new();
        let now = Instant::now();
        let of = |actor| [Payer::Actor(tenant, actor), Payer::Tenant(tenant)];
        for _ in 0..8 {
            buckets.pay(&of(Uuid::new_v4()), 100, now).unwrap();
        }
        let ninth = of(Uuid::new_v4());
        buckets.pay(&ninth, 1, now).unwrap_err();
        assert_eq!(buckets.settle(&ninth, 0, now), 100);
    }
}
