//! Fields that a tenant adds to its records.

use std::collections::HashMap;

use access::{Permit, Right};
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomFieldId, Page, PageRequest, Uuid};

use super::directories::AROUND;
use super::listing::{self, Archived, Key, Slice};
use super::uuids;
use crate::ReadDirectory;
use crate::records::CustomField;

const COLUMNS: &str = "r.subject_kind, r.key, r.name, r.hint, r.kind, r.is_required, r.choices, \
                       r.target, r.scale, r.least, r.most, r.max_length, r.pattern, r.place, \
                       r.read_roles, r.write_roles, r.is_filterable";

/// Which custom fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomFieldFilter {
    /// Of this kind of record, as the API names its type.
    pub subject_kind: Option<String>,
    /// Archived ones or not.
    pub archived: Archived,
    /// Those with this external reference.
    pub external_reference: Option<String>,
}

/// What custom fields are ordered by, as cursors name it: kinds of records, then the places.
const BY_PLACE: Key = Key::Text { order: "PLACE", column: "r.place_key" };

fn narrowed(head: &str, permit: &Permit<ReadDirectory>, filter: &CustomFieldFilter) -> Sql {
    let text = format!("{head} from custom_field r where r.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filter.archived.push(&mut sql);
    if permit.scope().reach(Right::CustomFieldWrite).is_none() {
        // As `CustomFieldFields::is_known_to` decides. The few fields of a tenant are read anyway.
        let roles: Vec<String> = permit.scope().rights().roles().map(str::to_owned).collect();
        sql.with(" and (r.read_roles = '{}' or r.read_roles && ", roles, "::text[])");
    }
    if let Some(kind) = &filter.subject_kind {
        sql.with(" and r.subject_kind = ", kind.clone(), "");
    }
    if let Some(reference) = &filter.external_reference {
        sql.with(" and r.external_reference = ", reference.clone(), "");
    }
    sql
}

/// A page of the custom fields that are known to the caller, in the order of cards.
///
/// # Errors
/// A refusal for a cursor of another list.
pub async fn custom_fields(
    tx: &TenantTx,
    permit: &Permit<ReadDirectory>,
    filter: &CustomFieldFilter,
    page: &PageRequest,
) -> Outcome<Page<CustomField>> {
    let head = format!("select {AROUND}, {COLUMNS}, {}", BY_PLACE.text());
    let sql = narrowed(&head, permit, filter);
    let slice = Slice { key: BY_PLACE, direction: kernel::Direction::Asc, request: page };
    listing::page(tx, sql, slice).await
}

/// How many custom fields, counted up to one more than 10,000.
///
/// # Errors
/// [`db::Fault`].
pub async fn count_custom_fields(
    tx: &TenantTx,
    permit: &Permit<ReadDirectory>,
    filter: &CustomFieldFilter,
) -> Outcome<i64> {
    listing::count(tx, narrowed("select count(*) as counted from (select 1", permit, filter)).await
}

/// The custom fields with these ids that are known to the caller.
///
/// # Errors
/// [`db::Fault`].
pub async fn custom_fields_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadDirectory>,
    ids: &[CustomFieldId],
) -> Outcome<HashMap<CustomFieldId, CustomField>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from custom_field r
         where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let rows: Vec<CustomField> =
        tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    let known = rows.into_iter().filter(|row| row.fields.is_known_to(permit.scope()));
    Ok(known.map(|row| (row.id, row)).collect())
}

/// The fields of these kinds of records, in the order of cards, whoever asks.
pub(crate) async fn fields_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kinds: &[String],
    archived: Archived,
) -> Outcome<Vec<CustomField>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from custom_field r
         where r.tenant_id = $1 and r.subject_kind = any($2::text[])"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), kinds.to_vec()]);
    archived.push(&mut sql);
    sql.push(" order by r.place_key, r.id");
    Ok(tx.all(sql).await?)
}

/// The fields with these keys, archived or not, and those that a new record must fill where
/// `is_new`; held so that none of them becomes filterable, or is no longer, until the transaction
/// ends. Those who write values do not wait for each other.
pub(crate) async fn hold_fields<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject_kind: &str,
    keys: &[String],
    is_new: bool,
) -> Outcome<Vec<CustomField>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from custom_field r
         where r.tenant_id = $1 and r.subject_kind = $2
           and (r.key = any($3::text[])
                or ($4 and r.is_required and r.archived_at is null))
         order by r.id
         for key share"
    );
    let values = values![permit.tenant(), subject_kind, keys.to_vec(), is_new];
    Ok(tx.all(Sql::new(text, values)).await?)
}

/// Locks a field against those who write values of it.
pub(crate) async fn lock_field<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomFieldId,
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Locked {
        #[expect(dead_code, reason = "a row needs a column")]
        id: Uuid,
    }
    let sql = "
        select r.id
        from custom_field r
        where r.tenant_id = $1 and r.id = $2
        for update";
    let locked: Option<Locked> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    locked.map(drop).ok_or(CommandError::NotFound)
}

/// How many fields of a kind of record are in use. Whoever adds one stands in line.
pub(crate) async fn count_in_use<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject_kind: &str,
) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let name = format!("{}:custom_field", permit.tenant());
    tx.run(Sql::new("select pg_advisory_xact_lock(hashtextextended($1, 7))", values![name]))
        .await?;
    let sql = "
        select count(*) as counted
        from custom_field r
        where r.tenant_id = $1 and r.subject_kind = $2 and r.archived_at is null";
    let row: Option<Counted> =
        tx.one(Sql::new(sql, values![permit.tenant(), subject_kind])).await?;
    Ok(row.map_or(0, |row| row.counted))
}

/// Writes the keys that lists are narrowed by, of all values a locked field has.
pub(crate) async fn fill_keys<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomFieldId,
) -> Outcome<()> {
    let sql = "
        insert into custom_value (tenant_id, field_id, record_id, key)
        select $1, f.id, h.record_id, custom_key(f.kind, h.held ->> f.key)
        from custom_field f
        join custom_record h on h.tenant_id = $1 and h.subject_kind = f.subject_kind
        where f.tenant_id = $1 and f.id = $2 and h.held ? f.key
        on conflict (tenant_id, field_id, record_id) do update set key = excluded.key";
    tx.run(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(())
}

/// Removes the keys of a locked field.
pub(crate) async fn drop_keys<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomFieldId,
) -> Outcome<()> {
    let sql = "delete from custom_value where tenant_id = $1 and field_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(())
}
