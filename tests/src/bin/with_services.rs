//! `with-services COMMAND …`: runs a command beside a PostgreSQL and a Redis of its own, and
//! stops both when it ends, however it ends.
//!
//! Both listen on sockets in a folder made for the run, so runs side by side do not meet. The
//! command finds them by `OBOROT_TEST_DATABASE_URL` (the owner of an empty database, who may
//! make more) and `OBOROT_TEST_REDIS_URL`.

use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use server::cluster::{Cluster, ClusterOptions, Durability};
use tokio::signal::unix::{self, SignalKind};

const FOLDER_PREFIX: &str = "oborot-test-";
const REDIS_START_LIMIT: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "with-services: {error:#}");
            ExitCode::FAILURE
        }
    }
}

// On one thread: Redis ends with the thread that started it.
#[tokio::main(flavor = "current_thread")]
async fn run() -> Result<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    let program = words.next().context("name the command to run")?;
    let mut signals = Signals::catch()?;
    remove_leftovers();

    let folder = RunFolder::new()?;
    let cluster = Cluster::start(&ClusterOptions {
        data_dir: folder.0.clone(),
        pg_bin: std::env::var_os("PG_BIN").map(PathBuf::from),
        durability: Durability::Waived,
    })?;
    let redis = Redis::start(&folder.0)?;

    let mut command = Command::new(program);
    command
        .args(words)
        .env("OBOROT_TEST_DATABASE_URL", cluster.owner_url().as_str())
        .env("OBOROT_TEST_REDIS_URL", redis.url())
        .env("OBOROT_TEST_FILES", folder.0.join("files"));
    without_our_package(&mut command);
    let status = signals.pass_to(tokio::process::Command::from(command).spawn()?).await?;
    drop(redis);
    cluster.stop()?;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// What would end us before the services are stopped.
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
}

impl Signals {
    fn catch() -> Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hangup: unix::signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the command. Ctrl-C reaches it by itself, from the terminal; what was sent to
    /// us alone is passed on.
    async fn pass_to(&mut self, mut command: tokio::process::Child) -> Result<ExitStatus> {
        let id = command.id().context("the command has no process")?;
        let pid = Pid::from_raw(i32::try_from(id)?);
        loop {
            tokio::select! {
                status = command.wait() => return Ok(status?),
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => kill(pid, Signal::SIGTERM)?,
                _ = self.hangup.recv() => kill(pid, Signal::SIGHUP)?,
            }
        }
    }
}

/// `cargo run` tells us about our package; a cargo below would take that for its own news.
fn without_our_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if ours.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// The folder of one run, removed with it.
struct RunFolder(PathBuf);

impl RunFolder {
    fn new() -> Result<Self> {
        let name = format!("{FOLDER_PREFIX}{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // Passable, since root's PostgreSQL runs under another account.
        std::fs::DirBuilder::new()
            .mode(0o711)
            .create(&path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Ends what a killed run left behind: its PostgreSQL goes on by design.
fn remove_leftovers() {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX));
        let Some(pid) = pid.and_then(|pid| pid.parse().ok()) else { continue };
        let is_alive = kill(Pid::from_raw(pid), None) != Err(nix::errno::Errno::ESRCH);
        if is_alive {
            continue;
        }
        let leftover = RunFolder(entry.path());
        let durability = Durability::Waived;
        let options = ClusterOptions { data_dir: leftover.0.clone(), pg_bin: None, durability };
        // Taking it over and letting go of it stops it; the folder goes in any case.
        drop(Cluster::start(&options));
    }
}

/// A Redis that keeps nothing.
struct Redis {
    child: Child,
    socket: PathBuf,
}

impl Redis {
    fn start(folder: &Path) -> Result<Self> {
        let socket = folder.join("redis.sock");
        // The one process that the system must end with us even when we are killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "redis-server", "--port", "0", "--save", ""]);
        command.args(["--appendonly", "no", "--unixsocketperm", "700"]);
        command.arg("--unixsocket").arg(&socket).arg("--dir").arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
        let child = command.spawn().context("cannot run redis-server")?;
        let mut redis = Self { child, socket };
        let began = Instant::now();
        while !redis.socket.exists() {
            if redis.child.try_wait()?.is_some() || began.elapsed() > REDIS_START_LIMIT {
                bail!("redis-server did not start");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(redis)
    }

    fn url(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
