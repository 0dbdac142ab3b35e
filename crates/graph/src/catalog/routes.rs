//! Sales routes: when goods are held for an order, what covers what is short, how it is paid.

use ::catalog::{Create, SalesRouteChanges, Update};
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{Refusal, SalesRouteId};

use super::list::{Around, DirectoryFilter, DirectoryOrder, by_ids, short_list};
use super::noted::Noted;
use super::terms::PaymentStep;
use super::terms_writing::{PaymentStepInput, steps};
use super::{payloads, tried};
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::session::Session;
use crate::user_error::UserError;

/// When goods are held for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::ReserveOn")]
pub enum ReserveOn {
    /// When the order is confirmed, or when what must be paid before is paid.
    Confirm,
    /// Not at all: a shipment takes what is free then. Payments before the reservation are asked
    /// for before the shipment.
    Never,
}

/// What covers the part of an order that stock does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::CoverBy")]
pub enum CoverBy {
    /// Goods that come into stock anyway.
    Stock,
    /// A purchase from a supplier.
    Purchase,
    /// A transfer from another warehouse.
    Transfer,
    /// Assembly from components.
    Assembly,
}

/// A way of selling. Agreements choose one, an order may choose another. Orders keep what it said
/// when they were written.
#[derive(Clone, SimpleObject)]
pub struct SalesRoute {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    /// When goods are held for its orders.
    reserve_on: ReserveOn,
    /// What covers the part of its orders that stock does not.
    cover_by: CoverBy,
    /// How a new agreement on it is paid that names no steps of its own; the parts sum to 100 %.
    payment_steps: Vec<PaymentStep>,
    #[graphql(flatten)]
    noted: Noted,
}

impl From<::catalog::SalesRoute> for SalesRoute {
    fn from(row: ::catalog::SalesRoute) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            reserve_on: row.fields.reserve_on.into(),
            cover_by: row.fields.cover_by.into(),
            payment_steps: row.fields.payment_steps.0.into_iter().map(Into::into).collect(),
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
        }
    }
}

impl Load<SalesRouteId> for Loaders {
    type Value = SalesRoute;

    async fn load(&self, keys: &[SalesRouteId]) -> Loaded<SalesRouteId, SalesRoute> {
        by_ids::<::catalog::SalesRoute, _>(self, keys).await
    }
}

/// Queries of sales routes.
#[derive(Default)]
pub struct RouteQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl RouteQuery {
    /// The tenant's sales routes.
    async fn sales_routes(
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
    ) -> async_graphql::Result<Connection<SalesRoute>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::SalesRoute, _>(ctx, filter, order_by, around).await?)
    }

    /// One sales route.
    async fn sales_route(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<SalesRouteId>,
    ) -> async_graphql::Result<Option<SalesRoute>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// A new sales route.
#[derive(InputObject)]
pub struct CreateSalesRouteInput {
    /// Its name; unique in the tenant.
    name: String,
    /// When goods are held for its orders; CONFIRM where none is given.
    reserve_on: Option<ReserveOn>,
    /// What covers the part of its orders that stock does not; STOCK where none is given.
    cover_by: Option<CoverBy>,
    /// How a new agreement on it is paid that names no steps of its own, 1 to 12 parts that sum to
    /// 100 %; everything on the day of the shipment where none are given.
    payment_steps: Option<Vec<PaymentStepInput>>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl CreateSalesRouteInput {
    fn command(self) -> Result<Create<::catalog::SalesRoute>, Refusal> {
        let fields = SalesRouteChanges {
            name: Some(self.name),
            reserve_on: self.reserve_on.map(Into::into),
            cover_by: self.cover_by.map(Into::into),
            payment_steps: steps(self.payment_steps)?.map(::catalog::PaymentSteps),
            external_reference: Some(self.external_reference),
        };
        Ok(Create { fields })
    }
}

/// Changes of a sales route; what is left out stays, null empties. Agreements and orders that are
/// there keep their payment steps; drafts of orders that are written anew and new orders go the new
/// way.
#[derive(InputObject)]
pub struct UpdateSalesRouteInput {
    /// Which one.
    id: GlobalId<SalesRouteId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the tenant.
    name: Option<String>,
    /// When goods are held for its orders.
    reserve_on: Option<ReserveOn>,
    /// What covers the part of its orders that stock does not.
    cover_by: Option<CoverBy>,
    /// How a new agreement on it is paid, 1 to 12 parts that sum to 100 %.
    payment_steps: Option<Vec<PaymentStepInput>>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it. Agreements keep an archived route, nothing chooses it anew.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl UpdateSalesRouteInput {
    fn command(self) -> Result<Update<::catalog::SalesRoute>, Refusal> {
        let fields = SalesRouteChanges {
            name: self.name,
            reserve_on: self.reserve_on.map(Into::into),
            cover_by: self.cover_by.map(Into::into),
            payment_steps: steps(self.payment_steps)?.map(::catalog::PaymentSteps),
            external_reference: change(self.external_reference, |text| text),
        };
        Ok(Update { id: self.id.0, version: self.version, fields, archived: self.archived })
    }
}

payloads! {
    /// What came of making a sales route.
    CreateSalesRoutePayload {
        /// The sales route; null where it was refused.
        sales_route: SalesRoute
    }
    /// What came of changing a sales route.
    UpdateSalesRoutePayload {
        /// The sales route; null where it was refused.
        sales_route: SalesRoute
    }
}

/// Mutations of sales routes.
#[derive(Default)]
pub struct RouteMutation;

#[Object]
impl RouteMutation {
    /// Makes a sales route. Needs the right sales_route.write.
    async fn create_sales_route(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sales route.")] mut input: CreateSalesRouteInput,
    ) -> async_graphql::Result<CreateSalesRoutePayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let sales_route = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateSalesRoutePayload { sales_route, user_errors: done.user_errors })
    }

    /// Changes a sales route. Needs the right sales_route.write.
    async fn update_sales_route(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateSalesRouteInput,
    ) -> async_graphql::Result<UpdateSalesRoutePayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let sales_route = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateSalesRoutePayload { sales_route, user_errors: done.user_errors })
    }
}
