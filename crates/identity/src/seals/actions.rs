//! Seals as they are shown: whoever may read the trail can prove it to himself or to others.

use access::{Action, Permit, Right};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Fault, Outcome, Sql, TenantTx, values};
use kernel::{DateTime, Page, PageRequest, Position, Utc, Uuid};
use serde_json::Value;

use super::store::{self, LISTED, SealRow};
use crate::commands::tenant_wide;
use crate::rules::seal::{hex, leaf};
use crate::store::count;

/// See the seals of the audit trail.
#[derive(Clone, Copy, Debug)]
pub struct ReadSeals;

impl Action for ReadSeals {
    const RIGHT: Right = Right::AuditRead;
}

/// A seal of the audit trail.
#[derive(Clone, Debug)]
pub struct AuditSeal {
    /// Its place in the tenant's chain, from 1.
    pub number: i64,
    /// When it was made.
    pub sealed_at: DateTime<Utc>,
    /// How many entries it holds.
    pub count: i64,
    /// The smallest and the largest number of its entries.
    pub range: (i64, i64),
    /// The root over its entries, hexadecimal.
    pub root: String,
    /// The hash of the seal before, hexadecimal.
    pub previous: String,
    /// Its own hash, which the next one names, hexadecimal.
    pub hash: String,
    /// Which key signed it.
    pub key: String,
    /// What was signed.
    pub statement: String,
    /// The signature (Ed25519), base64url.
    pub signature: String,
    /// Its entries, in their places.
    pub entries: Vec<i64>,
}

impl AuditSeal {
    fn of(row: SealRow, tx: &TenantTx) -> Result<Self, Fault> {
        let facts = row.facts(tx.tenant())?;
        Ok(Self {
            number: row.number,
            sealed_at: row.sealed_at,
            count: i64::try_from(facts.count).unwrap_or(i64::MAX),
            range: facts.range,
            root: hex(&facts.root),
            previous: hex(&facts.previous),
            hash: hex(&facts.hash()),
            key: facts.key.clone(),
            statement: facts.statement(),
            signature: URL_SAFE_NO_PAD.encode(&row.signature),
            entries: row.entries,
        })
    }

    fn placed(self) -> (Position, Self) {
        let id = Uuid::from_u128(u128::try_from(self.number).unwrap_or_default());
        (Position { order: "NEWEST".into(), key: None, id }, self)
    }
}

/// A page of the tenant's seals, newest first. Lives on audit_seal_pkey.
///
/// # Errors
/// FORBIDDEN without the trail of the whole tenant, or a fault where the statement fails.
pub async fn audit_seals(
    tx: &TenantTx,
    permit: &Permit<ReadSeals>,
    number: Option<i64>,
    page: &PageRequest,
) -> Outcome<Page<AuditSeal>> {
    tenant_wide(permit)?;
    let mut sql = Sql::new(LISTED, values![permit.tenant()]);
    if let Some(number) = number {
        sql.with(" and s.number = ", number, "");
    }
    for (position, sign) in [(&page.after, "<"), (&page.before, ">")] {
        if let Some(position) = position {
            let place = i64::try_from(position.id.as_u128()).unwrap_or(i64::MAX);
            sql.with(&format!(" and s.number {sign} "), place, "");
        }
    }
    sql.push(if page.backward { " order by s.number asc" } else { " order by s.number desc" });
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<SealRow> = tx.all(sql).await?;
    let seals = rows.into_iter().map(|row| Ok(AuditSeal::of(row, tx)?.placed()));
    Ok(Page::of(seals.collect::<Result<_, Fault>>()?, page))
}

/// How many seals there are, up to `cap`.
///
/// # Errors
/// As for [`audit_seals`].
pub async fn count_audit_seals(
    tx: &TenantTx,
    permit: &Permit<ReadSeals>,
    number: Option<i64>,
    cap: i64,
) -> Outcome<i64> {
    tenant_wide(permit)?;
    let text = "
        select count(*) as counted
        from (select from audit_seal s where s.tenant_id = $1";
    let mut sql = Sql::new(text, values![permit.tenant()]);
    if let Some(number) = number {
        sql.with(" and s.number = ", number, "");
    }
    count(tx, sql, cap).await
}

/// An entry as it was hashed.
#[derive(Clone, Debug)]
pub struct SealedEntry {
    /// Its number.
    pub number: i64,
    /// The text that is hashed.
    pub text: String,
    /// The hash of a zero byte and the text, hexadecimal.
    pub leaf: String,
    /// The kind of the record it is about.
    pub subject_kind: String,
    /// What changed.
    pub changes: Value,
}

/// Entries as they are hashed now, in the order of their numbers; those that are gone are absent.
///
/// # Errors
/// As for [`audit_seals`].
pub async fn sealed_entries(
    tx: &TenantTx,
    permit: &Permit<ReadSeals>,
    entries: &[i64],
) -> Outcome<Vec<SealedEntry>> {
    tenant_wide(permit)?;
    let found = store::entries(tx, entries).await?;
    let shown = found.into_iter().map(|entry| {
        let text = entry.text(permit.tenant());
        let changes = serde_json::from_str(&entry.changes)
            .map_err(|error| Fault::broken(format!("an entry without JSON: {error}")))?;
        let (leaf, subject_kind) = (hex(&leaf(&text)), entry.subject_kind);
        Ok(SealedEntry { number: entry.id, text, leaf, subject_kind, changes })
    });
    Ok(shown.collect::<Result<_, Fault>>()?)
}
