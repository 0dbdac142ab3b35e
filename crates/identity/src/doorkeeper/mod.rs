//! Who holds this token or key, in microseconds.
//!
//! A verified bearer is remembered with the scope that was made for it. What is remembered holds
//! as long as nothing has changed that it was made from: each tenant and each actor has a mark
//! that moves when `rights_change` gets a row, and the watcher looks there several times a
//! second. Where the watcher has not been able to look for a while, nothing remembered counts.

mod marks;
mod origins;
pub(crate) mod store;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use access::{Actor, Origin, Scope, TenantFacts, TokenError};
use db::{Db, Fault, Reason, apart};
use kernel::{ApiKeyId, DateTime, SessionId, TenantId, UserId, Utc, Uuid};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, watch as changes};

use crate::keys::SigningKeys;
use crate::secrets::{KEY_PREFIX, KeyText};
use marks::{Marks, Seen};
use origins::Origins;

/// Remembered tokens and keys, about 500 bytes each.
const MOST_REMEMBERED: u64 = 100_000;
/// Nothing is remembered for longer; also the life of an access token.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);
/// A bearer longer than this is none of ours and is not even hashed.
const LONGEST_BEARER: usize = 4_096;
/// A key's last use is written at most this often.
const USE_WRITTEN_EACH_MS: i64 = 60_000;
/// Unknown keys cost a look into the database: this many at once, so that a flood of them leaves
/// connections to those who sign in.
const KEYS_SOUGHT_AT_ONCE: usize = 2;
/// A change may come while a scope is being made; then it is made again.
const ATTEMPTS: usize = 4;

/// What somebody came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A person's access token.
    Session(SessionId),
    /// A partner's key.
    Key(ApiKeyId),
}

/// Somebody whose token or key is good.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Who is asking, in which tenant, with which rights.
    pub scope: Scope,
    /// When the token or key ends; `None` for a key without an end.
    pub expires_at: Option<DateTime<Utc>>,
    /// What he came with: limits are counted per credential.
    pub credential: Credential,
}

/// Why nobody is let in. The client learns no more than these two.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Not a token or key of ours, expired, revoked, or its account is shut.
    #[error("not signed in")]
    Unauthenticated,
    /// The database did not answer.
    #[error(transparent)]
    Unavailable(Arc<Fault>),
}

impl From<Fault> for AuthError {
    fn from(fault: Fault) -> Self {
        Self::Unavailable(Arc::new(fault))
    }
}

/// Remembers who holds which token; cheap to clone.
#[derive(Clone)]
pub struct Doorkeeper {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    keys: Arc<SigningKeys>,
    marks: Marks,
    origins: Origins,
    remembered: Cache<[u8; 32], Arc<Remembered>>,
    key_seats: Semaphore,
}

/// What is remembered of one bearer.
struct Remembered {
    answer: Authenticated,
    seen: Seen,
    /// Milliseconds of the epoch; keys only.
    used_at_ms: AtomicI64,
}

impl std::fmt::Debug for Doorkeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Doorkeeper").finish_non_exhaustive()
    }
}

impl Doorkeeper {
    /// Begins to watch for changes of rights; the watching ends with the last clone.
    pub(crate) async fn open(db: &Db, keys: Arc<SigningKeys>) -> Result<Self, Fault> {
        let inner = Arc::new(Inner {
            db: db.clone(),
            keys,
            marks: Marks::default(),
            origins: Origins::default(),
            remembered: Cache::builder()
                .max_capacity(MOST_REMEMBERED)
                .time_to_live(REMEMBERED)
                .build(),
            key_seats: Semaphore::new(KEYS_SOUGHT_AT_ONCE),
        });
        watch::start(&inner).await?;
        Ok(Self { inner })
    }

    /// Who holds this token or key. Microseconds where it is remembered; otherwise one or two
    /// reads.
    ///
    /// # Errors
    /// [`AuthError`], which says no more than that he is not signed in.
    pub async fn authenticate(&self, bearer: &str) -> Result<Authenticated, AuthError> {
        if bearer.is_empty() || bearer.len() > LONGEST_BEARER {
            return Err(AuthError::Unauthenticated);
        }
        let inner = &self.inner;
        let hash: [u8; 32] = Sha256::digest(bearer).into();
        if let Some(found) = inner.remembered.get(&hash).await
            && inner.marks.holds(&found.seen)
        {
            return inner.admit(&found);
        }
        for _ in 0..ATTEMPTS {
            let found = inner.seek(hash, bearer).await?;
            if inner.marks.is_current(&found.seen) {
                return inner.admit(&found);
            }
        }
        Err(Fault::Busy.into())
    }

    /// Moves on every change of rights in the tenant: an open socket asks again whether its
    /// bearer is good.
    #[must_use]
    pub fn changes(&self, tenant: TenantId) -> changes::Receiver<u64> {
        self.inner.marks.of(tenant).subscribe()
    }

    /// Whether a tenant lists a web origin, or any tenant does where none is named. A change of
    /// the list holds within a second.
    #[must_use]
    pub fn lists_origin(&self, origin: &str, tenant: Option<TenantId>) -> bool {
        self.inner.origins.lists(origin, tenant)
    }

    /// Forgets at once what this replica remembers of an actor, or of all where none is named;
    /// the others learn of it from `rights_change`.
    pub(crate) fn forget(&self, tenant: TenantId, actor: Option<Uuid>) {
        self.inner.marks.moved(tenant, actor);
    }
}

impl Inner {
    fn admit(self: &Arc<Self>, found: &Remembered) -> Result<Authenticated, AuthError> {
        let now = self.db.clock().now();
        if found.answer.expires_at.is_some_and(|end| end <= now) {
            return Err(AuthError::Unauthenticated);
        }
        if let Credential::Key(key) = found.answer.credential {
            self.note_use(found, key, now);
        }
        Ok(found.answer.clone())
    }

    /// Finds out who holds a bearer; once for all who ask at the same time.
    async fn seek(
        self: &Arc<Self>,
        hash: [u8; 32],
        bearer: &str,
    ) -> Result<Arc<Remembered>, AuthError> {
        if let Some(found) = self.remembered.get(&hash).await {
            // Only what is out of date: somebody else may have put in a fresh one just now.
            if self.marks.holds(&found.seen) {
                return Ok(found);
            }
            self.remembered.invalidate(&hash).await;
        }
        let made = self.remembered.try_get_with(hash, async {
            let (inner, bearer) = (Arc::clone(self), bearer.to_owned());
            // In a task of its own: a client that hangs up leaves no statement cut in half.
            apart("sign-in", async move { inner.resolve(&bearer).await.map(Arc::new) }).await?
        });
        made.await.map_err(|error| match error.as_ref() {
            AuthError::Unauthenticated => AuthError::Unauthenticated,
            AuthError::Unavailable(fault) => AuthError::Unavailable(Arc::clone(fault)),
        })
    }

    async fn resolve(&self, bearer: &str) -> Result<Remembered, AuthError> {
        if bearer.starts_with(KEY_PREFIX) {
            let key = KeyText::read(bearer).ok_or(AuthError::Unauthenticated)?;
            self.resolve_key(&key).await
        } else {
            self.resolve_token(bearer).await
        }
    }

    async fn resolve_token(&self, token: &str) -> Result<Remembered, AuthError> {
        let claims = self.keys.verify(token).await.map_err(|error| {
            if !matches!(error, TokenError::Expired) {
                tracing::debug!(%error, "a token was not accepted");
            }
            AuthError::Unauthenticated
        })?;
        let (tenant, user, session) = (claims.tid, claims.sub, claims.sid);
        // The marks first: a change that comes later moves them.
        let seen = self.marks.of(tenant).seen(user.0);
        let mut tx = self.db.system(Reason::SignIn).await?;
        let person = store::person(&mut tx, tenant, user, session).await?;
        tx.commit().await?;
        let person = person.ok_or(AuthError::Unauthenticated)?;
        let policy = self.marks.of(tenant).policy(&self.db, tenant).await?;
        let mut team = person.team;
        team.push(user.0);
        team.sort_unstable();
        team.dedup();
        let scope = Scope::verified(Origin {
            tenant,
            actor: Actor::User(user),
            session: Some(session),
            rights: policy.rights(&person.roles),
            team: team.into_iter().map(UserId::from).collect(),
            customer: None,
            facts: facts(tenant, &person.base_currency, &person.time_zone)?,
        });
        let expires_at = DateTime::from_timestamp(claims.exp, 0);
        let credential = Credential::Session(session);
        let answer = Authenticated { scope, expires_at, credential };
        Ok(Remembered { answer, seen, used_at_ms: AtomicI64::new(0) })
    }

    async fn resolve_key(&self, key: &KeyText) -> Result<Remembered, AuthError> {
        let _seat = self.key_seats.acquire().await.map_err(|_| Fault::Busy)?;
        let mut tx = self.db.system(Reason::PartnerKey).await?;
        let tenant = store::tenant_of(&mut tx, &key.tenant).await?;
        let tenant = tenant.ok_or(AuthError::Unauthenticated)?;
        let seen = self.marks.of(tenant).seen(key.id.0);
        let row = store::key(&mut tx, tenant, key.id).await?;
        tx.commit().await?;
        let row = row.ok_or(AuthError::Unauthenticated)?;
        let is_right = bool::from(row.hash.ct_eq(&key.hash()));
        if !is_right || row.is_over(self.db.clock().now()) {
            return Err(AuthError::Unauthenticated);
        }
        let policy = self.marks.of(tenant).policy(&self.db, tenant).await?;
        let facts = facts(tenant, &row.base_currency, &row.time_zone)?;
        let scope = row.scope(tenant, key.id, &policy, facts);
        let expires_at = row.expires_at;
        let answer = Authenticated { scope, expires_at, credential: Credential::Key(key.id) };
        let used_at_ms = row.last_used_at.map_or(0, |at| at.timestamp_millis());
        Ok(Remembered { answer, seen, used_at_ms: AtomicI64::new(used_at_ms) })
    }

    /// Writes a key's last use, beside the request and at most once a minute.
    fn note_use(self: &Arc<Self>, found: &Remembered, key: ApiKeyId, now: DateTime<Utc>) {
        let now_ms = now.timestamp_millis();
        let last_ms = found.used_at_ms.load(Ordering::Relaxed);
        if now_ms - last_ms < USE_WRITTEN_EACH_MS {
            return;
        }
        let order = Ordering::Relaxed;
        if found.used_at_ms.compare_exchange(last_ms, now_ms, order, order).is_err() {
            return;
        }
        let (db, tenant) = (self.db.clone(), found.answer.scope.tenant());
        tokio::spawn(async move {
            if let Err(error) = store::note_use(&db, tenant, key, now).await {
                tracing::warn!(%error, "a key's last use could not be written");
            }
        });
    }
}

fn facts(tenant: TenantId, currency: &str, zone: &str) -> Result<TenantFacts, Fault> {
    crate::tenants::facts(&tenant.to_string(), currency, zone)
}
