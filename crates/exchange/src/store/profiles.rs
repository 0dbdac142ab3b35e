//! Saved mappings of headers.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{DateTime, UserId, Utc};
use serde_json::Value;

use crate::commands::FileOptions;
use crate::model::{ImportKind, ImportProfile, ReadImports, read, told};

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    name: String,
    columns: Value,
    options: Value,
    version: i32,
    updated_at: DateTime<Utc>,
    updated_by: Option<UserId>,
}

impl TryFrom<Row> for ImportProfile {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            kind: ImportKind::parse(&row.kind)?,
            name: row.name,
            columns: read(row.columns)?,
            options: read(row.options)?,
            version: row.version,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        })
    }
}

const SELECT: &str = "
    select p.kind, p.name, p.columns, p.options, p.version, p.updated_at, p.updated_by
    from import_profile p
    where p.tenant_id = $1";

/// All saved mappings, by kind and name: there are some dozens.
///
/// # Errors
/// A fault where the statement fails.
pub async fn import_profiles(
    tx: &TenantTx,
    permit: &Permit<ReadImports>,
) -> Outcome<Vec<ImportProfile>> {
    let mut sql = Sql::new(SELECT, values![permit.tenant()]);
    sql.push(" order by p.kind, p.name limit 1000");
    let rows: Vec<Row> = tx.all(sql).await?;
    Ok(rows.into_iter().map(ImportProfile::try_from).collect::<Result<_, _>>()?)
}

pub(crate) async fn profile_named<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: ImportKind,
    name: &str,
) -> Outcome<Option<ImportProfile>> {
    let mut sql = Sql::new(SELECT, values![permit.tenant()]);
    sql.with(" and p.kind = ", kind.as_str(), "").with(" and p.name = ", name, "");
    let row: Option<Row> = tx.one(sql).await?;
    Ok(row.map(ImportProfile::try_from).transpose()?)
}

pub(crate) async fn save_profile<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: ImportKind,
    name: &str,
    columns: &sheets::Profile,
    options: &FileOptions,
) -> Outcome<()> {
    let sql = "
        insert into import_profile as p
            (tenant_id, kind, name, columns, options, updated_at, updated_by)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (tenant_id, kind, name)
        do update set columns = excluded.columns,
                      options = excluded.options,
                      version = p.version + 1,
                      updated_at = excluded.updated_at,
                      updated_by = excluded.updated_by";
    let values = values![
        permit.tenant(),
        kind.as_str(),
        name,
        told(columns)?,
        told(options)?,
        tx.now(),
        permit.user(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

pub(crate) async fn delete_profile<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: ImportKind,
    name: &str,
) -> Outcome<bool> {
    let sql = "delete from import_profile where tenant_id = $1 and kind = $2 and name = $3";
    let values = values![permit.tenant(), kind.as_str(), name];
    Ok(tx.run(Sql::new(sql, values)).await? == 1)
}
