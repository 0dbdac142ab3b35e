//! Who is let in. The identity context remembers tokens and keys; this is what the routes need of
//! it.

use std::sync::Arc;
use std::time::Duration;

use access::Scope;
use async_trait::async_trait;
use graph::Standing;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use kernel::{DateTime, TenantId, Utc, Uuid};
use tokio::sync::watch;

/// How long an open subscription waits for a database that does not answer, step by step.
const PATIENCE: Duration = Duration::from_secs(1);
const PATIENT_STEPS: usize = 30;
/// An open subscription's token is looked at this often even if nothing tells of changes.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Somebody whose token or key is good.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Who is asking, in which tenant, with which rights.
    pub scope: Scope,
    /// When the token or key ends; `None` for a key without an end.
    pub expires_at: Option<DateTime<Utc>>,
    /// What limits are counted by: the user or the key.
    pub actor: Uuid,
}

/// Why nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Not a token or key of ours, expired or revoked.
    Unauthenticated,
    /// It cannot be known now.
    Unavailable,
}

/// Tells who holds a token.
#[async_trait]
pub trait Gate: Send + Sync + 'static {
    /// Who holds this token or key.
    async fn admit(&self, bearer: &str) -> Result<Admitted, Denied>;

    /// Moves with every change of rights in a tenant.
    fn changes(&self, tenant: TenantId) -> watch::Receiver<u64>;

    /// Whether a tenant lists a web origin, or any tenant does where none is named.
    fn lists_origin(&self, origin: &str, tenant: Option<TenantId>) -> bool;

    /// The public keys that tokens are signed with (RFC 7517).
    fn jwks(&self) -> serde_json::Value;

    /// The time by which tokens expire.
    fn now(&self) -> DateTime<Utc>;
}

/// The token of `Authorization: Bearer …`; an error for any other kind of header.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Denied> {
    match headers.get(AUTHORIZATION) {
        None => Ok(None),
        Some(value) => {
            let value = value.to_str().map_err(|_| Denied::Unauthenticated)?;
            token(value).map(Some).ok_or(Denied::Unauthenticated)
        }
    }
}

/// The token behind the word `Bearer`.
pub(crate) fn token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A token that is asked about again and again while a subscription is open.
pub(crate) struct Holder {
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) token: Arc<str>,
}

#[async_trait]
impl Standing for Holder {
    async fn scope(&self) -> Option<Scope> {
        for _ in 0..PATIENT_STEPS {
            match self.gate.admit(&self.token).await {
                Ok(admitted) => return Some(admitted.scope),
                Err(Denied::Unauthenticated) => return None,
                Err(Denied::Unavailable) => tokio::time::sleep(PATIENCE).await,
            }
        }
        None
    }
}

/// Returns when a token is good no more: it has expired, or was revoked.
pub(crate) async fn ended(gate: Arc<dyn Gate>, token: Arc<str>, admitted: Admitted) {
    let mut changes = gate.changes(admitted.scope.tenant());
    loop {
        // Looked at before anything is waited for: whatever changed between the admission and here is
        // told of no more.
        match gate.admit(&token).await {
            Ok(_) => {}
            Err(Denied::Unauthenticated) => return,
            Err(Denied::Unavailable) => tokio::time::sleep(PATIENCE).await,
        }
        let left = admitted.expires_at.map(|end| (end - gate.now()).to_std().unwrap_or_default());
        let sleep = tokio::time::sleep(left.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN));
        tokio::select! {
            () = sleep => {}
            changed = changes.changed() => {
                if changed.is_err() {
                    // Nobody tells of changes any more: the program is ending.
                    tokio::time::sleep(PATIENCE).await;
                }
            }
        }
    }
}
