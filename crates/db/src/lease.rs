//! A connection on loan. sqlx 0.9 gives a connection back with its transaction open when
//! `begin` is cancelled, and the next borrower would read another tenant's rows. Therefore the
//! pool's own transactions are not used: a lease knows whether a statement is under way, and a
//! connection that was cut off half way is closed, not returned.

use sqlx::pool::PoolConnection;
use sqlx::{Executor, Postgres};

use crate::Fault;

pub(crate) struct Lease {
    conn: Option<PoolConnection<Postgres>>,
    /// A statement is under way. Stays set when its future is dropped.
    busy: bool,
    /// A transaction is open.
    open: bool,
}

impl Lease {
    pub(crate) fn new(conn: PoolConnection<Postgres>) -> Self {
        Self { conn: Some(conn), busy: false, open: false }
    }

    /// Takes the connection for one statement. Whoever is cancelled before [`InUse::done`] leaves
    /// the connection marked as cut off.
    pub(crate) fn enter(&mut self) -> Result<InUse<'_>, sqlx::Error> {
        if self.busy {
            // An earlier statement was cut off: what would be read now is its answer.
            return Err(sqlx::Error::WorkerCrashed);
        }
        match self.conn.as_mut() {
            Some(conn) => {
                self.busy = true;
                Ok(InUse { conn, busy: &mut self.busy })
            }
            None => Err(sqlx::Error::PoolClosed),
        }
    }

    /// Opens a transaction by the simple protocol: BEGIN and the tenant in one round trip.
    pub(crate) async fn begin(&mut self, text: String) -> Result<(), Fault> {
        self.open = true;
        let used = self.enter()?;
        let result = used.conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await;
        used.done();
        result?;
        Ok(())
    }

    /// Ends the transaction with `commit` or `rollback`; the connection may be used again.
    pub(crate) async fn end(&mut self, text: &'static str) -> Result<(), Fault> {
        let used = self.enter()?;
        let result = used.conn.execute(sqlx::raw_sql(text)).await;
        used.done();
        result?;
        self.open = false;
        Ok(())
    }
}

/// A connection during one statement.
pub(crate) struct InUse<'a> {
    pub(crate) conn: &'a mut PoolConnection<Postgres>,
    busy: &'a mut bool,
}

impl InUse<'_> {
    /// The statement's answer has been read to its end, or its error has.
    pub(crate) fn done(self) {
        *self.busy = false;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        if !self.busy && !self.open {
            return;
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if !self.busy => {
                // Between statements nothing is half read: the transaction is rolled back.
                runtime.spawn(async move {
                    if conn.execute(sqlx::raw_sql("rollback")).await.is_err() {
                        conn.close_on_drop();
                    }
                });
            }
            _ => conn.close_on_drop(),
        }
    }
}
