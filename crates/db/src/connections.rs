//! How connections are made, and when they are let go.
//!
//! deadpool keeps them and not sqlx: sqlx's pool asks PostgreSQL for a sign of life whenever a
//! connection comes back, a round trip after every read and every commit. Here a
//! [`Lease`](crate::lease::Lease) knows whether its connection may be used again.

use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Error, PgConnection};
use tokio::time::sleep;

/// How long a request waits for a connection.
pub(crate) const ACQUIRE: Duration = Duration::from_secs(5);
/// How old a connection becomes: PostgreSQL's processes grow with what they have seen.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long a connection that nobody needs stays open.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// Makes connections of one login.
pub(crate) struct Connections {
    options: PgConnectOptions,
    failed: Mutex<Option<Instant>>,
}

impl Connections {
    pub(crate) fn new(options: PgConnectOptions) -> Self {
        Self { options, failed: Mutex::default() }
    }

    /// Notes that a connection failed: a server that went away took all of its time with it, and
    /// one answer is enough to find out.
    pub(crate) fn note_failure(&self) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn has_failed_since(&self, made: Instant) -> bool {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| made <= at)
    }
}

impl Manager for Connections {
    type Type = PgConnection;
    type Error = Error;

    /// A server that is just starting is waited for.
    async fn create(&self) -> Result<PgConnection, Error> {
        let deadline = Instant::now() + ACQUIRE;
        let mut pause = Duration::from_millis(10);
        loop {
            match self.options.connect().await {
                Err(error) if is_starting(&error) && Instant::now() + pause < deadline => {
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(500));
                }
                made => return made,
            }
        }
    }

    async fn recycle(&self, _: &mut PgConnection, metrics: &Metrics) -> RecycleResult<Error> {
        if metrics.age() > LIFETIME || self.has_failed_since(metrics.created) {
            return Err(RecycleError::message("of no use any more"));
        }
        Ok(())
    }
}

/// Whether a connection has been unused for so long that it may go.
pub(crate) fn is_idle(metrics: Metrics) -> bool {
    metrics.last_used() > IDLE
}

fn is_starting(error: &Error) -> bool {
    match error {
        Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        Error::Database(error) => error.is_transient_in_connect_phase(),
        _ => false,
    }
}
