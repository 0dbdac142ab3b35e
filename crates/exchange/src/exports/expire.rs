//! Files whose time is over go; their bytes a day later, by the sweeper of files.

use access::{Action, Permit, Right, Scope};
use db::{Command, Db, Outcome, TenantTx};
use files::Remove;

use super::store::let_go;
use super::subject::OfExport;

/// Files removed in one transaction.
const BATCH: i64 = 100;

struct Expire;

impl Action for Expire {
    const RIGHT: Right = Right::ExportRun;
}

#[async_trait::async_trait]
impl Command for Expire {
    type Output = usize;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<usize> {
        let expired = let_go(tx, permit, BATCH).await?;
        let removing = permit.scope().permit::<Remove<OfExport>>()?;
        for one in &expired {
            Remove::<OfExport>::new(one.file_id).run(tx, &removing).await?;
        }
        Ok(expired.len())
    }
}

/// Removes the files of a tenant's exports whose time is over. Tells how many.
///
/// # Errors
/// A fault where the database fails; the next round goes on from there.
pub async fn expire_exports(db: &Db, worker: &Scope) -> Outcome<usize> {
    let permit = worker.permit::<Expire>()?;
    let mut all = 0;
    loop {
        let gone = db.write_as_job(&permit, &Expire).await?;
        if gone == 0 {
            return Ok(all);
        }
        all += gone;
    }
}
