//! What custom fields hold, on every record that has them.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

use ::catalog::{
    CustomValue, Customizable, HeldValue, NOTED_AS, ReadCustomValues, Target, custom_values,
    seen_custom_keys,
};
use async_graphql::{ComplexObject, Context, SimpleObject};
use kernel::Uuid;
use serde_json::{Map, Value};

use super::CustomFieldSubject;
use super::field::{CustomField, CustomFieldChoice};
use crate::errors::Failure;
use crate::ids::AnyId;
use crate::loaders::{Load, Loaded, Loaders};
use crate::node::{Node, find};
use crate::scalars::{Date, Decimal};
use crate::session::Session;

/// What a custom field of a record holds. The member of the field's type is filled, the others
/// are null.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct CustomFieldValue {
    /// The field's key.
    key: String,
    /// As it is printed, whatever the type: the text, `12.5`, `2026-12-01`, `true`, the name of
    /// the choice or of the record; empty for a record that the caller does not see.
    text: String,
    /// Of a number field.
    number: Option<Decimal>,
    /// Of a date field.
    date: Option<Date>,
    /// Of a field of choices.
    choice: Option<CustomFieldChoice>,
    /// Of a yes-or-no field.
    boolean: Option<bool>,
    /// The field.
    field: CustomField,
    #[graphql(skip)]
    points_at: Option<(Target, Uuid)>,
}

#[ComplexObject]
impl CustomFieldValue {
    /// Of a field that points at records: the record; null where the caller does not see it.
    async fn reference(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Node>> {
        let Some((target, uuid)) = self.points_at else { return Ok(None) };
        let id = AnyId { kind: target.type_name().to_owned(), uuid };
        match find(Session::of(ctx)?, id).await {
            Err(failure) if failure.is_forbidden() => Ok(None),
            found => Ok(found?),
        }
    }
}

impl From<CustomValue> for CustomFieldValue {
    fn from(value: CustomValue) -> Self {
        let field = CustomField::from((*value.field).clone());
        let key = value.field.fields.key.clone();
        let blank = Self {
            key,
            text: value.text,
            number: None,
            date: None,
            choice: None,
            boolean: None,
            field,
            points_at: None,
        };
        match value.value {
            HeldValue::Text(_) => blank,
            HeldValue::Number(number) => Self { number: Some(Decimal(number)), ..blank },
            HeldValue::Date(day) => Self { date: Some(day.into()), ..blank },
            HeldValue::Choice(choice) => Self { choice: Some(choice.into()), ..blank },
            HeldValue::Boolean(flag) => Self { boolean: Some(flag), ..blank },
            HeldValue::Reference(target, id) => Self { points_at: Some((target, id)), ..blank },
        }
    }
}

/// What the custom fields of a record of one kind hold.
pub struct ValuesOf<S>(Uuid, PhantomData<fn() -> S>);

impl<S> Clone for ValuesOf<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for ValuesOf<S> {}

impl<S> PartialEq for ValuesOf<S> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<S> Eq for ValuesOf<S> {}

impl<S> std::hash::Hash for ValuesOf<S> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<S: Customizable> Load<ValuesOf<S>> for Loaders {
    type Value = Vec<CustomFieldValue>;

    async fn load(&self, keys: &[ValuesOf<S>]) -> Loaded<ValuesOf<S>, Vec<CustomFieldValue>> {
        let permit = self.permit::<ReadCustomValues<S>>()?;
        let records: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = custom_values::<S>(&*self.tx().await?, &permit, &records).await?;
        for value in found.values().flatten() {
            let field = &value.field.fields;
            self.shows_to(&field.key, &field.read_roles);
        }
        let values = |rows: Vec<CustomValue>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (ValuesOf(id, PhantomData), values(rows))).collect())
    }
}

/// What the custom fields of a record hold, as far as the caller sees them; those that hold
/// nothing are absent. Whoever holds the object sees the record.
pub(crate) async fn custom_fields_of<S: Customizable>(
    session: &Session,
    record: impl Into<Uuid>,
) -> Result<Vec<CustomFieldValue>, Failure> {
    Ok(session.load(ValuesOf::<S>(record.into(), PhantomData)).await?.unwrap_or_default())
}

/// The custom fields of a kind of record that the caller sees, as a key to load by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SeenKeys(&'static str);

impl Load<SeenKeys> for Loaders {
    type Value = BTreeSet<String>;

    async fn load(&self, keys: &[SeenKeys]) -> Loaded<SeenKeys, BTreeSet<String>> {
        // Asked of entries of the audit trail; the right to those was asked for before.
        let permit = self.permit::<::identity::ReadAudit>()?;
        let kinds: Vec<String> = keys.iter().map(|key| key.0.to_owned()).collect();
        let seen = seen_custom_keys(&*self.tx().await?, &permit, &kinds).await?;
        let mut found: HashMap<SeenKeys, BTreeSet<String>> = HashMap::new();
        for key in keys {
            let of_kind = seen.iter().filter(|(kind, _)| kind == key.0);
            found.insert(*key, of_kind.map(|(_, key)| key.clone()).collect());
        }
        Ok(found)
    }
}

/// The changes of a record without those of custom fields that the caller does not see.
pub(crate) async fn without_hidden(
    session: &Session,
    subject_kind: &str,
    changes: &Value,
) -> Result<Value, Failure> {
    let Value::Object(members) = changes else { return Ok(changes.clone()) };
    if !members.keys().any(|name| name.starts_with(NOTED_AS)) {
        return Ok(changes.clone());
    }
    let seen = match CustomFieldSubject::of_kind(subject_kind) {
        Some(subject) => session.load(SeenKeys(subject.kind())).await?.unwrap_or_default(),
        None => BTreeSet::new(),
    };
    let is_seen = |name: &str| name.strip_prefix(NOTED_AS).is_none_or(|key| seen.contains(key));
    let shown = members.iter().filter(|(name, _)| is_seen(name));
    Ok(Value::Object(shown.map(|(name, was)| (name.clone(), was.clone())).collect::<Map<_, _>>()))
}
