//! The settings as they are written: flags, environment variables, keys of the file.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use super::ConfigError;

/// Every setting as text, so that each wrong value is refused in the same words. An empty one
/// counts as not given: that is how compose files and charts leave a variable out.
#[derive(Args, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// File of settings (TOML); its keys are the long flags
    #[arg(long, value_name = "FILE", env = "OBOROT_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Where the API listens [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "OBOROT_LISTEN")]
    pub listen: Option<String>,

    /// Where /livez, /readyz and /metrics are, or `off` [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDR", env = "OBOROT_ADMIN_LISTEN")]
    pub admin_listen: Option<String>,

    /// Data of the private PostgreSQL [default: .oborot, for root /var/lib/oborot]
    #[arg(long, value_name = "DIR", env = "OBOROT_DATA_DIR")]
    pub data_dir: Option<String>,

    /// Folder of `postgres` and `initdb` for the private PostgreSQL [default: the newest found]
    #[arg(long, value_name = "DIR", env = "PG_BIN")]
    pub pg_bin: Option<String>,

    /// Database to use instead of a private one: its owner, or beside a system URL the login
    /// oborot_app
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The login oborot_system, where the owner's address is kept from the server
    #[arg(long, value_name = "URL", env = "DATABASE_SYSTEM_URL", hide_env_values = true)]
    pub database_system_url: Option<String>,

    /// The owner, to migrate with, where the two above are the logins
    #[arg(long, value_name = "URL", env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: Option<String>,

    /// A read replica for queries
    #[arg(long, value_name = "URL", env = "DATABASE_READ_URL", hide_env_values = true)]
    pub database_read_url: Option<String>,

    /// Redis for cache and bus between replicas [default: in memory]
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,

    /// Threads that serve [default: as many as there are cores]
    #[arg(long, value_name = "N", env = "OBOROT_WORKERS")]
    pub workers: Option<String>,

    /// Connections for requests; more than four a core slow each other down [default: 8]
    #[arg(long, value_name = "N", env = "OBOROT_REQUEST_CONNECTIONS")]
    pub request_connections: Option<String>,

    /// Connections for reads of one statement [default: 8]
    #[arg(long, value_name = "N", env = "OBOROT_QUICK_CONNECTIONS")]
    pub quick_connections: Option<String>,

    /// Connections for reports [default: 3]
    #[arg(long, value_name = "N", env = "OBOROT_REPORT_CONNECTIONS")]
    pub report_connections: Option<String>,

    /// Connections for background work; an export holds one, an import two [default: 7]
    #[arg(long, value_name = "N", env = "OBOROT_JOB_CONNECTIONS")]
    pub job_connections: Option<String>,

    /// Cost points a caller may spend at once [default: 100000]
    #[arg(long, value_name = "N", env = "OBOROT_COST_CAPACITY")]
    pub cost_capacity: Option<String>,

    /// Cost points a caller gets back each second [default: 50000]
    #[arg(long, value_name = "N", env = "OBOROT_COST_PER_SECOND")]
    pub cost_per_second: Option<String>,

    /// Web origins whose pages may call the API for every tenant, separated by commas [default: none]
    #[arg(long, value_name = "ORIGINS", env = "OBOROT_ORIGINS")]
    pub origins: Option<String>,

    /// Proxies in front, addresses or networks such as 10.0.0.0/8, separated by commas: what they
    /// say in X-Forwarded-For tells clients apart [default: none]
    #[arg(long, value_name = "NETWORKS", env = "OBOROT_TRUSTED_PROXIES")]
    pub trusted_proxies: Option<String>,

    /// Where attached files lie: a folder, or s3://bucket/prefix [default: files in the data folder]
    #[arg(long, value_name = "PLACE", env = "OBOROT_FILES")]
    pub files: Option<String>,

    /// Address of the S3-compatible service [default: Amazon's]
    #[arg(long, value_name = "URL", env = "OBOROT_FILES_ENDPOINT")]
    pub files_endpoint: Option<String>,

    /// Region of the S3-compatible service [default: us-east-1]
    #[arg(long, value_name = "REGION", env = "OBOROT_FILES_REGION")]
    pub files_region: Option<String>,

    /// Access key for the bucket [default: the machine's own role]
    #[arg(long, value_name = "ID", env = "OBOROT_FILES_ACCESS_KEY", hide_env_values = true)]
    pub files_access_key: Option<String>,

    /// Secret that belongs to the access key
    #[arg(long, value_name = "SECRET", env = "OBOROT_FILES_SECRET_KEY", hide_env_values = true)]
    pub files_secret_key: Option<String>,

    /// Largest file in MiB [default: 64]
    #[arg(long, value_name = "MIB", env = "OBOROT_FILES_LIMIT_MIB")]
    pub files_limit_mib: Option<String>,

    /// Folder of the keys that seal the audit trail; the same for all servers of a database
    /// [default: seals in the data folder]
    #[arg(long, value_name = "DIR", env = "OBOROT_SEALS")]
    pub seals: Option<String>,

    /// Mail server: smtps://user:password@host, smtp://host:587?tls=required [default: no mail]
    #[arg(long, value_name = "URL", env = "OBOROT_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// Sender of letters, such as `Vostok <sales@vostok.example>`
    #[arg(long, value_name = "SENDER", env = "OBOROT_MAIL_FROM")]
    pub mail_from: Option<String>,

    /// What links in letters begin with [default: http:// and where the API listens]
    #[arg(long, value_name = "URL", env = "OBOROT_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// What is logged: a level or directives such as warn,db=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "OBOROT_LOG")]
    pub log: Option<String>,

    /// How it is logged: text or json [default: text]
    #[arg(long, value_name = "FORMAT", env = "OBOROT_LOG_FORMAT")]
    pub log_format: Option<String>,
}

impl Settings {
    /// What was given by flag or variable, and from the file what was not.
    pub(super) fn over_file(self) -> Result<Self, ConfigError> {
        let file = match &self.config {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        let first = |given: Option<String>, from_file: Option<String>| {
            given.filter(|value| !value.is_empty()).or(from_file).filter(|value| !value.is_empty())
        };
        Ok(Self {
            config: self.config,
            listen: first(self.listen, file.listen),
            admin_listen: first(self.admin_listen, file.admin_listen),
            data_dir: first(self.data_dir, file.data_dir),
            pg_bin: first(self.pg_bin, file.pg_bin),
            database_url: first(self.database_url, file.database_url),
            database_system_url: first(self.database_system_url, file.database_system_url),
            database_owner_url: first(self.database_owner_url, file.database_owner_url),
            database_read_url: first(self.database_read_url, file.database_read_url),
            redis_url: first(self.redis_url, file.redis_url),
            workers: first(self.workers, file.workers),
            request_connections: first(self.request_connections, file.request_connections),
            quick_connections: first(self.quick_connections, file.quick_connections),
            report_connections: first(self.report_connections, file.report_connections),
            job_connections: first(self.job_connections, file.job_connections),
            cost_capacity: first(self.cost_capacity, file.cost_capacity),
            cost_per_second: first(self.cost_per_second, file.cost_per_second),
            origins: first(self.origins, file.origins),
            trusted_proxies: first(self.trusted_proxies, file.trusted_proxies),
            files: first(self.files, file.files),
            files_endpoint: first(self.files_endpoint, file.files_endpoint),
            files_region: first(self.files_region, file.files_region),
            files_access_key: first(self.files_access_key, file.files_access_key),
            files_secret_key: first(self.files_secret_key, file.files_secret_key),
            files_limit_mib: first(self.files_limit_mib, file.files_limit_mib),
            seals: first(self.seals, file.seals),
            smtp_url: first(self.smtp_url, file.smtp_url),
            mail_from: first(self.mail_from, file.mail_from),
            public_url: first(self.public_url, file.public_url),
            log: first(self.log, file.log),
            log_format: first(self.log_format, file.log_format),
        })
    }

    fn read(path: &std::path::Path) -> Result<Self, ConfigError> {
        let failed = |reason: String| ConfigError::File { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        // The parser's own message quotes the line, which may hold a password.
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|at| text[..at.start].lines().count().max(1));
            let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
            failed(format!("{}{line}", error.message()))
        })
    }
}
