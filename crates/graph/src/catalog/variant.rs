//! A product in one combination of attributes.

use std::collections::HashMap;

use ::catalog::{
    Archived, Goods, ReadPrices, ReadProducts, VARIANT_ORDER, barcodes_by_variant,
    count_variants_by_product, prices_by_variant, values_by_variant, variants_by_id,
    variants_by_product,
};
use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use kernel::{NaiveDate, Page, ProductAttributeId, ProductId, ProductVariantId};

use super::attribute::{ProductAttribute, ProductAttributeChoice};
use super::list::ArchivedFilter;
use super::noted::Noted;
use super::price_list::ProductPrice;
use super::product::Product;
use super::product_card::ProductBarcode;
use crate::errors::Failure;
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::{Date, Decimal};
use crate::session::Session;
use crate::stock::{
    Lot, LotsOfVariant, ProductStock, StockBalance, StockOfVariant, variant_stock_total,
};

/// A product in one combination of attributes: the red shirt in size M.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct ProductVariant {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its article number; unique among the tenant's variants.
    sku: String,
    /// Its name; follows from the product's name and the values where nobody gave another.
    name: String,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: ProductVariantId,
    #[graphql(skip)]
    product_id: ProductId,
}

impl From<::catalog::ProductVariant> for ProductVariant {
    fn from(row: ::catalog::ProductVariant) -> Self {
        Self {
            id: global(row.id),
            sku: row.fields.sku,
            name: row.fields.name,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            product_id: row.product_id,
        }
    }
}

#[ComplexObject]
impl ProductVariant {
    /// Of what it is a variant.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.product_id).await?)
    }

    /// What tells it from the others, in the order of the attributes' places; at most ten.
    async fn values(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductVariantValue>> {
        Ok(Session::of(ctx)?.load(ValuesOf(self.key)).await?.unwrap_or_default())
    }

    /// The codes printed on it; those of the product in all variants stand with the product.
    async fn barcodes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductBarcode>> {
        Ok(Session::of(ctx)?.load(CodesOf(self.key)).await?.unwrap_or_default())
    }

    /// What is in stock of it, all warehouses and organizations together. Needs the right
    /// stock.read.
    async fn stock_total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductStock>> {
        Ok(Some(variant_stock_total(Session::of(ctx)?, self.key).await?))
    }

    /// What is in stock of it, by warehouse and organization; nothing on hand is no row. Needs
    /// the right stock.read.
    async fn stock(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<StockBalance>>> {
        Ok(Some(Session::of(ctx)?.load(StockOfVariant(self.key)).await?.unwrap_or_default()))
    }

    /// The lots of it of which something is left, those received first first; at most 250. Needs
    /// the right stock.read.
    async fn lots(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Lot>>> {
        Ok(Some(Session::of(ctx)?.load(LotsOfVariant(self.key)).await?.unwrap_or_default()))
    }

    /// Its prices in all lists in use, the default list first: a list without a price of the
    /// variant shows the product's. Needs the right price.read.
    async fn current_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today where none is given.")] on: Option<Date>,
    ) -> async_graphql::Result<Option<Vec<ProductPrice>>> {
        let goods = Goods { product: self.product_id, variant: Some(self.key) };
        let key = PricesOf { goods, on: on.map(|day| day.0) };
        Ok(Some(Session::of(ctx)?.load(key).await?.unwrap_or_default()))
    }
}

/// A variant's value of one attribute.
#[derive(Clone)]
pub struct ProductVariantValue(::catalog::VariantValue);

/// A variant's value of one attribute: one of choice, number, flag and text is set, by the
/// attribute's kind.
#[Object]
impl ProductVariantValue {
    /// The attribute.
    async fn attribute(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductAttribute>> {
        let id: ProductAttributeId = self.0.attribute_id;
        Ok(Session::of(ctx)?.load(id).await?)
    }

    /// Of the kind CHOICE.
    async fn choice(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductAttributeChoice>> {
        let Some((id, _)) = &self.0.choice else { return Ok(None) };
        let attribute = Session::of(ctx)?.load(self.0.attribute_id).await?;
        Ok(attribute.and_then(|attribute| attribute.choice(&global(*id))))
    }

    /// Of the kind NUMBER, in the attribute's unit.
    async fn number(&self) -> Option<Decimal> {
        use ::catalog::AttributeKind::Number;
        let text = self.0.value.as_deref().filter(|_| self.0.kind == Number)?;
        text.parse().ok().map(Decimal)
    }

    /// Of the kind BOOLEAN.
    async fn flag(&self) -> Option<bool> {
        use ::catalog::AttributeKind::Boolean;
        self.0.value.as_deref().filter(|_| self.0.kind == Boolean).map(|text| text == "true")
    }

    /// Of the kind TEXT.
    async fn text(&self) -> Option<&str> {
        use ::catalog::AttributeKind::Text;
        self.0.value.as_deref().filter(|_| self.0.kind == Text)
    }

    /// As people read it: the choice's name, the number with its unit, + or −, the text.
    async fn shown(&self) -> String {
        use ::catalog::AttributeKind::{Boolean, Number};
        let value = self.0.value.clone().unwrap_or_default();
        match (&self.0.choice, self.0.kind, &self.0.unit) {
            (Some((_, name)), ..) => name.clone(),
            (None, Number, Some(unit)) => format!("{value} {unit}"),
            (None, Boolean, _) if value == "true" => "+".to_owned(),
            (None, Boolean, _) => "−".to_owned(),
            (None, ..) => value,
        }
    }
}

impl Load<ProductVariantId> for Loaders {
    type Value = ProductVariant;

    async fn load(&self, keys: &[ProductVariantId]) -> Loaded<ProductVariantId, ProductVariant> {
        let permit = self.permit::<ReadProducts>()?;
        let found = variants_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// The values of a variant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ValuesOf(ProductVariantId);

impl Load<ValuesOf> for Loaders {
    type Value = Vec<ProductVariantValue>;

    async fn load(&self, keys: &[ValuesOf]) -> Loaded<ValuesOf, Vec<ProductVariantValue>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductVariantId> = keys.iter().map(|key| key.0).collect();
        let found = values_by_variant(&*self.tx().await?, &permit, &ids).await?;
        let all = |rows: Vec<_>| rows.into_iter().map(ProductVariantValue).collect();
        Ok(found.into_iter().map(|(id, rows)| (ValuesOf(id), all(rows))).collect())
    }
}

/// The barcodes of a variant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct CodesOf(ProductVariantId);

impl Load<CodesOf> for Loaders {
    type Value = Vec<ProductBarcode>;

    async fn load(&self, keys: &[CodesOf]) -> Loaded<CodesOf, Vec<ProductBarcode>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductVariantId> = keys.iter().map(|key| key.0).collect();
        let found = barcodes_by_variant(&*self.tx().await?, &permit, &ids).await?;
        let all = |rows: Vec<_>| rows.into_iter().map(ProductBarcode::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (CodesOf(id), all(rows))).collect())
    }
}

/// The prices of a variant on a day; today where none is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct PricesOf {
    goods: Goods,
    on: Option<NaiveDate>,
}

impl Load<PricesOf> for Loaders {
    type Value = Vec<ProductPrice>;

    async fn load(&self, keys: &[PricesOf]) -> Loaded<PricesOf, Vec<ProductPrice>> {
        let permit = self.permit::<ReadPrices>()?;
        let tx = self.tx().await?;
        // One reading for each day that the query's text names.
        let mut by_day: HashMap<Option<NaiveDate>, Vec<Goods>> = HashMap::new();
        for key in keys {
            by_day.entry(key.on).or_default().push(key.goods);
        }
        let mut loaded = HashMap::new();
        for (on, goods) in by_day {
            let day = on.unwrap_or_else(|| tx.today());
            for (goods, rows) in prices_by_variant(&tx, &permit, &goods, day).await? {
                let prices = rows.into_iter().map(ProductPrice::from).collect();
                loaded.insert(PricesOf { goods, on }, prices);
            }
        }
        Ok(loaded)
    }
}

/// The first variants of a product.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct VariantsOf {
    product: ProductId,
    archived: Archived,
    limit: u32,
}

/// How many variants a product has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct VariantCountOf {
    product: ProductId,
    archived: Archived,
}

impl Load<VariantCountOf> for Loaders {
    type Value = i64;

    async fn load(&self, keys: &[VariantCountOf]) -> Loaded<VariantCountOf, i64> {
        let permit = self.permit::<ReadProducts>()?;
        let tx = self.tx().await?;
        let mut alike: HashMap<Archived, Vec<ProductId>> = HashMap::new();
        for key in keys {
            alike.entry(key.archived).or_default().push(key.product);
        }
        let mut counts = HashMap::new();
        for (archived, products) in alike {
            let cap = COUNT_CAP + 1;
            let found = count_variants_by_product(&tx, &permit, &products, archived, cap).await?;
            let keyed = |(product, count)| (VariantCountOf { product, archived }, count);
            counts.extend(found.into_iter().map(keyed));
        }
        Ok(counts)
    }
}

impl Load<VariantsOf> for Loaders {
    type Value = Page<::catalog::ProductVariant>;

    async fn load(&self, keys: &[VariantsOf]) -> Loaded<VariantsOf, Self::Value> {
        let permit = self.permit::<ReadProducts>()?;
        let tx = self.tx().await?;
        let mut alike: HashMap<(Archived, u32), Vec<ProductId>> = HashMap::new();
        for key in keys {
            alike.entry((key.archived, key.limit)).or_default().push(key.product);
        }
        let mut pages = HashMap::new();
        for ((archived, limit), products) in alike {
            let found = variants_by_product(&tx, &permit, &products, archived, limit).await?;
            let keyed = |(product, page)| (VariantsOf { product, archived, limit }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

/// The first variants of a product, by article number.
pub(super) async fn variants_of(
    session: &Session,
    product: ProductId,
    archived: ArchivedFilter,
    first: Option<i32>,
) -> Result<Connection<ProductVariant>, Failure> {
    let request = paging::request(first, None, None, None, VARIANT_ORDER)?;
    let archived = archived.into();
    let page = session.load(VariantsOf { product, archived, limit: request.limit }).await?;
    let page = page.unwrap_or(Page { rows: vec![], has_next: false, has_previous: false });
    Ok(Connection::of(page, ProductVariant::from).counted(move |session| async move {
        Ok(session.load(VariantCountOf { product, archived }).await?.unwrap_or_default())
    }))
}
