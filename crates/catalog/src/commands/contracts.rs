//! Contracts: the legal papers with a customer. Whoever keeps the customer drafts them; signing,
//! closing and changing what is signed needs the right to write terms.

use access::{Action, Permit};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{ContractId, CustomerId, OrganizationId};

use super::customers::{held as held_customer, tell_of_part};
use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version};
use crate::constraints::unknown;
use crate::records::{ContractChanges, ContractFields, CustomerFields};
use crate::rules::{ContractPart, ContractState, may_change};
use crate::store::{Held, customer_of, hold, insert, update};

const TABLE: &str = "contract";

/// Writes a new contract, a draft.
#[derive(Clone, Debug)]
pub struct DraftContract {
    /// With whom.
    pub customer: CustomerId,
    /// The tenant's legal entity that signs; `None` is the default one.
    pub organization: Option<OrganizationId>,
    /// Its other fields; without a date it is of today.
    pub fields: ContractChanges,
}

#[async_trait::async_trait]
impl Command for DraftContract {
    type Output = ContractId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContractId> {
        let customer = held_customer(tx, permit, self.customer).await?;
        archived_after(&customer.record, None, tx.now())?;
        let organization = crate::organization_card(tx, permit, self.organization).await?;
        let organization = organization.ok_or_else(|| unknown("organizationId"))?;
        let blank = ContractFields {
            number: String::new(),
            dated: tx.today(),
            valid_from: None,
            valid_to: None,
            organization_id: organization.id,
            state: ContractState::Draft,
            comment: None,
            external_reference: None,
        };
        let changed = ContractChanges { organization_id: None, state: None, ..self.fields.clone() };
        let fields = changed.applied(&blank).checked()?;
        let id = ContractId::new();
        insert(tx, permit, TABLE, id.0, &fields, &[("customer_id", self.customer.into())]).await?;
        let deed = Deed::new("draftContract", "Contract", id);
        deed.audit(tx, changes(None, &fields));
        tell_of_part(tx, deed, &customer);
        Ok(id)
    }
}

/// Changes a contract: a draft in everything, a signed one in its validity and comment, a closed
/// one in its comment.
#[derive(Clone, Debug)]
pub struct UpdateContract {
    /// Which one.
    pub id: ContractId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: ContractChanges,
}

#[async_trait::async_trait]
impl Command for UpdateContract {
    type Output = ContractId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContractId> {
        let (customer, held) = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        if held.fields.state != ContractState::Draft {
            let terms = permit.scope().permit::<SignContract>()?;
            held_customer(tx, &terms, customer.id.into()).await?;
        }
        let changed = ContractChanges { state: None, ..self.fields.clone() };
        let fields = changed.applied(&held.fields).checked()?;
        allowed(&held.fields, &fields)?;
        update(tx, permit, TABLE, held.id, &fields, None).await?;
        let deed = Deed::new("updateContract", "Contract", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tell_of_part(tx, deed, &customer);
        Ok(self.id)
    }
}

/// Notes that both sides have signed: from now on the contract stays as the paper says.
#[derive(Clone, Debug)]
pub struct SignContract {
    /// Which one.
    pub id: ContractId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for SignContract {
    type Output = ContractId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContractId> {
        let deed = Deed::new("signContract", "Contract", self.id);
        go_over(tx, permit, deed, self.version, ContractState::Signed).await?;
        Ok(self.id)
    }
}

/// Ends a signed contract, or gives a draft up.
#[derive(Clone, Debug)]
pub struct CloseContract {
    /// Which one.
    pub id: ContractId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for CloseContract {
    type Output = ContractId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ContractId> {
        let deed = Deed::new("closeContract", "Contract", self.id);
        go_over(tx, permit, deed, self.version, ContractState::Closed).await?;
        Ok(self.id)
    }
}

async fn go_over<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    deed: Deed,
    version: i32,
    next: ContractState,
) -> Outcome<()> {
    let (customer, held) = held(tx, permit, deed.id.into()).await?;
    same_version(held.record.version, version)?;
    let fields = ContractFields { state: held.fields.state.to(next)?, ..held.fields.clone() };
    if next == ContractState::Signed {
        archived_after(&customer.record, None, tx.now())?;
    }
    update(tx, permit, TABLE, held.id, &fields, None).await?;
    deed.audit(tx, changes(Some(&held.fields), &fields));
    tell_of_part(tx, deed, &customer);
    Ok(())
}

/// Refuses changes of what the state has fixed, by the field.
fn allowed(before: &ContractFields, after: &ContractFields) -> Outcome<()> {
    let paper = ContractPart::Paper;
    let validity = ContractPart::Validity;
    for (field, part, differs) in [
        ("number", paper, before.number != after.number),
        ("date", paper, before.dated != after.dated),
        ("organizationId", paper, before.organization_id != after.organization_id),
        ("validFrom", validity, before.valid_from != after.valid_from),
        ("validTo", validity, before.valid_to != after.valid_to),
    ] {
        if differs {
            may_change(before.state, part).map_err(|refusal| refusal.at([field]))?;
        }
    }
    Ok(())
}

/// The contract's customer and row, both locked.
async fn held<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ContractId,
) -> Outcome<(Held<CustomerFields>, Held<ContractFields>)> {
    let customer = customer_of(tx, permit, TABLE, id.0).await?.ok_or(CommandError::NotFound)?;
    let customer = held_customer(tx, permit, customer).await?;
    let held: Option<Held<ContractFields>> = hold(tx, permit, TABLE, id.0).await?;
    Ok((customer, held.ok_or(CommandError::NotFound)?))
}
