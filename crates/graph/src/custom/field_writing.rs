//! Making and changing custom fields.

use ::catalog::{Choice, Choices, CreateCustomField, CustomFieldChanges, UpdateCustomField};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::CustomFieldId;

use super::CustomFieldSubject;
use super::field::{CustomField, CustomFieldTarget, CustomFieldType};
use crate::catalog::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::user_error::UserError;

/// One of a field's choices.
#[derive(Clone, Debug, InputObject)]
pub struct CustomFieldChoiceInput {
    /// What records hold: 1 to 40 Latin letters, digits, underscores and hyphens.
    key: String,
    /// What people read, at most 100 characters; unique among the choices in use.
    name: String,
    /// Takes it out of use: records that hold it keep it.
    #[graphql(default)]
    is_archived: bool,
}

fn choices(given: Vec<CustomFieldChoiceInput>) -> Choices {
    let choice = |input: CustomFieldChoiceInput| Choice {
        key: input.key,
        name: input.name,
        is_archived: input.is_archived,
    };
    Choices(given.into_iter().map(choice).collect())
}

/// A new custom field.
#[derive(InputObject)]
pub struct CreateCustomFieldInput {
    /// The kind of record it is a field of; at most 100 of a kind are in use.
    subject: CustomFieldSubject,
    /// What programs call it, and the headers of files: 1 to 40 small Latin letters, digits and
    /// underscores, a letter first. Unique with the kind of record, and never changed.
    key: String,
    /// What people call it.
    name: String,
    /// What people are told who fill it in, at most 500 characters.
    hint: Option<String>,
    /// What it holds; never changed.
    kind: CustomFieldType,
    /// Whether a new record needs a value. Those that are there stay without.
    #[graphql(default)]
    is_required: bool,
    /// What it offers, in this order, at most 200; of fields of choices.
    #[graphql(default)]
    choices: Vec<CustomFieldChoiceInput>,
    /// What it points at; of fields that point at records. Never changed.
    target: Option<CustomFieldTarget>,
    /// Decimal places of a number, 0 to 6; up to 6 where none are given.
    scale: Option<i32>,
    /// The least number.
    least: Option<Decimal>,
    /// The largest number.
    most: Option<Decimal>,
    /// Characters of a text, 1 to 2,000; 250 where none are given.
    max_length: Option<i32>,
    /// A regular expression that a whole text must match, at most 200 characters.
    pattern: Option<String>,
    /// Fields of a kind of record with a smaller number stand first.
    #[graphql(default)]
    place: i32,
    /// The roles that see it, and scopes of partners' keys, written `scope:orders:read`; none:
    /// whoever sees the record.
    #[graphql(default)]
    read_roles: Vec<String>,
    /// Those of its readers who write it; none: whoever writes the record.
    #[graphql(default)]
    write_roles: Vec<String>,
    /// Whether lists may be narrowed by it; texts of at most 250 characters.
    #[graphql(default)]
    is_filterable: bool,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl CreateCustomFieldInput {
    fn command(self) -> CreateCustomField {
        let fields = CustomFieldChanges {
            subject_kind: Some(self.subject.kind().to_owned()),
            key: Some(self.key),
            name: Some(self.name),
            hint: Some(self.hint),
            kind: Some(self.kind.into()),
            is_required: Some(self.is_required),
            choices: Some(choices(self.choices)),
            target: Some(self.target.map(Into::into)),
            scale: Some(self.scale),
            least: Some(self.least.map(|bound| bound.0)),
            most: Some(self.most.map(|bound| bound.0)),
            max_length: Some(self.max_length),
            pattern: Some(self.pattern),
            place: Some(self.place),
            read_roles: Some(self.read_roles),
            write_roles: Some(self.write_roles),
            is_filterable: Some(self.is_filterable),
            external_reference: Some(self.external_reference),
        };
        CreateCustomField { fields }
    }
}

/// Changes of a custom field; what is left out stays, null empties. What records hold stays, also
/// where new bounds would not take it.
#[derive(InputObject)]
pub struct UpdateCustomFieldInput {
    /// Which one.
    id: GlobalId<CustomFieldId>,
    /// The version that was read.
    version: i32,
    /// What people call it.
    name: Option<String>,
    /// What people are told who fill it in.
    hint: MaybeUndefined<String>,
    /// Whether a new record needs a value.
    is_required: Option<bool>,
    /// All that it offers, in this order; choices left out are archived.
    choices: Option<Vec<CustomFieldChoiceInput>>,
    /// Decimal places of a number, 0 to 6; null: up to 6.
    scale: MaybeUndefined<i32>,
    /// The least number.
    least: MaybeUndefined<Decimal>,
    /// The largest number.
    most: MaybeUndefined<Decimal>,
    /// Characters of a text, 1 to 2,000; null: 250.
    max_length: MaybeUndefined<i32>,
    /// A regular expression that a whole text must match.
    pattern: MaybeUndefined<String>,
    /// Fields of a kind of record with a smaller number stand first.
    place: Option<i32>,
    /// All roles that see it, and scopes of partners' keys; none: whoever sees the record.
    read_roles: Option<Vec<String>>,
    /// All those of its readers who write it; none: whoever writes the record.
    write_roles: Option<Vec<String>>,
    /// Whether lists may be narrowed by it. Making it so reads all its values at once; who writes
    /// the field waits meanwhile.
    is_filterable: Option<bool>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it. What records hold of an archived field is not shown and stays.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl UpdateCustomFieldInput {
    fn command(self) -> UpdateCustomField {
        let fields = CustomFieldChanges {
            subject_kind: None,
            key: None,
            name: self.name,
            hint: change(self.hint, |text| text),
            kind: None,
            is_required: self.is_required,
            choices: self.choices.map(choices),
            target: None,
            scale: change(self.scale, |places| places),
            least: change(self.least, |bound| bound.0),
            most: change(self.most, |bound| bound.0),
            max_length: change(self.max_length, |most| most),
            pattern: change(self.pattern, |text| text),
            place: self.place,
            read_roles: self.read_roles,
            write_roles: self.write_roles,
            is_filterable: self.is_filterable,
            external_reference: change(self.external_reference, |text| text),
        };
        let (id, version, archived) = (self.id.0, self.version, self.archived);
        UpdateCustomField { id, version, fields, archived }
    }
}

payloads! {
    /// What came of making a custom field.
    CreateCustomFieldPayload {
        /// The field; null where it was refused.
        custom_field: CustomField
    }
    /// What came of changing a custom field.
    UpdateCustomFieldPayload {
        /// The field; null where it was refused.
        custom_field: CustomField
    }
}

/// Mutations of custom fields.
#[derive(Default)]
pub struct FieldMutation;

#[Object]
impl FieldMutation {
    /// Adds a field to a kind of record. Needs the right custom_field.write.
    async fn create_custom_field(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The field.")] mut input: CreateCustomFieldInput,
    ) -> async_graphql::Result<CreateCustomFieldPayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, input.command(), key).await?;
        let custom_field = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateCustomFieldPayload { custom_field, user_errors: done.user_errors })
    }

    /// Changes a custom field, archives or restores it. Needs the right custom_field.write.
    async fn update_custom_field(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateCustomFieldInput,
    ) -> async_graphql::Result<UpdateCustomFieldPayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, input.command(), key).await?;
        let custom_field = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateCustomFieldPayload { custom_field, user_errors: done.user_errors })
    }
}
