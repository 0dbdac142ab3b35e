//! `load`: many clients at mixed work on few goods, with and without kills, and what must hold
//! afterwards.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use load::mixed::{self, Fault, Outcome, Progress, Trial};

/// Lets many clients sell, ship, cancel, receive and give back the same twenty goods at once, then
/// proves that nothing was sold twice, lost or doubled.
///
/// Three trials, each on a fresh database of the program's own: without faults; with `kill -9` of
/// the program; with `kill -9` of PostgreSQL. Exit 1 where something does not hold.
#[derive(Parser)]
#[command(name = "load", version)]
struct Arguments {
    /// The program.
    #[arg(long, default_value = "target/release/oborot")]
    program: PathBuf,
    /// Clients at once.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Seconds of the trial without faults.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Kills in each of the trials with faults.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Begins the chance with which clients choose what to do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What to try; all three where nothing is named.
    #[arg(long, value_enum)]
    trial: Vec<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Without faults.
    Plain,
    /// The program is killed.
    KillProgram,
    /// PostgreSQL is killed.
    KillPostgres,
}

struct Bar(ProgressBar);

impl Progress for Bar {
    fn begin(&self, stage: &str, steps: u64) {
        self.0.reset();
        self.0.set_length(steps);
        self.0.set_message(stage.to_owned());
    }

    fn reach(&self, step: u64) {
        self.0.set_position(step);
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("load: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn tell(sentence: &str) {
    use std::io::Write;
    // Nobody is left to tell when the stream is closed.
    let _ = writeln!(std::io::stdout(), "{sentence}");
}

async fn run(arguments: Arguments) -> Result<()> {
    let style = ProgressStyle::with_template("{msg:32} {bar:40} {pos}/{len} {elapsed}")?;
    let kinds = if arguments.trial.is_empty() { Kind::value_variants() } else { &arguments.trial };
    for kind in kinds {
        let faults = match kind {
            Kind::Plain => None,
            Kind::KillProgram => Some((Fault::Program, arguments.kills)),
            Kind::KillPostgres => Some((Fault::Postgres, arguments.kills)),
        };
        let trial = Trial {
            binary: arguments.program.clone(),
            clients: arguments.clients,
            lasting: Duration::from_secs(arguments.seconds),
            faults,
            seed: arguments.seed,
        };
        let bar = Bar(ProgressBar::no_length().with_style(style.clone()));
        let outcome = mixed::run(&trial, &bar).await;
        bar.0.finish_and_clear();
        let name = kind.to_possible_value().context("a trial without a name")?;
        let outcome = outcome.with_context(|| format!("{} does not hold", name.get_name()))?;
        tell(&report(name.get_name(), &outcome));
    }
    Ok(())
}

fn report(name: &str, outcome: &Outcome) -> String {
    let seconds = outcome.lasted.as_secs_f64();
    let mut lines = vec![
        format!("{name}: all holds after {seconds:.0} s"),
        "| mutation | answered | a second | refused | half within | 95 % | 99 % |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    for (mutation, latencies) in &outcome.answered {
        let refusals = outcome.refused.iter().filter(|((name, _), _)| name == mutation);
        let refused: Vec<String> =
            refusals.map(|((_, code), count)| format!("{count} {code}")).collect();
        let within = |hundredths| latencies.percentile(hundredths).as_millis();
        lines.push(format!(
            "| {mutation} | {} | {:.1} | {} | {} ms | {} ms | {} ms |",
            latencies.count(),
            latencies.count() as f64 / seconds,
            refused.join(", "),
            within(50),
            within(95),
            within(99),
        ));
    }
    lines.push(format!(
        "{} requests were sent again for want of an answer; {} were repeated with their keys in \
         the end and answered as before; every register equals its balances",
        outcome.sent_again, outcome.repeated
    ));
    lines.join("\n")
}
