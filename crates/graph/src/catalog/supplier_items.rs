//! What suppliers call products, how they sell them, and for how much.

use ::catalog::{
    Of, ReadSupplierPrices, ReadSuppliers, items_by_product, items_by_supplier, supplier_prices,
};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use kernel::{PackagingId, ProductId, SupplierId, SupplierItemId};

use super::list::{ArchivedFilter, Around, DirectoryOrder, by_ids, short_list};
use super::noted::Noted;
use super::packaging::ProductPackaging;
use super::product::Product;
use super::suppliers::Supplier;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{Date, Decimal};
use crate::session::Session;

/// What a supplier calls a product, and how it sells it.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct SupplierItem {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// The supplier's article number; unique with the supplier.
    code: Option<String>,
    /// The supplier's name of it.
    name: Option<String>,
    /// The least that is ordered at once, in the base unit.
    minimum_lot: Option<Decimal>,
    /// What an ordered quantity is a multiple of, in the base unit.
    lot_multiple: Option<Decimal>,
    /// Calendar days from order to receipt; null is the supplier's.
    lead_time_days: Option<i32>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: SupplierItemId,
    #[graphql(skip)]
    supplier_id: SupplierId,
    #[graphql(skip)]
    product_id: ProductId,
    #[graphql(skip)]
    packaging_id: Option<PackagingId>,
}

impl From<::catalog::SupplierItem> for SupplierItem {
    fn from(row: ::catalog::SupplierItem) -> Self {
        Self {
            id: global(row.id),
            code: row.fields.code,
            name: row.fields.name,
            minimum_lot: row.fields.minimum_lot.map(|lot| Decimal(lot.normalize())),
            lot_multiple: row.fields.lot_multiple.map(|lot| Decimal(lot.normalize())),
            lead_time_days: row.fields.lead_time_days,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            supplier_id: row.fields.supplier_id,
            product_id: row.fields.product_id,
            packaging_id: row.fields.packaging_id,
        }
    }
}

#[ComplexObject]
impl SupplierItem {
    /// Who sells it.
    async fn supplier(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Supplier>> {
        Ok(Session::of(ctx)?.load(self.supplier_id).await?)
    }

    /// What it is to the tenant.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.product_id).await?)
    }

    /// The product's packaging it is sold in; null is the base unit.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.packaging_id).await?)
    }

    /// What the supplier asks, the newest first, at most 100; null for who may not see cost, with
    /// an error FORBIDDEN. Needs the right cost.read.
    async fn prices(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<SupplierPrice>>> {
        Ok(Some(Session::of(ctx)?.load(PricesOf(self.key)).await?.unwrap_or_default()))
    }

    /// The latest price not after today. Needs the right cost.read.
    async fn current_price(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<SupplierPrice>> {
        let session = Session::of(ctx)?;
        let prices = session.load(PricesOf(self.key)).await?.unwrap_or_default();
        let today = session.tx().await?.today();
        Ok(prices.into_iter().find(|price| price.valid_from.0 <= today))
    }
}

impl Load<SupplierItemId> for Loaders {
    type Value = SupplierItem;

    async fn load(&self, keys: &[SupplierItemId]) -> Loaded<SupplierItemId, SupplierItem> {
        by_ids::<::catalog::SupplierItem, _>(self, keys).await
    }
}

/// What a supplier asks for an item from a day on.
#[derive(Clone, SimpleObject)]
pub struct SupplierPrice {
    /// The first day it holds.
    valid_from: Date,
    /// The price of one base unit in the supplier's currency, with up to four places.
    price: Decimal,
}

impl From<::catalog::SupplierPrice> for SupplierPrice {
    fn from(row: ::catalog::SupplierPrice) -> Self {
        Self { valid_from: row.valid_from.into(), price: row.price.into() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct PricesOf(SupplierItemId);

impl Load<PricesOf> for Loaders {
    type Value = Vec<SupplierPrice>;

    async fn load(&self, keys: &[PricesOf]) -> Loaded<PricesOf, Vec<SupplierPrice>> {
        let permit = self.permit::<ReadSupplierPrices>()?;
        let ids: Vec<SupplierItemId> = keys.iter().map(|key| key.0).collect();
        let found = supplier_prices(&*self.tx().await?, &permit, &ids).await?;
        let prices = |rows: Vec<_>| rows.into_iter().map(SupplierPrice::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (PricesOf(id), prices(rows))).collect())
    }
}

/// Items in use, at most 250.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ItemsOf {
    /// Of a supplier.
    Supplier(SupplierId),
    /// Of a product.
    Product(ProductId),
}

impl Load<ItemsOf> for Loaders {
    type Value = Vec<SupplierItem>;

    async fn load(&self, keys: &[ItemsOf]) -> Loaded<ItemsOf, Vec<SupplierItem>> {
        let permit = self.permit::<ReadSuppliers>()?;
        let tx = self.tx().await?;
        let (mut suppliers, mut products) = (Vec::new(), Vec::new());
        for key in keys {
            match key {
                ItemsOf::Supplier(id) => suppliers.push(*id),
                ItemsOf::Product(id) => products.push(*id),
            }
        }
        let items = |rows: Vec<_>| rows.into_iter().map(SupplierItem::from).collect();
        let mut loaded = std::collections::HashMap::new();
        if !suppliers.is_empty() {
            for (id, rows) in items_by_supplier(&tx, &permit, &suppliers).await? {
                loaded.insert(ItemsOf::Supplier(id), items(rows));
            }
        }
        if !products.is_empty() {
            for (id, rows) in items_by_product(&tx, &permit, &products).await? {
                loaded.insert(ItemsOf::Product(id), items(rows));
            }
        }
        Ok(loaded)
    }
}

/// Which items of suppliers; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SupplierItemFilter {
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// Those of this supplier.
    supplier_id: Option<GlobalId<SupplierId>>,
    /// Those of this product.
    product_id: Option<GlobalId<ProductId>>,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

impl From<SupplierItemFilter> for ::catalog::DirectoryFilter {
    fn from(filter: SupplierItemFilter) -> Self {
        let supplier = filter.supplier_id.map(|id| Of::Supplier(id.0));
        let product = filter.product_id.map(|id| Of::Product(id.0));
        Self {
            archived: filter.archived.into(),
            external_reference: filter.external_reference,
            of: supplier.into_iter().chain(product).collect(),
            ..Self::default()
        }
    }
}

/// Queries of what suppliers sell.
#[derive(Default)]
pub struct SupplierItemQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl SupplierItemQuery {
    /// What suppliers sell. Needs the right supplier.read.
    async fn supplier_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<SupplierItemFilter>,
        #[graphql(desc = "The order; by name where none is given.")] order_by: Option<
            DirectoryOrder,
        >,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<SupplierItem>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::SupplierItem, _>(ctx, filter, order_by, around).await?)
    }

    /// One item of a supplier. Needs the right supplier.read.
    async fn supplier_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<SupplierItemId>,
    ) -> async_graphql::Result<Option<SupplierItem>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
