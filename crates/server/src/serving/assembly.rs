//! The server put together from its parts: who is let in, what is answered, behind which limits.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use api::{IdentityGate, Rate};
use graph::{Graph, Services};
use identity::Identity;

use super::Doors;
use crate::config::Config;
use crate::parts::Parts;
use crate::shutdown::Shutdown;

/// Serves the API and runs the workers until stopping begins.
///
/// # Errors
/// When the signing keys cannot be read or made, or a worker failed.
pub async fn serve(doors: Doors, parts: Parts, config: &Config, shutdown: Shutdown) -> Result<()> {
    let identity = Identity::start(&parts.db).await;
    let identity = identity.map_err(|error| anyhow!(error)).context("nobody could sign in")?;
    let services = Services::new(parts.db.clone(), parts.live.clone());
    let mailing = config.mail.mailing(doors.api_address())?;
    let services = services.signing_in(identity.clone()).keeping(parts.files.clone());
    let services = services.sealing(parts.seals.clone());
    let services = services.mailing(mailing.clone());
    let gate = Arc::new(IdentityGate::new(identity, parts.clock.clone()));
    let limits = api::Config {
        open_introspection: config.open_introspection,
        origins: config.origins.clone(),
        rate: Rate { capacity: config.cost.capacity, restore_per_s: config.cost.per_second },
    };
    let router = api::router(Graph::new(), services, gate, limits, shutdown.token())?;
    doors.serve(router, parts, mailing, shutdown).await
}
