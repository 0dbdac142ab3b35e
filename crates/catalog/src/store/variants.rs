//! Variants of products: reading them one by one, by product, and as a list by their values.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AttributeChoiceId, Direction, Page, PageRequest, Position, ProductAttributeId, ProductId,
    ProductVariantId, Uuid,
};

use super::directories::AROUND;
use super::listing::{self, Archived, Key, Slice};
use super::uuids;
use crate::ReadProducts;
use crate::records::{ProductVariant, VariantValue};
use crate::rules::{AttributeKind, GivenValue};

const COLUMNS: &str = "r.product_id, r.sku, r.name";

/// The name of the one order of this list, as cursors keep it.
pub const VARIANT_ORDER: &str = "SKU";

/// Which variants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantFilter {
    /// Those with these ids.
    pub ids: Option<Vec<ProductVariantId>>,
    /// Of this product.
    pub product: Option<ProductId>,
    /// Archived ones or not.
    pub archived: Archived,
    /// Those with this external reference.
    pub external_reference: Option<String>,
    /// Those with one of these values of each of these attributes.
    pub values: Vec<(ProductAttributeId, Vec<GivenValue>)>,
}

impl VariantFilter {
    fn push(&self, sql: &mut Sql) {
        self.archived.push(sql);
        if let Some(ids) = &self.ids {
            sql.with(" and r.id = any(", uuids(ids), "::uuid[])");
        }
        if let Some(product) = self.product {
            sql.with(" and r.product_id = ", product, "");
        }
        if let Some(reference) = &self.external_reference {
            sql.with(" and r.external_reference = ", reference.clone(), "");
        }
        for (attribute, given) in &self.values {
            let keys: Vec<String> =
                given.iter().map(|value| value.key().replace('\0', "")).collect();
            sql.push(
                " and r.id in (
                      select w.variant_id
                      from product_variant_value w
                      where w.tenant_id = $1 and w.attribute_id = ",
            );
            sql.bind(*attribute).with(" and w.key = any(", keys, "::text[]))");
        }
    }
}

fn key() -> Key {
    Key::Text { order: VARIANT_ORDER, column: "r.sku" }
}

/// A page of the tenant's variants by article number.
///
/// # Errors
/// A refusal for a cursor of another list.
pub async fn variants(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    filter: &VariantFilter,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<ProductVariant>> {
    let head = format!(
        "select {AROUND}, {COLUMNS}, {} from product_variant r where r.tenant_id = $1",
        key().text()
    );
    let mut sql = Sql::new(head, values![permit.tenant()]);
    filter.push(&mut sql);
    listing::page(tx, sql, Slice { key: key(), direction, request: page }).await
}

/// How many variants, counted up to one more than 10,000.
///
/// # Errors
/// [`db::Fault`].
pub async fn count_variants(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    filter: &VariantFilter,
) -> Outcome<i64> {
    let head = "select count(*) as counted from (
                    select 1 from product_variant r where r.tenant_id = $1";
    let mut sql = Sql::new(head, values![permit.tenant()]);
    filter.push(&mut sql);
    listing::count(tx, sql).await
}

/// The variants with these ids, archived ones too.
///
/// # Errors
/// [`db::Fault`].
pub async fn variants_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    ids: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, ProductVariant>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from product_variant r
         where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let rows: Vec<ProductVariant> =
        tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The variant with this article number, archived or not.
///
/// # Errors
/// [`db::Fault`].
pub async fn variant_by_sku(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    sku: &str,
) -> Outcome<Option<ProductVariant>> {
    // PostgreSQL takes no NUL in a text; no article number holds one.
    if sku.contains('\0') {
        return Ok(None);
    }
    let text = format!(
        "select {AROUND}, {COLUMNS} from product_variant r where r.tenant_id = $1 and r.sku = $2"
    );
    Ok(tx.one(Sql::new(text, values![permit.tenant(), sku])).await?)
}

/// The first variants of each of these products, by article number, in the order of
/// [`variants`]. One walk of product_variant_of each.
///
/// # Errors
/// [`db::Fault`].
pub async fn variants_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    products: &[ProductId],
    archived: Archived,
    limit: u32,
) -> Outcome<HashMap<ProductId, Page<ProductVariant>>> {
    let head = format!(
        "select {AROUND}, {COLUMNS}
         from unnest($2::uuid[]) as asked (id)
         cross join lateral (
             select {AROUND}, {COLUMNS}
             from product_variant r
             where r.tenant_id = $1 and r.product_id = asked.id"
    );
    let mut sql = Sql::new(head, values![permit.tenant(), uuids(products)]);
    archived.push(&mut sql);
    sql.with(" order by r.sku, r.id limit ", i64::from(limit) + 1, "");
    sql.push(") r order by r.product_id, r.sku, r.id");
    let rows: Vec<ProductVariant> = tx.all(sql).await?;
    let mut found: HashMap<ProductId, Vec<(Position, ProductVariant)>> = HashMap::new();
    for row in rows {
        let (order, key) = (VARIANT_ORDER.to_owned(), Some(row.fields.sku.clone()));
        let position = Position { order, key, id: row.id.0 };
        found.entry(row.product_id).or_default().push((position, row));
    }
    let request = PageRequest::first(limit);
    Ok(found.into_iter().map(|(product, rows)| (product, Page::of(rows, &request))).collect())
}

/// How many variants products have, each counted up to `cap`.
///
/// # Errors
/// [`db::Fault`].
pub async fn count_variants_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    products: &[ProductId],
    archived: Archived,
    cap: i64,
) -> Outcome<HashMap<ProductId, i64>> {
    #[derive(FromQueryResult)]
    struct Counted {
        product_id: ProductId,
        counted: i64,
    }
    let head = "
        select asked.id as product_id, n.counted
        from unnest($2::uuid[]) as asked (id)
        cross join lateral (
            select count(*) as counted
            from (
                select 1
                from product_variant r
                where r.tenant_id = $1 and r.product_id = asked.id";
    let mut sql = Sql::new(head, values![permit.tenant(), uuids(products)]);
    archived.push(&mut sql);
    sql.with(" limit ", cap, ") found) n");
    let rows: Vec<Counted> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.counted)).collect())
}

#[derive(FromQueryResult)]
struct ValueRow {
    variant_id: ProductVariantId,
    attribute_id: ProductAttributeId,
    kind: String,
    unit: Option<String>,
    choice_id: Option<AttributeChoiceId>,
    choice: Option<String>,
    value: Option<String>,
}

/// The values of variants, in the order names show them.
///
/// # Errors
/// [`db::Fault`].
pub async fn values_by_variant(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    variants: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, Vec<VariantValue>>> {
    let sql = "
        select w.variant_id, w.attribute_id, a.kind, a.unit, w.choice_id, c.value as choice,
               w.value
        from product_variant_value w
        join product_attribute a on a.tenant_id = $1 and a.id = w.attribute_id
        left join product_attribute_choice c on c.tenant_id = $1 and c.id = w.choice_id
        where w.tenant_id = $1 and w.variant_id = any($2::uuid[])
        order by w.variant_id, a.place, a.name, a.id";
    let rows: Vec<ValueRow> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(variants)])).await?;
    let mut found: HashMap<ProductVariantId, Vec<VariantValue>> = HashMap::new();
    for row in rows {
        let Some(kind) = AttributeKind::parse(&row.kind) else {
            return Err(db::Fault::broken(format!("an attribute of kind {}", row.kind)).into());
        };
        found.entry(row.variant_id).or_default().push(VariantValue {
            attribute_id: row.attribute_id,
            kind,
            unit: row.unit,
            choice: row.choice_id.zip(row.choice),
            value: row.value,
        });
    }
    Ok(found)
}

/// The barcodes' variants and the like name variants of one product: those of these that are not
/// its own.
pub(crate) async fn foreign_variants<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
    ids: &[ProductVariantId],
) -> Outcome<Vec<ProductVariantId>> {
    #[derive(FromQueryResult)]
    struct Own {
        id: Uuid,
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "
        select v.id
        from product_variant v
        where v.tenant_id = $1 and v.product_id = $2 and v.id = any($3::uuid[])";
    let own: Vec<Own> =
        tx.all(Sql::new(sql, values![permit.tenant(), product, uuids(ids)])).await?;
    Ok(ids.iter().filter(|id| own.iter().all(|row| row.id != id.0)).copied().collect())
}
