//! Contact persons of customers.

use ::catalog::{
    AddContactPerson, ContactChanges, ReadCustomers, RemoveContactPerson, UpdateContactPerson,
    contacts_by_customer, contacts_by_id,
};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{ContactId, CustomerId};

use super::customer::Customer;
use super::noted::Noted;
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::session::Session;
use crate::user_error::UserError;

/// A person at a customer.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct ContactPerson {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// The person's name.
    name: String,
    /// The position at the customer.
    position: Option<String>,
    /// The telephone number, as typed.
    phone: Option<String>,
    /// The e-mail address.
    email: Option<String>,
    /// Anything else worth knowing.
    comment: Option<String>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    customer_id: CustomerId,
}

#[ComplexObject]
impl ContactPerson {
    /// Where the person works.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.customer_id).await?)
    }
}

impl From<::catalog::ContactPerson> for ContactPerson {
    fn from(row: ::catalog::ContactPerson) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            position: row.fields.position,
            phone: row.fields.phone,
            email: row.fields.email,
            comment: row.fields.comment,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            customer_id: row.customer_id,
        }
    }
}

/// The contact persons of a customer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ContactsOf(pub(super) CustomerId);

impl Load<ContactsOf> for Loaders {
    type Value = Vec<ContactPerson>;

    async fn load(&self, keys: &[ContactsOf]) -> Loaded<ContactsOf, Vec<ContactPerson>> {
        let permit = self.permit::<ReadCustomers>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let found = contacts_by_customer(&*self.tx().await?, &permit, &ids).await?;
        let persons = |rows: Vec<_>| rows.into_iter().map(ContactPerson::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (ContactsOf(id), persons(rows))).collect())
    }
}

impl Load<ContactId> for Loaders {
    type Value = ContactPerson;

    async fn load(&self, keys: &[ContactId]) -> Loaded<ContactId, ContactPerson> {
        let permit = self.permit::<ReadCustomers>()?;
        let found = contacts_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// A contact person of a new customer.
#[derive(InputObject)]
pub struct ContactPersonInput {
    /// The person's name.
    name: String,
    /// The position at the customer.
    position: Option<String>,
    /// The telephone number, as typed: 3 to 20 digits.
    phone: Option<String>,
    /// The e-mail address.
    email: Option<String>,
    /// Anything else worth knowing; at most 2,000 characters.
    comment: Option<String>,
    /// The person's key in another system; unique in the tenant.
    external_reference: Option<String>,
}

impl From<ContactPersonInput> for ContactChanges {
    fn from(input: ContactPersonInput) -> Self {
        Self {
            name: Some(input.name),
            position: Some(input.position),
            phone: Some(input.phone),
            email: Some(input.email),
            comment: Some(input.comment),
            external_reference: Some(input.external_reference),
        }
    }
}

/// A new contact person.
#[derive(InputObject)]
pub struct AddContactPersonInput {
    /// Where the person works.
    customer_id: GlobalId<CustomerId>,
    /// The person's name.
    name: String,
    /// The position at the customer.
    position: Option<String>,
    /// The telephone number, as typed: 3 to 20 digits.
    phone: Option<String>,
    /// The e-mail address.
    email: Option<String>,
    /// Anything else worth knowing; at most 2,000 characters.
    comment: Option<String>,
    /// The person's key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a contact person; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateContactPersonInput {
    /// Which one.
    id: GlobalId<ContactId>,
    /// The version that was read.
    version: i32,
    /// The person's name.
    name: Option<String>,
    /// The position at the customer.
    position: MaybeUndefined<String>,
    /// The telephone number, as typed: 3 to 20 digits.
    phone: MaybeUndefined<String>,
    /// The e-mail address.
    email: MaybeUndefined<String>,
    /// Anything else worth knowing; at most 2,000 characters.
    comment: MaybeUndefined<String>,
    /// The person's key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which contact person goes.
#[derive(InputObject)]
pub struct RemoveContactPersonInput {
    /// Which one.
    id: GlobalId<ContactId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of adding a contact person.
    AddContactPersonPayload {
        /// The person; null where it was refused.
        contact_person: ContactPerson
    }
    /// What came of changing a contact person.
    UpdateContactPersonPayload {
        /// The person; null where it was refused.
        contact_person: ContactPerson
    }
    /// What came of removing a contact person.
    RemoveContactPersonPayload {
        /// The customer the person worked at; null where it was refused.
        customer: Customer
    }
}

/// Mutations of contact persons.
#[derive(Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Adds a contact person to a customer.
    async fn add_contact_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: AddContactPersonInput,
    ) -> async_graphql::Result<AddContactPersonPayload> {
        let fields = ContactChanges {
            name: Some(input.name),
            position: Some(input.position),
            phone: Some(input.phone),
            email: Some(input.email),
            comment: Some(input.comment),
            external_reference: Some(input.external_reference),
        };
        let command = AddContactPerson { customer: input.customer_id.0, fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let contact_person = Session::of(ctx)?.load_made(done.output).await?;
        Ok(AddContactPersonPayload { contact_person, user_errors: done.user_errors })
    }

    /// Changes a contact person.
    async fn update_contact_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateContactPersonInput,
    ) -> async_graphql::Result<UpdateContactPersonPayload> {
        let fields = ContactChanges {
            name: input.name,
            position: change(input.position, |text| text),
            phone: change(input.phone, |text| text),
            email: change(input.email, |text| text),
            comment: change(input.comment, |text| text),
            external_reference: change(input.external_reference, |text| text),
        };
        let command = UpdateContactPerson { id: input.id.0, version: input.version, fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let contact_person = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateContactPersonPayload { contact_person, user_errors: done.user_errors })
    }

    /// Takes a contact person off a customer's card; what was said with the person stays.
    async fn remove_contact_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: RemoveContactPersonInput,
    ) -> async_graphql::Result<RemoveContactPersonPayload> {
        let command = RemoveContactPerson { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let customer = Session::of(ctx)?.load_made(done.output).await?;
        Ok(RemoveContactPersonPayload { customer, user_errors: done.user_errors })
    }
}
