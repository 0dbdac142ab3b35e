//! Workers: they find jobs, take them and carry them to their end.
//!
//! Any number of replicas may run this at once. A job that its worker let down is taken again when
//! the lease is over, and goes on after the last chunk that was written.

mod report;
mod rows;
mod run;

use std::time::Duration;

use db::{CommandError, Db, Fault, Outcome};
use files::Files;
use identity::{Tenant, acting_scope, tenants, worker_scope};
use kernel::{ImportJobId, Uuid};

use crate::model::ImportJob;
use crate::queue::{Claim, Prolong};
use crate::store::waiting_tenants;
use run::{Job, ending};

/// A job that lets down so many workers is given up.
const MOST_ATTEMPTS: i32 = 5;
/// A sign of life is given so often, a third of the lease.
const PROLONGED_EACH: Duration = Duration::from_secs(10);

/// Takes the next job and carries it to its end; tells whether there was one. A job that fails is
/// logged. Any number of these may run at once, in one process and in many: each takes another job.
///
/// # Errors
/// A fault where the jobs cannot be looked at.
pub async fn run_next_job(db: &Db, files: &Files) -> Result<bool, Fault> {
    let waiting = waiting_tenants(db).await?;
    if waiting.is_empty() {
        return Ok(false);
    }
    let tenants = tenants(db).await?;
    for id in waiting {
        let Some(tenant) = tenants.iter().find(|tenant| tenant.id == id) else { continue };
        match run_job_of(db, files, tenant).await {
            Ok(true) => return Ok(true),
            // Another worker was faster: the next tenant's.
            Ok(false) => {}
            Err(error) => tracing::warn!(tenant = %id, %error, "an import broke off"),
        }
    }
    Ok(false)
}

async fn run_job_of(db: &Db, files: &Files, tenant: &Tenant) -> Outcome<bool> {
    let worker = worker_scope(tenant, "import");
    let lease = Uuid::new_v4();
    let permit = worker.permit::<Claim<ImportJob>>()?;
    let Some(claimed) = db.write_as_job(&permit, &Claim::new(lease)).await? else {
        return Ok(false);
    };
    let id = ImportJobId(claimed.id);
    let user = claimed.created_by.ok_or_else(|| Fault::broken("an import of nobody"))?;
    let job = Job { db, files, tenant, worker: &worker, id, lease, user };
    if claimed.attempts > MOST_ATTEMPTS {
        job.end(ending::given_up()).await?;
        return Ok(true);
    }
    let Some(scope) = acting_scope(db, tenant, user).await? else {
        job.end(ending::shut_out()).await?;
        return Ok(true);
    };
    let prolonging = async {
        let permit = worker.permit::<Prolong<ImportJob>>()?;
        loop {
            tokio::time::sleep(PROLONGED_EACH).await;
            match db.write_as_job(&permit, &Prolong::new(id, lease)).await {
                Ok(true) => {}
                Ok(false) => return Ok::<_, CommandError>(()),
                // There are two more tries before the lease is over, and after it each chunk of
                // rows looks whose the job is.
                Err(error) => tracing::warn!(%id, %error, "an import gave no sign of life"),
            }
        }
    };
    tokio::select! {
        done = job.run(&scope) => done?,
        // Somebody else has it: what is under way rolls back.
        lost = prolonging => lost?,
    }
    Ok(true)
}
