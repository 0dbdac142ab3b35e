//! Contact persons of customers.

use ::catalog::{
    AddContactPerson, ContactChanges, NewContact, ReadContacts, RemoveContactPerson,
    UpdateContactPerson, contacts_by_customer, contacts_by_id,
};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{ContactId, CustomerId};

use super::contact_channels::{
    Consent, ConsentInput, ContactChannel, ContactChannelInput, channels, consent,
};
use super::customer::Customer;
use super::noted::Noted;
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::Date;
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
    /// The main telephone number, as typed: the first of `channels`.
    phone: Option<String>,
    /// The main e-mail address: the first of `channels`.
    email: Option<String>,
    /// Every way to reach the person, the main one of each kind first.
    channels: Vec<ContactChannel>,
    /// The day of birth.
    birthday: Option<Date>,
    /// What the person has said about being contacted; null where nobody has asked.
    consent: Option<Consent>,
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
            consent: Consent::of(&row.fields),
            channels: ContactChannel::all(row.channels),
            birthday: row.fields.birthday.map(Into::into),
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
        let permit = self.permit::<ReadContacts>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let found = contacts_by_customer(&*self.tx().await?, &permit, &ids).await?;
        let persons = |rows: Vec<_>| rows.into_iter().map(ContactPerson::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (ContactsOf(id), persons(rows))).collect())
    }
}

impl Load<ContactId> for Loaders {
    type Value = ContactPerson;

    async fn load(&self, keys: &[ContactId]) -> Loaded<ContactId, ContactPerson> {
        let permit = self.permit::<ReadContacts>()?;
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
    /// The main telephone number, as typed: 3 to 20 digits.
    phone: Option<String>,
    /// The main e-mail address.
    email: Option<String>,
    /// The day of birth; not after today.
    birthday: Option<Date>,
    /// What the person has said about being contacted; none where nobody has asked.
    consent: Option<ConsentInput>,
    /// All the ways to reach the person, at most 20, the main one of each kind first; instead of
    /// `phone` and `email`.
    channels: Option<Vec<ContactChannelInput>>,
    /// Anything else worth knowing; at most 2,000 characters.
    comment: Option<String>,
    /// The person's key in another system; unique in the tenant.
    external_reference: Option<String>,
}

impl From<ContactPersonInput> for NewContact {
    fn from(input: ContactPersonInput) -> Self {
        let (consent, consent_since, consent_how) = consent(input.consent);
        let fields = ContactChanges {
            name: Some(input.name),
            position: Some(input.position),
            phone: Some(input.phone),
            email: Some(input.email),
            birthday: Some(input.birthday.map(|day| day.0)),
            consent: Some(consent),
            consent_since: Some(consent_since),
            consent_how: Some(consent_how),
            comment: Some(input.comment),
            external_reference: Some(input.external_reference),
        };
        Self { fields, channels: channels(input.channels) }
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
    /// The main telephone number, as typed: 3 to 20 digits.
    phone: Option<String>,
    /// The main e-mail address.
    email: Option<String>,
    /// The day of birth; not after today.
    birthday: Option<Date>,
    /// What the person has said about being contacted; none where nobody has asked.
    consent: Option<ConsentInput>,
    /// All the ways to reach the person, at most 20, the main one of each kind first; instead of
    /// `phone` and `email`.
    channels: Option<Vec<ContactChannelInput>>,
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
    /// The main telephone number, as typed: 3 to 20 digits; takes the place of the main one
    /// among the channels.
    phone: MaybeUndefined<String>,
    /// The main e-mail address; takes the place of the main one among the channels.
    email: MaybeUndefined<String>,
    /// The day of birth; not after today.
    birthday: MaybeUndefined<Date>,
    /// What the person has said about being contacted; null is as if nobody had asked.
    consent: MaybeUndefined<ConsentInput>,
    /// All the ways to reach the person, at most 20, the main one of each kind first; instead of
    /// `phone` and `email`.
    channels: Option<Vec<ContactChannelInput>>,
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
        let person = ContactPersonInput {
            name: input.name,
            position: input.position,
            phone: input.phone,
            email: input.email,
            birthday: input.birthday,
            consent: input.consent,
            channels: input.channels,
            comment: input.comment,
            external_reference: input.external_reference,
        };
        let command = AddContactPerson { customer: input.customer_id.0, person: person.into() };
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
        let word = change(input.consent, |word| word).map(consent);
        let fields = ContactChanges {
            name: input.name,
            position: change(input.position, |text| text),
            phone: change(input.phone, |text| text),
            email: change(input.email, |text| text),
            birthday: change(input.birthday, |day| day.0),
            consent: word.as_ref().map(|word| word.0),
            consent_since: word.as_ref().map(|word| word.1),
            consent_how: word.map(|word| word.2),
            comment: change(input.comment, |text| text),
            external_reference: change(input.external_reference, |text| text),
        };
        let channels = channels(input.channels);
        let (id, version) = (input.id.0, input.version);
        let command = UpdateContactPerson { id, version, fields, channels };
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
