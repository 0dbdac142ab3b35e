//! Custom fields themselves.

use ::catalog::{CustomFieldFilter as Filter, FieldKind, ReadDirectory};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use kernel::CustomFieldId;

use super::CustomFieldSubject;
use crate::catalog::{ArchivedFilter, Noted};
use crate::errors::Failure;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, Connection};
use crate::scalars::Decimal;
use crate::session::Session;

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "FieldKind")]
pub enum CustomFieldType {
    /// A line of text.
    Text,
    /// A decimal number.
    Number,
    /// A day.
    Date,
    /// One of the field's own choices.
    Choice,
    /// Yes or no.
    Boolean,
    /// A record of one kind.
    Reference,
}

/// What a custom field may point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::Target")]
pub enum CustomFieldTarget {
    /// A customer.
    Customer,
    /// A product.
    Product,
    /// A user.
    User,
    /// A supplier.
    Supplier,
    /// A warehouse.
    Warehouse,
}

/// One of a field's choices.
#[derive(Clone, Debug, SimpleObject)]
pub struct CustomFieldChoice {
    /// What records hold; stays while the name changes.
    key: String,
    /// What people read.
    name: String,
    /// Whether it is archived: records that hold it keep it, others do not get it.
    is_archived: bool,
}

impl From<::catalog::Choice> for CustomFieldChoice {
    fn from(choice: ::catalog::Choice) -> Self {
        Self { key: choice.key, name: choice.name, is_archived: choice.is_archived }
    }
}

/// A field that the tenant added to one kind of record. Of an archived one nothing is shown, and
/// nothing is lost.
#[derive(Clone, SimpleObject)]
pub struct CustomField {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// The kind of record it is a field of; null for one that this release does not know.
    subject: Option<CustomFieldSubject>,
    /// What programs call it, and the headers of files; unique with the kind of record.
    key: String,
    /// What people call it.
    name: String,
    /// What people are told who fill it in.
    hint: Option<String>,
    /// What it holds.
    kind: CustomFieldType,
    /// Whether a new record needs a value, and none is taken away. Older records and those
    /// brought in from files may be without.
    is_required: bool,
    /// What it offers, in this order; empty but for fields of choices.
    choices: Vec<CustomFieldChoice>,
    /// What it points at; null but for fields that point at records.
    target: Option<CustomFieldTarget>,
    /// Decimal places of a number; null: up to 6.
    scale: Option<i32>,
    /// The least number; null: none.
    least: Option<Decimal>,
    /// The largest number; null: none.
    most: Option<Decimal>,
    /// Characters of a text at most; null: 250.
    max_length: Option<i32>,
    /// The regular expression that a whole text matches.
    pattern: Option<String>,
    /// Fields of a kind of record with a smaller number stand first.
    place: i32,
    /// The roles that see it, and scopes of partners' keys, written `scope:orders:read`; empty:
    /// whoever sees the record.
    read_roles: Vec<String>,
    /// Those of its readers who write it; empty: whoever writes the record.
    write_roles: Vec<String>,
    /// Whether lists may be narrowed by it.
    is_filterable: bool,
    #[graphql(flatten)]
    noted: Noted,
}

impl From<::catalog::CustomField> for CustomField {
    fn from(row: ::catalog::CustomField) -> Self {
        let fields = row.fields;
        Self {
            id: global(row.id),
            subject: CustomFieldSubject::of_kind(&fields.subject_kind),
            key: fields.key,
            name: fields.name,
            hint: fields.hint,
            kind: fields.kind.into(),
            is_required: fields.is_required,
            choices: fields.choices.0.into_iter().map(Into::into).collect(),
            target: fields.target.map(Into::into),
            scale: fields.scale,
            least: fields.least.map(|bound| Decimal(bound.normalize())),
            most: fields.most.map(|bound| Decimal(bound.normalize())),
            max_length: fields.max_length,
            pattern: fields.pattern,
            place: fields.place,
            read_roles: fields.read_roles,
            write_roles: fields.write_roles,
            is_filterable: fields.is_filterable,
            noted: Noted::of(row.id, fields.external_reference, &row.record),
        }
    }
}

impl Load<CustomFieldId> for Loaders {
    type Value = CustomField;

    async fn load(&self, keys: &[CustomFieldId]) -> Loaded<CustomFieldId, CustomField> {
        let permit = self.permit::<ReadDirectory>()?;
        let found = ::catalog::custom_fields_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// Which custom fields; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomFieldFilter {
    /// Of this kind of record.
    subject: Option<CustomFieldSubject>,
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

/// Queries of custom fields.
#[derive(Default)]
pub struct FieldQuery;

#[Object]
impl FieldQuery {
    /// The fields that the tenant added to its records, as far as the caller sees what they hold,
    /// kind by kind in the order of cards. Who makes fields sees all of them.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<CustomFieldFilter>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<CustomField>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadDirectory>()?;
        let filter = filter.unwrap_or_default();
        let filter = Filter {
            subject_kind: filter.subject.map(|subject| subject.kind().to_owned()),
            archived: filter.archived.into(),
            external_reference: filter.external_reference,
        };
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "PLACE")?;
        let rows = ::catalog::custom_fields(&*session.tx().await?, &permit, &filter, &page).await?;
        Ok(Connection::of(rows, CustomField::from).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let tx = session.tx().await?;
                Ok::<_, Failure>(::catalog::count_custom_fields(&tx, &permit, &filter).await?)
            }
        }))
    }

    /// One custom field that the caller sees.
    async fn custom_field(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<CustomFieldId>,
    ) -> async_graphql::Result<Option<CustomField>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
