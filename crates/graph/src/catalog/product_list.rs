//! The lists of products and of their groups.

use ::catalog::{ProductSort, ReadProducts};
use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object};
use kernel::{Direction, ProductGroupId, ProductId};

use super::group::ProductGroup;
use super::list::{ArchivedFilter, Around, DirectoryOrder, short_list};
use super::product::Product;
use crate::custom::{CustomFieldCondition, conditions};
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{Connection, OrderDirection};
use crate::session::Session;

/// Which products; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProductFilter {
    /// Those with these ids.
    #[graphql(validator(max_items = 250))]
    ids: Option<Vec<GlobalId<ProductId>>>,
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// Those in this group and in the groups below it.
    group_id: Option<GlobalId<ProductGroupId>>,
    /// Services only, or goods only.
    is_service: Option<bool>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    custom_fields: Option<Vec<CustomFieldCondition>>,
}

/// What products are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ProductSort")]
pub enum ProductOrderField {
    /// By name, without regard to case.
    Name,
    /// By article number, without regard to case.
    Sku,
    /// By the time they were made.
    CreatedAt,
    /// The best find first; by name where nothing is searched for.
    Relevance,
}

/// The order of products; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ProductOrder {
    /// By what.
    field: ProductOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// Which product groups; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProductGroupFilter {
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Those lying in this group itself; null is those at the top.
    parent_id: MaybeUndefined<GlobalId<ProductGroupId>>,
}

/// Queries of products and their groups.
#[derive(Default)]
pub struct ProductQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl ProductQuery {
    /// The tenant's products: the best find first where something is searched for, else by name.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<ProductFilter>,
        #[graphql(desc = "The order.")] order_by: Option<ProductOrder>,
        #[graphql(desc = "Words that name or article number must hold, or a whole barcode or \
                          article number, whatever stands between its characters; where little \
                          is found, as typed on another keyboard, in the other alphabet or with \
                          a wrong letter. The 200 best finds are given.")]
        search: Option<String>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Product>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadProducts>()?;
        let filter = filter.unwrap_or_default();
        let custom = conditions::<::catalog::Product>(session, filter.custom_fields).await?;
        let filter = ::catalog::ProductFilter {
            ids: filter.ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            archived: filter.archived.into(),
            group: filter.group_id.map(|id| id.0),
            is_service: filter.is_service,
            custom,
            external_reference: filter.external_reference,
            search,
        };
        let (sort, direction) = match order_by {
            Some(order) => (order.field.into(), order.direction.into()),
            None if filter.search.is_some() => (ProductSort::Relevance, Direction::Asc),
            None => (ProductSort::Name, Direction::Asc),
        };
        let page = Around { first, after, last, before }.request(sort.as_str())?;
        let tx = session.tx().await?;
        let rows = ::catalog::products(&tx, &permit, &filter, sort, direction, &page).await?;
        Ok(Connection::of(rows, Product::from).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let tx = session.tx().await?;
                Ok(::catalog::count_products(&tx, &permit, &filter).await?)
            }
        }))
    }

    /// One product, by its id or by its article number.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: Option<GlobalId<ProductId>>,
        #[graphql(desc = "Its article number.")] sku: Option<String>,
    ) -> async_graphql::Result<Option<Product>> {
        let session = Session::of(ctx)?;
        match (id, sku) {
            (Some(id), None) => Ok(session.found(id.0).await?),
            (None, Some(sku)) => {
                let permit = session.permit::<ReadProducts>()?;
                let tx = session.tx().await?;
                let found = ::catalog::product_by_sku(&tx, &permit, &sku).await?;
                let product = found.map(Product::from);
                product.map(Some).ok_or_else(|| Failure::not_found().into())
            }
            _ => {
                Err(Failure::bad_input("give either id or sku", "укажите либо id, либо sku").into())
            }
        }
    }

    /// The tenant's product groups.
    async fn product_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<ProductGroupFilter>,
        #[graphql(desc = "The order; by name where none is given.")] order_by: Option<
            DirectoryOrder,
        >,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ProductGroup>> {
        let filter = filter.unwrap_or_default();
        let filter = ::catalog::DirectoryFilter {
            archived: filter.archived.into(),
            external_reference: filter.external_reference,
            parent: crate::identity::change(filter.parent_id, |id| id.0),
            of: Vec::new(),
        };
        let around = Around { first, after, last, before };
        Ok(short_list::<::catalog::ProductGroup, _>(ctx, filter, order_by, around).await?)
    }
}
