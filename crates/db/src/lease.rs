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

    /// Runs one piece of work on the connection; if it is cancelled, the connection is lost.
    pub(crate) async fn run<T, F>(&mut self, work: F) -> Result<T, sqlx::Error>
    where
        F: AsyncFnOnce(&mut sqlx::PgConnection) -> Result<T, sqlx::Error>,
    {
        let Some(conn) = self.conn.as_mut() else {
            return Err(sqlx::Error::PoolClosed);
        };
        if self.busy {
            // An earlier statement was cut off: what would be read now is its answer.
            return Err(sqlx::Error::WorkerCrashed);
        }
        self.busy = true;
        let result = work(conn).await;
        self.busy = false;
        result
    }

    /// Opens a transaction by the simple protocol: BEGIN and the tenant in one round trip.
    pub(crate) async fn begin(&mut self, text: String) -> Result<(), Fault> {
        self.open = true;
        self.run(async |conn| conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await).await?;
        Ok(())
    }

    /// Ends the transaction with `commit` or `rollback`; the connection may be used again.
    pub(crate) async fn end(&mut self, text: &'static str) -> Result<(), Fault> {
        let result = self.run(async |conn| conn.execute(sqlx::raw_sql(text)).await).await;
        if result.is_ok() {
            self.open = false;
        }
        result?;
        Ok(())
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
