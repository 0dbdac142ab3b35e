//! Kills the program, or its PostgreSQL, in the middle of work.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Progress;
use crate::process::Program;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program; it is started again at once, as an operator's supervisor does.
    Program,
    /// PostgreSQL, under the running program, which starts it again itself.
    Postgres,
}

/// How often, and by which chance.
pub(super) struct Times {
    pub(super) count: u32,
    pub(super) seed: u64,
}

/// Strikes so many times, with work in between.
pub(super) async fn strike(
    mut program: Program,
    folder: &Path,
    fault: Fault,
    times: Times,
    progress: &dyn Progress,
) -> Result<Program> {
    let stage = match fault {
        Fault::Program => "kill -9 of the program",
        Fault::Postgres => "kill -9 of PostgreSQL",
    };
    progress.begin(stage, times.count.into());
    let mut chance = StdRng::seed_from_u64(times.seed);
    for nr in 1..=times.count {
        tokio::time::sleep(Duration::from_millis(chance.random_range(500..4000))).await;
        match fault {
            Fault::Program => program = program.kill_and_start().await?,
            Fault::Postgres => kill_postgres(folder).await?,
        }
        progress.reach(nr.into());
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(program)
}

/// The server of a data folder is the first line of its pid file. It may be on its way up.
async fn kill_postgres(folder: &Path) -> Result<()> {
    let path = folder.join("postgres").join("postmaster.pid");
    for _ in 0..600 {
        let file = std::fs::read_to_string(&path).unwrap_or_default();
        let pid = file.lines().next().and_then(|line| line.trim().parse().ok());
        if let Some(pid) = pid.map(Pid::from_raw)
            && file.contains("ready")
            && kill(pid, Signal::SIGKILL).is_ok()
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None.with_context(|| format!("no PostgreSQL runs on {}", folder.display()))
}
