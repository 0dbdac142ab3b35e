//! Writing many records of one kind in a statement each way, whatever their number.
//!
//! The rows travel as one JSON value that PostgreSQL unfolds by the table's own row type, so no
//! list of types stands here beside the one in the migrations.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, PriceListId, ProductGroupId, ProductId, Uuid};
use serde_json::{Map, Value, json};

use super::record::Held;
use super::uuids;
use crate::constraints::known;
use crate::records::Fields;
use crate::rules::PaymentStep;

/// Whether rows that are read are about to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// They are only looked at.
    No,
    /// They stay as they are until the transaction ends.
    Yes,
}

/// The records whose text column holds one of these keys, in the order of their ids.
pub(crate) async fn held_by_text<A, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (table, column): (&str, &str),
    keys: Vec<String>,
    hold: Hold,
) -> Outcome<Vec<Held<F>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let columns = F::COLUMNS.join(", ");
    let lock = if hold == Hold::Yes { "for no key update" } else { "" };
    let sql = format!(
        "select id, {columns}, version, created_at, updated_at, created_by, archived_at
         from {table}
         where tenant_id = $1 and {column} = any($2::text[])
         order by id
         {lock}"
    );
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), keys])).await?)
}

/// The row as PostgreSQL unfolds it: the fields under their columns' names, and the id.
fn row<F: Fields>(id: Uuid, fields: &F) -> Result<Map<String, Value>, Fault> {
    let told = serde_json::to_value(fields)
        .map_err(|error| Fault::broken(format!("fields without JSON: {error}")))?;
    let Value::Object(told) = told else { return Err(Fault::broken("fields are an object")) };
    let mut row: Map<String, Value> =
        told.into_iter().map(|(field, value)| (column(&field), value)).collect();
    row.insert("id".to_owned(), json!(id));
    Ok(row)
}

/// `externalReference` is written to `external_reference`.
fn column(field: &str) -> String {
    field.chars().fold(String::with_capacity(field.len() + 4), |mut column, sign| {
        if sign.is_ascii_uppercase() {
            column.push('_');
        }
        column.push(sign.to_ascii_lowercase());
        column
    })
}

/// Inserts records.
pub(crate) async fn insert_all<A, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    records: &[(Uuid, F)],
) -> Outcome<()> {
    let of_nobody = [];
    insert_all_of(tx, permit, table, records, ("", &of_nobody)).await
}

/// Inserts records that belong each to another one: the column that says so and its values, in
/// the same order.
pub(crate) async fn insert_all_of<A, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    records: &[(Uuid, F)],
    (owner, owners): (&str, &[Uuid]),
) -> Outcome<()> {
    if records.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(records.len());
    for (place, (id, fields)) in records.iter().enumerate() {
        let mut row = row(*id, fields)?;
        if let Some(value) = owners.get(place) {
            row.insert(owner.to_owned(), json!(value));
        }
        rows.push(Value::Object(row));
    }
    let own = F::COLUMNS.iter().copied().chain((!owner.is_empty()).then_some(owner));
    let own: Vec<&str> = own.collect();
    let into: String = own.iter().map(|column| format!(", {column}")).collect();
    let from: String = own.iter().map(|column| format!(", s.{column}")).collect();
    let sql = format!(
        "insert into {table} (tenant_id, id, created_at, updated_at, created_by{into})
         select $1, s.id, $2, $2, $3{from}
         from jsonb_populate_recordset(null::{table}, $4) s"
    );
    let values = values![permit.tenant(), tx.now(), permit.user(), Value::Array(rows)];
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}

/// Writes held records anew, each with its next version.
pub(crate) async fn update_all<A, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    records: &[(Uuid, F)],
) -> Outcome<()> {
    if records.is_empty() {
        return Ok(());
    }
    let rows: Result<Vec<Value>, Fault> =
        records.iter().map(|(id, fields)| row(*id, fields).map(Value::Object)).collect();
    let set: String = F::COLUMNS.iter().map(|column| format!(", {column} = s.{column}")).collect();
    let sql = format!(
        "update {table} r
         set version = r.version + 1, updated_at = $2{set}
         from jsonb_populate_recordset(null::{table}, $3) s
         where r.tenant_id = $1 and r.id = s.id"
    );
    let values = values![permit.tenant(), tx.now(), Value::Array(rows?)];
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}

/// The same payment steps for each of these new agreements.
pub(crate) async fn insert_steps<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreements: Vec<Uuid>,
    steps: &[PaymentStep],
) -> Outcome<()> {
    let percents: Vec<Decimal> = steps.iter().map(|step| step.percent.get()).collect();
    let moments: Vec<String> = steps.iter().map(|step| step.moment.as_str().to_owned()).collect();
    let days: Vec<i32> = steps.iter().map(|step| step.days).collect();
    let sql = "
        insert into payment_step (tenant_id, agreement_id, place, percent, moment, days)
        select $1, a.id, s.place, s.percent, s.moment, s.days
        from unnest($2::uuid[]) as a (id)
        cross join unnest($3::numeric[], $4::text[], $5::integer[]) with ordinality
            as s (percent, moment, days, place)";
    let values = values![permit.tenant(), agreements, percents, moments, days];
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}

/// A group in use as the tree of paths needs it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct GroupName {
    pub(crate) id: ProductGroupId,
    pub(crate) parent_id: Option<ProductGroupId>,
    pub(crate) name: String,
}

/// All groups in use, the oldest first.
pub(crate) async fn group_names<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<Vec<GroupName>> {
    let sql = "
        select g.id, g.parent_id, g.name
        from product_group g
        where g.tenant_id = $1 and g.archived_at is null
        order by g.created_at, g.id";
    Ok(tx.all(Sql::new(sql, values![permit.tenant()])).await?)
}

/// The tenant's default price list.
pub(crate) async fn default_list<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<Option<PriceListId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: PriceListId,
    }
    let sql = "
        select l.id
        from price_list l
        where l.tenant_id = $1 and l.is_default and l.archived_at is null";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(found.map(|row| row.id))
}

/// What these products cost in one list on a day.
pub(crate) async fn prices_in<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    list: PriceListId,
    products: &[ProductId],
    on: NaiveDate,
) -> Outcome<HashMap<ProductId, Decimal>> {
    #[derive(FromQueryResult)]
    struct Found {
        product_id: ProductId,
        price: Decimal,
    }
    let sql = "
        select asked.id as product_id, found.price
        from unnest($3::uuid[]) as asked (id)
        cross join lateral (
            select p.price
            from price p
            where p.tenant_id = $1
              and p.price_list_id = $2
              and p.product_id = asked.id
              and p.variant_id is null
              and p.packaging_id is null
              and p.min_quantity = 0
              and p.valid_from <= $4
            order by p.valid_from desc
            limit 1
        ) found
        where found.price is not null";
    let values = values![permit.tenant(), list, uuids(products), on];
    let rows: Vec<Found> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.price)).collect())
}

/// Regions in use by name, as people write it.
pub(crate) async fn region_names<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<Vec<(String, kernel::RegionId)>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: kernel::RegionId,
        name: String,
    }
    let sql = "
        select r.id, r.name
        from region r
        where r.tenant_id = $1 and r.archived_at is null";
    let rows: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.id)).collect())
}

/// Two who write many records of a kind stand in line: what one has looked up, the other does not
/// make meanwhile.
pub(crate) async fn lock_bulk<A>(tx: &TenantTx, permit: &Permit<A>, kind: &str) -> Outcome<()> {
    let name = format!("{}:bulk:{kind}", permit.tenant());
    let sql = "select pg_advisory_xact_lock(hashtextextended($1, 19))";
    tx.run(Sql::new(sql, values![name])).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_to_their_columns() {
        for (field, expected) in [("sku", "sku"), ("externalReference", "external_reference")] {
            assert_eq!(column(field), expected);
        }
    }
}
