//! What clients write into custom fields, and ask of them.

use ::catalog::{AskedCondition, Condition, Customizable, Entry, Filled, Given, custom_conditions};
use async_graphql::{Context, InputObject};
use db::Command;
use kernel::{Refusal, RefusalCode, Uuid};

use crate::catalog::tried;
use crate::errors::Failure;
use crate::idempotency::MutationResult;
use crate::ids::AnyId;
use crate::scalars::{Date, Decimal};
use crate::session::Session;

/// What a custom field is to hold: one of the values, that of the field's type. None of them
/// empties the field.
#[derive(Clone, Debug, InputObject)]
pub struct CustomFieldInput {
    /// The field's key.
    key: String,
    /// Of a text field: a line of text.
    text: Option<String>,
    /// Of a number field: a number within the field's bounds and decimal places.
    number: Option<Decimal>,
    /// Of a date field: a day.
    date: Option<Date>,
    /// Of a field of choices: the key of a choice in use.
    choice: Option<String>,
    /// Of a yes-or-no field: yes or no.
    boolean: Option<bool>,
    /// Of a field that points at records: the global id of one of its kind.
    reference_id: Option<AnyId>,
}

impl CustomFieldInput {
    fn entry(self) -> Result<Entry, Refusal> {
        let reference = |id: AnyId| Given::Reference { type_name: id.kind, id: id.uuid };
        let given = [
            self.text.map(Given::Text),
            self.number.map(|number| Given::Number(number.0)),
            self.date.map(|day| Given::Date(day.0)),
            self.choice.map(Given::Choice),
            self.boolean.map(Given::Boolean),
            self.reference_id.map(reference),
        ];
        let mut given = given.into_iter().flatten();
        let value = given.next();
        if given.next().is_none() {
            return Ok(Entry { key: self.key, value });
        }
        Err(Refusal::new(
            RefusalCode::Invalid,
            "Give one value: that of the field's type.",
            "Передайте одно значение: того типа, что у поля.",
        ))
    }
}

/// What is given, as commands take it.
pub(crate) fn entries(given: Vec<CustomFieldInput>) -> Result<Vec<Entry>, Refusal> {
    let entry = |(place, input): (usize, CustomFieldInput)| {
        let within = |refusal: Refusal| refusal.within(["customFields".into(), place.to_string()]);
        input.entry().map_err(within)
    };
    given.into_iter().enumerate().map(entry).collect()
}

/// Runs a command that makes a record of this kind, and fills its custom fields with it.
pub(crate) async fn filled_anew<S: Customizable, C: Command>(
    ctx: &Context<'_>,
    command: Result<C, Refusal>,
    given: Vec<CustomFieldInput>,
    key: Option<String>,
) -> Result<MutationResult<C::Output>, Failure>
where
    C::Output: Copy + Into<Uuid>,
{
    let filled = command.and_then(|command| Ok(Filled::<S, C>::made(command, entries(given)?)));
    tried(ctx, filled, key).await
}

/// Runs a command that changes a record of this kind, and its custom fields with it.
pub(crate) async fn filled_in<S: Customizable, C: Command>(
    ctx: &Context<'_>,
    command: Result<C, Refusal>,
    given: Vec<CustomFieldInput>,
    key: Option<String>,
) -> Result<MutationResult<C::Output>, Failure>
where
    C::Output: Copy + Into<Uuid>,
{
    let filled = command.and_then(|command| Ok(Filled::<S, C>::changed(command, entries(given)?)));
    tried(ctx, filled, key).await
}

/// What a custom field holds in the records wanted; all that is given holds at once. The field
/// must be filterable. Values are written as `CustomFieldValue.text` prints them, but for choices,
/// which are named by their keys, and records, by their ids.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomFieldCondition {
    /// The field's key.
    key: String,
    /// Exactly this; texts whatever their case.
    equals: Option<String>,
    /// One of these, at most 100.
    #[graphql(name = "in")]
    among: Option<Vec<String>>,
    /// This or more; of numbers and dates.
    from: Option<String>,
    /// This or less; of numbers and dates.
    to: Option<String>,
    /// A text that begins with this, whatever its case.
    starts_with: Option<String>,
    /// One of these records, at most 100; of fields that point at records.
    reference_ids: Option<Vec<AnyId>>,
    /// Anything (true), or nothing (false, with no other condition on the field).
    is_set: Option<bool>,
}

impl From<CustomFieldCondition> for AskedCondition {
    fn from(asked: CustomFieldCondition) -> Self {
        let references =
            asked.reference_ids.map(|ids| ids.into_iter().map(|id| id.uuid).collect::<Vec<_>>());
        Self {
            key: asked.key,
            equals: asked.equals,
            among: asked.among,
            from: asked.from,
            to: asked.to,
            starts_with: asked.starts_with,
            references,
            is_set: asked.is_set,
        }
    }
}

/// Reads what a list's filter asks of custom fields of this kind of record.
pub(crate) async fn conditions<S: Customizable>(
    session: &Session,
    asked: Option<Vec<CustomFieldCondition>>,
) -> Result<Vec<Condition>, Failure> {
    let asked: Vec<AskedCondition> =
        asked.unwrap_or_default().into_iter().map(Into::into).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let permit = session.permit::<::catalog::ReadCustomValues<S>>()?;
    Ok(custom_conditions::<S, _>(&*session.tx().await?, &permit, &asked).await?)
}
