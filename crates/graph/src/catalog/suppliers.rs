//! Companies that sell to the tenant.

use ::catalog::{Create, SupplierChanges, Update};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::SupplierId;

use super::list::{Around, DirectoryFilter, DirectoryOrder, by_ids, short_list};
use super::noted::Noted;
use super::payloads;
use super::supplier_items::{ItemsOf, SupplierItem};
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::CurrencyCode;
use crate::session::Session;
use crate::user_error::UserError;

/// A company that sells to the tenant.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Supplier {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// The name people call it by.
    name: String,
    /// The name that papers carry.
    legal_name: Option<String>,
    /// Its tax number (ИНН).
    inn: Option<String>,
    /// Its registration reason code (КПП).
    kpp: Option<String>,
    /// The tax number of a supplier abroad.
    vat_id: Option<String>,
    /// Its telephone number, as typed.
    phone: Option<String>,
    /// Its e-mail address.
    email: Option<String>,
    /// Its postal address.
    address: Option<String>,
    /// What its prices are in.
    currency: CurrencyCode,
    /// Calendar days from order to receipt, where an item names none.
    lead_time_days: Option<i32>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: SupplierId,
}

impl From<::catalog::Supplier> for Supplier {
    fn from(row: ::catalog::Supplier) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            legal_name: row.fields.legal_name,
            inn: row.fields.inn,
            kpp: row.fields.kpp,
            vat_id: row.fields.vat_id,
            phone: row.fields.phone,
            email: row.fields.email,
            address: row.fields.address,
            currency: row.fields.currency.into(),
            lead_time_days: row.fields.lead_time_days,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
        }
    }
}

#[ComplexObject]
impl Supplier {
    /// What it sells, in use, at most 250; the query `supplierItems` with this supplier gives all
    /// of it, page by page.
    async fn items(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SupplierItem>> {
        Ok(Session::of(ctx)?.load(ItemsOf::Supplier(self.key)).await?.unwrap_or_default())
    }
}

impl Load<SupplierId> for Loaders {
    type Value = Supplier;

    async fn load(&self, keys: &[SupplierId]) -> Loaded<SupplierId, Supplier> {
        by_ids::<::catalog::Supplier, _>(self, keys).await
    }
}

/// Queries of suppliers.
#[derive(Default)]
pub struct SupplierQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl SupplierQuery {
    /// The tenant's suppliers. Needs the right supplier.read.
    async fn suppliers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<DirectoryFilter>,
        #[graphql(desc = "The order; by name where none is given.")] order_by: Option<
            DirectoryOrder,
        >,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Supplier>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::Supplier, _>(ctx, filter, order_by, around).await?)
    }

    /// One supplier. Needs the right supplier.read.
    async fn supplier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<SupplierId>,
    ) -> async_graphql::Result<Option<Supplier>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// A new supplier.
#[derive(InputObject)]
pub struct CreateSupplierInput {
    /// The name people call it by.
    name: String,
    /// The name that papers carry.
    legal_name: Option<String>,
    /// Its tax number (ИНН): 10 or 12 digits with check digits.
    inn: Option<String>,
    /// Its registration reason code (КПП): nine characters.
    kpp: Option<String>,
    /// The tax number of a supplier abroad, at most 20 characters.
    vat_id: Option<String>,
    /// Its telephone number, as typed: 3 to 20 digits.
    phone: Option<String>,
    /// Its e-mail address.
    email: Option<String>,
    /// Its postal address.
    address: Option<String>,
    /// What its prices are in; the tenant's where none is given. Stays as it was made.
    currency: Option<CurrencyCode>,
    /// Calendar days from order to receipt, where an item names none; 0 to 3,650.
    lead_time_days: Option<i32>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a supplier; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateSupplierInput {
    /// Which one.
    id: GlobalId<SupplierId>,
    /// The version that was read.
    version: i32,
    /// The name people call it by.
    name: Option<String>,
    /// The name that papers carry.
    legal_name: MaybeUndefined<String>,
    /// Its tax number (ИНН): 10 or 12 digits with check digits.
    inn: MaybeUndefined<String>,
    /// Its registration reason code (КПП): nine characters.
    kpp: MaybeUndefined<String>,
    /// The tax number of a supplier abroad, at most 20 characters.
    vat_id: MaybeUndefined<String>,
    /// Its telephone number, as typed: 3 to 20 digits.
    phone: MaybeUndefined<String>,
    /// Its e-mail address.
    email: MaybeUndefined<String>,
    /// Its postal address.
    address: MaybeUndefined<String>,
    /// Calendar days from order to receipt, where an item names none; 0 to 3,650.
    lead_time_days: MaybeUndefined<i32>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making a supplier.
    CreateSupplierPayload {
        /// The supplier; null where it was refused.
        supplier: Supplier
    }
    /// What came of changing a supplier.
    UpdateSupplierPayload {
        /// The supplier; null where it was refused.
        supplier: Supplier
    }
}

/// Mutations of suppliers.
#[derive(Default)]
pub struct SupplierMutation;

#[Object]
impl SupplierMutation {
    /// Makes a supplier.
    async fn create_supplier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The supplier.")] input: CreateSupplierInput,
    ) -> async_graphql::Result<CreateSupplierPayload> {
        let fields = SupplierChanges {
            name: Some(input.name),
            legal_name: Some(input.legal_name),
            inn: Some(input.inn),
            kpp: Some(input.kpp),
            vat_id: Some(input.vat_id),
            phone: Some(input.phone),
            email: Some(input.email),
            address: Some(input.address),
            currency: input.currency.map(|code| code.0),
            lead_time_days: Some(input.lead_time_days),
            external_reference: Some(input.external_reference),
        };
        let command = Create::<::catalog::Supplier> { fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let supplier = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateSupplierPayload { supplier, user_errors: done.user_errors })
    }

    /// Changes a supplier.
    async fn update_supplier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateSupplierInput,
    ) -> async_graphql::Result<UpdateSupplierPayload> {
        let fields = SupplierChanges {
            name: input.name,
            legal_name: change(input.legal_name, |text| text),
            inn: change(input.inn, |text| text),
            kpp: change(input.kpp, |text| text),
            vat_id: change(input.vat_id, |text| text),
            phone: change(input.phone, |text| text),
            email: change(input.email, |text| text),
            address: change(input.address, |text| text),
            currency: None,
            lead_time_days: change(input.lead_time_days, |days| days),
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = Update::<::catalog::Supplier> { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let supplier = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateSupplierPayload { supplier, user_errors: done.user_errors })
    }
}
