//! A product with its edges.

use ::catalog::{ReadProducts, RulesFor, products_by_id};
use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use kernel::{ProductGroupId, ProductId, VatCategoryId};

use super::attribute::{AttributesOf, ProductAttribute};
use super::discount_rule::{DiscountRule, RulesOf};
use super::group::ProductGroup;
use super::list::ArchivedFilter;
use super::noted::Noted;
use super::packaging::{PackagingsOf, ProductPackaging};
use super::price_list::{PricesOf, ProductPrice};
use super::product_card::{BarcodesOf, ProductBarcode, originals, substitutes};
use super::supplier_items::{ItemsOf, SupplierItem};
use super::variant::{ProductVariant, variants_of};
use super::vat::VatCategory;
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::files::{Attachment, OfProduct, files_of};
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{Date, Decimal, Money};
use crate::session::Session;
use crate::stock::{
    ExpectedGoods, ExpectedOf, GoodsPlace, HomesOf, Lot, LotsInStock, ProductPurchases,
    ProductStock, PurchasesOf, SeeCost, StockBalance, StockOf, cost, stock_total,
};

/// The least it is sold for.
#[derive(Clone, Copy, Default)]
struct Limits {
    price: Option<kernel::Decimal>,
    margin: Option<kernel::Percent>,
}

/// Goods or a service.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Product {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its article number; unique in the tenant.
    sku: String,
    /// Its name.
    name: String,
    /// The base unit that all its quantities are in, as printed.
    unit: String,
    /// The VAT rate of its own, per cent; the tax category's goes before it. Null is "without
    /// VAT", which is not 0 %.
    vat_rate: Option<Decimal>,
    /// A service has no stock.
    is_service: bool,
    /// Whether documents name a variant of it; stays once one has named the product.
    has_variants: bool,
    /// Whether a lot is received with the number that its maker printed on it.
    tracks_lots: bool,
    /// Whether a lot is received with its last day.
    tracks_expiry: bool,
    /// Days that are left of a lot's life when it is sold, at least; null: no such limit.
    min_shelf_life_days: Option<i32>,
    #[graphql(flatten)]
    noted: Noted,
    /// For edges of other contexts.
    #[graphql(skip)]
    pub(crate) key: ProductId,
    #[graphql(skip)]
    group_id: Option<ProductGroupId>,
    #[graphql(skip)]
    vat_category_id: Option<VatCategoryId>,
    #[graphql(skip)]
    limits: Limits,
}

impl From<::catalog::Product> for Product {
    fn from(row: ::catalog::Product) -> Self {
        Self {
            id: global(row.id),
            sku: row.fields.sku,
            name: row.fields.name,
            unit: row.fields.unit,
            vat_rate: row.fields.vat_rate.map(|rate| Decimal(rate.get().normalize())),
            is_service: row.fields.is_service,
            has_variants: row.fields.has_variants,
            tracks_lots: row.fields.tracks_lots,
            tracks_expiry: row.fields.tracks_expiry,
            min_shelf_life_days: row.fields.min_shelf_life_days,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            group_id: row.fields.group_id,
            vat_category_id: row.fields.vat_category_id,
            limits: Limits { price: row.fields.min_price, margin: row.fields.min_margin_percent },
        }
    }
}

impl Product {
    /// Whether new lines may name it.
    pub(super) fn is_in_use(&self) -> bool {
        !self.noted.is_archived()
    }

    /// What came with another record in one statement. Only for a resolver that has looked ahead
    /// and seen that nothing but `id`, `sku` and `name` is asked: the rest is blank.
    pub(crate) fn brief(key: ProductId, sku: String, name: String) -> Self {
        Self {
            id: global(key),
            sku,
            name,
            unit: String::new(),
            vat_rate: None,
            is_service: false,
            has_variants: false,
            tracks_lots: false,
            tracks_expiry: false,
            min_shelf_life_days: None,
            noted: Noted::unread(key),
            key,
            group_id: None,
            vat_category_id: None,
            limits: Limits::default(),
        }
    }
}

#[ComplexObject]
impl Product {
    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::catalog::Product>(Session::of(ctx)?, self.key).await?)
    }

    /// The group it lies in.
    async fn group(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductGroup>> {
        match self.group_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// The discount rules in use for this very product, by name, at most 250. Needs the right
    /// price.read.
    async fn discount_rules(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<DiscountRule>>> {
        let rules = RulesOf(RulesFor::Product(self.key));
        Ok(Some(Session::of(ctx)?.load(rules).await?.unwrap_or_default()))
    }

    /// The tax category: documents take its rate of their organization and day.
    async fn vat_category(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<VatCategory>> {
        Ok(Session::of(ctx)?.load_made(self.vat_category_id).await?)
    }

    /// What suppliers call it and how they sell it, at most 250. Needs the right supplier.read.
    async fn supplier_items(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<SupplierItem>>> {
        let key = ItemsOf::Product(self.key);
        Ok(Some(Session::of(ctx)?.load(key).await?.unwrap_or_default()))
    }

    /// The least price per base unit, in the base currency, without VAT. Needs the right
    /// cost.read.
    async fn min_price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.limits.price)?)
    }

    /// The least margin, per cent of revenue. Needs the right cost.read.
    async fn min_margin_percent(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Decimal>> {
        Session::of(ctx)?.permit::<SeeCost>()?;
        Ok(self.limits.margin.map(|margin| Decimal(margin.get().normalize())))
    }

    /// What its variants differ by: its own attributes and those of its groups up to the top.
    async fn attributes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductAttribute>> {
        Ok(Session::of(ctx)?.load(AttributesOf(self.key)).await?.unwrap_or_default())
    }

    /// Its variants by article number. Further pages stand in the root field `productVariants`
    /// with this product as filter, with the same cursors.
    async fn variants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250; 50 where none is given.")] first: Option<i32>,
        #[graphql(desc = "Archived ones or not; those in use where it is left out.")]
        archived: Option<ArchivedFilter>,
    ) -> async_graphql::Result<Connection<ProductVariant>> {
        let archived = archived.unwrap_or_default();
        Ok(variants_of(Session::of(ctx)?, self.key, archived, first).await?)
    }

    /// What it is packed in, archived packagings last.
    async fn packagings(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductPackaging>> {
        Ok(Session::of(ctx)?.load(PackagingsOf(self.key)).await?.unwrap_or_default())
    }

    /// Where it lies: one bin a warehouse at most; a lot may have a bin of its own. Needs the right
    /// `stock.read`.
    async fn homes(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<GoodsPlace>>> {
        let homes = Session::of(ctx)?.load(HomesOf(self.key)).await?;
        Ok(Some(homes.unwrap_or_default()))
    }

    /// The codes it is scanned by, its own and those of its packagings.
    async fn barcodes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductBarcode>> {
        Ok(Session::of(ctx)?.load(BarcodesOf(self.key)).await?.unwrap_or_default())
    }

    /// What may be sold in its place, the best first.
    async fn substitutes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Product>> {
        Ok(substitutes(Session::of(ctx)?, self.key).await?)
    }

    /// What it may be sold in place of.
    async fn substitute_for(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Product>> {
        Ok(originals(Session::of(ctx)?, self.key).await?)
    }

    /// What is in stock of it, all warehouses and organizations together. Needs the right
    /// stock.read.
    async fn stock_total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductStock>> {
        Ok(Some(stock_total(Session::of(ctx)?, self.key).await?))
    }

    /// What it cost when it was received; null where it never was. Needs the right cost.read.
    async fn purchases(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPurchases>> {
        Ok(Session::of(ctx)?.load(PurchasesOf(self.key)).await?)
    }

    /// What is in stock of it, by variant, warehouse and organization; nothing on hand is no row.
    /// Needs the right stock.read.
    async fn stock(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<StockBalance>>> {
        Ok(Some(Session::of(ctx)?.load(StockOf(self.key)).await?.unwrap_or_default()))
    }

    /// What of it is on its way and when, the earliest first. Needs the right stock.read.
    async fn expected(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<ExpectedGoods>>> {
        Ok(Some(Session::of(ctx)?.load(ExpectedOf(self.key)).await?.unwrap_or_default()))
    }

    /// The lots of it of which something is left, those received first first; at most 250. Needs
    /// the right stock.read.
    async fn lots(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Lot>>> {
        Ok(Some(Session::of(ctx)?.load(LotsInStock(self.key)).await?.unwrap_or_default()))
    }

    /// Its prices in all lists in use, the default list first: in each the latest one not after
    /// the day. Null for who may not see prices, with an error FORBIDDEN. Needs the right
    /// price.read.
    async fn current_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today where none is given.")] on: Option<Date>,
    ) -> async_graphql::Result<Option<Vec<ProductPrice>>> {
        let session = Session::of(ctx)?;
        let key = PricesOf { product: self.key, on: on.map(|day| day.0) };
        Ok(Some(session.load(key).await?.unwrap_or_default()))
    }

    /// Its files, oldest first, at most 200; the photo is one of them.
    async fn attachments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Attachment>> {
        Ok(files_of::<OfProduct>(Session::of(ctx)?, self.key.0).await?)
    }

    /// Its picture.
    async fn photo(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Attachment>> {
        let files = files_of::<OfProduct>(Session::of(ctx)?, self.key.0).await?;
        Ok(files.into_iter().find(Attachment::is_photo))
    }
}

impl Load<ProductId> for Loaders {
    type Value = Product;

    async fn load(&self, keys: &[ProductId]) -> Loaded<ProductId, Product> {
        let permit = self.permit::<ReadProducts>()?;
        let found = products_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}
