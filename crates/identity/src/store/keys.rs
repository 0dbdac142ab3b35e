//! Partners' keys, without their secrets.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ApiKeyId, CustomerId, DateTime, Direction, Page, PageRequest, Position, UserId, Utc};

use super::{count, keyset, uuids};
use crate::ReadKeys;

/// A partner's key.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The one customer it is bound to.
    pub customer_id: Option<CustomerId>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

const KEYS: &str = "
    select k.id, k.name, k.scopes, k.customer_id, k.expires_at, k.last_used_at, k.revoked_at,
           k.created_by, k.created_at
    from api_key k
    where k.tenant_id = $1";

/// A page of keys, by name.
///
/// # Errors
/// A fault where the statement fails.
pub async fn api_keys(
    tx: &TenantTx,
    permit: &Permit<ReadKeys>,
    page: &PageRequest,
) -> Outcome<Page<ApiKey>> {
    let mut sql = Sql::new(KEYS, values![permit.tenant()]);
    keyset(&mut sql, Some("k.name"), "k.id", Direction::Asc, page);
    let rows: Vec<ApiKey> = tx.all(sql).await?;
    let placed = |row: ApiKey| {
        let key = Some(row.name.clone());
        (Position { order: "NAME".into(), key, id: row.id.0 }, row)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many keys there are, up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_api_keys(tx: &TenantTx, permit: &Permit<ReadKeys>, cap: i64) -> Outcome<i64> {
    let text = "
        select count(*) as counted
        from (select from api_key k where k.tenant_id = $1";
    count(tx, Sql::new(text, values![permit.tenant()]), cap).await
}

/// Keys by id.
///
/// # Errors
/// A fault where the statement fails.
pub async fn api_keys_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadKeys>,
    ids: &[ApiKeyId],
) -> Outcome<HashMap<ApiKeyId, ApiKey>> {
    let mut sql = Sql::new(KEYS, values![permit.tenant()]);
    sql.with(" and k.id = any(", uuids(ids), ")");
    let rows: Vec<ApiKey> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
