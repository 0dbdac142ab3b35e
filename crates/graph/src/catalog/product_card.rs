//! Barcodes and substitutes of products.

use std::collections::HashSet;

use ::catalog::{ReadProducts, barcodes_by_product, originals_by_product, substitutes_by_product};
use ::stock::ReadStock;
use async_graphql::{Context, Enum, Object};
use kernel::{ProductId, ProductVariantId};

use super::packaging::ProductPackaging;
use super::product::Product;
use super::variant::ProductVariant;
use crate::errors::Failure;
use crate::loaders::{Load, Loaded, Loaders};
use crate::session::Session;
use crate::stock::StockOf;

/// What kind of code a barcode holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::BarcodeKind")]
pub enum BarcodeKind {
    /// Thirteen digits, the last one a check.
    #[graphql(name = "EAN_13")]
    Ean13,
    /// Eight digits, the last one a check.
    #[graphql(name = "EAN_8")]
    Ean8,
    /// Twelve digits, the last one a check. Scanners may read it as the EAN-13 that begins
    /// with 0: both find it.
    #[graphql(name = "UPC_A")]
    UpcA,
    /// Anything else, unchecked: a code of the house, Code 128, the text of a QR code.
    Other,
}

/// A code that a scanner reads, and what it is of.
#[derive(Clone)]
pub struct ProductBarcode(::catalog::ProductBarcode);

impl From<::catalog::ProductBarcode> for ProductBarcode {
    fn from(row: ::catalog::ProductBarcode) -> Self {
        Self(row)
    }
}

/// A code that a scanner reads, and what it is of.
#[Object]
impl ProductBarcode {
    /// The code; unique in the tenant.
    async fn code(&self) -> &str {
        &self.0.barcode.code
    }

    /// What kind of code it is.
    async fn kind(&self) -> BarcodeKind {
        self.0.barcode.kind.into()
    }

    /// What it is of.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// The packaging it is printed on; null where it is the product's own.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.0.barcode.packaging_id).await?)
    }

    /// The variant it is printed on; null where all variants have it, or there are none.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.barcode.variant_id).await?)
    }
}

/// The codes that goods are scanned by: those of the variant, and those that all variants have.
///
/// # Errors
/// FORBIDDEN without the right to see products, and faults.
pub(crate) async fn barcodes_to_scan(
    session: &Session,
    product: ProductId,
    variant: Option<ProductVariantId>,
) -> Result<Vec<ProductBarcode>, Failure> {
    let mut codes = session.load(BarcodesOf(product)).await?.unwrap_or_default();
    codes
        .retain(|code| code.0.barcode.variant_id.is_none() || code.0.barcode.variant_id == variant);
    Ok(codes)
}

/// The barcodes of a product.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BarcodesOf(pub(super) ProductId);

impl Load<BarcodesOf> for Loaders {
    type Value = Vec<ProductBarcode>;

    async fn load(&self, keys: &[BarcodesOf]) -> Loaded<BarcodesOf, Vec<ProductBarcode>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = barcodes_by_product(&*self.tx().await?, &permit, &ids).await?;
        let all = |rows: Vec<_>| rows.into_iter().map(ProductBarcode::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (BarcodesOf(id), all(rows))).collect())
    }
}

/// The ids of a product's substitutes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct SubstitutesOf(ProductId);

impl Load<SubstitutesOf> for Loaders {
    type Value = Vec<ProductId>;

    async fn load(&self, keys: &[SubstitutesOf]) -> Loaded<SubstitutesOf, Vec<ProductId>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = substitutes_by_product(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, others)| (SubstitutesOf(id), others)).collect())
    }
}

/// The ids of the products that a product may stand for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct OriginalsOf(ProductId);

impl Load<OriginalsOf> for Loaders {
    type Value = Vec<ProductId>;

    async fn load(&self, keys: &[OriginalsOf]) -> Loaded<OriginalsOf, Vec<ProductId>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = originals_by_product(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, others)| (OriginalsOf(id), others)).collect())
    }
}

async fn products(session: &Session, ids: Option<Vec<ProductId>>) -> Result<Vec<Product>, Failure> {
    let ids = ids.unwrap_or_default();
    Ok(session.load_all(ids).await?.into_iter().flatten().collect())
}

/// What may be sold in place of a product, the best first.
pub(super) async fn substitutes(
    session: &Session,
    product: ProductId,
) -> Result<Vec<Product>, Failure> {
    products(session, session.load(SubstitutesOf(product)).await?).await
}

/// What a product may be sold in place of.
pub(super) async fn originals(
    session: &Session,
    product: ProductId,
) -> Result<Vec<Product>, Failure> {
    products(session, session.load(OriginalsOf(product)).await?).await
}

/// What may be offered instead of a product: those of its substitutes that are in use and available
/// in stock, the best first, then others of its group.
pub(crate) async fn alternatives(
    session: &Session,
    product: ProductId,
) -> Result<Vec<Product>, Failure> {
    let all = substitutes(session, product).await?;
    let stock = session.load_all(all.iter().map(|one| StockOf(one.key)).collect()).await?;
    let offered = all.into_iter().zip(stock).filter(|(one, rows)| {
        one.is_in_use() && rows.iter().flatten().any(crate::stock::StockBalance::is_available)
    });
    let mut offered: Vec<Product> = offered.map(|(one, _)| one).collect();
    let alike = products(session, session.load(AlikeOf(product)).await?).await?;
    let named: HashSet<ProductId> = offered.iter().map(|one| one.key).collect();
    offered.extend(alike.into_iter().filter(|one| !named.contains(&one.key)));
    Ok(offered)
}

/// Goods of a product's group that are available in stock.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct AlikeOf(ProductId);

impl Load<AlikeOf> for Loaders {
    type Value = Vec<ProductId>;

    async fn load(&self, keys: &[AlikeOf]) -> Loaded<AlikeOf, Vec<ProductId>> {
        let permit = self.permit::<ReadStock>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::alike_in_stock(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, others)| (AlikeOf(id), others)).collect())
    }
}

/// Queries by barcode.
#[derive(Default)]
pub struct BarcodeQuery;

#[Object]
impl BarcodeQuery {
    /// What a scanned code is of: the product, and the packaging and variant it is printed on.
    async fn product_by_barcode(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code as the scanner reads it.")] code: String,
    ) -> async_graphql::Result<Option<ProductBarcode>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadProducts>()?;
        let found = ::catalog::barcode(&*session.tx().await?, &permit, &code).await?;
        found.map(|row| Some(row.into())).ok_or_else(|| Failure::not_found().into())
    }
}
