//! Organizations, warehouses and regions.

use ::catalog::{ReadDirectory, directory_by_ids};
use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use kernel::{OrganizationId, RegionId, WarehouseId};

use super::bins::{Bin, BinsOf};
use super::list::{Around, DirectoryFilter, DirectoryOrder, short_list};
use super::noted::Noted;
use crate::errors::Failure;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::Date;
use crate::session::Session;
use crate::stock::{StockBalance, StockIn};

/// A legal entity of the tenant that sells: it numbers its documents, owns its goods and its
/// settlements.
#[derive(Clone, SimpleObject)]
pub struct Organization {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    /// Its tax number (ИНН): 10 or 12 digits.
    inn: Option<String>,
    /// Its registration reason code (КПП): nine characters.
    kpp: Option<String>,
    /// Its postal address.
    address: Option<String>,
    /// What the numbers of its documents begin with; unique in the tenant, may be empty.
    prefix: String,
    /// Taken where a document names none; one of the tenant's always is.
    is_default: bool,
    /// Its books are closed through this day: nothing is posted on or before it.
    closed_until: Option<Date>,
    #[graphql(flatten)]
    noted: Noted,
}

impl From<::catalog::Organization> for Organization {
    fn from(row: ::catalog::Organization) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            inn: row.fields.inn,
            kpp: row.fields.kpp,
            address: row.fields.address,
            prefix: row.fields.prefix,
            is_default: row.fields.is_default,
            closed_until: row.closed_until.map(Into::into),
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
        }
    }
}

/// A place where goods lie.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Warehouse {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    /// Its postal address.
    address: Option<String>,
    /// Reservation looks into warehouses with a smaller number first.
    priority: i32,
    /// Taken where a document names none; one of the tenant's always is.
    is_default: bool,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: WarehouseId,
    #[graphql(skip)]
    transit_to: Option<WarehouseId>,
}

#[ComplexObject]
impl Warehouse {
    /// The warehouse that these goods are on their way to, where this is no warehouse but the way
    /// to one: lots, movements and reservations of goods in transit name it. No list has it, and
    /// no document can.
    async fn in_transit_to(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load_made(self.transit_to).await?)
    }

    /// Its bins in use, in the order of the walk, at most 1,000; the query `bins` with this
    /// warehouse gives all of them, page by page.
    async fn bins(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Bin>> {
        Ok(Session::of(ctx)?.load(BinsOf(self.key)).await?.unwrap_or_default())
    }

    /// The first of what is in stock there; the query `stock` with this warehouse gives all of
    /// it, page by page. Needs the right stock.read.
    async fn stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250.", default = 50)] first: i32,
    ) -> async_graphql::Result<Option<Vec<StockBalance>>> {
        let Some(first) = u32::try_from(first).ok().filter(|first| *first <= 250) else {
            return Err(Failure::bad_input(
                "give first from 0 to 250",
                "укажите first от 0 до 250",
            )
            .into());
        };
        let key = StockIn { warehouse: self.key, first };
        Ok(Some(Session::of(ctx)?.load(key).await?.unwrap_or_default()))
    }
}

impl From<::catalog::Warehouse> for Warehouse {
    fn from(row: ::catalog::Warehouse) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            address: row.fields.address,
            priority: row.fields.priority,
            is_default: row.fields.is_default,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            transit_to: row.transit_to,
        }
    }
}

/// A sales region: a dimension of reports.
#[derive(Clone, SimpleObject)]
pub struct Region {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    #[graphql(flatten)]
    noted: Noted,
}

impl From<::catalog::Region> for Region {
    fn from(row: ::catalog::Region) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
        }
    }
}

macro_rules! load_directories {
    ($($id:ident = $object:ident, $permit:ty;)*) => {$(
        impl Load<$id> for Loaders {
            type Value = $object;

            async fn load(&self, keys: &[$id]) -> Loaded<$id, $object> {
                let permit = self.permit::<$permit>()?;
                let tx = self.tx().await?;
                let found = directory_by_ids::<::catalog::$object>(&tx, &permit, keys).await?;
                Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
            }
        }
    )*};
}

load_directories! {
    OrganizationId = Organization, ReadDirectory;
    WarehouseId = Warehouse, ReadDirectory;
    RegionId = Region, ReadDirectory;
}

/// Queries of organizations, warehouses and regions.
#[derive(Default)]
pub struct DirectoryQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl DirectoryQuery {
    /// The tenant's organizations.
    async fn organizations(
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
    ) -> async_graphql::Result<Connection<Organization>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::Organization, _>(ctx, filter, order_by, around).await?)
    }

    /// One organization.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<OrganizationId>,
    ) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// The tenant's warehouses.
    async fn warehouses(
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
    ) -> async_graphql::Result<Connection<Warehouse>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::Warehouse, _>(ctx, filter, order_by, around).await?)
    }

    /// One warehouse.
    async fn warehouse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<WarehouseId>,
    ) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// The tenant's sales regions.
    async fn regions(
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
    ) -> async_graphql::Result<Connection<Region>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::Region, _>(ctx, filter, order_by, around).await?)
    }
}
