//! `oborot migrate`: what a release does once before its servers start.

use std::process::ExitCode;

use anyhow::{Context, Result};
use db::Migration;

use super::say;
use crate::config::{Config, SecretUrl};
use crate::place::{Place, Tenure};

pub(super) async fn run(config: Config) -> Result<ExitCode> {
    let place = Place::open(&config.database, Tenure::Beside).await?;
    let owner = place.owner.clone().context(
        "migrating needs the owner of the database: give --database-owner-url \
         (DATABASE_OWNER_URL)",
    )?;
    let applied = apply(&owner).await?;
    place.close().await?;
    if applied.is_empty() {
        say("The schema is up to date.")?;
    }
    for migration in applied {
        say(&format!("Applied {:04} {}", migration.version, migration.description))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Brings the schema up to date; the migrator's lock lets one program at a time do it.
pub(super) async fn apply(owner: &SecretUrl) -> Result<Vec<Migration>> {
    db::migrate(owner.reveal().as_str()).await.context("the schema cannot be brought up to date")
}
