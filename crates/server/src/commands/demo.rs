//! `oborot demo`: everything at once for somebody who wants to see it.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use kernel::Clock;

use crate::config::{Config, Database, Settings};
use crate::greeting::{demo_is_ready, terminal_language};
use crate::logging;
use crate::parts::Parts;
use crate::place::{Place, Tenure};
use crate::seed::load;
use crate::serving::{self, Doors};
use crate::shutdown::Shutdown;

pub(super) async fn run(mut settings: Settings) -> Result<ExitCode> {
    // What a person is to see is the greeting; the run's own news would bury it.
    if settings.log.is_none() && settings.config.is_none() {
        settings.log = Some("warn".to_owned());
    }
    let mut config = Config::resolve(settings)?;
    config.open_introspection = true;
    logging::begin(&config.log);
    let shutdown = Shutdown::on_signals()?;
    let doors = Doors::open(&config).await?;
    if let Database::Private { data_dir, .. } = &config.database
        && !data_dir.exists()
    {
        tell(&format!("Making a private PostgreSQL in {}", data_dir.display()));
    }
    let place = Place::open(&config.database, Tenure::Alone).await?;
    let served = serve(&place, &config, doors, shutdown).await;
    place.close().await?;
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(place: &Place, config: &Config, doors: Doors, shutdown: Shutdown) -> Result<()> {
    let parts = Parts::assemble(place, config, Clock::system()).await?;
    let Some(loaded) = shutdown.unless_begun(load::demo(place, &parts)).await else {
        tell("Stopped while making the demo data; the next start goes on from there.");
        parts.db.close().await;
        return Ok(());
    };
    loaded?;
    let greeting = demo_is_ready(terminal_language(), doors.api_address(), doors.admin_address());
    tell(&greeting);
    serving::serve(doors, parts, config, shutdown).await
}

/// Words for the person at the terminal; nobody is there when the stream is closed.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
