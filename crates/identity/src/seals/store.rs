//! SQL of seals. Entries are read as they are hashed: their JSON as PostgreSQL writes it.

use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{DateTime, TenantId, Utc, Uuid};

use crate::rules::seal::{EntryFacts, Hash, SealFacts, apart};

/// An entry as it is hashed.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Entry {
    pub(super) id: i64,
    pub(super) recorded_at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Uuid,
    actor_label: String,
    action: String,
    pub(super) subject_kind: String,
    subject_id: Uuid,
    pub(super) changes: String,
}

impl Entry {
    pub(super) fn text(&self, tenant: TenantId) -> String {
        let (actor, subject) = (self.actor_id.to_string(), self.subject_id.to_string());
        EntryFacts {
            tenant,
            id: self.id,
            recorded_at: self.recorded_at,
            actor: [&self.actor_kind, &actor, &self.actor_label],
            action: &self.action,
            subject: [&self.subject_kind, &subject],
            changes: &self.changes,
        }
        .text()
    }
}

const ENTRY: &str = "
    select a.id, a.recorded_at, a.actor_kind, a.actor_id, a.actor_label, a.action,
           a.subject_kind, a.subject_id, a.changes::text as changes";

/// Entries that wait for their seal, those with the smallest numbers first. One whose entry is
/// gone goes on waiting, for `oborot verify` to find.
pub(super) async fn waiting(tx: &TenantTx, limit: i64) -> Result<Vec<Entry>, Fault> {
    let mut sql = Sql::new(ENTRY, values![tx.tenant(), limit]);
    sql.push(
        "
    from audit_unsealed u
    join audit_trail a on a.tenant_id = u.tenant_id and a.id = u.audit_id
    where u.tenant_id = $1
    order by u.audit_id
    limit $2",
    );
    tx.all(sql).await
}

/// Entries by their numbers.
pub(super) async fn entries(tx: &TenantTx, ids: &[i64]) -> Result<Vec<Entry>, Fault> {
    let mut sql = Sql::new(ENTRY, values![tx.tenant(), ids.to_vec()]);
    sql.push(
        "
    from audit_trail a
    where a.tenant_id = $1 and a.id = any($2)
    order by a.id",
    );
    tx.all(sql).await
}

/// A seal as it is kept.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct SealRow {
    pub(super) number: i64,
    pub(super) sealed_at: DateTime<Utc>,
    pub(super) entries: Vec<i64>,
    leaves: Vec<u8>,
    root: Vec<u8>,
    previous: Vec<u8>,
    pub(super) horizon: Option<DateTime<Utc>>,
    pub(super) key_id: String,
    pub(super) signature: Vec<u8>,
}

fn hash(bytes: &[u8]) -> Result<Hash, Fault> {
    bytes.try_into().map_err(|_| Fault::broken("a seal's hash has another length"))
}

impl SealRow {
    pub(super) fn leaves(&self) -> Vec<Hash> {
        apart(&self.leaves)
    }

    pub(super) fn facts(&self, tenant: TenantId) -> Result<SealFacts, Fault> {
        let least = self.entries.iter().min().copied().unwrap_or_default();
        let largest = self.entries.iter().max().copied().unwrap_or_default();
        Ok(SealFacts {
            tenant,
            number: self.number,
            sealed_at: self.sealed_at,
            count: self.entries.len(),
            range: (least, largest),
            root: hash(&self.root)?,
            previous: hash(&self.previous)?,
            horizon: self.horizon,
            key: self.key_id.clone(),
        })
    }
}

/// What of a seal is read.
const SEAL: &str = "
    select s.number, s.sealed_at, s.entries, s.leaves, s.root, s.previous, s.horizon, s.key_id,
           s.signature
    from audit_seal s
    where s.tenant_id = $1";

/// The same for lists, without the hashes of their entries: 32 KB each.
pub(super) const LISTED: &str = "
    select s.number, s.sealed_at, s.entries, ''::bytea as leaves, s.root, s.previous, s.horizon,
           s.key_id, s.signature
    from audit_seal s
    where s.tenant_id = $1";

/// Seals after this one, in their order.
pub(super) async fn seals_after(
    tx: &TenantTx,
    number: i64,
    limit: i64,
) -> Result<Vec<SealRow>, Fault> {
    let mut sql = Sql::new(SEAL, values![tx.tenant(), number, limit]);
    sql.push(" and s.number > $2 order by s.number limit $3");
    tx.all(sql).await
}

/// Where the chain goes on.
#[derive(FromQueryResult)]
pub(super) struct Chain {
    pub(super) number: i64,
    hash: Vec<u8>,
    pub(super) horizon: Option<DateTime<Utc>>,
    /// The key of its newest seal.
    pub(super) key_id: Option<String>,
    /// The time of the database, which entries carry as well.
    pub(super) now: DateTime<Utc>,
}

impl Chain {
    pub(super) fn hash(&self) -> Result<Hash, Fault> {
        hash(&self.hash)
    }
}

const CHAIN: &str = "
    select c.number, c.hash, c.horizon, transaction_timestamp() as now,
           (select s.key_id
            from audit_seal s
            where s.tenant_id = $1 and s.number = c.number) as key_id
    from audit_chain c
    where c.tenant_id = $1";

/// Takes the chain for this transaction; `None` where another sealer has it.
pub(super) async fn take_chain(tx: &TenantTx, before_any: Hash) -> Result<Option<Chain>, Fault> {
    let begin = "
        insert into audit_chain (tenant_id, number, hash)
        values ($1, 0, $2)
        on conflict (tenant_id) do nothing";
    tx.run(Sql::new(begin, values![tx.tenant(), before_any.to_vec()])).await?;
    let mut sql = Sql::new(CHAIN, values![tx.tenant()]);
    sql.push(" for update of c skip locked");
    tx.one(sql).await
}

/// Where the chain stands; `None` before the first seal.
pub(super) async fn chain(tx: &TenantTx) -> Result<Option<Chain>, Fault> {
    tx.one(Sql::new(CHAIN, values![tx.tenant()])).await
}

/// Writes a seal, moves the chain on and lets its entries wait no more.
pub(super) async fn keep(
    tx: &TenantTx,
    facts: &SealFacts,
    (entries, leaves): (Vec<i64>, Vec<u8>),
    signature: Vec<u8>,
) -> Outcome<()> {
    let sql = "
        with sealed as (
            delete from audit_unsealed
            where tenant_id = $1 and audit_id = any($4)
        ), moved as (
            update audit_chain
            set number = $2, hash = $11, horizon = $8
            where tenant_id = $1
        )
        insert into audit_seal
            (tenant_id, number, sealed_at, entries, leaves, root, previous, horizon, key_id,
             signature)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        facts.tenant,
        facts.number,
        facts.sealed_at,
        entries,
        leaves,
        facts.root.to_vec(),
        facts.previous.to_vec(),
        facts.horizon,
        facts.key.clone(),
        signature,
        facts.hash().to_vec(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Number {
    id: i64,
}

/// Numbers of entries that do not wait for a seal, after this one.
pub(super) async fn settled(tx: &TenantTx, after: i64, limit: i64) -> Result<Vec<i64>, Fault> {
    let sql = "
        select a.id
        from audit_trail a
        where a.tenant_id = $1 and a.id > $2
          and not exists (select from audit_unsealed u
                          where u.tenant_id = $1 and u.audit_id = a.id)
        order by a.id
        limit $3";
    let rows: Vec<Number> = tx.all(Sql::new(sql, values![tx.tenant(), after, limit])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Numbers of entries that wait for a seal and are not there, or are in one already.
pub(super) async fn astray(tx: &TenantTx, limit: i64) -> Result<Vec<i64>, Fault> {
    let sql = "
        select u.audit_id as id
        from audit_unsealed u
        where u.tenant_id = $1
          and not exists (select from audit_trail a
                          where a.tenant_id = $1 and a.id = u.audit_id)
        order by u.audit_id
        limit $2";
    let rows: Vec<Number> = tx.all(Sql::new(sql, values![tx.tenant(), limit])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
