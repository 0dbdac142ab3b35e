//! The program under test, as a process of its own, and what the machine says of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

/// A running `oborot serve`.
pub struct Program {
    child: Child,
    launch: Launch,
    /// Where it answers.
    pub url: String,
    /// How long it took until it answered.
    pub started_in: Duration,
}

/// How the program is started, the same each time.
struct Launch {
    binary: PathBuf,
    listen: String,
    environment: Vec<(String, String)>,
}

impl Launch {
    async fn start(self) -> Result<Program> {
        let started = Instant::now();
        let child = Command::new(&self.binary)
            .args(["serve", "--listen", &self.listen, "--admin-listen", "off"])
            .env("OBOROT_LOG", "warn")
            .env("OBOROT_SEALS", seals())
            .envs(self.environment.iter().cloned())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.binary.display()))?;
        while tokio::net::TcpStream::connect(&self.listen).await.is_err() {
            if started.elapsed() > Duration::from_secs(30) {
                bail!("the program does not answer at {}", self.listen);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let url = format!("http://{}", self.listen);
        Ok(Program { child, launch: self, url, started_in: started.elapsed() })
    }
}

/// Where programs under test keep the keys of seals.
fn seals() -> PathBuf {
    std::env::temp_dir().join("oborot-load-seals")
}

/// A free port of this machine.
fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Program {
    /// Starts the program against a database and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer within half a minute.
    pub async fn start(binary: &Path, owner_url: &str, more: &[(&str, &str)]) -> Result<Self> {
        let database = [("DATABASE_URL", owner_url)];
        let environment: Vec<(&str, &str)> = database.iter().chain(more).copied().collect();
        Self::start_with(binary, &environment).await
    }

    /// Starts the program with these settings and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer within half a minute.
    pub async fn start_with(binary: &Path, environment: &[(&str, &str)]) -> Result<Self> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let launch = Launch {
            binary: binary.to_owned(),
            listen: format!("127.0.0.1:{}", free_port()?),
            environment: environment.iter().map(owned).collect(),
        };
        launch.start().await
    }

    /// Runs another command of the program to its end.
    ///
    /// # Errors
    /// When it fails.
    pub async fn run(binary: &Path, owner_url: &str, words: &[&str]) -> Result<()> {
        Self::run_with(binary, &[("DATABASE_URL", owner_url)], words).await
    }

    /// As [`Program::run`], with these settings.
    ///
    /// # Errors
    /// When it fails.
    pub async fn run_with(
        binary: &Path,
        environment: &[(&str, &str)],
        words: &[&str],
    ) -> Result<()> {
        let status = Command::new(binary)
            .args(words)
            .env("OBOROT_SEALS", seals())
            .envs(environment.iter().copied())
            .env("OBOROT_LOG", "warn")
            .stdout(Stdio::null())
            .status()
            .await?;
        if status.success() { Ok(()) } else { bail!("oborot {} failed", words.join(" ")) }
    }

    /// CPU seconds the program has used so far.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let pid = self.child.id().context("the program has ended")?;
        cpu_of(&PathBuf::from(format!("/proc/{pid}")))
    }

    /// Resident memory, in bytes.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn resident_bytes(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// Of the resident memory what is the process's own and no part of a file, in bytes.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn own_bytes(&self) -> Result<u64> {
        self.status("RssAnon:")
    }

    fn status(&self, name: &'static str) -> Result<u64> {
        let pid = self.child.id().context("the program has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes: u64 = line
            .and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok())
            .context(name)?;
        Ok(kilobytes * 1024)
    }

    /// Kills it at once, in the middle of whatever it does.
    ///
    /// # Errors
    /// When it has ended already.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Kills it at once and starts it again at the same address.
    ///
    /// # Errors
    /// When it has ended already, or does not answer again.
    pub async fn kill_and_start(mut self) -> Result<Self> {
        self.child.kill().await?;
        self.launch.start().await
    }

    /// Stops it in order.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(pid) = self.child.id() {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(pid)?);
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM)?;
        }
        tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await??;
        Ok(())
    }
}

/// CPU seconds that PostgreSQL's processes have used so far. Ended backends are counted in
/// their parent.
///
/// # Errors
/// When /proc cannot be read.
pub fn postgres_cpu_seconds() -> Result<f64> {
    let mut sum = 0.0;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let name = std::fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
        if name.trim() == "postgres" {
            sum += cpu_of(&entry.path()).unwrap_or_default();
        }
    }
    Ok(sum)
}

fn cpu_of(process: &Path) -> Result<f64> {
    /// `_SC_CLK_TCK` is 100 on every Linux this runs on.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(process.join("stat"))?;
    // The name in brackets may hold blanks; fields 14 to 17 are user and system time, own and of
    // ended children.
    let (_, after_name) = stat.rsplit_once(')').context("no name in stat")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: f64 = (11..15).filter_map(|index| fields.get(index)?.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_A_SECOND)
}
