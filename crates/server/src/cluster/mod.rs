//! The private PostgreSQL of the small size: made on the first start, found again after a
//! crash of this program, stopped when the program ends.
//!
//! PostgreSQL refuses to run as root and a user should need no account, port or password for
//! it, so the program runs the installed server binaries itself: in its own data folder, on a
//! socket that only it can reach, under an unprivileged account when started by root. Nothing
//! here opens a connection; what leaves this module is the address of the database's owner.
//!
//! Everything blocks: it belongs before the runtime's work begins and after it has ended.

mod account;
mod binaries;
mod create;
mod folder;
mod keeper;
mod postmaster;
mod settings;

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use self::account::Account;
use self::binaries::Binaries;
use self::folder::{DataFolder, Lock};
pub use self::keeper::Keeper;
use self::postmaster::Postmaster;
pub use self::settings::Durability;

/// Database and owner that a new cluster is made with.
pub const DATABASE: &str = "oborot";
/// Owns the database and the schema; no superuser, and row-level security binds it too.
pub const OWNER: &str = "oborot_owner";

/// How a private cluster is found and run.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// Holds the database and the password of its owner; made when missing.
    pub data_dir: PathBuf,
    /// Folder of `postgres` and `initdb`; searched for when not given.
    pub pg_bin: Option<PathBuf>,
    /// Tests give up safety against power loss for speed.
    pub durability: Durability,
}

impl ClusterOptions {
    /// A cluster whose data matter.
    #[must_use]
    pub fn durable(data_dir: PathBuf, pg_bin: Option<PathBuf>) -> Self {
        Self { data_dir, pg_bin, durability: Durability::Kept }
    }
}

/// Where the data stand when nobody says otherwise: an unprivileged account cannot enter
/// `/root`, so root's cluster has a place of its own.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    if account::is_root() { PathBuf::from("/var/lib/oborot") } else { PathBuf::from(".oborot") }
}

/// A running private cluster. Dropping it stops the server, unless it was only joined.
#[derive(Debug)]
pub struct Cluster {
    options: ClusterOptions,
    owner_url: Url,
    postmaster: Postmaster,
    origin: Origin,
    // Held as long as the cluster is ours; a joined one belongs to the program that serves.
    lock: Option<Lock>,
}

/// How the running server was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Started by this call.
    Started,
    /// Left running by a program that was killed.
    Adopted,
    /// Used beside another program that owns it and will stop it.
    Joined,
}

impl Cluster {
    /// Starts the cluster of a data folder for this program alone, making it first when the
    /// folder is new, or takes over one that a killed program left running.
    ///
    /// # Errors
    /// When the folder is in use, the binaries are missing or of another major version than the
    /// data, or the server does not start; each as one sentence for the user.
    pub fn start(options: &ClusterOptions) -> Result<Self, ClusterError> {
        let account = Account::choose()?;
        let folder = DataFolder::prepare(&options.data_dir, &account)?;
        let Some(lock) = folder.lock()? else {
            return Err(folder.in_use());
        };
        let running = Running::bring_up(options, &account, &folder)?;
        Ok(Self::of(options, running, Some(lock)))
    }

    /// Like [`Cluster::start`], but beside a program that already runs the cluster: what the
    /// commands use that do one thing and end, such as `oborot tenant create`.
    ///
    /// # Errors
    /// As [`Cluster::start`]; in use is an error only while the other program is starting.
    pub fn start_or_join(options: &ClusterOptions) -> Result<Self, ClusterError> {
        let account = Account::choose()?;
        let folder = DataFolder::prepare(&options.data_dir, &account)?;
        if let Some(lock) = folder.lock()? {
            let running = Running::bring_up(options, &account, &folder)?;
            return Ok(Self::of(options, running, Some(lock)));
        }
        let Some(found) = Postmaster::find(&folder)?.filter(postmaster::Found::is_ready) else {
            return Err(folder.in_use());
        };
        let owner_url = owner_url(&folder.password()?, &found.socket_folder)?;
        let postmaster = Postmaster::adopted(&folder, found.pid);
        let running = Running { owner_url, postmaster, origin: Origin::Joined };
        Ok(Self::of(options, running, None))
    }

    fn of(options: &ClusterOptions, running: Running, lock: Option<Lock>) -> Self {
        let Running { owner_url, postmaster, origin } = running;
        Self { options: options.clone(), owner_url, postmaster, origin, lock }
    }

    /// Starts the server again where it has died though nobody stopped it, at the address it had:
    /// whether that was so. A joined one belongs to another program, which does this itself.
    ///
    /// # Errors
    /// As [`Cluster::start`]; the next call tries again.
    pub fn revive(&mut self) -> Result<bool, ClusterError> {
        if self.lock.is_none() || self.postmaster.is_alive() {
            return Ok(false);
        }
        let account = Account::choose()?;
        let folder = DataFolder::prepare(&self.options.data_dir, &account)?;
        let running = Running::bring_up(&self.options, &account, &folder)?;
        (self.postmaster, self.origin) = (running.postmaster, running.origin);
        Ok(true)
    }

    /// Address of the database for its owner, over the private socket.
    #[must_use]
    pub fn owner_url(&self) -> &Url {
        &self.owner_url
    }

    /// How the server was come by.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Process id of the server, for those who measure or kill it in tests.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.postmaster.process_id()
    }

    /// Stops the server: open transactions are rolled back, the data are flushed.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.stop_once()
    }

    fn stop_once(&mut self) -> Result<(), ClusterError> {
        // Without the lock it is not ours: joined, or stopped before.
        match self.lock.take() {
            Some(_held_until_stopped) => self.postmaster.stop(),
            None => Ok(()),
        }
    }
}

/// A server that runs on our data, whoever holds the lock.
struct Running {
    owner_url: Url,
    postmaster: Postmaster,
    origin: Origin,
}

impl Running {
    fn bring_up(
        options: &ClusterOptions,
        account: &Account,
        folder: &DataFolder,
    ) -> Result<Self, ClusterError> {
        let binaries = Binaries::find(options.pg_bin.as_deref(), folder.major_version()?)?;
        let socket_folder = folder.prepare_socket_folder(account)?;
        let arguments = settings::arguments(folder, &socket_folder, options.durability);

        let adopted = match Postmaster::find(folder)? {
            Some(found) if found.arguments == arguments => found.wait_ready(folder)?,
            Some(found) => {
                // Started with other settings by an earlier release: begin anew with ours.
                Postmaster::adopted(folder, found.pid).stop()?;
                None
            }
            None => None,
        };
        let password = create::ensure(&binaries, account, folder, options.durability)?;
        let (postmaster, origin) = match adopted {
            Some(postmaster) => (postmaster, Origin::Adopted),
            None => {
                let started = Postmaster::spawn(&binaries, account, folder, &arguments)?;
                (started, Origin::Started)
            }
        };
        let owner_url = owner_url(&password, &socket_folder)?;
        Ok(Self { owner_url, postmaster, origin })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.stop_once() {
            tracing::error!(%error, "the private PostgreSQL was left running");
        }
    }
}

fn owner_url(password: &str, socket_folder: &Path) -> Result<Url, ClusterError> {
    let mut url = Url::parse(&format!("postgres://{OWNER}:{password}@localhost/{DATABASE}"))
        .map_err(|error| ClusterError::Address { reason: error.to_string() })?;
    url.query_pairs_mut().append_pair("host", &socket_folder.to_string_lossy());
    Ok(url)
}

/// Why there is no private cluster, as a sentence for the user.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    #[error(
        "no PostgreSQL server binaries were found ({looked_in}); install the package \
         `postgresql` or name their folder with PG_BIN"
    )]
    NoBinaries { looked_in: String },
    #[error(
        "the data in {folder} were made by PostgreSQL {wanted}, which is not installed \
         (found: {found}); install the package `postgresql-{wanted}`"
    )]
    OtherVersion { folder: PathBuf, wanted: u32, found: String },
    #[error("PostgreSQL {found} is too old; version {oldest} or newer is needed")]
    TooOld { found: u32, oldest: u32 },
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor \
         a user `nobody`; start the program as an ordinary user"
    )]
    NoAccount,
    #[error(
        "PostgreSQL runs as the user `{user}`, who cannot enter {folder}; choose another \
         folder with --data-dir, for example /var/lib/oborot"
    )]
    Unreachable { user: String, folder: PathBuf },
    #[error("{folder} is used by {user}; stop it or choose another folder with --data-dir")]
    InUse { folder: PathBuf, user: String },
    #[error("{path} belongs to somebody else; remove it or choose another --data-dir")]
    Foreign { path: PathBuf },
    #[error("cannot {action} {path}: {source}")]
    File { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{program} could not be run: {source}")]
    Spawn { program: PathBuf, source: std::io::Error },
    #[error("the database could not be created: {reason}")]
    Create { reason: String },
    #[error("PostgreSQL did not start: {reason} (its log: {log})")]
    Start { reason: String, log: PathBuf },
    #[error("PostgreSQL (process {pid}) did not {action} within {} s", .limit.as_secs())]
    Slow { pid: u32, action: &'static str, limit: Duration },
    #[error("PostgreSQL (process {pid}) could not be told to stop: {reason}")]
    Signal { pid: u32, reason: String },
    #[error("the private PostgreSQL cannot be looked after: {source}")]
    Watch { source: std::io::Error },
    #[error("the address of the private database is not valid: {reason}")]
    Address { reason: String },
}

/// Turns an I/O error on a path into one that names it.
fn on_file<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(std::io::Error) -> ClusterError + 'a {
    move |source| ClusterError::File { action, path: path.to_owned(), source }
}

#[cfg(test)]
pub(crate) mod tests;
