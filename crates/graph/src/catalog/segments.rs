//! Sales channels and price segments: what customers are sorted by.

use ::catalog::{Create, PriceSegmentChanges, RulesFor, SalesChannelChanges, Update};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{PriceListId, PriceSegmentId, SalesChannelId};

use super::discount_rule::{DiscountRule, RulesOf};
use super::list::{Around, DirectoryFilter, DirectoryOrder, by_ids, short_list};
use super::noted::Noted;
use super::payloads;
use super::price_list::PriceList;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::session::Session;
use crate::user_error::UserError;

/// A way in which goods are sold: a dimension of reports.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct SalesChannel {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: SalesChannelId,
}

#[ComplexObject]
impl SalesChannel {
    /// The discount rules in use for documents of this channel, by name, at most 250. Needs the
    /// right price.read.
    async fn discount_rules(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<DiscountRule>>> {
        let rules = RulesOf(RulesFor::Channel(self.key));
        Ok(Some(Session::of(ctx)?.load(rules).await?.unwrap_or_default()))
    }
}

impl From<::catalog::SalesChannel> for SalesChannel {
    fn from(row: ::catalog::SalesChannel) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
        }
    }
}

impl Load<SalesChannelId> for Loaders {
    type Value = SalesChannel;

    async fn load(&self, keys: &[SalesChannelId]) -> Loaded<SalesChannelId, SalesChannel> {
        by_ids::<::catalog::SalesChannel, _>(self, keys).await
    }
}

/// Customers who get the same prices. Set by hand on customers; drives prices only.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct PriceSegment {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: PriceSegmentId,
    #[graphql(skip)]
    price_list_id: Option<PriceListId>,
}

impl From<::catalog::PriceSegment> for PriceSegment {
    fn from(row: ::catalog::PriceSegment) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            price_list_id: row.fields.price_list_id,
        }
    }
}

#[ComplexObject]
impl PriceSegment {
    /// Where its customers' prices come from when their agreement's list holds none.
    async fn price_list(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceList>> {
        Ok(Session::of(ctx)?.load_made(self.price_list_id).await?)
    }

    /// The discount rules in use for its customers, by name, at most 250.
    async fn discount_rules(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<DiscountRule>> {
        let rules = RulesOf(RulesFor::Segment(self.key));
        Ok(Session::of(ctx)?.load(rules).await?.unwrap_or_default())
    }
}

impl Load<PriceSegmentId> for Loaders {
    type Value = PriceSegment;

    async fn load(&self, keys: &[PriceSegmentId]) -> Loaded<PriceSegmentId, PriceSegment> {
        by_ids::<::catalog::PriceSegment, _>(self, keys).await
    }
}

/// Queries of sales channels and price segments.
#[derive(Default)]
pub struct SegmentQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl SegmentQuery {
    /// The tenant's sales channels.
    async fn sales_channels(
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
    ) -> async_graphql::Result<Connection<SalesChannel>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::SalesChannel, _>(ctx, filter, order_by, around).await?)
    }

    /// One sales channel.
    async fn sales_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<SalesChannelId>,
    ) -> async_graphql::Result<Option<SalesChannel>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// The tenant's price segments. Needs the right price.read.
    async fn price_segments(
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
    ) -> async_graphql::Result<Connection<PriceSegment>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::PriceSegment, _>(ctx, filter, order_by, around).await?)
    }

    /// One price segment. Needs the right price.read.
    async fn price_segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<PriceSegmentId>,
    ) -> async_graphql::Result<Option<PriceSegment>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// A new sales channel.
#[derive(InputObject)]
pub struct CreateSalesChannelInput {
    /// Its name; unique in the tenant.
    name: String,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a sales channel; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateSalesChannelInput {
    /// Which one.
    id: GlobalId<SalesChannelId>,
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

/// A new price segment.
#[derive(InputObject)]
pub struct CreatePriceSegmentInput {
    /// Its name; unique in the tenant.
    name: String,
    /// Where its customers' prices come from when their agreement's list holds none.
    price_list_id: Option<GlobalId<PriceListId>>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a price segment; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdatePriceSegmentInput {
    /// Which one.
    id: GlobalId<PriceSegmentId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the tenant.
    name: Option<String>,
    /// Where its customers' prices come from when their agreement's list holds none.
    price_list_id: MaybeUndefined<GlobalId<PriceListId>>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making a sales channel.
    CreateSalesChannelPayload {
        /// The sales channel; null where it was refused.
        sales_channel: SalesChannel
    }
    /// What came of changing a sales channel.
    UpdateSalesChannelPayload {
        /// The sales channel; null where it was refused.
        sales_channel: SalesChannel
    }
    /// What came of making a price segment.
    CreatePriceSegmentPayload {
        /// The price segment; null where it was refused.
        price_segment: PriceSegment
    }
    /// What came of changing a price segment.
    UpdatePriceSegmentPayload {
        /// The price segment; null where it was refused.
        price_segment: PriceSegment
    }
}

/// Mutations of sales channels and price segments.
#[derive(Default)]
pub struct SegmentMutation;

#[Object]
impl SegmentMutation {
    /// Makes a sales channel.
    async fn create_sales_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sales channel.")] input: CreateSalesChannelInput,
    ) -> async_graphql::Result<CreateSalesChannelPayload> {
        let fields = SalesChannelChanges {
            name: Some(input.name),
            external_reference: Some(input.external_reference),
        };
        let command = Create::<::catalog::SalesChannel> { fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let sales_channel = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateSalesChannelPayload { sales_channel, user_errors: done.user_errors })
    }

    /// Changes a sales channel.
    async fn update_sales_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateSalesChannelInput,
    ) -> async_graphql::Result<UpdateSalesChannelPayload> {
        let fields = SalesChannelChanges {
            name: input.name,
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = Update::<::catalog::SalesChannel> { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let sales_channel = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateSalesChannelPayload { sales_channel, user_errors: done.user_errors })
    }

    /// Makes a price segment.
    async fn create_price_segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The price segment.")] input: CreatePriceSegmentInput,
    ) -> async_graphql::Result<CreatePriceSegmentPayload> {
        let fields = PriceSegmentChanges {
            name: Some(input.name),
            price_list_id: Some(input.price_list_id.map(|id| id.0)),
            external_reference: Some(input.external_reference),
        };
        let command = Create::<::catalog::PriceSegment> { fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_segment = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreatePriceSegmentPayload { price_segment, user_errors: done.user_errors })
    }

    /// Changes a price segment.
    async fn update_price_segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdatePriceSegmentInput,
    ) -> async_graphql::Result<UpdatePriceSegmentPayload> {
        let fields = PriceSegmentChanges {
            name: input.name,
            price_list_id: change(input.price_list_id, |id| id.0),
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = Update::<::catalog::PriceSegment> { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_segment = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdatePriceSegmentPayload { price_segment, user_errors: done.user_errors })
    }
}
