//! The server process: finding, starting and stopping it.
//!
//! It survives this program on purpose (a killed program must not kill a database), so what is
//! known about it comes from its pid file and from the process table, not from being its parent.

use std::fs::{File, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::account::Account;
use super::binaries::Binaries;
use super::folder::DataFolder;
use super::{ClusterError, on_file};

/// Recovery after a power cut may read a whole `max_wal_size`.
const START_LIMIT: Duration = Duration::from_secs(300);
/// A fast shutdown writes one checkpoint.
const STOP_LIMIT: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(10);
const LARGEST_LOG_BYTES: u64 = 10 * 1024 * 1024;

/// A server process on our data.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: u32,
    database: PathBuf,
    // Ours to reap when we started it; an adopted one has another parent.
    child: Option<Child>,
}

/// A live server process found through its pid file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) pid: u32,
    pub(super) arguments: Vec<String>,
    pub(super) socket_folder: PathBuf,
    status: String,
}

impl Found {
    pub(super) fn is_ready(&self) -> bool {
        self.status == "ready"
    }

    /// The server once it takes connections; none when it was on its way out.
    pub(super) fn wait_ready(
        self,
        folder: &DataFolder,
    ) -> Result<Option<Postmaster>, ClusterError> {
        let mut found = self;
        let began = Instant::now();
        loop {
            if found.is_ready() {
                return Ok(Some(Postmaster::adopted(folder, found.pid)));
            }
            if began.elapsed() > START_LIMIT {
                let (pid, limit) = (found.pid, START_LIMIT);
                return Err(ClusterError::Slow { pid, action: "become ready", limit });
            }
            std::thread::sleep(LOOK_EVERY);
            match Postmaster::find(folder)? {
                Some(next) => found = next,
                None => return Ok(None),
            }
        }
    }
}

impl Postmaster {
    /// A server that runs on this folder, whoever started it.
    pub(super) fn find(folder: &DataFolder) -> Result<Option<Found>, ClusterError> {
        let database = folder.database();
        let path = database.join("postmaster.pid");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(on_file("read", &path)(error)),
        };
        Ok(parse(&text).and_then(|(pid, socket_folder, status)| {
            let arguments = arguments_of(pid, &database)?;
            Some(Found { pid, arguments, socket_folder, status })
        }))
    }

    pub(super) fn adopted(folder: &DataFolder, pid: u32) -> Self {
        Self { pid, database: folder.database(), child: None }
    }

    /// Starts the server and waits until it takes connections.
    pub(super) fn spawn(
        binaries: &Binaries,
        account: &Account,
        folder: &DataFolder,
        arguments: &[String],
    ) -> Result<Self, ClusterError> {
        let log = open_log(&folder.log())?;
        let log_too = log.try_clone().map_err(on_file("open", &folder.log()))?;
        let program = binaries.program("postgres");
        let mut command = account.command(&program);
        command.args(arguments).stdin(Stdio::null()).stdout(log).stderr(log_too);
        // Ctrl-C reaches the terminal's foreground group: us, who stop the server in order.
        command.process_group(0);
        let child = command.spawn().map_err(|source| ClusterError::Spawn { program, source })?;
        let pid = child.id();
        let mut postmaster = Self { pid, database: folder.database(), child: Some(child) };
        postmaster.wait_started(folder)?;
        Ok(postmaster)
    }

    pub(super) fn process_id(&self) -> u32 {
        self.pid
    }

    fn wait_started(&mut self, folder: &DataFolder) -> Result<(), ClusterError> {
        let began = Instant::now();
        while began.elapsed() < START_LIMIT {
            if !self.is_alive() {
                let log = folder.log();
                return Err(ClusterError::Start { reason: reason_in(&log), log });
            }
            let found = Self::find(folder)?;
            if found.is_some_and(|found| found.pid == self.pid && found.is_ready()) {
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Err(ClusterError::Slow { pid: self.pid, action: "start", limit: START_LIMIT })
    }

    /// Fast shutdown (open transactions are rolled back); without a checkpoint when that hangs.
    pub(super) fn stop(&mut self) -> Result<(), ClusterError> {
        for signal in [Signal::SIGINT, Signal::SIGQUIT] {
            if !self.is_alive() {
                return Ok(());
            }
            self.send(signal)?;
            let began = Instant::now();
            while began.elapsed() < STOP_LIMIT {
                if !self.is_alive() {
                    return Ok(());
                }
                std::thread::sleep(LOOK_EVERY);
            }
        }
        Err(ClusterError::Slow { pid: self.pid, action: "stop", limit: STOP_LIMIT })
    }

    fn send(&self, signal: Signal) -> Result<(), ClusterError> {
        let pid = i32::try_from(self.pid).map(Pid::from_raw);
        let sent = pid.map_err(|error| error.to_string()).and_then(|pid| match kill(pid, signal) {
            Ok(()) | Err(nix::errno::Errno::ESRCH) => Ok(()),
            Err(error) => Err(error.to_string()),
        });
        sent.map_err(|reason| ClusterError::Signal { pid: self.pid, reason })
    }

    pub(super) fn is_alive(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => arguments_of(self.pid, &self.database).is_some(),
        }
    }
}

/// Lines of `postmaster.pid`: pid, data, start time, port, socket folder, address, shared
/// memory, status (PostgreSQL, `src/include/utils/pidfile.h`). A new file has fewer of them.
fn parse(pid_file: &str) -> Option<(u32, PathBuf, String)> {
    let lines: Vec<&str> = pid_file.lines().collect();
    let pid = lines.first()?.trim().parse().ok()?;
    let socket_folder = PathBuf::from(lines.get(4).copied().unwrap_or_default());
    let status = lines.get(7).copied().unwrap_or_default().trim().to_owned();
    Some((pid, socket_folder, status))
}

/// Arguments of the process if it is a live server on this data. A stale pid file may name any
/// process by now; the command line is what everybody may read, and a dead process has none.
fn arguments_of(pid: u32, database: &Path) -> Option<Vec<String>> {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let program = words.next()?.into_owned();
    if Path::new(&program).file_name()?.as_bytes() != b"postgres" {
        return None;
    }
    let mut arguments: Vec<String> = words.map(|word| word.into_owned()).collect();
    arguments.pop_if(|last| last.is_empty());
    let data = arguments.iter().skip_while(|word| *word != "-D").nth(1)?;
    (Path::new(data) == database).then_some(arguments)
}

fn open_log(path: &Path) -> Result<File, ClusterError> {
    let too_long = path.metadata().is_ok_and(|log| log.len() > LARGEST_LOG_BYTES);
    if too_long {
        std::fs::remove_file(path).map_err(on_file("remove", path))?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(on_file("open", path))
}

fn reason_in(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let last = text.lines().rev().take(20).find(|line| line.contains("FATAL:"));
    let reason = last.and_then(|line| line.split("FATAL:").nth(1)).map(str::trim);
    reason.unwrap_or("it gave no reason").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_is_read_while_it_is_being_written() {
        let whole = "4711\n/d/postgres\n1700000000\n5432\n/d/socket\n\n  1 2\nready   \n";
        let (pid, socket, status) = parse(whole).unwrap();
        assert_eq!((pid, status.as_str()), (4711, "ready"));
        assert_eq!(socket, PathBuf::from("/d/socket"));
        let (pid, _, status) = parse("4711\n/d/postgres\n").unwrap();
        assert_eq!((pid, status.as_str()), (4711, ""));
        assert!(parse("").is_none());
    }

    #[test]
    fn a_pid_that_went_to_another_program_is_not_our_server() {
        assert!(arguments_of(std::process::id(), Path::new("/d/postgres")).is_none());
    }
}
