//! Looks for changes of rights several times a second, for as long as the doorkeeper lives.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use db::{Fault, Reason};
use kernel::{TenantId, Uuid};
use tokio::time::MissedTickBehavior;

use super::{Inner, store};

/// A change holds on all replicas within a second: this is a third of it.
const EACH: Duration = Duration::from_millis(300);
/// Keys are read again each so many looks (9 s), the small house-keeping too (each 10 min).
const LOOKS_PER_KEYS: u64 = 30;
const LOOKS_PER_SWEEP: u64 = 2_000;

/// Where the next look begins, and what was seen above it.
#[derive(Default)]
struct Place {
    floor: Option<String>,
    seen: HashSet<Uuid>,
}

/// Takes the first look and goes on in a task of its own.
pub(super) async fn start(inner: &Arc<Inner>) -> Result<(), Fault> {
    let mut place = Place::default();
    look(inner, &mut place).await?;
    tokio::spawn(watch(Arc::downgrade(inner), place));
    Ok(())
}

async fn watch(inner: Weak<Inner>, mut place: Place) {
    let mut ticks = tokio::time::interval(EACH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut was_lost = false;
    for count in 1_u64.. {
        ticks.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let done = match look(&inner, &mut place).await {
            Ok(()) => keep_house(&inner, count).await,
            Err(fault) => Err(fault),
        };
        match done {
            Ok(()) => was_lost = false,
            // Once for each loss, not three times a second.
            Err(error) if !was_lost => {
                tracing::warn!(%error, "changes of rights cannot be watched");
                was_lost = true;
            }
            Err(_) => {}
        }
    }
}

async fn look(inner: &Inner, place: &mut Place) -> Result<(), Fault> {
    let mut tx = inner.db.system(Reason::WatchRights).await?;
    // Nothing is remembered before the first look, so it only needs its floor.
    let never = "9223372036854775807";
    let floor = place.floor.as_deref().unwrap_or(never);
    let rows = store::changes(&mut tx, floor).await?;
    let changed: Vec<TenantId> = rows
        .iter()
        .filter(|row| row.actor_id.is_none())
        .filter(|row| row.id.is_some_and(|id| !place.seen.contains(&id)))
        .filter_map(|row| row.tenant_id)
        .collect();
    if place.floor.is_none() {
        inner.origins.read(&mut tx, None).await?;
    } else if !changed.is_empty() {
        inner.origins.read(&mut tx, Some(&changed)).await?;
    }
    tx.commit().await?;
    let mut seen = HashSet::new();
    for row in rows {
        if let (Some(id), Some(tenant)) = (row.id, row.tenant_id) {
            if !place.seen.contains(&id) {
                inner.marks.moved(tenant, row.actor_id);
            }
            seen.insert(id);
        }
        place.floor = Some(row.next_floor);
    }
    place.seen = seen;
    inner.marks.looked();
    Ok(())
}

async fn keep_house(inner: &Inner, count: u64) -> Result<(), Fault> {
    if count.is_multiple_of(LOOKS_PER_KEYS) {
        inner.keys.reload().await?;
    }
    if count.is_multiple_of(LOOKS_PER_SWEEP) {
        inner.marks.sweep();
        let mut tx = inner.db.system(Reason::WatchRights).await?;
        store::drop_old(&mut tx).await?;
        // Whoever was cut off for longer than changes are kept has missed some.
        inner.origins.read(&mut tx, None).await?;
        tx.commit().await?;
    }
    Ok(())
}
