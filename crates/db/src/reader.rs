//! Reading: one snapshot for a whole query operation, opened at the first read.

use std::sync::Arc;

use access::Scope;
use tokio::sync::Mutex;

use crate::tx::Access;
use crate::{Db, Fault, TenantTx};

/// Which connections a read takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadPool {
    /// Those of requests.
    Requests,
    /// Those of reports: fewer, slower, on the replica where there is one.
    Reports,
    /// Those of jobs: checks, exports.
    Jobs,
}

/// The snapshot of one query operation, shared by its resolvers and loaders: all figures of the
/// operation agree with each other.
pub struct Reader {
    db: Db,
    scope: Scope,
    pool: ReadPool,
    slot: Mutex<Option<Arc<TenantTx>>>,
}

impl Reader {
    /// The snapshot; the first call opens it.
    ///
    /// # Errors
    /// [`Fault`] where no connection is to be had.
    pub async fn tx(&self) -> Result<Arc<TenantTx>, Fault> {
        let mut slot = self.slot.lock().await;
        if let Some(tx) = slot.as_ref() {
            return Ok(Arc::clone(tx));
        }
        let inner = self.db.inner();
        let pool = match self.pool {
            ReadPool::Requests => &inner.requests,
            ReadPool::Reports => &inner.reports,
            ReadPool::Jobs => &inner.jobs,
        };
        let tx = TenantTx::open(&self.db, &self.scope, pool, Access::Snapshot).await?;
        let tx = Arc::new(tx);
        *slot = Some(Arc::clone(&tx));
        Ok(tx)
    }

    /// Reads from now on in this transaction, until the snapshot is renewed: in what was there right
    /// after a commit, or inside a trial, where what is read is how things would be.
    pub async fn enter(&self, tx: TenantTx) {
        let before = self.slot.lock().await.replace(Arc::new(tx));
        if let Some(tx) = before.and_then(Arc::into_inner) {
            let _ = tx.rollback().await;
        }
    }

    /// Ends the snapshot; the next read opens a new one. Called after each write, so that a
    /// payload shows what was written, and at the end of the operation.
    pub async fn renew(&self) {
        let taken = self.slot.lock().await.take();
        // A snapshot that somebody still holds ends with its last holder.
        if let Some(tx) = taken.and_then(Arc::into_inner) {
            let _ = tx.rollback().await;
        }
    }
}

impl Db {
    /// A snapshot to come, for one operation of a scope.
    #[must_use]
    pub fn reader(&self, scope: &Scope, pool: ReadPool) -> Reader {
        Reader { db: self.clone(), scope: scope.clone(), pool, slot: Mutex::new(None) }
    }
}
