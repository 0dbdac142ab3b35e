//! What goods are packed in.

use ::catalog::{Packaging, ReadProducts, packagings_by_id, packagings_by_product};
use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use kernel::{PackagingId, ProductId};

use super::noted::Noted;
use super::product::Product;
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::Decimal;
use crate::session::Session;

/// What goods are packed in: one holds `numerator / denominator` base units of its product.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct ProductPackaging {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name, unique with the product: what documents call the unit.
    name: String,
    /// The upper part of the factor, reduced: so many base units lie in `denominator` packagings.
    numerator: i32,
    /// The lower part of the factor, reduced.
    denominator: i32,
    /// The gross weight of one, in kilograms.
    weight_kg: Option<Decimal>,
    /// The volume of one, in cubic metres.
    volume_m3: Option<Decimal>,
    /// Whether a document has named it: its factor stays from then on.
    in_use: bool,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    product_id: ProductId,
}

#[ComplexObject]
impl ProductPackaging {
    /// What it packs.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.product_id).await?)
    }
}

impl From<Packaging> for ProductPackaging {
    fn from(row: Packaging) -> Self {
        let measure = |number: Option<kernel::Decimal>| number.map(|n| Decimal(n.normalize()));
        // Both parts are at most a million.
        let part = |part: i64| i32::try_from(part).unwrap_or(i32::MAX);
        Self {
            id: global(row.id),
            name: row.fields.name,
            numerator: part(row.fields.numerator),
            denominator: part(row.fields.denominator),
            weight_kg: measure(row.fields.weight_kg),
            volume_m3: measure(row.fields.volume_m3),
            in_use: row.in_use,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            product_id: row.product_id,
        }
    }
}

/// The packagings of a product.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PackagingsOf(pub(super) ProductId);

impl Load<PackagingsOf> for Loaders {
    type Value = Vec<ProductPackaging>;

    async fn load(&self, keys: &[PackagingsOf]) -> Loaded<PackagingsOf, Vec<ProductPackaging>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = packagings_by_product(&*self.tx().await?, &permit, &ids).await?;
        let all = |rows: Vec<_>| rows.into_iter().map(ProductPackaging::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (PackagingsOf(id), all(rows))).collect())
    }
}

impl Load<PackagingId> for Loaders {
    type Value = ProductPackaging;

    async fn load(&self, keys: &[PackagingId]) -> Loaded<PackagingId, ProductPackaging> {
        let permit = self.permit::<ReadProducts>()?;
        let found = packagings_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}
