//! Making and changing organizations, warehouses and regions.

use ::catalog::{
    ClosePeriod, CreateOrganization, CreateRegion, CreateWarehouse, OrganizationChanges,
    RegionChanges, UpdateOrganization, UpdateRegion, UpdateWarehouse, WarehouseChanges,
};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{OrganizationId, RegionId, WarehouseId};

use super::directories::{Organization, Region, Warehouse};
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::Date;
use crate::session::Session;
use crate::user_error::UserError;

/// A new organization. The tenant's first one becomes the default.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// Its name; unique in the tenant.
    name: String,
    /// Its tax number (ИНН): 10 or 12 digits with check digits.
    inn: Option<String>,
    /// Its registration reason code (КПП): nine characters.
    kpp: Option<String>,
    /// Its postal address.
    address: Option<String>,
    /// What the numbers of its documents begin with; unique in the tenant, at most 10 characters.
    #[graphql(default)]
    prefix: String,
    /// Makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of an organization; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// Which one.
    id: GlobalId<OrganizationId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the tenant.
    name: Option<String>,
    /// Its tax number (ИНН): 10 or 12 digits with check digits.
    inn: MaybeUndefined<String>,
    /// Its registration reason code (КПП): nine characters.
    kpp: MaybeUndefined<String>,
    /// Its postal address.
    address: MaybeUndefined<String>,
    /// What the numbers of its later documents begin with; unique in the tenant.
    prefix: Option<String>,
    /// True makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// The closing of an organization's books.
#[derive(InputObject)]
pub struct ClosePeriodInput {
    /// Whose books.
    organization_id: GlobalId<OrganizationId>,
    /// The last closed day; an earlier one opens a period again, null opens everything.
    closed_until: Option<Date>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A new warehouse. The tenant's first one becomes the default.
#[derive(InputObject)]
pub struct CreateWarehouseInput {
    /// Its name; unique in the tenant.
    name: String,
    /// Its postal address.
    address: Option<String>,
    /// Reservation looks into warehouses with a smaller number first.
    #[graphql(default = 100)]
    priority: i32,
    /// Makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a warehouse; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateWarehouseInput {
    /// Which one.
    id: GlobalId<WarehouseId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the tenant.
    name: Option<String>,
    /// Its postal address.
    address: MaybeUndefined<String>,
    /// Reservation looks into warehouses with a smaller number first.
    priority: Option<i32>,
    /// True makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A new region.
#[derive(InputObject)]
pub struct CreateRegionInput {
    /// Its name; unique in the tenant.
    name: String,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a region; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateRegionInput {
    /// Which one.
    id: GlobalId<RegionId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the tenant.
    name: Option<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making an organization.
    CreateOrganizationPayload {
        /// The organization; null where it was refused.
        organization: Organization
    }
    /// What came of changing an organization.
    UpdateOrganizationPayload {
        /// The organization; null where it was refused.
        organization: Organization
    }
    /// What came of closing a period.
    ClosePeriodPayload {
        /// The organization; null where it was refused.
        organization: Organization
    }
    /// What came of making a warehouse.
    CreateWarehousePayload {
        /// The warehouse; null where it was refused.
        warehouse: Warehouse
    }
    /// What came of changing a warehouse.
    UpdateWarehousePayload {
        /// The warehouse; null where it was refused.
        warehouse: Warehouse
    }
    /// What came of making a region.
    CreateRegionPayload {
        /// The region; null where it was refused.
        region: Region
    }
    /// What came of changing a region.
    UpdateRegionPayload {
        /// The region; null where it was refused.
        region: Region
    }
}

/// Mutations of organizations, warehouses and regions.
#[derive(Default)]
pub struct DirectoryMutation;

#[Object]
impl DirectoryMutation {
    /// Makes an organization.
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization.")] input: CreateOrganizationInput,
    ) -> async_graphql::Result<CreateOrganizationPayload> {
        let fields = OrganizationChanges {
            name: Some(input.name),
            inn: Some(input.inn),
            kpp: Some(input.kpp),
            address: Some(input.address),
            prefix: Some(input.prefix),
            is_default: input.is_default,
            external_reference: Some(input.external_reference),
        };
        let done = mutate(ctx, CreateOrganization { fields }, input.idempotency_key).await?;
        let organization = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateOrganizationPayload { organization, user_errors: done.user_errors })
    }

    /// Changes an organization.
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateOrganizationInput,
    ) -> async_graphql::Result<UpdateOrganizationPayload> {
        let fields = OrganizationChanges {
            name: input.name,
            inn: change(input.inn, |text| text),
            kpp: change(input.kpp, |text| text),
            address: change(input.address, |text| text),
            prefix: input.prefix,
            is_default: input.is_default,
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = UpdateOrganization { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let organization = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateOrganizationPayload { organization, user_errors: done.user_errors })
    }

    /// Closes an organization's books through a day: nothing is posted on or before it.
    async fn close_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose books, and until when.")] input: ClosePeriodInput,
    ) -> async_graphql::Result<ClosePeriodPayload> {
        let command = ClosePeriod {
            organization: input.organization_id.0,
            closed_until: input.closed_until.map(|day| day.0),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let organization = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ClosePeriodPayload { organization, user_errors: done.user_errors })
    }

    /// Makes a warehouse.
    async fn create_warehouse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The warehouse.")] input: CreateWarehouseInput,
    ) -> async_graphql::Result<CreateWarehousePayload> {
        let fields = WarehouseChanges {
            name: Some(input.name),
            address: Some(input.address),
            priority: Some(input.priority),
            is_default: input.is_default,
            external_reference: Some(input.external_reference),
        };
        let done = mutate(ctx, CreateWarehouse { fields }, input.idempotency_key).await?;
        let warehouse = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateWarehousePayload { warehouse, user_errors: done.user_errors })
    }

    /// Changes a warehouse.
    async fn update_warehouse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateWarehouseInput,
    ) -> async_graphql::Result<UpdateWarehousePayload> {
        let fields = WarehouseChanges {
            name: input.name,
            address: change(input.address, |text| text),
            priority: input.priority,
            is_default: input.is_default,
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = UpdateWarehouse { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let warehouse = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateWarehousePayload { warehouse, user_errors: done.user_errors })
    }

    /// Makes a sales region.
    async fn create_region(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region.")] input: CreateRegionInput,
    ) -> async_graphql::Result<CreateRegionPayload> {
        let fields = RegionChanges {
            name: Some(input.name),
            external_reference: Some(input.external_reference),
        };
        let done = mutate(ctx, CreateRegion { fields }, input.idempotency_key).await?;
        let region = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateRegionPayload { region, user_errors: done.user_errors })
    }

    /// Changes a sales region.
    async fn update_region(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateRegionInput,
    ) -> async_graphql::Result<UpdateRegionPayload> {
        let fields = RegionChanges {
            name: input.name,
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = UpdateRegion { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let region = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateRegionPayload { region, user_errors: done.user_errors })
    }
}
