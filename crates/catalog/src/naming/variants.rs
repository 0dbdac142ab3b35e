//! Variants as files name them: by their references or their article numbers.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ProductVariantId, Refusal};

use super::Named;
use crate::ProductCard;
use crate::goods::{VariantCard, check};
use crate::store::attribute_names;

/// The variants that some rows name.
#[derive(Clone, Debug, Default)]
pub struct VariantNames {
    by_reference: HashMap<String, VariantCard>,
    by_sku: HashMap<String, VariantCard>,
}

/// Attributes that a file may name, at most.
const MOST_NAMES: i64 = 1_000;

/// What the tenant's variants differ by, each name once, in any case.
///
/// # Errors
/// [`db::Fault`].
pub async fn variant_attributes<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<Vec<String>> {
    attribute_names(tx, permit, MOST_NAMES).await
}

impl VariantNames {
    /// Reads the variants that these rows name; no statement runs where none does.
    ///
    /// # Errors
    /// [`db::Fault`].
    pub async fn read<A>(tx: &TenantTx, permit: &Permit<A>, named: &[&Named]) -> Outcome<Self> {
        #[derive(FromQueryResult)]
        struct Row {
            word: String,
            #[sea_orm(nested)]
            card: VariantCard,
        }
        let references: Vec<String> = named.iter().filter_map(|n| n.reference.clone()).collect();
        let bare = named.iter().filter(|n| n.reference.is_none());
        let skus: Vec<String> = bare.filter_map(|n| n.name.clone()).collect();
        let mut names = Self::default();
        for (column, keys) in [("external_reference", references), ("sku", skus)] {
            if keys.is_empty() {
                continue;
            }
            let sql = format!(
                "select v.{column} as word, v.id, v.product_id,
                        v.archived_at is not null as archived
                 from product_variant v
                 where v.tenant_id = $1 and v.{column} = any($2::text[])"
            );
            let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), keys])).await?;
            let rows = rows.into_iter().map(|row| (row.word, row.card)).collect();
            if column == "sku" {
                names.by_sku = rows;
            } else {
                names.by_reference = rows;
            }
        }
        Ok(names)
    }

    /// The variant of a product that a row names; nothing where it names none.
    ///
    /// # Errors
    /// A refusal at the row's field where the product has no such variant, or it is archived.
    pub fn find(
        &self,
        product: &ProductCard,
        named: &Named,
    ) -> Result<Option<ProductVariantId>, Refusal> {
        let (field, found) = match named {
            Named { reference: Some(reference), .. } => {
                ("variantReference", self.by_reference.get(reference))
            }
            Named { name: Some(sku), .. } => ("variantSku", self.by_sku.get(sku)),
            _ => return Ok(None),
        };
        check(product, Some(found)).map_err(|refusal| refusal.at([field]))?;
        Ok(found.map(|card| card.id))
    }

    /// As [`Self::find`]; of a product that comes in variants a row must name one.
    ///
    /// # Errors
    /// As [`Self::find`], and `REQUIRED`.
    pub fn find_one(
        &self,
        product: &ProductCard,
        named: &Named,
    ) -> Result<Option<ProductVariantId>, Refusal> {
        let found = self.find(product, named)?;
        if found.is_none() {
            check(product, None).map_err(|refusal| refusal.at(["variantSku"]))?;
        }
        Ok(found)
    }
}
