//! Contact persons of customers.

use access::{Action, Permit};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{ContactId, CustomerId, Refusal, RefusalCode};
use serde_json::{Value, json};

use super::customers::{held as held_customer, tell_of_part};
use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version};
use crate::records::{ContactChanges, ContactFields, CustomerFields};
use crate::rules::{Channel, ChannelKind, check_channels, check_consent, main_of, with_main};
use crate::store::{
    Held, channels_of, customer_of, hold, insert, note_contact_words, replace_channels, update,
};

/// A contact person to be made.
#[derive(Clone, Debug, Default)]
pub struct NewContact {
    /// The person's fields; those not given are empty.
    pub fields: ContactChanges,
    /// How the person is reached, the main ones first; `None` where the fields' telephone and
    /// e-mail are all there is.
    pub channels: Option<Vec<Channel>>,
}

impl From<ContactChanges> for NewContact {
    fn from(fields: ContactChanges) -> Self {
        Self { fields, channels: None }
    }
}

/// Adds a contact person to a customer.
#[derive(Clone, Debug)]
pub struct AddContactPerson {
    /// Where the person works.
    pub customer: CustomerId,
    /// The person.
    pub person: NewContact,
}

#[async_trait::async_trait]
impl Command for AddContactPerson {
    type Output = ContactId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContactId> {
        let customer = held_customer(tx, permit, self.customer).await?;
        archived_after(&customer.record, None, tx.now())?;
        let (id, noted) = make(tx, permit, self.customer, &self.person).await?;
        note_contact_words(tx, permit, &[self.customer]).await?;
        let deed = Deed::new("addContactPerson", "ContactPerson", id);
        deed.audit(tx, noted);
        tell_of_part(tx, deed, &customer);
        Ok(id)
    }
}

/// Changes a contact person.
#[derive(Clone, Debug)]
pub struct UpdateContactPerson {
    /// Which one.
    pub id: ContactId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: ContactChanges,
    /// All the ways to reach the person, the main ones first; `None` leaves them.
    pub channels: Option<Vec<Channel>>,
}

#[async_trait::async_trait]
impl Command for UpdateContactPerson {
    type Output = ContactId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContactId> {
        let (customer, held) = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        let before = channels_of(tx, permit, self.id).await?;
        let (fields, after) =
            settled(tx, &held.fields, &before, &self.fields, self.channels.as_deref())?;
        update(tx, permit, "contact_person", held.id, &fields, None).await?;
        let mut noted = changes(Some(&held.fields), &fields);
        if after != before {
            replace_channels(tx, permit, self.id, &after).await?;
            note_contact_words(tx, permit, &[customer.id.into()]).await?;
            noted["channels"] = json!({ "before": before, "after": after });
        }
        let deed = Deed::new("updateContactPerson", "ContactPerson", self.id);
        deed.audit(tx, noted);
        tell_of_part(tx, deed, &customer);
        Ok(self.id)
    }
}

/// Takes a contact person off a customer's card. The row stays: what was said with the person
/// points at it.
#[derive(Clone, Debug)]
pub struct RemoveContactPerson {
    /// Which one.
    pub id: ContactId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for RemoveContactPerson {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        let (customer, held) = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        let now = Some(tx.now());
        update(tx, permit, "contact_person", held.id, &held.fields, now).await?;
        note_contact_words(tx, permit, &[customer.id.into()]).await?;
        let deed = Deed::new("removeContactPerson", "ContactPerson", self.id);
        deed.audit(tx, changes(Some(&held.fields), &held.fields));
        tell_of_part(tx, deed, &customer);
        Ok(customer.id.into())
    }
}

/// Writes a new contact person of a customer that is within reach; answers what to note of it.
pub(super) async fn make<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    person: &NewContact,
) -> Outcome<(ContactId, Value)> {
    let blank = blank();
    let (fields, channels) = settled(tx, &blank, &[], &person.fields, person.channels.as_deref())?;
    let id = ContactId::new();
    let fixed = [("customer_id", customer.into())];
    insert(tx, permit, "contact_person", id.0, &fields, &fixed).await?;
    let mut noted = changes(None, &fields);
    if !channels.is_empty() {
        replace_channels(tx, permit, id, &channels).await?;
        noted["channels"] = json!({ "before": null, "after": channels });
    }
    Ok((id, noted))
}

/// A person of whom nothing is known.
pub(super) fn blank() -> ContactFields {
    ContactFields {
        name: String::new(),
        position: None,
        phone: None,
        email: None,
        birthday: None,
        consent: None,
        consent_since: None,
        consent_how: None,
        comment: None,
        external_reference: None,
    }
}

/// The person's fields and channels after the changes. The telephone and the e-mail of the fields
/// are the main channels: naming one changes that channel, naming all channels changes both.
pub(super) fn settled(
    tx: &TenantTx,
    before: &ContactFields,
    channels: &[Channel],
    changes: &ContactChanges,
    wanted: Option<&[Channel]>,
) -> Result<(ContactFields, Vec<Channel>), Refusal> {
    let mut fields = changes.applied(before).checked()?;
    let how = fields.consent_how.as_deref();
    check_consent(fields.consent, fields.consent_since, how, tx.today())?;
    if fields.birthday.is_some_and(|day| day > tx.today()) {
        return Err(born_tomorrow());
    }
    let mut after = channels.to_vec();
    match wanted {
        Some(_) if changes.phone.iter().chain(&changes.email).any(Option::is_some) => {
            return Err(named_twice());
        }
        Some(wanted) => after = check_channels(wanted)?,
        None => {
            for (kind, changed, value) in [
                (ChannelKind::Phone, changes.phone.is_some(), &fields.phone),
                (ChannelKind::Email, changes.email.is_some(), &fields.email),
            ] {
                if changed {
                    after = with_main(&after, kind, value.as_deref());
                }
            }
            after = check_channels(&after)?;
        }
    }
    fields.phone = main_of(&after, ChannelKind::Phone);
    fields.email = main_of(&after, ChannelKind::Email);
    Ok((fields, after))
}

fn named_twice() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "Give either all channels or the main telephone and e-mail.",
        "Укажите либо все каналы, либо основные телефон и почту.",
    )
    .at(["channels"])
}

fn born_tomorrow() -> Refusal {
    Refusal::new(
        RefusalCode::OutOfRange,
        "A birthday is not in the future.",
        "День рождения не бывает в будущем.",
    )
    .at(["birthday"])
}

/// The person's customer and row, both locked; a removed person is not found.
async fn held<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ContactId,
) -> Outcome<(Held<CustomerFields>, Held<ContactFields>)> {
    let customer = customer_of(tx, permit, "contact_person", id.0).await?;
    let customer = customer.ok_or(CommandError::NotFound)?;
    let customer = held_customer(tx, permit, customer).await?;
    let held: Option<Held<ContactFields>> = hold(tx, permit, "contact_person", id.0).await?;
    let held = held.filter(|held| held.record.archived_at.is_none());
    Ok((customer, held.ok_or(CommandError::NotFound)?))
}
