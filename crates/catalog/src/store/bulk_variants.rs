//! Variants by what rows say of them, for many rows at once.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ProductAttributeId, ProductId, ProductVariantId};

use super::record::Held;
use super::{Hold, uuids};
use crate::records::ProductVariantFields;

/// A variant as rows find it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct HeldVariant {
    pub(crate) product_id: ProductId,
    pub(crate) combination: String,
    #[sea_orm(nested)]
    pub(crate) held: Held<ProductVariantFields>,
}

/// Which variants rows may be about.
#[derive(Debug, Default)]
pub(crate) struct AskedVariants {
    pub(crate) references: Vec<String>,
    pub(crate) skus: Vec<String>,
    /// Products with what values of theirs make together, in the same order.
    pub(crate) products: Vec<ProductId>,
    pub(crate) combinations: Vec<String>,
}

/// Those of these products that are in use and have variants, in the order of their ids.
pub(crate) async fn varied_products<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
    hold: Hold,
) -> Outcome<HashSet<ProductId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductId,
    }
    // As single commands do, before the variants.
    let lock = if hold == Hold::Yes { "for no key update" } else { "" };
    let sql = format!(
        "select p.id
         from product p
         where p.tenant_id = $1
           and p.id = any($2::uuid[])
           and p.has_variants
           and p.archived_at is null
         order by p.id
         {lock}"
    );
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(products)])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The variants with one of these references, article numbers or combinations.
pub(crate) async fn held_variants<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: AskedVariants,
    hold: Hold,
) -> Outcome<Vec<HeldVariant>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ProductVariantId,
    }
    let sql = "
        select v.id
        from product_variant v
        where v.tenant_id = $1 and v.external_reference = any($2::text[])
        union
        select v.id
        from product_variant v
        where v.tenant_id = $1 and v.sku = any($3::text[])
        union
        select v.id
        from unnest($4::uuid[], $5::text[]) as s (product_id, combination)
        join product_variant v
          on v.tenant_id = $1
         and v.product_id = s.product_id
         and v.combination = s.combination";
    let AskedVariants { references, skus, products, combinations } = asked;
    let values = values![permit.tenant(), references, skus, uuids(&products), combinations];
    let found: Vec<Found> = tx.all(Sql::new(sql, values)).await?;
    let ids: Vec<ProductVariantId> = found.into_iter().map(|row| row.id).collect();
    let lock = if hold == Hold::Yes { "for no key update" } else { "" };
    let sql = format!(
        "select id, product_id, combination, sku, name, external_reference, version, created_at,
                updated_at, created_by, archived_at
         from product_variant
         where tenant_id = $1 and id = any($2::uuid[])
         order by id
         {lock}"
    );
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), uuids(&ids)])).await?)
}

/// The keys of the values of these variants, by attribute.
pub(crate) async fn keys_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    variants: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, HashMap<ProductAttributeId, String>>> {
    #[derive(FromQueryResult)]
    struct Row {
        variant_id: ProductVariantId,
        attribute_id: ProductAttributeId,
        key: String,
    }
    let sql = "
        select w.variant_id, w.attribute_id, w.key
        from product_variant_value w
        where w.tenant_id = $1 and w.variant_id = any($2::uuid[])";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(variants)])).await?;
    let mut keys: HashMap<_, HashMap<_, _>> = HashMap::new();
    for Row { variant_id, attribute_id, key } in rows {
        keys.entry(variant_id).or_default().insert(attribute_id, key);
    }
    Ok(keys)
}

/// The article numbers of the tenant's variants that begin as these do.
pub(crate) async fn skus_like<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    beginnings: Vec<String>,
) -> Outcome<HashSet<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        sku: String,
    }
    if beginnings.is_empty() {
        return Ok(HashSet::new());
    }
    // A range, since patterns reach no index under row security.
    let sql = "
        select v.sku
        from unnest($2::text[]) as s (sku)
        join product_variant v
          on v.tenant_id = $1
         and v.sku >= s.sku collate \"C\"
         and v.sku < (s.sku || chr(1114111)) collate \"C\"";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), beginnings])).await?;
    Ok(rows.into_iter().map(|row| row.sku).collect())
}

/// What variants differ by, each name once, at most so many.
pub(crate) async fn attribute_names<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
) -> Outcome<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let sql = "
        select min(r.name) as name
        from product_attribute r
        where r.tenant_id = $1 and r.archived_at is null
        group by catalog_key(r.name)
        order by catalog_key(r.name)
        limit $2";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), most])).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}
