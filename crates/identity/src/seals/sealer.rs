//! Sealing: a worker of every replica looks for entries without a seal, one at a time seals those
//! of a tenant.

use access::{Action, Forbidden, Permit, Reach, Right, Scope};
use db::{Command, Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{DateTime, TenantId, Utc};
use serde::{Deserialize, Serialize};

use super::keys::{Head, SealKeys};
use super::store;
use crate::rules::seal::{NO_SEAL, SealFacts, leaf, root};
use crate::tenants::{tenants, worker_scope};

/// Entries of one seal at most: some milliseconds of hashing.
const BATCH: i64 = 1_000;
/// Seals of one tenant in one round, so that one that imports does not hold up the others.
const BATCHES: usize = 20;
/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// No transaction lasts longer, hours: later seals hold no entry that is older than this was.
const LONGEST_TRANSACTION_H: i64 = 24;

/// Seals the tenant's oldest entries that wait.
#[derive(Clone, Debug)]
struct SealAudit {
    keys: SealKeys,
}

impl Action for SealAudit {
    const RIGHT: Right = Right::AuditRead;
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Sealed {
    /// Another replica is at it, or nothing waits.
    Nothing,
    /// The chain's newest seal is signed with a key that is not here.
    ForeignKey(String),
    /// So many entries, in this seal.
    Entries { count: i64, number: i64, hash: [u8; 32] },
}

#[async_trait::async_trait]

impl Command for SealAudit {
    type Output = Sealed;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Sealed> {
        if permit.reach() != Reach::All {
            return Err(Forbidden(Self::RIGHT).into());
        }
        let Some(chain) = store::take_chain(tx, NO_SEAL).await? else {
            return Ok(Sealed::Nothing);
        };
        if let Some(key) = &chain.key_id
            && !self.keys.knows(key).await?
        {
            return Ok(Sealed::ForeignKey(key.clone()));
        }
        let waiting = store::waiting(tx, BATCH).await?;
        if waiting.is_empty() {
            return Ok(Sealed::Nothing);
        }
        let leaves: Vec<_> =
            waiting.iter().map(|entry| leaf(&entry.text(permit.tenant()))).collect();
        let entries: Vec<i64> = waiting.iter().map(|entry| entry.id).collect();
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let facts = SealFacts {
            tenant: permit.tenant(),
            number: chain.number + 1,
            sealed_at: chain.now,
            count: entries.len(),
            range: (
                entries.first().copied().unwrap_or_default(),
                entries.last().copied().unwrap_or_default(),
            ),
            root: root(&leaves),
            previous: chain.hash()?,
            horizon: horizon(count, chain.now, chain.horizon),
            key: self.keys.signing().await?,
        };
        let signature = self.keys.sign(&facts.statement()).await?;
        store::keep(tx, &facts, (entries, leaves.concat()), signature).await?;
        Ok(Sealed::Entries { count, number: facts.number, hash: facts.hash() })
    }
}

/// Where everything that waited was taken, only what is not committed yet can come later, and no
/// transaction is older than a day.
fn horizon(taken: i64, now: DateTime<Utc>, before: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    if taken < BATCH { Some(now - chrono::Duration::hours(LONGEST_TRANSACTION_H)) } else { before }
}

#[derive(FromQueryResult)]
struct Waiting {
    tenant_id: TenantId,
}

/// One round over all tenants with entries that wait; tells how many were sealed. A tenant that
/// fails is logged and does not stop the others.
///
/// # Errors
/// [`Fault`] where it cannot be asked who waits.
pub async fn seal_audit(db: &Db, keys: &SealKeys) -> Result<i64, Fault> {
    let mut system = db.system(Reason::SealAudit).await?;
    let sql = "
        select distinct u.tenant_id
        from audit_unsealed u
        limit $1";
    let waiting: Vec<Waiting> = system.all(Sql::new(sql, values![TENANTS])).await?;
    system.commit().await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut all = 0;
    for tenant in tenants(db).await? {
        if !waiting.iter().any(|row| row.tenant_id == tenant.id) {
            continue;
        }
        match seal_tenant(db, keys, &worker_scope(&tenant, "seal audit")).await {
            Ok(sealed) => all += sealed,
            Err(error) => tracing::warn!(tenant = %tenant.id, %error, "the trail is not sealed"),
        }
    }
    Ok(all)
}

async fn seal_tenant(db: &Db, keys: &SealKeys, worker: &Scope) -> Outcome<i64> {
    let permit = worker.permit::<SealAudit>()?;
    let command = SealAudit { keys: keys.clone() };
    let mut all = 0;
    for _ in 0..BATCHES {
        match db.write_as_job(&permit, &command).await? {
            Sealed::Nothing => break,
            Sealed::ForeignKey(key) => {
                let said = format!(
                    "its seals are signed with the key {key}, which is not here: give every \
                     server the folder that holds it (OBOROT_SEALS)"
                );
                return Err(Fault::broken(said).into());
            }
            Sealed::Entries { count, number, hash } => {
                all += count;
                keys.remember(worker.tenant(), Head { number, hash }).await?;
                if count < BATCH {
                    break;
                }
            }
        }
    }
    Ok(all)
}
