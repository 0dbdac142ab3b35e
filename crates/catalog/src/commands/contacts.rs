//! Contact persons of customers.

use access::{Action, Permit};
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ContactId, CustomerId};

use super::customers::held as held_customer;
use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version};
use crate::records::{ContactChanges, ContactFields, CustomerFields};
use crate::store::{Held, hold, insert, update};

/// Adds a contact person to a customer.
#[derive(Clone, Debug)]
pub struct AddContactPerson {
    /// Where the person works.
    pub customer: CustomerId,
    /// The person's fields; those not given are empty.
    pub fields: ContactChanges,
}

impl Command for AddContactPerson {
    type Output = ContactId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContactId> {
        let customer = held_customer(tx, permit, self.customer).await?;
        archived_after(&customer.record, None, tx.now())?;
        let (id, fields) = make(tx, permit, self.customer, &self.fields).await?;
        let deed = Deed::new("addContactPerson", "ContactPerson", id);
        deed.audit(tx, changes(None, &fields));
        tell(tx, deed, &customer);
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
}

impl Command for UpdateContactPerson {
    type Output = ContactId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContactId> {
        let (customer, held) = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        let fields = self.fields.applied(&held.fields).checked()?;
        update(tx, permit, "contact_person", held.id, &fields, None).await?;
        let deed = Deed::new("updateContactPerson", "ContactPerson", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tell(tx, deed, &customer);
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

impl Command for RemoveContactPerson {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        let (customer, held) = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        let now = Some(tx.now());
        update(tx, permit, "contact_person", held.id, &held.fields, now).await?;
        let deed = Deed::new("removeContactPerson", "ContactPerson", self.id);
        deed.audit(tx, changes(Some(&held.fields), &held.fields));
        tell(tx, deed, &customer);
        Ok(customer.id.into())
    }
}

/// Writes a new contact person of a customer that is within reach.
pub(super) async fn make<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    fields: &ContactChanges,
) -> Outcome<(ContactId, ContactFields)> {
    let blank = ContactFields {
        name: String::new(),
        position: None,
        phone: None,
        email: None,
        comment: None,
        external_reference: None,
    };
    let fields = fields.applied(&blank).checked()?;
    let id = ContactId::new();
    let fixed = [("customer_id", customer.into())];
    insert(tx, permit, "contact_person", id.0, &fields, &fixed).await?;
    Ok((id, fields))
}

/// The person's customer and row, both locked; a removed person is not found.
async fn held<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ContactId,
) -> Outcome<(Held<CustomerFields>, Held<ContactFields>)> {
    #[derive(FromQueryResult)]
    struct Works {
        customer_id: CustomerId,
    }
    let sql = "
        select p.customer_id
        from contact_person p
        where p.tenant_id = $1 and p.id = $2";
    let works: Option<Works> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    let works = works.ok_or(CommandError::NotFound)?;
    let customer = held_customer(tx, permit, works.customer_id).await?;
    let held: Option<Held<ContactFields>> = hold(tx, permit, "contact_person", id.0).await?;
    let held = held.filter(|held| held.record.archived_at.is_none());
    Ok((customer, held.ok_or(CommandError::NotFound)?))
}

fn tell(tx: &TenantTx, deed: Deed, customer: &Held<CustomerFields>) {
    let mut event = deed.event();
    event.manager_id = customer.fields.manager_id;
    event.customer_id = Some(customer.id.into());
    tx.emit(event);
}
