//! Customers. Whoever reaches his own customers only makes them his own and cannot hand them
//! over; terms of credit need a right of their own.

use access::{Action, Forbidden, Permit, Right};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{CustomerId, Refusal, RefusalCode, UserId, Uuid};

use super::agreements::{self, NewAgreement};
use super::contacts::{self, NewContact};
use super::{Deed, SaveAgreement, archived_after, archived_differs, changes, refuse_merged};
use crate::checks::{Checks, same_version};
use crate::custom::Customizable;
use crate::records::{AgreementChanges, Customer, CustomerChanges, CustomerFields};
use crate::rules::PaymentStep;
use crate::store::{Held, hold, insert, note_contact_words, update};

/// Contact persons in one request at most.
const MOST_CONTACTS: usize = 50;

/// Makes a customer with contact persons and a default agreement: the terms given, else the
/// tenant's default price list, everything due on the day of the shipment, no discount.
#[derive(Clone, Debug)]
pub struct CreateCustomer {
    /// Its fields; those not given are empty. Without a credit limit there is no limit.
    pub fields: CustomerChanges,
    /// Contact persons.
    pub contacts: Vec<NewContact>,
    /// The default agreement's terms; naming any needs the right to write terms.
    pub agreement: Option<(AgreementChanges, Option<Vec<PaymentStep>>)>,
}

#[async_trait::async_trait]
impl Command for CreateCustomer {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        // A key bound to one customer makes no other.
        if permit.customer().is_some() {
            return Err(Forbidden(Self::RIGHT).into());
        }
        if self.agreement.is_some() || names_terms(&self.fields) {
            permit.scope().permit::<SaveAgreement>()?;
        }
        let mut fields = self
            .fields
            .applied(&CustomerFields::blank(permit.scope().facts().base_currency))
            .checked()?;
        let id = CustomerId::new();
        if fields.manager_id.is_none() && permit.managers().is_some() {
            fields.manager_id = permit.user();
        }
        may_have(permit, fields.manager_id, id)?;
        insert(tx, permit, "customer", id.0, &fields, &[]).await?;
        if self.contacts.len() > MOST_CONTACTS {
            return Err(too_many_contacts().into());
        }
        for (place, contact) in self.contacts.iter().enumerate() {
            let made = contacts::make(tx, permit, id, contact).await;
            made.map_err(|error| within("contacts", Some(place), error))?;
        }
        if !self.contacts.is_empty() {
            note_contact_words(tx, permit, &[id]).await?;
        }
        let (terms, steps) = self.agreement.clone().unwrap_or_default();
        let terms = AgreementChanges { is_default: Some(true), ..terms };
        let agreement = NewAgreement { customer: id, fields: &terms, steps: steps.as_deref() };
        let made = agreements::make(tx, permit, &agreement).await;
        made.map_err(|error| within("agreement", None, error))?;
        tell(tx, Deed::new("createCustomer", "Customer", id), None, &fields);
        Ok(id)
    }
}

/// Changes a customer.
#[derive(Clone, Debug)]
pub struct UpdateCustomer {
    /// Which one.
    pub id: CustomerId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: CustomerChanges,
}

#[async_trait::async_trait]
impl Command for UpdateCustomer {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        let held = held(tx, permit, self.id).await?;
        if names_terms(&self.fields) {
            let terms = permit.scope().permit::<SaveAgreement>()?;
            may_have(&terms, held.fields.manager_id, self.id)?;
        }
        same_version(held.record.version, self.version)?;
        archived_after(&held.record, None, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        may_have(permit, fields.manager_id, self.id)?;
        update(tx, permit, "customer", held.id, &fields, None).await?;
        let deed = Deed::new("updateCustomer", "Customer", self.id);
        tell(tx, deed, Some(&held.fields), &fields);
        Ok(self.id)
    }
}

/// Takes a customer out of use: nothing new is sold to it. Documents under way go on.
#[derive(Clone, Debug)]
pub struct ArchiveCustomer {
    /// Which one.
    pub id: CustomerId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for ArchiveCustomer {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        let deed = Deed::new("archiveCustomer", "Customer", self.id);
        put_away(tx, permit, deed, self.version, true).await?;
        Ok(self.id)
    }
}

/// Takes an archived customer into use again.
#[derive(Clone, Debug)]
pub struct RestoreCustomer {
    /// Which one.
    pub id: CustomerId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for RestoreCustomer {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        let deed = Deed::new("restoreCustomer", "Customer", self.id);
        put_away(tx, permit, deed, self.version, false).await?;
        Ok(self.id)
    }
}

impl Customizable for Customer {
    const KIND: &'static str = "Customer";
    const READ: Right = Right::CustomerRead;
    const WRITE: Right = Right::CustomerWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let held = held(tx, permit, id.into()).await?;
        same_version(held.record.version, version)?;
        archived_after(&held.record, None, tx.now())?;
        update(tx, permit, "customer", held.id, &held.fields, None).await?;
        tell_of_part(tx, Deed::new("setCustomFields", Self::KIND, id), &held);
        Ok(())
    }
}

/// Whether terms are named: the limit of credit, or the segment that drives prices.
fn names_terms(fields: &CustomerChanges) -> bool {
    fields.credit_limit.is_some()
        || fields.credit_limit_currency.is_some()
        || fields.price_segment_id.is_some()
}

/// A customer with this manager must be within reach.
fn may_have<A: Action>(
    permit: &Permit<A>,
    manager: Option<UserId>,
    customer: CustomerId,
) -> Result<(), Forbidden> {
    if permit.reaches(manager, Some(customer)) { Ok(()) } else { Err(Forbidden(A::RIGHT)) }
}

/// The customer's row, locked; not visible is not found, and a merged one is changed no more.
pub(super) async fn held<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomerId,
) -> Outcome<Held<CustomerFields>> {
    let held: Option<Held<CustomerFields>> = hold(tx, permit, "customer", id.0).await?;
    let held = held.filter(|found| permit.reaches(found.fields.manager_id, Some(id)));
    let held = held.ok_or(CommandError::NotFound)?;
    // Merged cards are archived ones: nobody else pays for the question.
    if held.record.archived_at.is_some() {
        refuse_merged(tx, permit, id).await?;
    }
    Ok(held)
}

async fn put_away<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    deed: Deed,
    version: i32,
    archived: bool,
) -> Outcome<()> {
    let held = held(tx, permit, deed.id.into()).await?;
    same_version(held.record.version, version)?;
    archived_differs(&held.record, archived)?;
    let archived_at = archived.then(|| tx.now());
    update(tx, permit, "customer", held.id, &held.fields, archived_at).await?;
    tell(tx, deed, Some(&held.fields), &held.fields);
    Ok(())
}

/// Tells of what was done to a record that hangs on a customer.
pub(super) fn tell_of_part(tx: &TenantTx, deed: Deed, customer: &Held<CustomerFields>) {
    let mut event = deed.event();
    event.manager_id = customer.fields.manager_id;
    event.customer_id = Some(customer.id.into());
    tx.emit(event);
}

fn tell(tx: &TenantTx, deed: Deed, before: Option<&CustomerFields>, after: &CustomerFields) {
    deed.audit(tx, changes(before, after));
    let mut event = deed.event();
    event.manager_id = after.manager_id;
    event.customer_id = Some(deed.id.into());
    tx.emit(event);
}

fn too_many_contacts() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_CONTACTS} contact persons at once."),
        format!("За один раз — не больше контактных лиц: {MOST_CONTACTS}."),
    )
    .at(["contacts"])
}

/// A refusal about a part of the input names its field from the top.
fn within(part: &str, place: Option<usize>, error: CommandError) -> CommandError {
    let CommandError::Refused(mut refusal) = error else { return error };
    let mut path = vec![part.to_owned()];
    path.extend(place.map(|place| place.to_string()));
    path.extend(refusal.field.take().unwrap_or_default());
    refusal.field = Some(path);
    CommandError::Refused(refusal)
}
