//! What custom fields hold, and lists narrowed by it.

use std::collections::{BTreeMap, HashMap};

use access::{Action, Permit, Right, Scope};
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, ProductId, SupplierId, TenantId, UserId, Uuid, WarehouseId};
use serde_json::{Value, json};

use super::directories::directory_by_ids;
use crate::records::{Supplier, Warehouse};
use crate::rules::{Condition, FieldKind, Target, Test};
use crate::{
    ReadCustomers, ReadDirectory, ReadProducts, ReadSuppliers, customers_by_id, products_by_id,
};

/// What the fields of one record hold: texts by the fields' keys.
pub(crate) type HeldTexts = BTreeMap<String, String>;

#[derive(FromQueryResult)]
struct Row {
    record_id: Uuid,
    held: Value,
}

/// What these records hold; those that hold nothing may be absent.
pub(crate) async fn held_by<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    records: &[Uuid],
) -> Outcome<HashMap<Uuid, HeldTexts>> {
    let sql = "
        select h.record_id, h.held
        from custom_record h
        where h.tenant_id = $1 and h.record_id = any($2::uuid[])";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), records.to_vec()])).await?;
    let read = |row: Row| {
        let held = serde_json::from_value(row.held);
        let held = held.map_err(|error| Fault::broken(format!("custom fields: {error}")))?;
        Ok((row.record_id, held))
    };
    rows.into_iter().map(read).collect()
}

/// Writes what a record holds. Whoever writes has the record itself locked, or has just made it.
pub(crate) async fn put_held<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject_kind: &str,
    record: Uuid,
    held: &HeldTexts,
) -> Outcome<()> {
    let sql = "
        insert into custom_record (tenant_id, record_id, subject_kind, held)
        values ($1, $2, $3, $4)
        on conflict (tenant_id, record_id) do update set held = excluded.held";
    let held = serde_json::to_value(held)
        .map_err(|error| Fault::broken(format!("custom fields without JSON: {error}")))?;
    tx.run(Sql::new(sql, values![permit.tenant(), record, subject_kind, held])).await?;
    Ok(())
}

/// Writes what many records hold, as [`put_held`] does.
pub(crate) async fn put_all_held<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject_kind: &str,
    held: &[(Uuid, HeldTexts)],
) -> Outcome<()> {
    if held.is_empty() {
        return Ok(());
    }
    let row = |(record, held): &(Uuid, HeldTexts)| json!({ "record_id": record, "held": held });
    let rows: Value = held.iter().map(row).collect();
    let sql = "
        insert into custom_record (tenant_id, record_id, subject_kind, held)
        select $1, s.record_id, $2, s.held
        from jsonb_to_recordset($3) as s (record_id uuid, held jsonb)
        order by s.record_id
        on conflict (tenant_id, record_id) do update set held = excluded.held";
    tx.run(Sql::new(sql, values![permit.tenant(), subject_kind, rows])).await?;
    Ok(())
}

/// A record that answers to a word.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Worded {
    pub(crate) word: String,
    pub(crate) id: Uuid,
    /// By its reference 1, by its code 2, by its name 3.
    pub(crate) rank: i32,
}

/// The records in use that answer to these words by their reference, their code (of a customer the
/// tax number, of a product the article number, of a user the address) or their name. Whether the
/// caller sees them is asked elsewhere.
pub(crate) async fn words_of(
    tx: &TenantTx,
    scope: &Scope,
    target: Target,
    words: Vec<String>,
) -> Outcome<Vec<Worded>> {
    let (table, code) = match target {
        Target::Customer => ("customer", Some("inn")),
        Target::Product => ("product", Some("sku")),
        Target::Supplier => ("supplier", None),
        Target::Warehouse => ("warehouse", None),
        Target::User => return users_of(tx, scope, words).await,
    };
    let tests = [
        (1, Some("r.external_reference = w.word".to_owned())),
        (2, code.map(|code| format!("r.{code} = w.word"))),
        (3, Some("r.name_key = catalog_key(w.word)".to_owned())),
    ];
    let one = |(rank, test): (i32, Option<String>)| {
        let test = test?;
        Some(format!(
            "select w.word, r.id, {rank} as rank
             from unnest($2::text[]) as w (word)
             join {table} r on r.tenant_id = $1 and {test}
             where r.archived_at is null"
        ))
    };
    let parts: Vec<String> = tests.into_iter().filter_map(one).collect();
    Ok(tx.all(Sql::new(parts.join(" union all "), values![tx.tenant(), words])).await?)
}

async fn users_of(tx: &TenantTx, scope: &Scope, words: Vec<String>) -> Outcome<Vec<Worded>> {
    let Ok(permit) = scope.permit::<identity::ReadUsers>() else { return Ok(Vec::new()) };
    let lower = words.iter().map(|word| word.to_lowercase()).collect();
    let addressed = identity::users_by_email(tx, &permit, lower).await?;
    let sql = "
        select u.name as word, u.id, 3 as rank
        from user_name_v u
        where u.tenant_id = $1 and u.name = any($2::text[])";
    let mut found: Vec<Worded> =
        tx.all(Sql::new(sql, values![permit.tenant(), words.clone()])).await?;
    found.extend(words.into_iter().filter_map(|word| {
        let id = addressed.get(&word.to_lowercase())?.0;
        Some(Worded { word, id, rank: 2 })
    }));
    Ok(found)
}

/// The names of those of these records that are there and within the caller's sight.
pub(crate) async fn names_seen(
    tx: &TenantTx,
    scope: &Scope,
    target: Target,
    ids: &[Uuid],
) -> Outcome<HashMap<Uuid, String>> {
    fn of<T: From<Uuid>>(ids: &[Uuid]) -> Vec<T> {
        ids.iter().copied().map(T::from).collect()
    }
    Ok(match target {
        Target::Customer => {
            let Ok(permit) = scope.permit::<ReadCustomers>() else { return Ok(HashMap::new()) };
            let found = customers_by_id(tx, &permit, &of::<CustomerId>(ids)).await?;
            found.into_iter().map(|(id, row)| (id.0, row.fields.name)).collect()
        }
        Target::Product => {
            let Ok(permit) = scope.permit::<ReadProducts>() else { return Ok(HashMap::new()) };
            let found = products_by_id(tx, &permit, &of::<ProductId>(ids)).await?;
            found.into_iter().map(|(id, row)| (id.0, row.fields.name)).collect()
        }
        Target::Supplier => {
            let Ok(permit) = scope.permit::<ReadSuppliers>() else { return Ok(HashMap::new()) };
            let found = directory_by_ids::<Supplier>(tx, &permit, &of::<SupplierId>(ids)).await?;
            found.into_iter().map(|(id, row)| (id.0, row.fields.name)).collect()
        }
        Target::Warehouse => {
            let Ok(permit) = scope.permit::<ReadDirectory>() else { return Ok(HashMap::new()) };
            let found = directory_by_ids::<Warehouse>(tx, &permit, &of::<WarehouseId>(ids)).await?;
            found.into_iter().map(|(id, row)| (id.0, row.fields.name)).collect()
        }
        Target::User => user_names(tx, scope, &of::<UserId>(ids)).await?,
    })
}

struct SeeUsers;

impl Action for SeeUsers {
    const RIGHT: Right = Right::UserRead;
}

async fn user_names(
    tx: &TenantTx,
    scope: &Scope,
    ids: &[UserId],
) -> Outcome<HashMap<Uuid, String>> {
    #[derive(FromQueryResult)]
    struct Named {
        id: Uuid,
        name: String,
    }
    let Ok(permit) = scope.permit::<SeeUsers>() else { return Ok(HashMap::new()) };
    let mut sql = Sql::new(
        "select u.id, u.name from user_name_v u where u.tenant_id = $1",
        values![permit.tenant()],
    );
    sql.with(" and u.id = any(", super::uuids(ids), "::uuid[])");
    sql.among("u.id", permit.managers());
    let rows: Vec<Named> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Narrows a list by what custom fields hold: `column` is the list's own id. Live on
/// `custom_value_key` and the primary key of `custom_value`.
pub fn push_conditions(sql: &mut Sql, tenant: TenantId, column: &str, conditions: &[Condition]) {
    let (empty, filled): (Vec<_>, Vec<_>) =
        conditions.iter().partition(|condition| condition.tests.is_empty());
    for condition in empty {
        sql.with(" and not exists (select from custom_value v where v.tenant_id = ", tenant, "");
        sql.with(" and v.field_id = ", condition.field, "");
        sql.push(" and v.record_id = ").push(column).push(")");
    }
    for (place, condition) in filled.iter().enumerate() {
        // An array of ids, as with tags: a join would read the whole list where a value seems to
        // be common. One array of all conditions, since two would be compared row by row.
        match place {
            0 => sql.push(" and ").push(column).push(" = any(array("),
            _ => sql.push(" intersect "),
        };
        sql.with("select v.record_id from custom_value v where v.tenant_id = ", tenant, "");
        sql.with(" and v.field_id = ", condition.field, "");
        for test in &condition.tests {
            push_test(sql, tenant, condition.kind.as_str(), test);
        }
    }
    if !filled.is_empty() {
        sql.push("))");
    }
}

fn push_test(sql: &mut Sql, tenant: TenantId, kind: &'static str, test: &Test) {
    let key = |sql: &mut Sql, text: &String| {
        sql.with("custom_key(", kind, ", ").bind(text.clone()).push(")");
    };
    match test {
        Test::IsSet => {}
        // A record may point at a card that was merged into another one since, and so may the
        // question.
        Test::Among(texts) if kind == FieldKind::Reference.as_str() => {
            sql.with(" and v.key = any(array(select c.id::text from customer_cards(", tenant, ", ");
            sql.bind(texts.clone()).push("::text[]::uuid[]) as c (id)))");
        }
        Test::Among(texts) => {
            sql.with(" and v.key = any(array(select custom_key(", kind, ", t.word)");
            sql.with(" from unnest(", texts.clone(), "::text[]) as t (word)))");
        }
        Test::From(text) => {
            sql.push(" and v.key >= ");
            key(sql, text);
        }
        Test::To(text) => {
            sql.push(" and v.key <= ");
            key(sql, text);
        }
        Test::StartsWith(text) => {
            sql.push(" and v.key >= ");
            key(sql, text);
            // The last character there is; nothing that begins so sorts behind it.
            sql.push(" and v.key < (");
            key(sql, text);
            sql.push(" || chr(1114111)) collate \"C\"");
        }
    }
}
