//! A connection on loan. A transaction whose statement was cut off half way would hand the next
//! borrower another's answer, or another tenant's rows. Therefore a lease knows whether a statement
//! is under way and whether a transaction is open: what was cut off is closed, not given back.

use std::io::ErrorKind;

use deadpool::managed::Object;
use sqlx::postgres::{PgDatabaseError, PgSeverity};
use sqlx::{Error, Executor, PgConnection};

use crate::Fault;
use crate::connections::Connections;

type Connection = Object<Connections>;

pub(crate) struct Lease {
    conn: Option<Connection>,
    state: State,
    /// A transaction is open.
    open: bool,
}

/// What a connection can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The next statement.
    Free,
    /// Nothing: a statement is under way. Stays so when its future is dropped, or leaves half an
    /// answer.
    Busy,
    /// Nothing any more: it failed.
    Failed,
}

impl Lease {
    pub(crate) fn new(conn: Connection) -> Self {
        Self { conn: Some(conn), state: State::Free, open: false }
    }

    /// Takes the connection for one statement. Whoever is cancelled before [`InUse::done`] leaves
    /// the connection marked as cut off.
    pub(crate) fn enter(&mut self) -> Result<InUse<'_>, Error> {
        match self.state {
            State::Free => {}
            // An earlier statement was cut off: what would be read now is its answer.
            State::Busy => return Err(Error::WorkerCrashed),
            // Those who ask after the first are told the same: come again.
            State::Failed => return Err(Error::Io(ErrorKind::NotConnected.into())),
        }
        match self.conn.as_mut() {
            Some(conn) => {
                self.state = State::Busy;
                Ok(InUse { conn, state: &mut self.state })
            }
            None => Err(Error::PoolClosed),
        }
    }

    /// Runs text by the simple protocol: several statements are one round trip.
    pub(crate) async fn run(&mut self, text: impl Into<String>) -> Result<(), Fault> {
        let used = self.enter()?;
        let text = sqlx::raw_sql(sqlx::AssertSqlSafe(text.into()));
        let result = used.conn.execute(text).await;
        used.done(&result);
        result?;
        Ok(())
    }

    /// Opens a transaction: BEGIN and the tenant in one round trip.
    pub(crate) async fn begin(&mut self, text: String) -> Result<(), Fault> {
        self.open = true;
        self.run(text).await
    }

    /// Ends the transaction with `commit` or `rollback`; the connection may be used again.
    pub(crate) async fn end(&mut self, text: &'static str) -> Result<(), Fault> {
        self.run(text).await?;
        self.open = false;
        Ok(())
    }
}

/// A connection during one statement.
pub(crate) struct InUse<'a> {
    pub(crate) conn: &'a mut PgConnection,
    state: &'a mut State,
}

impl InUse<'_> {
    /// The statement's answer has been read to its end, or its error has. After any other error
    /// than PostgreSQL's own the connection is not used again.
    pub(crate) fn done<T>(self, result: &Result<T, Error>) {
        *self.state = result.as_ref().err().map_or(State::Free, left_by);
    }
}

/// What a connection can be used for once it has answered with this error. One that PostgreSQL ended
/// as it goes away failed; what the program could not send or read leaves it half used.
fn left_by(error: &Error) -> State {
    let told = match error {
        Error::Io(_) | Error::Tls(_) => return State::Failed,
        Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>(),
        _ => None,
    };
    match told {
        Some(told) if matches!(told.code(), "57P01" | "57P02" | "57P03") => State::Failed,
        Some(told) if !matches!(told.severity(), PgSeverity::Fatal | PgSeverity::Panic) => {
            State::Free
        }
        _ => State::Busy,
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        match (self.state, tokio::runtime::Handle::try_current()) {
            (State::Free, _) if !self.open => {}
            (State::Free, Ok(runtime)) => {
                // Between statements nothing is half read: the transaction is rolled back.
                let mut guarded = Unfinished(Some(conn));
                runtime.spawn(async move {
                    let Some(conn) = guarded.0.as_mut() else { return };
                    if conn.execute(sqlx::raw_sql("rollback")).await.is_ok() {
                        drop(guarded.0.take());
                    }
                });
            }
            (State::Failed, _) => fail(conn),
            _ => close(conn),
        }
    }
}

/// A connection whose transaction is being rolled back: closed where that does not come to its end.
struct Unfinished(Option<Connection>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(conn) = self.0.take() {
            close(conn);
        }
    }
}

/// Closes a connection; PostgreSQL rolls back what was open on it.
fn close(conn: Connection) {
    drop(Object::take(conn));
}

/// Closes a connection that failed, and lets the others of its age go unused.
fn fail(conn: Connection) {
    if let Some(pool) = Object::pool(&conn) {
        pool.manager().note_failure();
    }
    close(conn);
}
