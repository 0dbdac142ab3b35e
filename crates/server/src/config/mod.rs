//! What the program is told: one typed struct from flags, environment and a file, in this order.
//!
//! A wrong value stops the start with one sentence that names it and says what would be right.

mod files;
mod mail;
mod secret;
mod settings;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use http::HeaderValue;
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use url::Url;

pub use self::files::FilesConfig;
pub use self::mail::MailConfig;
pub use self::secret::SecretUrl;
pub use self::settings::Settings;
use crate::cluster;

/// Everything that can be set, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where `/livez`, `/readyz` and `/metrics` are; nowhere when switched off.
    pub admin_listen: Option<SocketAddr>,
    pub database: Database,
    /// Cache and bus of the large size; in memory without it.
    pub redis_url: Option<SecretUrl>,
    /// Threads that serve.
    pub workers: usize,
    pub pools: Pools,
    pub cost: Cost,
    pub files: FilesConfig,
    /// Folder of the keys that seal the audit trail.
    pub seals: PathBuf,
    pub mail: MailConfig,
    /// Web origins whose pages may call the API for every tenant.
    pub origins: Vec<HeaderValue>,
    /// Proxies whose `X-Forwarded-For` tells who is asking.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether the schema is shown to those who have not signed in; set by the demo alone.
    pub open_introspection: bool,
    pub log: Log,
}

/// Where the rows are.
#[derive(Clone, Debug)]
pub enum Database {
    /// The small size: a PostgreSQL of the program's own.
    Private { data_dir: PathBuf, pg_bin: Option<PathBuf> },
    /// One address of the owner: the program makes its logins and migrates by itself.
    Owner { owner: SecretUrl, read: Option<SecretUrl> },
    /// The two logins; without the owner they were made before, and the schema as well.
    Logins { owner: Option<SecretUrl>, app: SecretUrl, system: SecretUrl, read: Option<SecretUrl> },
}

/// Largest number of connections, by kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pools {
    pub requests: u32,
    pub quick: u32,
    pub reports: u32,
    pub jobs: u32,
}

/// How much operations may cost, in points, by caller; a tenant may spend eight times as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What can be spent at once.
    pub capacity: u32,
    /// What comes back each second.
    pub per_second: u32,
}

/// What is told about the run, and how.
#[derive(Clone, Debug)]
pub struct Log {
    /// Directives of `tracing`, such as `info` or `warn,db=debug`.
    pub filter: String,
    pub format: LogFormat,
}

/// For eyes or for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Why the program does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    #[error("{setting} is `{value}`, which is not {expected}")]
    Wrong { setting: &'static str, value: String, expected: &'static str },
    /// The value may hold a password and is not shown.
    #[error("{setting} is not {expected}")]
    WrongSecret { setting: &'static str, expected: &'static str },
    #[error("{setting} is given without {needed}")]
    Alone { setting: &'static str, needed: &'static str },
    #[error("the configuration file {path} cannot be read: {reason}")]
    File { path: PathBuf, reason: String },
}

/// PostgreSQL's notices ("already exists, skipping") are no news.
const DEFAULT_FILTER: &str = "info,sqlx=warn";

const APP_URL: &str = "--database-url (DATABASE_URL)";
const SYSTEM_URL: &str = "--database-system-url (DATABASE_SYSTEM_URL)";
const OWNER_URL: &str = "--database-owner-url (DATABASE_OWNER_URL)";
const READ_URL: &str = "--database-read-url (DATABASE_READ_URL)";

/// What is right for one kind of value.
const AN_ADDRESS: &str = "an address with a port, such as 127.0.0.1:8080";
const A_POSTGRES_URL: &str = "an address such as postgres://user:password@host/database";
const A_REDIS_URL: &str = "an address such as redis://host:6379";
const A_POOL_SIZE: &str = "a number of connections from 1 to 200";
const THREADS: &str = "a number of threads from 1 to 256";
const POINTS: &str = "a number of points from 1 to 1000000000";
const ORIGINS: &str = "origins such as https://shop.example, separated by commas";
const NETWORKS: &str = "addresses or networks such as 10.0.0.0/8, separated by commas";

impl Config {
    /// Joins the file (where one is named) under the given settings, and checks every value.
    ///
    /// # Errors
    /// The first value that is wrong.
    pub fn resolve(given: Settings) -> Result<Self, ConfigError> {
        let settings = given.over_file()?;
        let address = |setting, value: Option<String>, default: &str| {
            let value = value.unwrap_or_else(|| default.to_owned());
            value.parse().map_err(|_| ConfigError::Wrong { setting, value, expected: AN_ADDRESS })
        };
        let listen =
            address("--listen (OBOROT_LISTEN)", settings.listen.clone(), "127.0.0.1:8080")?;
        let admin_listen = match settings.admin_listen.as_deref() {
            Some("off") => None,
            given => Some(address(
                "--admin-listen (OBOROT_ADMIN_LISTEN)",
                given.map(str::to_owned),
                "127.0.0.1:8081",
            )?),
        };
        let pools = pools(&settings)?;
        let redis_url = secret(
            "--redis-url (REDIS_URL)",
            settings.redis_url.as_deref(),
            &["redis", "rediss", "redis+unix", "unix"],
            A_REDIS_URL,
        )?;
        let (cost, origins) = (cost(&settings)?, origins(settings.origins.as_deref())?);
        let trusted_proxies = trusted_proxies(settings.trusted_proxies.as_deref())?;
        let (log, files) = (log(&settings)?, FilesConfig::of(&settings)?);
        let mail = MailConfig::of(&settings)?;
        let workers = workers(settings.workers.clone())?;
        let seals = seals(&settings);
        let database = database(settings)?;
        let open_introspection = false;
        Ok(Self {
            listen,
            admin_listen,
            database,
            redis_url,
            workers,
            pools,
            cost,
            files,
            seals,
            mail,
            origins,
            trusted_proxies,
            open_introspection,
            log,
        })
    }
}

/// Beside the private PostgreSQL, never in it: who changes rows must not reach the key.
fn seals(settings: &Settings) -> PathBuf {
    let usual = || {
        let data_dir = settings.data_dir.as_ref();
        data_dir.map_or_else(cluster::default_data_dir, PathBuf::from).join("seals")
    };
    settings.seals.as_ref().map_or_else(usual, PathBuf::from)
}

fn database(settings: Settings) -> Result<Database, ConfigError> {
    let app = postgres(APP_URL, settings.database_url.as_deref())?;
    let system = postgres(SYSTEM_URL, settings.database_system_url.as_deref())?;
    let read = postgres(READ_URL, settings.database_read_url.as_deref())?;
    let owner = postgres(OWNER_URL, settings.database_owner_url.as_deref())?;
    let alone = |setting, needed| Err(ConfigError::Alone { setting, needed });
    match (app, system, owner) {
        (Some(app), Some(system), owner) => Ok(Database::Logins { owner, app, system, read }),
        // Beside the owner's address the other is a login, and a server has two.
        (Some(_), None, Some(_)) => alone(OWNER_URL, SYSTEM_URL),
        (Some(owner), None, None) | (None, None, Some(owner)) => {
            Ok(Database::Owner { owner, read })
        }
        (None, Some(_), _) => alone(SYSTEM_URL, APP_URL),
        (None, None, None) if read.is_some() => alone(READ_URL, APP_URL),
        (None, None, None) => Ok(Database::Private {
            data_dir: settings.data_dir.map_or_else(cluster::default_data_dir, PathBuf::from),
            pg_bin: settings.pg_bin.map(PathBuf::from),
        }),
    }
}

/// One thread a core, beside PostgreSQL too: on two cores shared with it, two threads answer
/// 40 % more orders a second than one, and 35 % more lists of them.
fn workers(given: Option<String>) -> Result<usize, ConfigError> {
    if let Some(value) = given {
        return match value.parse() {
            Ok(threads @ 1..=256) => Ok(threads),
            _ => Err(ConfigError::Wrong {
                setting: "--workers (OBOROT_WORKERS)",
                value,
                expected: THREADS,
            }),
        };
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(cores)
}

fn log(settings: &Settings) -> Result<Log, ConfigError> {
    let filter = settings.log.clone().unwrap_or_else(|| DEFAULT_FILTER.to_owned());
    // A word alone would name a module, so that a misspelt level would silence everything.
    let mut words = filter.split(',').map(str::trim).filter(|word| !word.is_empty());
    let is_misspelt =
        words.any(|word| !word.contains(['=', '[']) && word.parse::<LevelFilter>().is_err());
    if is_misspelt || EnvFilter::try_new(&filter).is_err() {
        return Err(ConfigError::Wrong {
            setting: "--log (OBOROT_LOG)",
            value: filter,
            expected: "a level or directives such as `info` or `warn,db=debug`",
        });
    }
    let format = match settings.log_format.as_deref() {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(other) => {
            return Err(ConfigError::Wrong {
                setting: "--log-format (OBOROT_LOG_FORMAT)",
                value: other.to_owned(),
                expected: "`text` or `json`",
            });
        }
    };
    Ok(Log { filter, format })
}

fn pools(settings: &Settings) -> Result<Pools, ConfigError> {
    Ok(Pools {
        requests: pool(
            "--request-connections (OBOROT_REQUEST_CONNECTIONS)",
            settings.request_connections.as_deref(),
            8,
        )?,
        quick: pool(
            "--quick-connections (OBOROT_QUICK_CONNECTIONS)",
            settings.quick_connections.as_deref(),
            8,
        )?,
        reports: pool(
            "--report-connections (OBOROT_REPORT_CONNECTIONS)",
            settings.report_connections.as_deref(),
            3,
        )?,
        jobs: pool(
            "--job-connections (OBOROT_JOB_CONNECTIONS)",
            settings.job_connections.as_deref(),
            7,
        )?,
    })
}

fn pool(setting: &'static str, given: Option<&str>, default: u32) -> Result<u32, ConfigError> {
    let Some(value) = given else { return Ok(default) };
    match value.parse() {
        Ok(size @ 1..=200) => Ok(size),
        _ => Err(ConfigError::Wrong { setting, value: value.to_owned(), expected: A_POOL_SIZE }),
    }
}

fn cost(settings: &Settings) -> Result<Cost, ConfigError> {
    Ok(Cost {
        capacity: points(
            "--cost-capacity (OBOROT_COST_CAPACITY)",
            settings.cost_capacity.as_deref(),
            100_000,
        )?,
        per_second: points(
            "--cost-per-second (OBOROT_COST_PER_SECOND)",
            settings.cost_per_second.as_deref(),
            50_000,
        )?,
    })
}

fn points(setting: &'static str, given: Option<&str>, default: u32) -> Result<u32, ConfigError> {
    let Some(value) = given else { return Ok(default) };
    match value.parse() {
        Ok(points @ 1..=1_000_000_000) => Ok(points),
        _ => Err(ConfigError::Wrong { setting, value: value.to_owned(), expected: POINTS }),
    }
}

fn origins(given: Option<&str>) -> Result<Vec<HeaderValue>, ConfigError> {
    let setting = "--origins (OBOROT_ORIGINS)";
    let wrong =
        |value: &str| ConfigError::Wrong { setting, value: value.to_owned(), expected: ORIGINS };
    let each = given.unwrap_or_default().split(',').map(str::trim).filter(|one| !one.is_empty());
    each.map(|one| match Url::parse(one) {
        // What a browser sends has no path, not even the slash that the parser adds.
        Ok(url) if url.origin().ascii_serialization() == one => {
            HeaderValue::from_str(one).map_err(|_| wrong(one))
        }
        _ => Err(wrong(one)),
    })
    .collect()
}

fn trusted_proxies(given: Option<&str>) -> Result<Vec<IpNet>, ConfigError> {
    let each = given.unwrap_or_default().split(',').map(str::trim).filter(|one| !one.is_empty());
    each.map(|one| {
        let address = || Some(IpNet::from(one.parse::<IpAddr>().ok()?.to_canonical()));
        one.parse::<IpNet>().ok().or_else(address).ok_or_else(|| ConfigError::Wrong {
            setting: "--trusted-proxies (OBOROT_TRUSTED_PROXIES)",
            value: one.to_owned(),
            expected: NETWORKS,
        })
    })
    .collect()
}

fn postgres(setting: &'static str, given: Option<&str>) -> Result<Option<SecretUrl>, ConfigError> {
    secret(setting, given, &["postgres", "postgresql"], A_POSTGRES_URL)
}

fn secret(
    setting: &'static str,
    given: Option<&str>,
    schemes: &[&str],
    expected: &'static str,
) -> Result<Option<SecretUrl>, ConfigError> {
    let Some(text) = given else { return Ok(None) };
    match Url::parse(text) {
        Ok(url) if schemes.contains(&url.scheme()) => Ok(Some(SecretUrl::new(url))),
        _ => Err(ConfigError::WrongSecret { setting, expected }),
    }
}

#[cfg(test)]
mod tests;
