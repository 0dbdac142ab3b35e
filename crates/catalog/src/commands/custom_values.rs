//! What records hold in the fields that a tenant added: written beside the record's own fields,
//! in its own command's transaction, or alone.
//!
//! A new kind of record with custom fields is a [`Customizable`] of a few lines; its commands stay
//! as they are and run inside a [`Filled`].

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Refusal, RefusalCode, Uuid};
use serde_json::{Map, Value, json};

use crate::custom::{Customizable, NOTED_AS, seen_by_target, unknown_field};
use crate::records::CustomField;
use crate::rules::{Given, Target, is_blank, settle};
use crate::store::{HeldTexts, held_by, hold_fields, put_held};

/// Values in one request at most.
const MOST_ENTRIES: usize = 100;
/// A value of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The field's key.
    pub key: String,
    /// What it is to hold; `None` empties it.
    pub value: Option<Given>,
}

/// Whether the record has just been made: then what is required is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    Made,
    Changed,
}

/// A command that makes or changes a record, with what its custom fields are to hold: one
/// transaction, one row of the audit trail.
pub struct Filled<S, C> {
    command: C,
    entries: Vec<Entry>,
    occasion: Occasion,
    subject: PhantomData<fn() -> S>,
}

impl<S, C: fmt::Debug> fmt::Debug for Filled<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filled").field(&self.command).field(&self.entries).finish()
    }
}

impl<S, C> Filled<S, C> {
    /// Around a command that makes a record.
    pub fn made(command: C, entries: Vec<Entry>) -> Self {
        Self { command, entries, occasion: Occasion::Made, subject: PhantomData }
    }

    /// Around a command that changes a record.
    pub fn changed(command: C, entries: Vec<Entry>) -> Self {
        Self { command, entries, occasion: Occasion::Changed, subject: PhantomData }
    }
}

impl<S, C: Action> Action for Filled<S, C> {
    const RIGHT: Right = C::RIGHT;
}

#[async_trait::async_trait]
impl<S: Customizable, C: Command> Command for Filled<S, C>
where
    C::Output: Copy + Into<Uuid>,
{
    type Output = C::Output;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<C::Output> {
        let inner = permit.scope().permit::<C>()?;
        let made = self.command.run(tx, &inner).await?;
        let noted = fill::<S, _>(tx, permit, made.into(), &self.entries, self.occasion).await?;
        if !noted.is_empty() && !tx.amend_audit(made.into(), noted.clone()) {
            audit::<S>(tx, made.into(), noted);
        }
        Ok(made)
    }
}

/// Writes custom fields of a record and nothing else: what it says stays, posted or not.
pub struct SetCustomFields<S> {
    id: Uuid,
    version: i32,
    entries: Vec<Entry>,
    subject: PhantomData<fn() -> S>,
}

impl<S> SetCustomFields<S> {
    /// Of this record, at the version it was read at.
    #[must_use]
    pub fn new(id: Uuid, version: i32, entries: Vec<Entry>) -> Self {
        Self { id, version, entries, subject: PhantomData }
    }
}

impl<S: Customizable> Action for SetCustomFields<S> {
    const RIGHT: Right = S::WRITE;
}

#[async_trait::async_trait]
impl<S: Customizable> Command for SetCustomFields<S> {
    type Output = Uuid;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Uuid> {
        S::touch(tx, permit, self.id, self.version).await?;
        let noted = fill::<S, _>(tx, permit, self.id, &self.entries, Occasion::Changed).await?;
        audit::<S>(tx, self.id, noted);
        Ok(self.id)
    }
}

fn audit<S: Customizable>(tx: &TenantTx, id: Uuid, noted: Map<String, Value>) {
    tx.audit(AuditEntry::new("setCustomFields", S::KIND, id, Value::Object(noted)));
}

/// Writes values of a record that is locked or new. Gives what changed, for the audit trail.
async fn fill<S: Customizable, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    record: Uuid,
    entries: &[Entry],
    occasion: Occasion,
) -> Outcome<Map<String, Value>> {
    let is_new = occasion == Occasion::Made;
    if entries.is_empty() && !is_new {
        return Ok(Map::new());
    }
    let keys = keys_once(entries)?;
    let fields = hold_fields(tx, permit, S::KIND, &keys, is_new).await?;
    if fields.is_empty() && entries.is_empty() {
        return Ok(Map::new());
    }
    let before = match occasion {
        Occasion::Made => HeldTexts::new(),
        Occasion::Changed => {
            held_by(tx, permit, &[record]).await?.remove(&record).unwrap_or_default()
        }
    };
    let mut after = before.clone();
    for (place, entry) in entries.iter().enumerate() {
        let within = |refusal: Refusal| refusal.within(["customFields".into(), place.to_string()]);
        let field = writable(permit, &fields, &entry.key).map_err(within)?;
        let was = before.get(&entry.key).map(String::as_str);
        match entry.value.as_ref().filter(|given| !is_blank(given)) {
            None if field.fields.is_required && was.is_some() => {
                return Err(within(required(field)).into());
            }
            None => after.remove(&entry.key),
            Some(given) => {
                let text = settle(field.fields.form(), given, was).map_err(within)?;
                after.insert(entry.key.clone(), text)
            }
        };
    }
    check_references(tx, permit, &fields, entries).await?;
    if is_new && let Some(field) = missing(permit, &fields, &after) {
        return Err(required(field).at(["customFields"]).into());
    }
    if after != before {
        put_held(tx, permit, S::KIND, record, &after).await?;
    }
    Ok(noted(&before, &after))
}

/// The keys of what is given, each once.
fn keys_once(entries: &[Entry]) -> Result<Vec<String>, Refusal> {
    if entries.len() > MOST_ENTRIES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_ENTRIES} values at once."),
            format!("За один раз — не больше значений: {MOST_ENTRIES}."),
        )
        .at(["customFields"]));
    }
    let mut seen = BTreeSet::new();
    for (place, entry) in entries.iter().enumerate() {
        if !seen.insert(entry.key.as_str()) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "The field is named twice.",
                "Поле указано дважды.",
            )
            .at(["customFields".to_owned(), place.to_string(), "key".to_owned()]));
        }
    }
    // PostgreSQL takes no NUL in a text; no key holds one.
    Ok(seen.into_iter().filter(|key| !key.contains('\0')).map(str::to_owned).collect())
}

/// The field of this key, where the caller may write it. One that he does not see is not there.
pub(super) fn writable<'a, A>(
    permit: &Permit<A>,
    fields: &'a [CustomField],
    key: &str,
) -> Result<&'a CustomField, Refusal> {
    let found = fields.iter().find(|field| field.fields.key == key);
    let Some(field) = found.filter(|field| field.fields.is_read_by(permit.scope())) else {
        return Err(unknown_field(key).at(["key"]));
    };
    if field.record.archived_at.is_some() {
        return Err(Refusal::new(
            RefusalCode::Archived,
            format!("The field “{}” is archived.", field.fields.name),
            format!("Поле «{}» в архиве.", field.fields.name),
        )
        .at(["key"]));
    }
    if field.fields.is_written_by(permit.scope()) {
        return Ok(field);
    }
    Err(Refusal::new(
        RefusalCode::FieldNotAllowed,
        format!("You may not write the field “{}”.", field.fields.name),
        format!("Вам нельзя менять поле «{}».", field.fields.name),
    )
    .at(["key"]))
}

pub(super) fn required(field: &CustomField) -> Refusal {
    let name = &field.fields.name;
    Refusal::new(
        RefusalCode::Required,
        format!("The field “{name}” must be filled in."),
        format!("Поле «{name}» обязательно."),
    )
    .with(json!({ "key": field.fields.key }))
}

/// The first field that a new record must fill and does not, of those its maker may write.
pub(super) fn missing<'a, A>(
    permit: &Permit<A>,
    fields: &'a [CustomField],
    held: &HeldTexts,
) -> Option<&'a CustomField> {
    fields.iter().find(|field| {
        field.fields.is_required
            && field.record.archived_at.is_none()
            && field.fields.is_written_by(permit.scope())
            && !held.contains_key(&field.fields.key)
    })
}

/// Records that are pointed at are there, and within the caller's sight.
async fn check_references<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    fields: &[CustomField],
    entries: &[Entry],
) -> Outcome<()> {
    let target_of = |key: &str| {
        let field = fields.iter().find(|field| field.fields.key == key);
        field.and_then(|field| field.fields.target)
    };
    let pointed = entries.iter().enumerate().filter_map(|(place, entry)| match &entry.value {
        Some(Given::Reference { id, .. }) => Some((place, target_of(&entry.key)?, *id)),
        _ => None,
    });
    let pointed: Vec<(usize, Target, Uuid)> = pointed.collect();
    let ids: Vec<(Target, Uuid)> = pointed.iter().map(|(_, target, id)| (*target, *id)).collect();
    let seen = seen_by_target(tx, permit, &ids).await?;
    match pointed.iter().find(|(_, target, id)| !seen.contains_key(&(*target, *id))) {
        None => Ok(()),
        Some((place, ..)) => Err(Refusal::new(
            RefusalCode::UnknownReference,
            "The record named here does not exist.",
            "Указанной здесь записи нет.",
        )
        .at(["customFields".to_owned(), place.to_string(), "referenceId".to_owned()])
        .into()),
    }
}

/// What differs, by field, as the audit trail has it.
pub(super) fn noted(before: &HeldTexts, after: &HeldTexts) -> Map<String, Value> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let change = |key: &String| json!({ "before": before.get(key), "after": after.get(key) });
    differ.map(|key| (format!("{NOTED_AS}{key}"), change(key))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(pairs: &[(&str, &str)]) -> HeldTexts {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn only_what_differs_is_noted() {
        let before = held(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let after = held(&[("a", "1"), ("b", "4"), ("d", "5")]);
        let expected = json!({
            "customFields.b": { "before": "2", "after": "4" },
            "customFields.c": { "before": "3", "after": null },
            "customFields.d": { "before": null, "after": "5" },
        });
        assert_eq!(Value::Object(noted(&before, &after)), expected);
    }

    #[test]
    fn a_field_is_named_once() {
        let entry = |key: &str| Entry { key: key.into(), value: None };
        assert_eq!(keys_once(&[entry("b"), entry("a")]).unwrap(), ["a", "b"]);
        let refused = keys_once(&[entry("a"), entry("a")]).unwrap_err();
        assert_eq!(refused.field.unwrap(), ["customFields", "1", "key"]);
        assert!(keys_once(&vec![entry("a"); 101]).is_err());
    }
}
