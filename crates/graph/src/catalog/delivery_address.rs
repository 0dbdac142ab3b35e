//! Delivery addresses of customers.

use ::catalog::{
    AddDeliveryAddress, DeliveryAddressChanges, ReadCustomers, RemoveDeliveryAddress,
    UpdateDeliveryAddress, addresses_by_customer, addresses_by_id,
};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{CustomerId, DeliveryAddressId, RegionId};

use super::customer::Customer;
use super::directories::Region;
use super::noted::Noted;
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::session::Session;
use crate::user_error::UserError;

/// Where a customer's goods go.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct DeliveryAddress {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// What people call it.
    name: String,
    /// The postal address.
    address: String,
    /// What a driver should know.
    comment: Option<String>,
    /// Taken where a document names none; at most one of a customer's is.
    is_default: bool,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    customer_id: CustomerId,
    #[graphql(skip)]
    region_id: Option<RegionId>,
}

#[ComplexObject]
impl DeliveryAddress {
    /// Whose it is.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.customer_id).await?)
    }

    /// Its sales region; null where it is the customer's.
    async fn region(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Region>> {
        match self.region_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }
}

impl From<::catalog::DeliveryAddress> for DeliveryAddress {
    fn from(row: ::catalog::DeliveryAddress) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            address: row.fields.address,
            comment: row.fields.comment,
            is_default: row.fields.is_default,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            customer_id: row.customer_id,
            region_id: row.fields.region_id,
        }
    }
}

/// The delivery addresses of a customer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AddressesOf(pub(super) CustomerId);

impl Load<AddressesOf> for Loaders {
    type Value = Vec<DeliveryAddress>;

    async fn load(&self, keys: &[AddressesOf]) -> Loaded<AddressesOf, Vec<DeliveryAddress>> {
        let permit = self.permit::<ReadCustomers>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let found = addresses_by_customer(&*self.tx().await?, &permit, &ids).await?;
        let addresses = |rows: Vec<_>| rows.into_iter().map(DeliveryAddress::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (AddressesOf(id), addresses(rows))).collect())
    }
}

impl Load<DeliveryAddressId> for Loaders {
    type Value = DeliveryAddress;

    async fn load(&self, keys: &[DeliveryAddressId]) -> Loaded<DeliveryAddressId, DeliveryAddress> {
        let permit = self.permit::<ReadCustomers>()?;
        let found = addresses_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// A new delivery address. A customer's first one becomes the default.
#[derive(InputObject)]
pub struct AddDeliveryAddressInput {
    /// Whose it is.
    customer_id: GlobalId<CustomerId>,
    /// What people call it; at most 250 characters.
    name: String,
    /// The postal address; at most 500 characters.
    address: String,
    /// Its sales region; the customer's where none is given.
    region_id: Option<GlobalId<RegionId>>,
    /// What a driver should know; at most 2,000 characters.
    comment: Option<String>,
    /// Whether it takes the place of the default one.
    #[graphql(default)]
    is_default: bool,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a delivery address; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateDeliveryAddressInput {
    /// Which one.
    id: GlobalId<DeliveryAddressId>,
    /// The version that was read.
    version: i32,
    /// What people call it; at most 250 characters.
    name: Option<String>,
    /// The postal address; at most 500 characters.
    address: Option<String>,
    /// Its sales region.
    region_id: MaybeUndefined<GlobalId<RegionId>>,
    /// What a driver should know; at most 2,000 characters.
    comment: MaybeUndefined<String>,
    /// Whether it is the default one.
    is_default: Option<bool>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which delivery address goes.
#[derive(InputObject)]
pub struct RemoveDeliveryAddressInput {
    /// Which one.
    id: GlobalId<DeliveryAddressId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of adding a delivery address.
    AddDeliveryAddressPayload {
        /// The address; null where it was refused.
        delivery_address: DeliveryAddress
    }
    /// What came of changing a delivery address.
    UpdateDeliveryAddressPayload {
        /// The address; null where it was refused.
        delivery_address: DeliveryAddress
    }
    /// What came of removing a delivery address.
    RemoveDeliveryAddressPayload {
        /// The customer whose it was; null where it was refused.
        customer: Customer
    }
}

/// Mutations of delivery addresses.
#[derive(Default)]
pub struct DeliveryAddressMutation;

#[Object]
impl DeliveryAddressMutation {
    /// Adds a delivery address to a customer.
    async fn add_delivery_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: AddDeliveryAddressInput,
    ) -> async_graphql::Result<AddDeliveryAddressPayload> {
        let fields = DeliveryAddressChanges {
            name: Some(input.name),
            address: Some(input.address),
            region_id: Some(input.region_id.map(|id| id.0)),
            comment: Some(input.comment),
            is_default: Some(input.is_default),
            external_reference: Some(input.external_reference),
        };
        let command = AddDeliveryAddress { customer: input.customer_id.0, fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let delivery_address = Session::of(ctx)?.load_made(done.output).await?;
        Ok(AddDeliveryAddressPayload { delivery_address, user_errors: done.user_errors })
    }

    /// Changes a delivery address; documents made before keep theirs.
    async fn update_delivery_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateDeliveryAddressInput,
    ) -> async_graphql::Result<UpdateDeliveryAddressPayload> {
        let fields = DeliveryAddressChanges {
            name: input.name,
            address: input.address,
            region_id: change(input.region_id, |id| id.0),
            comment: change(input.comment, |text| text),
            is_default: input.is_default,
            external_reference: change(input.external_reference, |text| text),
        };
        let command = UpdateDeliveryAddress { id: input.id.0, version: input.version, fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let delivery_address = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateDeliveryAddressPayload { delivery_address, user_errors: done.user_errors })
    }

    /// Takes a delivery address off a customer's card; documents that name it keep it.
    async fn remove_delivery_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RemoveDeliveryAddressInput,
    ) -> async_graphql::Result<RemoveDeliveryAddressPayload> {
        let command = RemoveDeliveryAddress { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let customer = Session::of(ctx)?.load_made(done.output).await?;
        Ok(RemoveDeliveryAddressPayload { customer, user_errors: done.user_errors })
    }
}
