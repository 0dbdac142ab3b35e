//! Folding: facts that postings have queued go into the sums by month.

use std::collections::HashSet;

use access::{Action, Forbidden, Permit, Reach, Right, Scope};
use db::{Command, Db, Fault, Outcome, Reason, Sql, TenantTx, values};
use kernel::TenantId;

/// Facts folded in one transaction: about 20 ms of work.
const BATCH: i64 = 2_000;
/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Batches of one tenant in one round, so that one that imports does not hold up the others.
const BATCHES: usize = 5;

const FOLD: &str = include_str!("sql/fold.sql");
const WAITING: &str = include_str!("sql/waiting.sql");

/// Moves queued facts into the sums. Changes no figure: a report adds the queue to the sums.
#[derive(Clone, Copy, Debug)]
pub struct FoldSales;

impl Action for FoldSales {
    const RIGHT: Right = Right::SalesReport;
}

#[async_trait::async_trait]
impl Command for FoldSales {
    type Output = i64;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<i64> {
        if permit.reach() != Reach::All {
            return Err(Forbidden(Self::RIGHT).into());
        }
        let row: Option<Folded> = tx.one(Sql::new(FOLD, values![permit.tenant(), BATCH])).await?;
        Ok(row.map_or(0, |row| row.folded))
    }
}

#[derive(db::FromQueryResult)]
struct Folded {
    folded: i64,
}

/// Folds one batch of a tenant's facts and tells how many there were. May run on several
/// replicas at once.
///
/// # Errors
/// Forbidden for a scope that is not a worker's, or a fault; then nothing is folded.
pub async fn fold(db: &Db, worker: &Scope) -> Outcome<i64> {
    db.write_as_job(&worker.permit::<FoldSales>()?, &FoldSales).await
}

/// One round over all tenants that have something to fold; tells how many facts were folded. A
/// tenant that fails is logged and does not stop the others.
///
/// # Errors
/// A fault where the queue itself cannot be looked at.
pub async fn fold_all(db: &Db) -> Result<i64, Fault> {
    let mut system = db.system(Reason::FoldSales).await?;
    let waiting: Vec<Waiting> = system.all(Sql::new(WAITING, values![TENANTS])).await?;
    system.commit().await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let waiting: HashSet<TenantId> = waiting.into_iter().map(|row| row.tenant_id).collect();
    let tenants = identity::tenants(db).await?;
    let mut all = 0;
    for tenant in tenants.iter().filter(|tenant| waiting.contains(&tenant.id)) {
        match fold_tenant(db, &identity::worker_scope(tenant, "fold sales")).await {
            Ok(folded) => all += folded,
            Err(error) => tracing::warn!(tenant = %tenant.id, %error, "sales were not folded"),
        }
    }
    Ok(all)
}

async fn fold_tenant(db: &Db, worker: &Scope) -> Outcome<i64> {
    let mut all = 0;
    for _ in 0..BATCHES {
        let folded = fold(db, worker).await?;
        all += folded;
        if folded < BATCH {
            break;
        }
    }
    Ok(all)
}

#[derive(db::FromQueryResult)]
struct Waiting {
    tenant_id: TenantId,
}
