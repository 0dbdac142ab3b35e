//! The parts every command and the server are put together from.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use db::{Db, DbConfig};
use files::Files;
use identity::SealKeys;
use kernel::Clock;
use live::Live;

use crate::config::{Config, SecretUrl};
use crate::place::Place;
use crate::serving::workers::Announce;

/// Time, cache and bus, database, files, the keys of seals. A clone is a handle to the same.
#[derive(Clone)]
pub struct Parts {
    pub clock: Clock,
    pub live: Live,
    pub db: Db,
    pub files: Files,
    pub seals: SealKeys,
}

impl Parts {
    /// Brings the schema up to date where the owner is known, insists on it where not, and
    /// prepares what the rest stands on.
    ///
    /// # Errors
    /// As a sentence for the user: the schema is older than the program, or an address of
    /// PostgreSQL or Redis, or the place of files, cannot be used.
    pub async fn assemble(place: &Place, config: &Config, clock: Clock) -> Result<Self> {
        match &place.owner {
            Some(owner) => migrate(owner).await?,
            None => insist_on_schema(&place.app).await?,
        }
        let live = match &config.redis_url {
            Some(url) => Live::redis(url.reveal().as_str()).await?,
            None => Live::in_memory(),
        };
        let announce = Arc::new(Announce::new(live.clone()));
        let db = Db::new(&db_config(place, config), clock.clone(), Some(announce))?;
        let files = config.files.files();
        if config.files.is_given {
            files.open().await?;
        }
        let seals = SealKeys::in_folder(&config.seals);
        Ok(Self { clock, live, db, files, seals })
    }
}

fn db_config(place: &Place, config: &Config) -> DbConfig {
    let address = |url: &SecretUrl| url.reveal().to_string();
    let mut settings = DbConfig::new(address(&place.app), address(&place.system));
    settings.read_url = place.read.as_ref().map(address);
    settings.request_connections = config.pools.requests;
    settings.quick_connections = config.pools.quick;
    settings.report_connections = config.pools.reports;
    settings.job_connections = config.pools.jobs;
    settings
}

async fn migrate(owner: &SecretUrl) -> Result<()> {
    let applied = db::migrate(owner.reveal().as_str())
        .await
        .context("the schema cannot be brought up to date")?;
    for migration in applied {
        tracing::info!(version = migration.version, "applied {}", migration.description);
    }
    Ok(())
}

async fn insist_on_schema(app: &SecretUrl) -> Result<()> {
    let missing =
        db::pending(app.reveal().as_str()).await.context("the schema cannot be looked at")?;
    match missing.as_slice() {
        [] => Ok(()),
        [first, ..] => bail!(
            "the database lacks {} of the program's migrations, from {:04} on; run \
             `oborot migrate` with the owner's address first",
            missing.len(),
            first.version
        ),
    }
}

#[cfg(test)]
mod tests {
    use db::Logins;

    use super::*;
    use crate::cluster::Cluster;
    use crate::cluster::tests::Folder;
    use crate::config::Settings;
    use crate::place::Tenure;

    async fn assemble(settings: Settings) -> Result<Parts> {
        let config = Config::resolve(settings)?;
        let place = Place::open(&config.database, Tenure::Alone).await?;
        Parts::assemble(&place, &config, Clock::system()).await
    }

    #[tokio::test]
    async fn a_server_without_the_owner_insists_on_a_migrated_schema() {
        let folder = Folder::new("parts");
        let cluster = Cluster::start(&folder.options()).unwrap();
        let owner = cluster.owner_url();
        let logins = Logins::of_owner(owner);
        logins.ensure(owner).await.unwrap();

        let with_owner = Settings { database_url: Some(owner.to_string()), ..Settings::default() };
        let without = Settings {
            database_url: Some(logins.app.to_string()),
            database_system_url: Some(logins.system.to_string()),
            ..Settings::default()
        };
        let refusal = assemble(without.clone()).await.err().unwrap().to_string();
        assert!(refusal.contains("run `oborot migrate`"), "{refusal}");

        assert!(assemble(with_owner).await.unwrap().db.is_ready().await);
        assert!(assemble(without).await.unwrap().db.is_ready().await);
    }
}
