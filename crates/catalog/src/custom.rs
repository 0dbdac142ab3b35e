//! What records hold in the fields that a tenant added: which kinds of records have some, what the
//! caller sees of them, and lists narrowed by them. Lists of files and screens alike read it here.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;
use std::sync::Arc;

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::{Refusal, RefusalCode, Uuid};

use crate::records::CustomField;
use crate::rules::{
    AskedCondition, Condition, HeldValue, MOST_CONDITIONS, Target, condition, held_value,
};
use crate::store::{Archived, HeldTexts, fields_of, held_by, names_seen};

/// How changes of custom fields are named in the audit trail, before the field's key.
pub const NOTED_AS: &str = "customFields.";

/// A kind of record to which a tenant may add fields.
pub trait Customizable: Send + Sync + 'static {
    /// The kind, as the API names the record's type.
    const KIND: &'static str;
    /// The right to see what the fields hold.
    const READ: Right;
    /// The right to write it alone, whatever the record's state.
    const WRITE: Right;

    /// Locks a record within the permit's reach, refuses a version that is not the current one,
    /// moves the version on and tells of the change.
    ///
    /// # Errors
    /// Not found, stale, archived, or a fault.
    fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> impl Future<Output = Outcome<()>> + Send;
}

/// Reads what custom fields of one kind of record hold.
pub struct ReadCustomValues<S>(PhantomData<fn() -> S>);

impl<S: Customizable> Action for ReadCustomValues<S> {
    const RIGHT: Right = S::READ;
}

/// What a custom field of a record holds, of those that the caller sees.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomValue {
    /// The field.
    pub field: Arc<CustomField>,
    /// What it holds.
    pub value: HeldValue,
    /// As it is printed: `12.5`, `2026-12-01`, `true`, the name of a choice or of a record; empty
    /// for a record out of the caller's sight.
    pub text: String,
}

/// What the custom fields of these records hold, as far as the caller sees them, in the order of
/// cards. Whoever calls has seen the records. The number of statements does not depend on them.
///
/// # Errors
/// [`db::Fault`].
pub async fn custom_values<S: Customizable>(
    tx: &TenantTx,
    permit: &Permit<ReadCustomValues<S>>,
    records: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<CustomValue>>> {
    let fields = fields_of(tx, permit, &[S::KIND.to_owned()], Archived::Exclude).await?;
    let seen = fields.into_iter().filter(|field| field.fields.is_read_by(permit.scope()));
    let fields: Vec<Arc<CustomField>> = seen.map(Arc::new).collect();
    if fields.is_empty() {
        return Ok(HashMap::new());
    }
    let held = held_by(tx, permit, records).await?;
    let values_of = |held: &HeldTexts| -> Vec<(Arc<CustomField>, HeldValue)> {
        let value = |field: &Arc<CustomField>| {
            let text = held.get(&field.fields.key)?;
            Some((Arc::clone(field), held_value(field.fields.form(), text)?))
        };
        fields.iter().filter_map(value).collect()
    };
    let read: Vec<_> = held.iter().map(|(record, held)| (*record, values_of(held))).collect();
    let values = read.iter().flat_map(|(_, values)| values);
    let pointed = values.filter_map(|(_, value)| match value {
        HeldValue::Reference(target, id) => Some((*target, *id)),
        _ => None,
    });
    let pointed: Vec<(Target, Uuid)> = pointed.collect();
    let names = seen_by_target(tx, permit, &pointed).await?;
    let shown = |(field, value): (Arc<CustomField>, HeldValue)| {
        let text = printed(&value, &names);
        CustomValue { field, value, text }
    };
    Ok(read.into_iter().map(|(id, all)| (id, all.into_iter().map(shown).collect())).collect())
}

fn printed(value: &HeldValue, names: &HashMap<(Target, Uuid), String>) -> String {
    match value {
        HeldValue::Text(text) => text.clone(),
        HeldValue::Number(number) => number.to_string(),
        HeldValue::Date(day) => day.to_string(),
        HeldValue::Choice(choice) => choice.name.clone(),
        HeldValue::Boolean(flag) => flag.to_string(),
        HeldValue::Reference(target, id) => names.get(&(*target, *id)).cloned().unwrap_or_default(),
    }
}

/// Reads what a client asks of the custom fields of a list's records.
///
/// # Errors
/// A field that is not there or not for the caller, one that is not filterable, a condition that
/// does not fit.
pub async fn custom_conditions<S: Customizable, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[AskedCondition],
) -> Outcome<Vec<Condition>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    if asked.len() > MOST_CONDITIONS {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_CONDITIONS} conditions on custom fields."),
            format!("Условий на дополнительные поля — не больше {MOST_CONDITIONS}."),
        )
        .into());
    }
    let fields = fields_of(tx, permit, &[S::KIND.to_owned()], Archived::Exclude).await?;
    let read = |asked: &AskedCondition| {
        let found = fields.iter().find(|field| field.fields.key == asked.key);
        let found = found.filter(|field| field.fields.is_read_by(permit.scope()));
        let field = found.ok_or_else(|| unknown_field(&asked.key))?;
        if !field.fields.is_filterable {
            return Err(not_filterable(field));
        }
        condition(field.id, field.fields.form(), asked)
    };
    Ok(asked.iter().map(read).collect::<Result<_, Refusal>>()?)
}

fn not_filterable(field: &CustomField) -> Refusal {
    let key = &field.fields.key;
    Refusal::new(
        RefusalCode::Invalid,
        format!("Lists are not narrowed by {key}: an administrator may make it filterable."),
        format!("По полю {key} отбора нет: администратор может сделать его отбираемым."),
    )
}

/// The custom fields in use of one kind of record that the caller sees, in the order of cards.
///
/// # Errors
/// [`db::Fault`].
pub async fn seen_custom_fields<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: &str,
) -> Outcome<Vec<CustomField>> {
    let fields = fields_of(tx, permit, &[kind.to_owned()], Archived::Exclude).await?;
    Ok(fields.into_iter().filter(|field| field.fields.is_read_by(permit.scope())).collect())
}

/// The kinds and keys of the custom fields of these kinds of records that the caller sees,
/// archived ones too.
///
/// # Errors
/// [`db::Fault`].
pub async fn seen_custom_keys<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kinds: &[String],
) -> Outcome<BTreeSet<(String, String)>> {
    let fields = fields_of(tx, permit, kinds, Archived::Include).await?;
    let seen = fields.into_iter().filter(|field| field.fields.is_read_by(permit.scope()));
    Ok(seen.map(|field| (field.fields.subject_kind, field.fields.key)).collect())
}

/// The names of records that are pointed at, in one statement for each kind of them.
pub(crate) async fn seen_by_target<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    pointed: &[(Target, Uuid)],
) -> Outcome<HashMap<(Target, Uuid), String>> {
    let mut asked: HashMap<Target, Vec<Uuid>> = HashMap::new();
    for (target, id) in pointed {
        asked.entry(*target).or_default().push(*id);
    }
    let mut seen = HashMap::new();
    for (target, ids) in asked {
        let names = names_seen(tx, permit.scope(), target, &ids).await?;
        seen.extend(names.into_iter().map(|(id, name)| ((target, id), name)));
    }
    Ok(seen)
}

pub(crate) fn unknown_field(key: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        format!("These records have no field {key:?}."),
        format!("У этих записей нет поля «{key}»."),
    )
}
