//! Writing variants, one or many in a constant number of statements.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AttributeChoiceId, ProductAttributeId, ProductId, ProductVariantId};
use serde::Serialize;

use super::uuids;
use crate::constraints::known;
use crate::records::ProductVariantFields;
use crate::rules::Valued;

/// A variant as it is written for the first time.
#[derive(Clone, Debug)]
pub(crate) struct NewVariant {
    pub(crate) id: ProductVariantId,
    pub(crate) product: ProductId,
    pub(crate) fields: ProductVariantFields,
    pub(crate) combination: String,
    pub(crate) values: Vec<Valued>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: ProductVariantId,
    product_id: ProductId,
    sku: &'a str,
    name: &'a str,
    external_reference: Option<&'a str>,
    combination: &'a str,
}

#[derive(Serialize)]
struct ValueRow<'a> {
    product_id: ProductId,
    variant_id: ProductVariantId,
    attribute_id: ProductAttributeId,
    choice_id: Option<AttributeChoiceId>,
    value: Option<&'a str>,
    key: &'a str,
}

fn row(new: &NewVariant) -> Row<'_> {
    Row {
        id: new.id,
        product_id: new.product,
        sku: &new.fields.sku,
        name: &new.fields.name,
        external_reference: new.fields.external_reference.as_deref(),
        combination: &new.combination,
    }
}

fn json<T: Serialize>(rows: &[T]) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(rows).map_err(|error| Fault::broken(format!("variants as JSON: {error}")))
}

/// Writes new variants with their values.
pub(crate) async fn insert_variants<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    variants: &[NewVariant],
) -> Outcome<()> {
    let rows: Vec<Row<'_>> = variants.iter().map(row).collect();
    let sql = "
        insert into product_variant
            (tenant_id, id, product_id, sku, name, external_reference, combination, created_at,
             updated_at, created_by)
        select $1, v.id, v.product_id, v.sku, v.name, v.external_reference, v.combination, $2, $2,
               $3
        from jsonb_to_recordset($4) as v
             (id uuid, product_id uuid, sku text, name text, external_reference text,
              combination text)";
    let values = values![permit.tenant(), tx.now(), permit.user(), json(&rows)?];
    known(tx.run(Sql::new(sql, values)).await)?;
    let of = |new: &NewVariant| (new.product, new.id, new.values.clone());
    let values: Vec<NewValues> = variants.iter().map(of).collect();
    insert_values(tx, permit, &values).await
}

/// Values of a variant of a product.
pub(crate) type NewValues = (ProductId, ProductVariantId, Vec<Valued>);

/// Writes values of variants.
pub(crate) async fn insert_values<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    values: &[NewValues],
) -> Outcome<()> {
    let mut rows: Vec<ValueRow<'_>> = Vec::new();
    for (product_id, variant_id, list) in values {
        rows.extend(list.iter().map(|value| ValueRow {
            product_id: *product_id,
            variant_id: *variant_id,
            attribute_id: value.attribute,
            choice_id: value.choice,
            value: value.value.as_deref(),
            key: &value.key,
        }));
    }
    let sql = "
        insert into product_variant_value
            (tenant_id, variant_id, attribute_id, product_id, choice_id, value, key)
        select $1, w.variant_id, w.attribute_id, w.product_id, w.choice_id, w.value, w.key
        from jsonb_to_recordset($2) as w
             (product_id uuid, variant_id uuid, attribute_id uuid, choice_id uuid, value text,
              key text)";
    known(tx.run(Sql::new(sql, values![permit.tenant(), json(&rows)?])).await).map(drop)
}

/// Writes what the values of variants make together.
pub(crate) async fn put_combinations<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    combinations: &[(ProductVariantId, String)],
) -> Outcome<()> {
    let ids: Vec<ProductVariantId> = combinations.iter().map(|(id, _)| *id).collect();
    let whole: Vec<String> = combinations.iter().map(|(_, whole)| whole.clone()).collect();
    let sql = "
        update product_variant v
        set combination = s.combination
        from unnest($2::uuid[], $3::text[]) as s (id, combination)
        where v.tenant_id = $1 and v.id = s.id";
    known(tx.run(Sql::new(sql, values![permit.tenant(), uuids(&ids), whole])).await).map(drop)
}

/// A variant's value as it was written.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct OwnValue {
    pub(crate) attribute_id: ProductAttributeId,
    pub(crate) key: String,
}

/// The values of one variant.
pub(crate) async fn values_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    variant: ProductVariantId,
) -> Outcome<Vec<OwnValue>> {
    let sql = "
        select w.attribute_id, w.key
        from product_variant_value w
        where w.tenant_id = $1 and w.variant_id = $2
        order by w.attribute_id";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), variant])).await?)
}

/// The product that a variant is of.
pub(crate) async fn product_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    variant: ProductVariantId,
) -> Outcome<Option<ProductId>> {
    #[derive(FromQueryResult)]
    struct Own {
        product_id: ProductId,
    }
    let sql = "
        select v.product_id from product_variant v where v.tenant_id = $1 and v.id = $2";
    let own: Option<Own> = tx.one(Sql::new(sql, values![permit.tenant(), variant])).await?;
    Ok(own.map(|row| row.product_id))
}

/// Combinations and article numbers that are there already.
#[derive(Debug, Default)]
pub(crate) struct Existing {
    pub(crate) combinations: HashSet<String>,
    pub(crate) skus: HashSet<String>,
}

/// The combinations of a product's variants, archived ones too, and those of the tenant's article
/// numbers that begin as the product's do.
pub(crate) async fn existing<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
    sku: &str,
) -> Outcome<Existing> {
    #[derive(FromQueryResult)]
    struct Row {
        combination: Option<String>,
        sku: String,
    }
    // A range, since patterns reach no index under row security.
    let sql = "
        select v.combination, v.sku
        from product_variant v
        where v.tenant_id = $1 and v.product_id = $2
        union all
        select null, v.sku
        from product_variant v
        where v.tenant_id = $1
          and v.sku >= $3
          and v.sku < $3 || chr(1114111)
          and v.product_id <> $2";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), product, sku])).await?;
    let mut found = Existing::default();
    for row in rows {
        found.combinations.extend(row.combination);
        found.skus.insert(row.sku);
    }
    Ok(found)
}

/// How documents stand to a product's variants.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct VariantUse {
    /// A document has named the product.
    pub(crate) in_documents: bool,
    /// It has variants, be they archived.
    pub(crate) has_some: bool,
}

/// How documents stand to the variants of products whose rows are locked.
pub(crate) async fn variant_uses<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, VariantUse>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductId,
        #[sea_orm(nested)]
        used: VariantUse,
    }
    let sql = "
        select p.id, p.in_documents,
               exists (select from product_variant v
                       where v.tenant_id = p.tenant_id and v.product_id = p.id) as has_some
        from product p
        where p.tenant_id = $1 and p.id = any($2::uuid[])";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(products)])).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.used)).collect())
}

/// Marks products as named by documents, and gives those among them that have variants: whether
/// they do stays from now on. Waits for whoever changes that just now.
pub(crate) async fn mark_in_documents<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Outcome<HashSet<ProductId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductId,
    }
    let mark = "
        update product p
        set in_documents = true
        from (
            select k.id
            from product k
            where k.tenant_id = $1 and k.id = any($2::uuid[]) and not k.in_documents
            order by k.id
            for no key update
        ) k
        where p.tenant_id = $1 and p.id = k.id";
    tx.run(Sql::new(mark, values![permit.tenant(), uuids(products)])).await?;
    let sql = "
        select p.id
        from product p
        where p.tenant_id = $1 and p.id = any($2::uuid[]) and p.has_variants";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(products)])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
