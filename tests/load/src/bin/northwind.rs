//! `northwind`: loads the Northwind company's history into a running server, then compares the
//! server's reports to sums computed straight from the files.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use load::client::Client;
use load::northwind::{self, Actors, DOMAIN, Data, Plan, Progress, TENANT};

/// Loads Northwind's 830 orders into a running Oborot through its public API.
///
/// The tenant must exist with its users director@ and admin@northwind.example:
/// `oborot tenant create` makes it, and `make northwind` does both. Running it again changes
/// nothing.
#[derive(Parser)]
#[command(name = "northwind", version)]
struct Arguments {
    /// The server's address.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "OBOROT_URL")]
    url: String,
    /// The folder with the CSV files.
    #[arg(long, default_value = "../shared/data/northwind", env = "OBOROT_NORTHWIND")]
    data: PathBuf,
    /// The password of the tenant's users.
    #[arg(long, default_value = northwind::PASSWORD, env = "OBOROT_NORTHWIND_PASSWORD")]
    password: String,
}

struct Bar(ProgressBar);

impl Progress for Bar {
    fn begin(&self, stage: &str, steps: u64) {
        self.0.reset();
        self.0.set_length(steps);
        self.0.set_message(stage.to_owned());
    }

    fn step(&self) {
        self.0.inc(1);
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(sentence) => {
            tell(&sentence);
            ExitCode::SUCCESS
        }
        Err(error) => {
            tell(&format!("northwind: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn tell(sentence: &str) {
    use std::io::Write;
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{sentence}");
}

async fn run(arguments: Arguments) -> Result<String> {
    let started = Instant::now();
    let data = Data::read(&arguments.data)?;
    let client = Client::new(&arguments.url)?;
    let actor = async |name: &str| {
        client.sign_in(TENANT, &format!("{name}@{DOMAIN}"), &arguments.password).await
    };
    let actors = Actors { admin: actor("admin").await?, director: actor("director").await? };

    let style = ProgressStyle::with_template("{msg:10} {bar:40} {pos}/{len} {elapsed}")?;
    let bar = Bar(ProgressBar::no_length().with_style(style));
    let made = northwind::load(&actors, &data, &bar).await?;
    bar.0.finish_and_clear();
    let loaded_in = started.elapsed();

    let (masters, _) = northwind::load_masters(&actors, &data, &bar).await?;
    bar.0.finish_and_clear();
    let expected = northwind::check(&actors.director, &data, &masters, &Plan::of(&data))
        .await
        .context("the reports differ from the files")?;
    Ok(format!(
        "northwind: {} records and {} documents made in {:.1} s; the reports equal the files: \
         revenue {} USD, cost {} USD, {} USD open",
        made.records,
        made.documents,
        loaded_in.as_secs_f64(),
        expected.total.revenue,
        expected.total.cost,
        expected.open,
    ))
}
