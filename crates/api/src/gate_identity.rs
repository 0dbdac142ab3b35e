//! The gate as the identity context keeps it.

use async_trait::async_trait;
use identity::{AuthError, Credential, Identity};
use kernel::{Clock, DateTime, TenantId, Utc};
use tokio::sync::watch;

use crate::gate::{Admitted, Denied, Gate};

/// Tokens and keys of the identity context.
pub struct IdentityGate {
    identity: Identity,
    clock: Clock,
}

impl IdentityGate {
    /// A gate that asks identity.
    #[must_use]
    pub fn new(identity: Identity, clock: Clock) -> Self {
        Self { identity, clock }
    }
}

#[async_trait]
impl Gate for IdentityGate {
    async fn admit(&self, bearer: &str) -> Result<Admitted, Denied> {
        match self.identity.doorkeeper().authenticate(bearer).await {
            Ok(known) => {
                let actor = match known.credential {
                    // One person has one bucket, however often he has signed in.
                    Credential::Session(_) => known.scope.actor().id(),
                    Credential::Key(key) => key.0,
                };
                Ok(Admitted { scope: known.scope, expires_at: known.expires_at, actor })
            }
            Err(AuthError::Unauthenticated) => Err(Denied::Unauthenticated),
            Err(AuthError::Unavailable(fault)) => {
                tracing::warn!(%fault, "it could not be found out who is asking");
                Err(Denied::Unavailable)
            }
        }
    }

    fn changes(&self, tenant: TenantId) -> watch::Receiver<u64> {
        self.identity.doorkeeper().changes(tenant)
    }

    fn lists_origin(&self, origin: &str, tenant: Option<TenantId>) -> bool {
        self.identity.doorkeeper().lists_origin(origin, tenant)
    }

    fn jwks(&self) -> serde_json::Value {
        self.identity.jwks()
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
