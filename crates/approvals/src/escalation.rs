//! Requests that nobody decides in time: the rule's fallback is asked as well.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use db::{AuditEntry, Command, Db, Fault, Outcome, ReadPool, Reason, Sql, TenantTx, values};
use kernel::{ApprovalRequestId, TenantId};
use serde_json::json;

use crate::events;
use crate::rules::ApprovalState;
use crate::store::{lock_requests, mark_untold, overdue_requests, take_fallbacks};

/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Requests of one tenant in one round; the rest comes in the next one.
const BATCH: i64 = 500;

/// Asks the fallback of a request's open steps whose time has come.
#[derive(Clone, Copy, Debug)]
pub struct EscalateApproval {
    /// Which.
    pub request: ApprovalRequestId,
}

impl Action for EscalateApproval {
    const RIGHT: Right = Right::ApprovalDecide;
}

#[async_trait::async_trait]

impl Command for EscalateApproval {
    /// Whether anybody was asked now; not so where another replica was first, or it is decided.
    type Output = bool;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<bool> {
        let found = lock_requests(tx, permit, &[self.request]).await?;
        let pending = found.first().filter(|one| one.state == ApprovalState::Pending);
        let Some(request) = pending else { return Ok(false) };
        let seated = take_fallbacks(tx, permit, self.request).await?;
        if seated == 0 {
            return Ok(false);
        }
        mark_untold(tx, permit, self.request).await?;
        tx.audit(AuditEntry::new(
            "escalateApproval",
            "ApprovalRequest",
            self.request,
            json!({ "steps": seated, "subject": request.subject_kind,
                    "subjectId": request.subject_id }),
        ));
        events::tell(tx, events::REQUESTED, request);
        Ok(true)
    }
}

/// One round over all tenants with requests whose time has come; tells how many escalated. What
/// fails is logged, stays due and stops nobody else.
///
/// # Errors
/// A fault where the times cannot be looked at.
pub async fn escalate_overdue(db: &Db) -> Result<usize, Fault> {
    #[derive(db::FromQueryResult)]
    struct Due {
        tenant_id: TenantId,
    }
    let mut system = db.system(Reason::OverdueApprovals).await?;
    let sql = include_str!("overdue_tenants.sql");
    let due: Vec<Due> = system.all(Sql::new(sql, values![TENANTS, db.clock().now()])).await?;
    system.commit().await?;
    if due.is_empty() {
        return Ok(0);
    }
    let due: HashSet<TenantId> = due.into_iter().map(|row| row.tenant_id).collect();
    let mut tenants = identity::tenants(db).await?;
    tenants.retain(|tenant| due.contains(&tenant.id));
    let mut escalated = 0;
    for tenant in tenants {
        let worker = identity::worker_scope(&tenant, "escalate approvals");
        escalated += escalate_of_tenant(db, &worker).await.unwrap_or_else(|error| {
            tracing::warn!(tenant = %tenant.id, %error, "overdue approvals were not looked at");
            0
        });
    }
    Ok(escalated)
}

async fn escalate_of_tenant(db: &Db, worker: &Scope) -> Outcome<usize> {
    let permit = worker.permit::<EscalateApproval>()?;
    let reader = db.reader(worker, ReadPool::Jobs);
    let requests = overdue_requests(&*reader.tx().await?, &permit, BATCH).await?;
    reader.renew().await;
    let mut escalated = 0;
    for request in requests {
        match db.write_as_job(&permit, &EscalateApproval { request }).await {
            Ok(true) => escalated += 1,
            Ok(false) => {}
            Err(error) => {
                let tenant = worker.tenant();
                tracing::warn!(%tenant, %request, %error, "an approval was not escalated");
            }
        }
    }
    Ok(escalated)
}
