//! Marks that move when rights change. A scope is remembered with the marks it was made under;
//! a look at two counters tells whether it still holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use access::Policy;
use dashmap::DashMap;
use db::{Db, Fault, Reason};
use kernel::{TenantId, Uuid};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::policy;

/// Nothing remembered counts where nobody has looked for changes for so long.
const TRUSTED: Duration = Duration::from_secs(5);

/// The marks of all tenants that have come by.
pub(super) struct Marks {
    tenants: DashMap<TenantId, Arc<TenantMarks>>,
    began: Instant,
    /// Milliseconds after `began` of the last look for changes.
    looked_ms: AtomicU64,
}

/// The marks of one tenant.
pub(super) struct TenantMarks {
    whole: AtomicU64,
    actors: DashMap<Uuid, Arc<AtomicU64>>,
    any: watch::Sender<u64>,
    policy: Mutex<Option<(u64, Arc<Policy>)>>,
}

/// The marks as they stood before a scope was made.
pub(super) struct Seen {
    tenant: Arc<TenantMarks>,
    actor: Arc<AtomicU64>,
    whole_at: u64,
    actor_at: u64,
}

impl Default for Marks {
    fn default() -> Self {
        Self { tenants: DashMap::new(), began: Instant::now(), looked_ms: AtomicU64::new(0) }
    }
}

impl Marks {
    pub(super) fn of(&self, tenant: TenantId) -> Arc<TenantMarks> {
        if let Some(found) = self.tenants.get(&tenant) {
            return Arc::clone(&found);
        }
        Arc::clone(&self.tenants.entry(tenant).or_default())
    }

    /// Something changed for an actor, or for all where none is named.
    pub(super) fn moved(&self, tenant: TenantId, actor: Option<Uuid>) {
        let Some(marks) = self.tenants.get(&tenant).map(|found| Arc::clone(&found)) else {
            return;
        };
        match actor {
            None => {
                marks.whole.fetch_add(1, Ordering::Release);
            }
            Some(actor) => {
                if let Some(mark) = marks.actors.get(&actor) {
                    mark.fetch_add(1, Ordering::Release);
                }
            }
        }
        marks.any.send_modify(|count| *count += 1);
    }

    /// Changes up to this moment have been looked for.
    pub(super) fn looked(&self) {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.looked_ms.store(passed, Ordering::Release);
    }

    /// Whether what was made under these marks holds.
    pub(super) fn holds(&self, seen: &Seen) -> bool {
        self.holds_at(seen, Instant::now())
    }

    fn holds_at(&self, seen: &Seen, now: Instant) -> bool {
        let looked = self.began + Duration::from_millis(self.looked_ms.load(Ordering::Acquire));
        now.saturating_duration_since(looked) < TRUSTED && self.is_current(seen)
    }

    /// As [`Marks::holds`], for what was read from the database just now.
    pub(super) fn is_current(&self, seen: &Seen) -> bool {
        seen.tenant.whole.load(Ordering::Acquire) == seen.whole_at
            && seen.actor.load(Ordering::Acquire) == seen.actor_at
    }

    /// Lets go of actors that nothing remembered refers to.
    pub(super) fn sweep(&self) {
        for marks in &self.tenants {
            marks.actors.retain(|_, mark| Arc::strong_count(mark) > 1);
        }
    }
}

impl Default for TenantMarks {
    fn default() -> Self {
        Self {
            whole: AtomicU64::new(0),
            actors: DashMap::new(),
            any: watch::Sender::new(0),
            policy: Mutex::new(None),
        }
    }
}

impl TenantMarks {
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.any.subscribe()
    }

    /// The marks as they stand; read before the database is.
    pub(super) fn seen(self: &Arc<Self>, actor: Uuid) -> Seen {
        let actor = Arc::clone(&self.actors.entry(actor).or_default());
        Seen {
            tenant: Arc::clone(self),
            whole_at: self.whole.load(Ordering::Acquire),
            actor_at: actor.load(Ordering::Acquire),
            actor,
        }
    }

    /// The tenant's roles, compiled; once after each change.
    pub(super) async fn policy(&self, db: &Db, tenant: TenantId) -> Result<Arc<Policy>, Fault> {
        let mut kept = self.policy.lock().await;
        let now_at = self.whole.load(Ordering::Acquire);
        if let Some((at, policy)) = kept.as_ref()
            && *at == now_at
        {
            return Ok(Arc::clone(policy));
        }
        let mut tx = db.system(Reason::SignIn).await?;
        let own = policy::own_roles_of(&mut tx, tenant).await?;
        tx.commit().await?;
        let policy = policy::compile(&own).await?;
        *kept = Some((now_at, Arc::clone(&policy)));
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_moves_what_it_is_about_and_no_more() {
        let marks = Marks::default();
        marks.looked();
        let (tenant, other) = (TenantId::new(), TenantId::new());
        let (anna, boris) = (Uuid::now_v7(), Uuid::now_v7());
        let of_anna = marks.of(tenant).seen(anna);
        let of_boris = marks.of(tenant).seen(boris);
        let of_other = marks.of(other).seen(anna);
        let mut changes = marks.of(tenant).subscribe();
        marks.moved(tenant, Some(anna));
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        assert!(!marks.holds(&of_anna));
        assert!(marks.holds(&of_boris));
        marks.moved(tenant, None);
        assert!(changes.has_changed().unwrap());
        assert!(!marks.holds(&of_boris));
        assert!(marks.holds(&of_other));
        assert!(marks.holds(&marks.of(tenant).seen(anna)));
    }

    #[tokio::test]
    async fn nothing_counts_while_nobody_looks() {
        let marks = Marks::default();
        marks.looked();
        let seen = marks.of(TenantId::new()).seen(Uuid::now_v7());
        assert!(marks.holds(&seen));
        assert!(!marks.holds_at(&seen, Instant::now() + TRUSTED));
        assert!(marks.is_current(&seen));
    }

    #[tokio::test]
    async fn actors_go_with_what_refers_to_them() {
        let marks = Marks::default();
        let tenant = TenantId::new();
        let kept = marks.of(tenant).seen(Uuid::now_v7());
        drop(marks.of(tenant).seen(Uuid::now_v7()));
        marks.sweep();
        assert_eq!(marks.of(tenant).actors.len(), 1);
        drop(kept);
    }
}
