//! What the program can be asked to do, a file each.

mod demo;
mod migrate;
mod schema;
mod seed;
mod serve;
pub mod tenant;
pub mod verify;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::{Parser, Subcommand};
use db::CommandError;

use crate::config::{Config, Settings};
use crate::greeting::terminal_language;
use crate::logging;

/// Runs the sales contour of a wholesaler: documents, stock, debt and figures over GraphQL
#[derive(Parser)]
#[command(name = "oborot", version, propagate_version = true, max_term_width = 100)]
pub struct Oborot {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves with invented data: two demo companies in a private PostgreSQL, made at first start
    Demo(Box<Settings>),
    /// Makes the two logins and brings the schema up to date, as the owner of the database
    Migrate(Box<Settings>),
    /// Prints the GraphQL schema in its definition language
    Schema,
    /// Makes the two demo companies with 24 months of history, for trying things out
    Seed(Box<Settings>),
    /// Serves the API; with a private PostgreSQL where no database is given
    Serve(Box<Settings>),
    /// Looks after tenants
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Checks every register against its balances, in every tenant; exit 1 when something is off
    Verify(Box<Settings>),
}

impl Oborot {
    /// Does what was asked; the exit code is the command's own verdict.
    ///
    /// # Errors
    /// What kept the command from doing it, as a sentence for the user.
    pub fn run(self) -> Result<ExitCode> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        if let Command::Demo(settings) | Command::Serve(settings) = &self.command {
            runtime.worker_threads(Config::resolve(Settings::clone(settings))?.workers);
        }
        let runtime =
            runtime.enable_all().build().context("the program's threads cannot be started")?;
        runtime.block_on(async {
            match self.command {
                Command::Demo(settings) => demo::run(*settings).await,
                Command::Migrate(settings) => migrate::run(begin(*settings)?).await,
                Command::Schema => schema::run(),
                Command::Seed(settings) => seed::run(begin(*settings)?).await,
                Command::Serve(settings) => serve::run(begin(*settings)?).await,
                Command::Tenant(command) => tenant::run(command).await,
                Command::Verify(settings) => verify::run(begin(*settings)?).await,
            }
        })
    }
}

/// Checks the settings and begins logging.
fn begin(settings: Settings) -> Result<Config> {
    let config = Config::resolve(settings)?;
    logging::begin(&config.log);
    Ok(config)
}

/// Writes an answer for the user, or for the next program in a pipe.
fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("the answer cannot be written")
}

/// A refusal in the reader's language; whatever else went wrong in its own words.
pub(crate) fn sentence(error: CommandError) -> anyhow::Error {
    match error {
        CommandError::Refused(refusal) => anyhow!("{}", refusal.text.get(terminal_language())),
        other => anyhow!(other),
    }
}
