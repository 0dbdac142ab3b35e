//! Mixed work on few hot goods, and what must hold after it: nothing sold twice, nothing lost,
//! nothing doubled, and no refusal without a business reason. With faults on demand: the program
//! or its PostgreSQL is killed in the middle of the work.

mod check;
mod desk;
mod faults;
mod ledger;
mod moves;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

pub use self::faults::Fault;
pub use self::ledger::Latencies;

use self::ledger::Ledger;
use self::worker::Worker;
use crate::company::{self, Scale};
use crate::process::Program;

/// What is tried.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The program.
    pub binary: PathBuf,
    /// Clients at once.
    pub clients: usize,
    /// How long they work. With faults they work until the last one is over.
    pub lasting: Duration,
    /// What is killed, and how often, at random moments.
    pub faults: Option<(Fault, u32)>,
    /// Whoever finds a fault can have the same choices again; the order in which the clients'
    /// work meets stays chance.
    pub seed: u64,
}

/// What came of it. Everything that must hold did.
#[derive(Debug)]
pub struct Outcome {
    /// Requests that were answered, by mutation.
    pub answered: BTreeMap<&'static str, Latencies>,
    /// Refusals, by mutation and code.
    pub refused: BTreeMap<(&'static str, String), u64>,
    /// Requests that were sent again because no answer came.
    pub sent_again: u64,
    /// Requests that were repeated in the end with their keys, and answered as before.
    pub repeated: usize,
    /// How long the clients worked.
    pub lasted: Duration,
}

/// Whom the stages are told, and how far they are.
pub trait Progress: Send + Sync {
    /// A stage of so many steps begins.
    fn begin(&self, stage: &str, steps: u64);
    /// So many of its steps are done.
    fn reach(&self, step: u64);
}

const SLUG: &str = "load";

/// Few goods, so that all clients want the same ones, and few pieces, so that they run out.
const HOT: Scale = Scale { products: 20, pieces: 60, customers: 40, orders: 0 };

/// Runs a trial to its end, on a database of the program's own that goes with it.
///
/// # Errors
/// When the program cannot be used, or something that must hold does not: a sentence for each.
pub async fn run(trial: &Trial, progress: &dyn Progress) -> Result<Outcome> {
    progress.begin("a company with twenty hot goods", 1);
    let folder = Folder::new()?;
    let settings = [
        ("OBOROT_DATA_DIR", folder.0.to_str().context("the folder's name is no text")?),
        ("OBOROT_COST_CAPACITY", "1000000000"),
        ("OBOROT_COST_PER_SECOND", "1000000000"),
    ];
    let admin = format!("admin=admin@{SLUG}.example");
    let words = ["tenant", "create", SLUG, "--user", &admin, "--password", company::PASSWORD];
    Program::run_with(&trial.binary, &settings, &words).await?;
    let program = Program::start_with(&trial.binary, &settings).await?;
    let company = Arc::new(company::prepare(&program.url, SLUG, HOT).await?);
    let input = json!({"name": "Store"});
    let store = company.director.do_it("createWarehouse", input, "warehouse { id }").await?;
    let store = company::id(&store, "warehouse")?;
    progress.reach(1);

    let ledger = Arc::new(Ledger::new(trial.faults.is_some()));
    let started = Instant::now();
    let workers: Vec<_> = (0..trial.clients)
        .map(|index| {
            let seed = trial.seed.wrapping_add(index as u64);
            tokio::spawn(Worker::new((company.clone(), &store), ledger.clone(), seed).work())
        })
        .collect();
    let program = match trial.faults {
        Some((fault, count)) => {
            let times = faults::Times { count, seed: trial.seed };
            faults::strike(program, &folder.0, fault, times, progress).await?
        }
        None => {
            wait(started, trial.lasting, progress).await;
            program
        }
    };
    ledger.end();
    for worker in workers {
        worker.await??;
    }
    let lasted = started.elapsed();

    let repeated = check::all(&company, &ledger, progress).await;
    Program::run_with(&trial.binary, &settings, &["verify"])
        .await
        .context("a register differs from its balances")?;
    program.stop().await?;
    Ok(ledger.outcome(repeated?, lasted))
}

async fn wait(started: Instant, lasting: Duration, progress: &dyn Progress) {
    progress.begin("mixed work", lasting.as_secs());
    while started.elapsed() < lasting {
        tokio::time::sleep(Duration::from_millis(250)).await;
        progress.reach(started.elapsed().as_secs());
    }
}

/// A folder for the program's data, gone in the end. An account of less power than ours must be
/// able to pass it: PostgreSQL does not run as root.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("oborot-load-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
