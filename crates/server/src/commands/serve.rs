//! `oborot serve`: the API, on the database given or on a private one.

use std::process::ExitCode;

use anyhow::Result;
use kernel::Clock;

use crate::config::Config;
use crate::parts::Parts;
use crate::place::{Place, Tenure};
use crate::serving::{self, Doors};
use crate::shutdown::Shutdown;

pub(super) async fn run(config: Config) -> Result<ExitCode> {
    let shutdown = Shutdown::on_signals()?;
    let doors = Doors::open(&config).await?;
    let place = Place::open(&config.database, Tenure::Alone).await?;
    let served = serve(&place, &config, doors, shutdown).await;
    place.close().await?;
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(place: &Place, config: &Config, doors: Doors, shutdown: Shutdown) -> Result<()> {
    let parts = Parts::assemble(place, config, Clock::system()).await?;
    tracing::info!(address = %doors.api_address(), "serving");
    serving::serve(doors, parts, config, shutdown).await
}
