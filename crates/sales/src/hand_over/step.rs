//! Records are moved some hundreds at a time, so that nobody waits long for a lock and a hundred
//! thousand of them are no large transaction. What is left is what still names the leaver: a step
//! that died is taken again, and one that comes second finds nothing.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use catalog::HandedFrom;
use db::{
    AuditEntry, Command, Db, EventDraft, Fault, FromQueryResult, Outcome, ReadPool, Reason, Sql,
    TenantTx, values,
};
use kernel::{CustomerId, HandOverId, TenantId, UserId, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::kinds::{CUSTOMERS, HANDED};
use super::rules::spread;
use super::store::{self, HandOverRow, HeirRow, Stepped};

/// Records moved in one transaction: some tens of milliseconds of work.
const STEP: i64 = 500;
/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Steps of one tenant in one round; the rest comes in the next one.
const STEPS: usize = 50;

/// Moves the next records of a hand-over.
#[derive(Clone, Copy, Debug)]
pub struct HandOverStep {
    /// Which.
    pub id: HandOverId,
}

impl Action for HandOverStep {
    const RIGHT: Right = Right::UserHandOver;
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// More is to be moved.
    Moved,
    /// It is over, or somebody else is at it.
    Nothing,
}

#[async_trait::async_trait]

impl Command for HandOverStep {
    type Output = Step;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Step> {
        let Some(row) = store::take(tx, permit, self.id).await? else { return Ok(Step::Nothing) };
        let heirs = store::heirs_by_hand_over(tx, permit, &[row.id]).await?;
        let heirs = heirs.into_iter().next().map(|(_, heirs)| heirs).unwrap_or_default();
        let from = row.from();
        let mut step = Stepped::default();
        move_customers(tx, permit, &row, &heirs, &mut step).await?;
        if step.moved.is_empty() {
            move_documents(tx, permit, &row, (&from, &heirs), &mut step).await?;
        }
        step.is_done = step.moved.is_empty();
        store::advance(tx, permit, &row, &step).await?;
        if step.is_done {
            let moved: serde_json::Map<_, _> =
                row.moved.iter().map(|(kind, n)| (kind.clone(), json!(n))).collect();
            let changes = json!({ "moved": moved });
            tx.audit(AuditEntry::new("finishHandOver", "HandOver", row.id, changes));
        }
        Ok(if step.is_done { Step::Nothing } else { Step::Moved })
    }
}

async fn move_customers(
    tx: &TenantTx,
    permit: &Permit<HandOverStep>,
    row: &HandOverRow,
    heirs: &[HeirRow],
    step: &mut Stepped,
) -> Outcome<()> {
    let customers = catalog::hold_handed_customers(tx, permit, &row.from(), STEP).await?;
    if customers.is_empty() {
        return Ok(());
    }
    let mut loads: Vec<i64> = heirs.iter().map(|heir| heir.load + heir.customers).collect();
    let places = spread(&mut loads, customers.len());
    let given: Vec<(CustomerId, UserId)> = customers
        .into_iter()
        .zip(places)
        .filter_map(|(customer, place)| Some((customer, heirs.get(place)?.heir_id)))
        .collect();
    catalog::hand_over_customers(tx, permit, &given).await?;
    // Agreements have the manager of their customer.
    approvals::hand_over_terms(tx, permit, &given).await?;
    for (customer, heir) in &given {
        step.given.entry(*heir).or_default().0 += 1;
        note(tx, row, CUSTOMERS, customer.0, *heir);
        tx.emit(told("catalog_changed", CUSTOMERS, customer.0, *heir, *customer));
    }
    step.moved.push((CUSTOMERS, count(given.len())));
    Ok(())
}

/// The first kinds that have something left, until there is enough for one transaction.
async fn move_documents(
    tx: &TenantTx,
    permit: &Permit<HandOverStep>,
    row: &HandOverRow,
    (from, heirs): (&HandedFrom, &[HeirRow]),
    step: &mut Stepped,
) -> Outcome<()> {
    let heirs: Vec<UserId> = heirs.iter().map(|heir| heir.heir_id).collect();
    let mut left = STEP;
    for handed in HANDED {
        let moved = catalog::hand_over_documents(tx, permit, handed, (from, &heirs), left).await?;
        if moved.is_empty() {
            continue;
        }
        // What is asked about a document goes with it.
        let heirs_of: Vec<(Uuid, UserId)> =
            moved.iter().map(|document| (document.id, document.heir_id)).collect();
        approvals::hand_over_documents(tx, permit, &heirs_of).await?;
        for document in &moved {
            step.given.entry(document.heir_id).or_default().1 += 1;
            note(tx, row, handed.kind, document.id, document.heir_id);
            if handed.is_told {
                let (heir, customer) = (document.heir_id, document.customer_id);
                tx.emit(told("document_changed", handed.kind, document.id, heir, customer));
            }
        }
        // Those who keep figures of their customers' debts are told, whoever is told of nothing
        // else, and what is cached of them goes.
        if !handed.is_told {
            let customers: HashSet<(CustomerId, UserId)> =
                moved.iter().map(|one| (one.customer_id, one.heir_id)).collect();
            for (customer, heir) in customers {
                tx.emit(told("document_changed", CUSTOMERS, customer.0, heir, customer));
            }
        }
        step.moved.push((handed.kind, count(moved.len())));
        left -= count(moved.len());
        if left <= 0 {
            break;
        }
    }
    Ok(())
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

fn note(tx: &TenantTx, row: &HandOverRow, kind: &'static str, id: Uuid, heir: UserId) {
    let changes = json!({
        "managerId": { "before": row.leaver, "after": heir },
        "handOverId": row.id,
    });
    tx.audit(AuditEntry::new("handOver", kind, id, changes));
}

fn told(
    kind: &'static str,
    subject_kind: &'static str,
    subject_id: Uuid,
    heir: UserId,
    customer: CustomerId,
) -> EventDraft {
    EventDraft {
        kind,
        subject_kind,
        subject_id,
        manager_id: Some(heir),
        customer_id: Some(customer),
        products: Vec::new(),
        warehouses: Vec::new(),
    }
}

/// Takes steps of a hand-over, up to so many; the workers go on with the rest.
///
/// # Errors
/// Forbidden for a scope without the right, or a fault; what was moved before stays.
pub async fn run_hand_over(
    db: &Db,
    scope: &Scope,
    id: HandOverId,
    most_steps: usize,
) -> Outcome<()> {
    let permit = scope.permit::<HandOverStep>()?;
    for _ in 0..most_steps {
        if db.write_as_job(&permit, &HandOverStep { id }).await? == Step::Nothing {
            break;
        }
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Waiting {
    tenant_id: TenantId,
}

/// One round over all tenants with hand-overs that are not over. A tenant that fails is logged and
/// does not stop the others.
///
/// # Errors
/// A fault where it cannot be asked who waits.
pub async fn run_hand_overs(db: &Db) -> Result<(), Fault> {
    let mut system = db.system(Reason::HandOver).await?;
    let sql = "
        select distinct h.tenant_id
        from hand_over h
        where h.state = 'RUNNING'
        limit $1";
    let waiting: Vec<Waiting> = system.all(Sql::new(sql, values![TENANTS])).await?;
    system.commit().await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let waiting: HashSet<TenantId> = waiting.into_iter().map(|row| row.tenant_id).collect();
    for tenant in identity::tenants(db).await? {
        if !waiting.contains(&tenant.id) {
            continue;
        }
        let worker = identity::worker_scope(&tenant, "hand over");
        if let Err(error) = run_of_tenant(db, &worker).await {
            tracing::warn!(tenant = %tenant.id, %error, "records were not handed over");
        }
    }
    Ok(())
}

async fn run_of_tenant(db: &Db, worker: &Scope) -> Outcome<()> {
    let permit = worker.permit::<HandOverStep>()?;
    let reader = db.reader(worker, ReadPool::Jobs);
    let running = store::running(&*reader.tx().await?, &permit).await;
    reader.renew().await;
    for id in running? {
        run_hand_over(db, worker, id, STEPS).await?;
    }
    Ok(())
}
