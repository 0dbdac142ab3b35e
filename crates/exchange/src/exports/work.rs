//! Workers: they find exports, take them and carry them to their end.
//!
//! Any number of replicas may run this at once. An export that its worker let down is taken again
//! when the lease is over, and begins anew: its file is of one snapshot.

use std::time::Duration;

use db::{CommandError, Db, Fault, Outcome};
use files::Files;
use identity::{Tenant, acting_scope_of, tenants, worker_scope};
use kernel::{ExportJobId, Uuid};

use super::listing::ExportLists;
use super::model::ExportJob;
use super::run::{Export, ending};
use super::store::waiting_tenants;
use crate::queue::{Claim, Prolong};

/// An export that lets down so many workers is given up.
const MOST_ATTEMPTS: i32 = 5;
/// A sign of life is given so often, a third of the lease.
const PROLONGED_EACH: Duration = Duration::from_secs(10);

/// One round: takes an export of each tenant that has one and carries it to its end. Tells how
/// many were taken; one that fails is logged and stops no other.
///
/// # Errors
/// A fault where the exports cannot be looked at.
pub async fn run_exports(db: &Db, files: &Files, lists: &dyn ExportLists) -> Result<usize, Fault> {
    let waiting = waiting_tenants(db).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut taken = 0;
    for tenant in tenants(db).await?.iter().filter(|tenant| waiting.contains(&tenant.id)) {
        match run_export_of(db, files, lists, tenant).await {
            Ok(found) => taken += usize::from(found),
            Err(error) => tracing::warn!(tenant = %tenant.id, %error, "an export broke off"),
        }
    }
    Ok(taken)
}

async fn run_export_of(
    db: &Db,
    files: &Files,
    lists: &dyn ExportLists,
    tenant: &Tenant,
) -> Outcome<bool> {
    let worker = worker_scope(tenant, "export");
    let lease = Uuid::new_v4();
    let permit = worker.permit::<Claim<ExportJob>>()?;
    let Some(claimed) = db.write_as_job(&permit, &Claim::new(lease)).await? else {
        return Ok(false);
    };
    let (id, starter) = (ExportJobId(claimed.id), claimed.starter()?);
    let export = Export { db, files, lists, tenant, worker: &worker, id, lease, starter };
    if claimed.attempts > MOST_ATTEMPTS {
        export.give_up(ending::given_up()).await?;
        return Ok(true);
    }
    let Some(scope) = acting_scope_of(db, tenant, starter).await? else {
        export.give_up(ending::rights_lost()).await?;
        return Ok(true);
    };
    let prolonging = async {
        let permit = worker.permit::<Prolong<ExportJob>>()?;
        loop {
            tokio::time::sleep(PROLONGED_EACH).await;
            if !db.write_as_job(&permit, &Prolong::new(id, lease)).await? {
                return Ok::<_, CommandError>(());
            }
        }
    };
    tokio::select! {
        done = export.run(&scope) => done?,
        // Somebody else has it, or signs of life cannot be given.
        lost = prolonging => lost?,
    }
    Ok(true)
}
