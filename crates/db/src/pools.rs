//! The pools: requests, quick statements, reports, jobs, and the cross-tenant login. They are
//! separate, so that a heavy report never takes the connection a posting needs.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use deadpool::managed::{self, PoolError, QueueMode};
use kernel::{Clock, TenantId};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use crate::Fault;
use crate::connections::{ACQUIRE, Connections, is_idle};
use crate::lease::Lease;
use crate::numbers::Numbers;

/// How to reach PostgreSQL.
#[derive(Clone)]
pub struct DbConfig {
    /// The program's login: owns nothing, bound by row-level security.
    pub url: String,
    /// The cross-tenant login: listed tables only.
    pub system_url: String,
    /// A read replica for reports; the primary where it is not given.
    pub read_url: Option<String>,
    /// Connections for requests; more than four a core slow each other down.
    pub request_connections: u32,
    /// Connections for one-statement reads.
    pub quick_connections: u32,
    /// Connections for reports.
    pub report_connections: u32,
    /// Connections for jobs.
    pub job_connections: u32,
    /// How long a statement of a request may run.
    pub statement_timeout: Duration,
}

impl DbConfig {
    /// The settings of a small box.
    pub fn new(url: impl Into<String>, system_url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            system_url: system_url.into(),
            read_url: None,
            request_connections: 8,
            quick_connections: 8,
            report_connections: 3,
            job_connections: 7,
            statement_timeout: Duration::from_secs(15),
        }
    }
}

/// What happens after a commit and before the answer: the cache's epoch moves, the sequencer
/// wakes.
#[async_trait::async_trait]
pub trait AfterCommit: Send + Sync {
    /// A transaction of this tenant was committed and wrote events.
    async fn committed(&self, tenant: TenantId);
}

pub(crate) struct Pool {
    pool: managed::Pool<Connections>,
    /// One tenant holds at most half of a pool.
    half: usize,
    shares: DashMap<TenantId, Arc<Semaphore>>,
}

/// How long those are waited for whose connections are to be closed.
const CLOSE: Duration = Duration::from_secs(10);

impl Pool {
    fn new(options: &PgConnectOptions, size: u32) -> Result<Self, Fault> {
        let size = size as usize;
        let pool = managed::Pool::builder(Connections::new(options.clone()))
            .max_size(size)
            // Those used last have their statements planned, and the others become idle.
            .queue_mode(QueueMode::Lifo)
            .build()
            .map_err(|error| Fault::broken(format!("a pool that cannot be made: {error}")))?;
        Ok(Self { pool, half: size.div_ceil(2), shares: DashMap::new() })
    }

    /// A connection on loan. A dead one shows itself at its first statement.
    pub(crate) async fn acquire(&self) -> Result<Lease, Fault> {
        // Waiting for a free one and making a new one together.
        match timeout(ACQUIRE, self.pool.get()).await {
            Err(_) => Err(Fault::Busy),
            Ok(Ok(connection)) => Ok(Lease::new(connection)),
            Ok(Err(PoolError::Backend(error))) => Err(error.into()),
            Ok(Err(PoolError::Closed)) => Err(sqlx::Error::PoolClosed.into()),
            Ok(Err(error)) => Err(Fault::broken(format!("a pool without connections: {error}"))),
        }
    }

    /// Waits for the tenant's share.
    pub(crate) async fn share(&self, tenant: TenantId) -> Result<OwnedSemaphorePermit, Fault> {
        let semaphore = Arc::clone(
            &self.shares.entry(tenant).or_insert_with(|| Arc::new(Semaphore::new(self.half))),
        );
        match timeout(ACQUIRE, semaphore.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Fault::Busy),
        }
    }
}

pub(crate) struct Inner {
    pub(crate) requests: Pool,
    pub(crate) quick: Pool,
    pub(crate) reports: Pool,
    pub(crate) jobs: Pool,
    /// For taking blocks of numbers while another connection is held: of a pool of their own, so
    /// that transactions never wait for each other's second connection.
    pub(crate) blocks: Pool,
    pub(crate) system: Pool,
    pub(crate) numbers: Numbers,
    clock: Clock,
    after_commit: Option<Arc<dyn AfterCommit>>,
    statements: AtomicU64,
}

impl Inner {
    fn pools(&self) -> [&Pool; 6] {
        [&self.requests, &self.quick, &self.reports, &self.jobs, &self.blocks, &self.system]
    }
}

/// The database, cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

impl Db {
    /// Prepares the pools; connections are made when they are first needed.
    ///
    /// # Errors
    /// [`Fault`] where an address cannot be read.
    pub fn new(
        config: &DbConfig,
        clock: Clock,
        after_commit: Option<Arc<dyn AfterCommit>>,
    ) -> Result<Self, Fault> {
        let timeout = config.statement_timeout;
        let app = options(&config.url, "oborot", timeout)?;
        let read = match &config.read_url {
            Some(url) => options(url, "oborot reports", timeout * 4)?,
            None => options(&config.url, "oborot reports", timeout * 4)?,
        };
        // The quick path opens no transaction of its own: its snapshot and its being read-only
        // are settings of the connection.
        let quick = app.clone().application_name("oborot quick").options([
            ("default_transaction_isolation", "repeatable read"),
            ("default_transaction_read_only", "on"),
        ]);
        let jobs = options(&config.url, "oborot jobs", timeout * 20)?;
        let system = options(&config.system_url, "oborot system", timeout)?;
        Ok(Self(Arc::new(Inner {
            requests: Pool::new(&app, config.request_connections)?,
            quick: Pool::new(&quick, config.quick_connections)?,
            reports: Pool::new(&read, config.report_connections)?,
            jobs: Pool::new(&jobs, config.job_connections)?,
            blocks: Pool::new(&app, 2)?,
            system: Pool::new(&system, 4)?,
            numbers: Numbers::default(),
            clock,
            after_commit,
            statements: AtomicU64::new(0),
        })))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// The program's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn count_statement(&self) {
        self.0.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// Statements sent since the start: stories compare it before and after a request.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    pub(crate) async fn tell_committed(&self, tenant: TenantId) {
        if let Some(hook) = &self.0.after_commit {
            hook.committed(tenant).await;
        }
    }

    /// Whether PostgreSQL answers.
    pub async fn is_ready(&self) -> bool {
        let looked = async {
            let mut lease = self.0.requests.acquire().await?;
            lease.run("select 1").await
        };
        looked.await.is_ok()
    }

    /// Closes connections that nobody has needed for minutes.
    pub fn close_idle(&self) {
        for pool in self.0.pools() {
            pool.pool.retain(|_, metrics| !is_idle(metrics));
        }
    }

    /// Closes all connections, and waits for those in use to come back: a command whose client has
    /// hung up comes to its end.
    pub async fn close(&self) {
        let pools = self.0.pools();
        for pool in pools {
            pool.pool.close();
        }
        let deadline = Instant::now() + CLOSE;
        while pools.iter().any(|pool| pool.pool.status().size > 0) && Instant::now() < deadline {
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Statements are planned once a connection, for all tenants and values. A plan made for one tenant
/// takes a tenant that the statistics do not know yet for an empty one, and goes through all it has,
/// and through it again for each row; and planning costs small statements as much as running them.
/// The others say so: [`crate::Sql::planned_by_values`].
pub(crate) const FOR_ALL: &str = "force_generic_plan";

fn options(url: &str, name: &str, timeout: Duration) -> Result<PgConnectOptions, Fault> {
    let timeout = timeout.as_millis().to_string();
    let settings = [
        ("statement_timeout", timeout.as_str()),
        ("idle_in_transaction_session_timeout", "60000"),
        ("timezone", "UTC"),
        // PostgreSQL goes on with a query whose client is gone, unless it looks.
        ("client_connection_check_interval", "1000"),
        // Compiling a plan costs more than these short statements gain.
        ("jit", "off"),
        ("plan_cache_mode", FOR_ALL),
    ];
    Ok(PgConnectOptions::from_str(url)?
        .application_name(name)
        .options(settings)
        .disable_statement_logging())
}
