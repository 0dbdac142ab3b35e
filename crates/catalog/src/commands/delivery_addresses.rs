//! Where a customer's goods go.

use access::{Action, Permit};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{CustomerId, DeliveryAddressId};

use super::customers::{held as held_customer, tell_of_part};
use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version};
use crate::records::{CustomerFields, DeliveryAddressChanges, DeliveryAddressFields};
use crate::store::{Held, customer_of, drop_default_address, has_addresses, hold, insert, update};

const TABLE: &str = "delivery_address";

/// Adds a delivery address to a customer; the first one becomes the default.
#[derive(Clone, Debug)]
pub struct AddDeliveryAddress {
    /// Whose it is.
    pub customer: CustomerId,
    /// Its fields; those not given are empty.
    pub fields: DeliveryAddressChanges,
}

#[async_trait::async_trait]
impl Command for AddDeliveryAddress {
    type Output = DeliveryAddressId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryAddressId> {
        // The customer's lock keeps two from becoming the default at once.
        let customer = held_customer(tx, permit, self.customer).await?;
        archived_after(&customer.record, None, tx.now())?;
        let blank = DeliveryAddressFields {
            name: String::new(),
            address: String::new(),
            region_id: None,
            comment: None,
            is_default: false,
            external_reference: None,
        };
        let mut fields = self.fields.applied(&blank).checked()?;
        let id = DeliveryAddressId::new();
        if !has_addresses(tx, permit, self.customer).await? {
            fields.is_default = true;
        } else if fields.is_default {
            drop_default_address(tx, permit, self.customer, id).await?;
        }
        insert(tx, permit, TABLE, id.0, &fields, &[("customer_id", self.customer.into())]).await?;
        let deed = Deed::new("addDeliveryAddress", "DeliveryAddress", id);
        deed.audit(tx, changes(None, &fields));
        tell_of_part(tx, deed, &customer);
        Ok(id)
    }
}

/// Changes a delivery address. Documents made before keep the address they name.
#[derive(Clone, Debug)]
pub struct UpdateDeliveryAddress {
    /// Which one.
    pub id: DeliveryAddressId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: DeliveryAddressChanges,
}

#[async_trait::async_trait]
impl Command for UpdateDeliveryAddress {
    type Output = DeliveryAddressId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryAddressId> {
        let (customer, held) = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        let fields = self.fields.applied(&held.fields).checked()?;
        if fields.is_default && !held.fields.is_default {
            drop_default_address(tx, permit, customer.id.into(), self.id).await?;
        }
        update(tx, permit, TABLE, held.id, &fields, None).await?;
        let deed = Deed::new("updateDeliveryAddress", "DeliveryAddress", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tell_of_part(tx, deed, &customer);
        Ok(self.id)
    }
}

/// Takes a delivery address off a customer's card. The row stays: documents may name it.
#[derive(Clone, Debug)]
pub struct RemoveDeliveryAddress {
    /// Which one.
    pub id: DeliveryAddressId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for RemoveDeliveryAddress {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        let (customer, held) = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        let fields = DeliveryAddressFields { is_default: false, ..held.fields.clone() };
        update(tx, permit, TABLE, held.id, &fields, Some(tx.now())).await?;
        let deed = Deed::new("removeDeliveryAddress", "DeliveryAddress", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tell_of_part(tx, deed, &customer);
        Ok(customer.id.into())
    }
}

/// The address's customer and row, both locked; a removed address is not found.
async fn held<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: DeliveryAddressId,
) -> Outcome<(Held<CustomerFields>, Held<DeliveryAddressFields>)> {
    let customer = customer_of(tx, permit, TABLE, id.0).await?.ok_or(CommandError::NotFound)?;
    let customer = held_customer(tx, permit, customer).await?;
    let held: Option<Held<DeliveryAddressFields>> = hold(tx, permit, TABLE, id.0).await?;
    let held = held.filter(|held| held.record.archived_at.is_none());
    Ok((customer, held.ok_or(CommandError::NotFound)?))
}
