//! `oborot seed`: the demo companies, in whatever database is given.

use std::process::ExitCode;

use anyhow::Result;
use kernel::Clock;

use super::say;
use crate::config::Config;
use crate::parts::Parts;
use crate::place::{Place, Tenure};
use crate::seed::load::{self, Loaded};
use crate::shutdown::Shutdown;

pub(super) async fn run(config: Config) -> Result<ExitCode> {
    let shutdown = Shutdown::on_signals()?;
    let place = Place::open(&config.database, Tenure::Beside).await?;
    let loaded = seed(&place, &config, &shutdown).await;
    place.close().await?;
    match loaded? {
        Some(Loaded::Now) => say("Made the demo companies vostok and zapad.")?,
        Some(Loaded::Before) => say("The demo companies are there already.")?,
        None => {
            say("Stopped half-way; the next run goes on from there.")?;
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn seed(place: &Place, config: &Config, shutdown: &Shutdown) -> Result<Option<Loaded>> {
    let parts = Parts::assemble(place, config, Clock::system()).await?;
    let loaded = shutdown.unless_begun(load::demo(place, &parts)).await;
    parts.db.close().await;
    loaded.transpose()
}
