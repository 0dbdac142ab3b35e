//! Writing one record: every table of the catalog has the same columns around its own.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, Value, values};
use kernel::{DateTime, Utc, Uuid};
use sea_orm::{DbErr, QueryResult};

use crate::constraints::known;
use crate::records::{Fields, Record};

/// A record whose row is locked until the transaction ends.
#[derive(Clone, Debug)]
pub(crate) struct Held<F> {
    pub(crate) id: Uuid,
    pub(crate) fields: F,
    pub(crate) record: Record,
}

impl<F: Fields> FromQueryResult for Held<F> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get(prefix, "id")?,
            fields: F::from_query_result(row, prefix)?,
            record: Record::from_query_result(row, prefix)?,
        })
    }
}

/// Inserts a record. `fixed`: columns that are written once and never changed.
pub(crate) async fn insert<A, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    id: Uuid,
    fields: &F,
    fixed: &[(&str, Value)],
) -> Outcome<()> {
    let mut values = values![permit.tenant(), id, tx.now(), permit.user()].to_vec();
    values.extend(fields.values());
    values.extend(fixed.iter().map(|(_, value)| value.clone()));
    let own = F::COLUMNS.iter().chain(fixed.iter().map(|(column, _)| column));
    let columns: String = own.map(|column| format!(", {column}")).collect();
    let places: String = (5..=values.len()).map(|place| format!(", ${place}")).collect();
    let sql = format!(
        "insert into {table} (tenant_id, id, created_at, updated_at, created_by{columns})
         values ($1, $2, $3, $3, $4{places})"
    );
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}

/// Reads a record and locks its row.
pub(crate) async fn hold<A, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    id: Uuid,
) -> Outcome<Option<Held<F>>> {
    let columns = F::COLUMNS.join(", ");
    let sql = format!(
        "select id, {columns}, version, created_at, updated_at, created_by, archived_at
         from {table}
         where tenant_id = $1 and id = $2
         for no key update"
    );
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// Writes a held record anew, with the next version.
pub(crate) async fn update<A, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    id: Uuid,
    fields: &F,
    archived_at: Option<DateTime<Utc>>,
) -> Outcome<()> {
    let mut values = values![permit.tenant(), id, tx.now(), archived_at].to_vec();
    values.extend(fields.values());
    let columns = F::COLUMNS.iter().zip(5..);
    let columns: String = columns.map(|(column, place)| format!(", {column} = ${place}")).collect();
    let sql = format!(
        "update {table}
         set version = version + 1, updated_at = $3, archived_at = $4{columns}
         where tenant_id = $1 and id = $2"
    );
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}
