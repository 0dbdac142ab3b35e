//! Letters to those who have to decide about documents. Approvals stand below this context and do
//! not know what documents are called: whatever gives somebody a seat marks its request, and this
//! worker follows the marks.
//!
//! A mark goes in the transaction that queues the letters, so a worker that dies loses nothing and
//! one that comes second finds nothing to do.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use db::{Command, Db, Fault, Outcome, ReadPool, TenantTx};
use kernel::{ApprovalRequestId, TenantId};
use outbound::Mailing;

use crate::introducing::introduced;

/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Requests of one tenant in one round; the rest comes in the next one.
const BATCH: i64 = 100;

/// Marks what waits for those whose deputies' time has come.
#[derive(Clone, Copy, Debug)]
struct NoteDeputies;

impl Action for NoteDeputies {
    const RIGHT: Right = Right::ApprovalDecide;
}

#[async_trait::async_trait]
impl Command for NoteDeputies {
    type Output = u64;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<u64> {
        approvals::note_deputies(tx, permit).await
    }
}

/// Writes to those for whose word a request waits and who have no link to it yet.
#[derive(Clone, Debug)]
struct TellDeciders {
    request: ApprovalRequestId,
    mailing: Mailing,
}

impl Action for TellDeciders {
    const RIGHT: Right = Right::ApprovalDecide;
}

#[async_trait::async_trait]
impl Command for TellDeciders {
    /// How many letters.
    type Output = usize;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<usize> {
        let Some(call) = approvals::call(tx, permit, self.request).await? else { return Ok(0) };
        let about = introduced(tx, permit, &call.request).await?;
        approvals::write_letters(tx, permit, &call, &about, &self.mailing).await
    }
}

/// One round over all tenants in which somebody may have to be written to; tells how many letters
/// were queued. What fails is logged, stays marked and stops nobody else. Nothing where there is no
/// mail server.
///
/// # Errors
/// A fault where the marks cannot be looked at.
pub async fn tell_deciders(db: &Db, mailing: &Mailing) -> Result<usize, Fault> {
    let marked = approvals::untold_tenants(db, mailing, TENANTS).await?;
    if marked.is_empty() {
        return Ok(0);
    }
    let marked: HashSet<TenantId> = marked.into_iter().collect();
    let mut tenants = identity::tenants(db).await?;
    tenants.retain(|tenant| marked.contains(&tenant.id));
    let mut written = 0;
    for tenant in tenants {
        let worker = identity::worker_scope(&tenant, "approval letters");
        written += tell_of_tenant(db, &worker, mailing).await.unwrap_or_else(|error| {
            tracing::warn!(tenant = %tenant.id, %error, "deciders were not looked for");
            0
        });
    }
    Ok(written)
}

async fn tell_of_tenant(db: &Db, worker: &Scope, mailing: &Mailing) -> Outcome<usize> {
    db.write_as_job(&worker.permit::<NoteDeputies>()?, &NoteDeputies).await?;
    let permit = worker.permit::<TellDeciders>()?;
    let reader = db.reader(worker, ReadPool::Jobs);
    let requests = approvals::untold(&*reader.tx().await?, &permit, BATCH).await?;
    reader.renew().await;
    let mut written = 0;
    for request in requests {
        let tell = TellDeciders { request, mailing: mailing.clone() };
        match db.write_as_job(&permit, &tell).await {
            Ok(letters) => written += letters,
            Err(error) => {
                let tenant = worker.tenant();
                tracing::warn!(%tenant, %request, %error, "deciders were not written to");
            }
        }
    }
    Ok(written)
}
