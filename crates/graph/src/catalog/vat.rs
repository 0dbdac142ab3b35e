//! Tax categories with their dated rates.

use ::catalog::{Create, ReadDirectory, SetVatRates, Update, VatCategoryChanges, vat_rates};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{OrganizationId, Refusal, VatCategoryId};

use super::directories::Organization;
use super::list::{Around, DirectoryFilter, DirectoryOrder, by_ids, short_list};
use super::noted::Noted;
use super::{payloads, percent, tried};
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{Date, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// Goods taxed alike: documents take the rate that holds for their organization on their day.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct VatCategory {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: VatCategoryId,
}

impl From<::catalog::VatCategory> for VatCategory {
    fn from(row: ::catalog::VatCategory) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
        }
    }
}

#[ComplexObject]
impl VatCategory {
    /// Its rates, the newest first. A rate of an organization goes before one for all.
    async fn rates(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<VatRate>> {
        Ok(Session::of(ctx)?.load(RatesOf(self.key)).await?.unwrap_or_default())
    }
}

impl Load<VatCategoryId> for Loaders {
    type Value = VatCategory;

    async fn load(&self, keys: &[VatCategoryId]) -> Loaded<VatCategoryId, VatCategory> {
        by_ids::<::catalog::VatCategory, _>(self, keys).await
    }
}

/// A tax category's rate from a day on.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct VatRate {
    /// The first day it holds.
    valid_from: Date,
    /// Per cent. Null is "without VAT", which is not 0 %.
    rate: Option<Decimal>,
    #[graphql(skip)]
    organization_id: Option<OrganizationId>,
}

#[ComplexObject]
impl VatRate {
    /// The organization whose documents take it; null is every organization without a rate of
    /// its own.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load_made(self.organization_id).await?)
    }
}

impl From<::catalog::VatRate> for VatRate {
    fn from(row: ::catalog::VatRate) -> Self {
        Self {
            valid_from: row.valid_from.into(),
            rate: row.rate.map(|rate| Decimal(rate.get().normalize())),
            organization_id: row.organization_id,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct RatesOf(VatCategoryId);

impl Load<RatesOf> for Loaders {
    type Value = Vec<VatRate>;

    async fn load(&self, keys: &[RatesOf]) -> Loaded<RatesOf, Vec<VatRate>> {
        let permit = self.permit::<ReadDirectory>()?;
        let ids: Vec<VatCategoryId> = keys.iter().map(|key| key.0).collect();
        let found = vat_rates(&*self.tx().await?, &permit, &ids).await?;
        let rates = |rows: Vec<::catalog::VatRate>| rows.into_iter().map(VatRate::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (RatesOf(id), rates(rows))).collect())
    }
}

/// Queries of tax categories.
#[derive(Default)]
pub struct VatQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl VatQuery {
    /// The tenant's tax categories.
    async fn vat_categories(
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
    ) -> async_graphql::Result<Connection<VatCategory>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::VatCategory, _>(ctx, filter, order_by, around).await?)
    }

    /// One tax category.
    async fn vat_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<VatCategoryId>,
    ) -> async_graphql::Result<Option<VatCategory>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// A new tax category.
#[derive(InputObject)]
pub struct CreateVatCategoryInput {
    /// Its name; unique in the tenant.
    name: String,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a tax category; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateVatCategoryInput {
    /// Which one.
    id: GlobalId<VatCategoryId>,
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

/// A tax category's rate from a day on.
#[derive(InputObject)]
pub struct VatRateInput {
    /// Whose documents take it; none is every organization without a rate of its own.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// The first day it holds.
    valid_from: Date,
    /// 0 to 100 per cent; none is "without VAT", which is not 0 %.
    rate: Option<Decimal>,
}

/// Which rate of a tax category is taken away.
#[derive(InputObject)]
pub struct RemovedVatRateInput {
    /// Whose documents take it; none is every organization without a rate of its own.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// The first day it holds.
    valid_from: Date,
}

/// Rates of one tax category.
#[derive(InputObject)]
pub struct SetVatRatesInput {
    /// The tax category.
    vat_category_id: GlobalId<VatCategoryId>,
    /// The rates; one of the same organization and day is replaced. With the removed ones at
    /// most 1,000.
    #[graphql(default)]
    rates: Vec<VatRateInput>,
    /// Rates that are taken away.
    #[graphql(default)]
    removed: Vec<RemovedVatRateInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl SetVatRatesInput {
    fn command(&self) -> Result<SetVatRates, Refusal> {
        let rate = |(place, one): (usize, &VatRateInput)| {
            let field = ["rates".to_owned(), place.to_string(), "rate".to_owned()];
            let read = |value: Decimal| percent(["rate"], value).map_err(|no| no.at(field));
            Ok(::catalog::VatRate {
                organization_id: one.organization_id.map(|id| id.0),
                valid_from: one.valid_from.0,
                rate: one.rate.map(read).transpose()?,
            })
        };
        let removed =
            |one: &RemovedVatRateInput| (one.organization_id.map(|id| id.0), one.valid_from.0);
        Ok(SetVatRates {
            category: self.vat_category_id.0,
            rates: self.rates.iter().enumerate().map(rate).collect::<Result<_, Refusal>>()?,
            removed: self.removed.iter().map(removed).collect(),
        })
    }
}

payloads! {
    /// What came of making a tax category.
    CreateVatCategoryPayload {
        /// The tax category; null where it was refused.
        vat_category: VatCategory
    }
    /// What came of changing a tax category.
    UpdateVatCategoryPayload {
        /// The tax category; null where it was refused.
        vat_category: VatCategory
    }
    /// What came of setting rates of a tax category.
    SetVatRatesPayload {
        /// The tax category; null where it was refused.
        vat_category: VatCategory
    }
}

/// Mutations of tax categories and their rates.
#[derive(Default)]
pub struct VatMutation;

#[Object]
impl VatMutation {
    /// Makes a tax category.
    async fn create_vat_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tax category.")] input: CreateVatCategoryInput,
    ) -> async_graphql::Result<CreateVatCategoryPayload> {
        let fields = VatCategoryChanges {
            name: Some(input.name),
            external_reference: Some(input.external_reference),
        };
        let command = Create::<::catalog::VatCategory> { fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let vat_category = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateVatCategoryPayload { vat_category, user_errors: done.user_errors })
    }

    /// Changes a tax category.
    async fn update_vat_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateVatCategoryInput,
    ) -> async_graphql::Result<UpdateVatCategoryPayload> {
        let fields = VatCategoryChanges {
            name: input.name,
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = Update::<::catalog::VatCategory> { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let vat_category = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateVatCategoryPayload { vat_category, user_errors: done.user_errors })
    }

    /// Sets and removes rates of a tax category; what is posted keeps its rate. Needs the right
    /// rate.write.
    async fn set_vat_rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rates.")] mut input: SetVatRatesInput,
    ) -> async_graphql::Result<SetVatRatesPayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let vat_category = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetVatRatesPayload { vat_category, user_errors: done.user_errors })
    }
}
