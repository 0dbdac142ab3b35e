//! Places inside warehouses.

use ::catalog::{BinChanges, Create, Of, ReadDirectory, Update, bins_by_warehouse};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{BinId, WarehouseId};

use super::directories::Warehouse;
use super::list::{ArchivedFilter, Around, DirectoryOrder, by_ids, short_list};
use super::noted::Noted;
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::session::Session;
use crate::user_error::UserError;

/// A place inside a warehouse.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Bin {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the warehouse.
    name: String,
    /// Bins with a smaller number are walked to first.
    walk_order: i32,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    warehouse_id: WarehouseId,
}

impl From<::catalog::Bin> for Bin {
    fn from(row: ::catalog::Bin) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            walk_order: row.fields.walk_order,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            warehouse_id: row.fields.warehouse_id,
        }
    }
}

#[ComplexObject]
impl Bin {
    /// The warehouse it is in.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.warehouse_id).await?)
    }
}

impl Load<BinId> for Loaders {
    type Value = Bin;

    async fn load(&self, keys: &[BinId]) -> Loaded<BinId, Bin> {
        by_ids::<::catalog::Bin, _>(self, keys).await
    }
}

/// The bins of a warehouse in use, in the order of the walk.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BinsOf(pub(super) WarehouseId);

impl Load<BinsOf> for Loaders {
    type Value = Vec<Bin>;

    async fn load(&self, keys: &[BinsOf]) -> Loaded<BinsOf, Vec<Bin>> {
        let permit = self.permit::<ReadDirectory>()?;
        let ids: Vec<WarehouseId> = keys.iter().map(|key| key.0).collect();
        let found = bins_by_warehouse(&*self.tx().await?, &permit, &ids).await?;
        let bins = |rows: Vec<::catalog::Bin>| rows.into_iter().map(Bin::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (BinsOf(id), bins(rows))).collect())
    }
}

/// Which bins; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BinFilter {
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// Those of this warehouse.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

impl From<BinFilter> for ::catalog::DirectoryFilter {
    fn from(filter: BinFilter) -> Self {
        Self {
            archived: filter.archived.into(),
            external_reference: filter.external_reference,
            of: filter.warehouse_id.map(|id| Of::Warehouse(id.0)).into_iter().collect(),
            ..Self::default()
        }
    }
}

/// Queries of bins.
#[derive(Default)]
pub struct BinQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl BinQuery {
    /// The bins of the tenant's warehouses.
    async fn bins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<BinFilter>,
        #[graphql(desc = "The order; by name where none is given.")] order_by: Option<
            DirectoryOrder,
        >,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Bin>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::Bin, _>(ctx, filter, order_by, around).await?)
    }

    /// One bin.
    async fn bin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<BinId>,
    ) -> async_graphql::Result<Option<Bin>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// A new bin.
#[derive(InputObject)]
pub struct CreateBinInput {
    /// The warehouse it is in; stays as it was made.
    warehouse_id: GlobalId<WarehouseId>,
    /// Its name; unique in the warehouse.
    name: String,
    /// Bins with a smaller number are walked to first.
    #[graphql(default)]
    walk_order: i32,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a bin; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateBinInput {
    /// Which one.
    id: GlobalId<BinId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the warehouse.
    name: Option<String>,
    /// Bins with a smaller number are walked to first.
    walk_order: Option<i32>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making a bin.
    CreateBinPayload {
        /// The bin; null where it was refused.
        bin: Bin
    }
    /// What came of changing a bin.
    UpdateBinPayload {
        /// The bin; null where it was refused.
        bin: Bin
    }
}

/// Mutations of bins.
#[derive(Default)]
pub struct BinMutation;

#[Object]
impl BinMutation {
    /// Makes a bin.
    async fn create_bin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bin.")] input: CreateBinInput,
    ) -> async_graphql::Result<CreateBinPayload> {
        let fields = BinChanges {
            warehouse_id: Some(input.warehouse_id.0),
            name: Some(input.name),
            walk_order: Some(input.walk_order),
            external_reference: Some(input.external_reference),
        };
        let command = Create::<::catalog::Bin> { fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let bin = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateBinPayload { bin, user_errors: done.user_errors })
    }

    /// Changes a bin.
    async fn update_bin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateBinInput,
    ) -> async_graphql::Result<UpdateBinPayload> {
        let fields = BinChanges {
            warehouse_id: None,
            name: input.name,
            walk_order: input.walk_order,
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = Update::<::catalog::Bin> { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let bin = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateBinPayload { bin, user_errors: done.user_errors })
    }
}
