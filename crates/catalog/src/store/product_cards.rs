//! Barcodes and substitutes of products.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{PackagingId, ProductId, ProductVariantId};

use super::uuids;
use crate::ReadProducts;
use crate::constraints::known;
use crate::rules::{Barcode, BarcodeKind, barcode_keys};

/// A barcode with what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductBarcode {
    /// The product.
    pub product_id: ProductId,
    /// The code, and the packaging it is printed on.
    pub barcode: Barcode,
}

#[derive(FromQueryResult)]
struct Row {
    product_id: ProductId,
    code: String,
    kind: String,
    packaging_id: Option<PackagingId>,
    variant_id: Option<ProductVariantId>,
}

impl Row {
    fn whole(self) -> Result<ProductBarcode, Fault> {
        let unknown = || Fault::broken(format!("a barcode of kind {}", self.kind));
        let kind = BarcodeKind::parse(&self.kind).ok_or_else(unknown)?;
        let Self { product_id, code, packaging_id, variant_id, .. } = self;
        let barcode = Barcode { code, kind, packaging_id, variant_id };
        Ok(ProductBarcode { product_id, barcode })
    }
}

const BARCODE: &str = "
    select b.product_id, b.code, b.kind, b.packaging_id, b.variant_id
    from product_barcode b
    where b.tenant_id = $1";

async fn barcodes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Outcome<Vec<ProductBarcode>> {
    let mut sql = Sql::new(BARCODE, values![permit.tenant()]);
    sql.with(" and b.product_id = any(", uuids(products), "::uuid[])");
    sql.push(" order by b.product_id, b.place");
    let rows: Vec<Row> = tx.all(sql).await?;
    Ok(rows.into_iter().map(Row::whole).collect::<Result<_, _>>()?)
}

/// The barcodes of products, in their order.
///
/// # Errors
/// [`db::Fault`].
pub async fn barcodes_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<ProductBarcode>>> {
    let mut found: HashMap<ProductId, Vec<ProductBarcode>> = HashMap::new();
    for row in barcodes(tx, permit, products).await? {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}

/// The barcodes printed on variants.
///
/// # Errors
/// [`db::Fault`].
pub async fn barcodes_by_variant(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    variants: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, Vec<ProductBarcode>>> {
    let mut sql = Sql::new(BARCODE, values![permit.tenant()]);
    sql.with(
        " and b.product_id in (
              select v.product_id
              from product_variant v
              where v.tenant_id = $1 and v.id = any(",
        uuids(variants),
        "::uuid[]))",
    );
    sql.with(" and b.variant_id = any(", uuids(variants), "::uuid[])");
    sql.push(" order by b.product_id, b.place");
    let rows: Vec<Row> = tx.all(sql).await?;
    let mut found: HashMap<ProductVariantId, Vec<ProductBarcode>> = HashMap::new();
    for row in rows.into_iter().map(Row::whole) {
        let row = row?;
        if let Some(variant) = row.barcode.variant_id {
            found.entry(variant).or_default().push(row);
        }
    }
    Ok(found)
}

/// The barcodes of one product, in their order.
pub(crate) async fn barcodes_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
) -> Outcome<Vec<Barcode>> {
    let rows = barcodes(tx, permit, &[product]).await?;
    Ok(rows.into_iter().map(|row| row.barcode).collect())
}

/// What a scanned code is of. A UPC is found by its twelve digits and by the thirteen of its
/// EAN; where a code of the house has the same digits, the exact one wins.
///
/// # Errors
/// [`db::Fault`].
pub async fn barcode<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    code: &str,
) -> Outcome<Option<ProductBarcode>> {
    let mut sql = Sql::new(BARCODE, values![permit.tenant()]);
    sql.with(" and b.key = any(", barcode_keys(code), "::text[])");
    sql.with(" order by b.code = ", code.trim().replace('\0', ""), " desc limit 1");
    let row: Option<Row> = tx.one(sql).await?;
    Ok(row.map(Row::whole).transpose()?)
}

/// Those of the keys that another product's barcodes have.
pub(crate) async fn codes_taken<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
    keys: &[String],
) -> Outcome<HashSet<String>> {
    #[derive(FromQueryResult)]
    struct Taken {
        key: String,
    }
    let sql = "
        select b.key
        from product_barcode b
        where b.tenant_id = $1 and b.product_id <> $2 and b.key = any($3::text[])";
    let values = values![permit.tenant(), product, keys.to_vec()];
    let rows: Vec<Taken> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// Puts other barcodes in the place of a product's. They go as JSON, since arrays hold no nulls.
pub(crate) async fn put_barcodes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
    codes: &[Barcode],
) -> Outcome<()> {
    let drop = "delete from product_barcode where tenant_id = $1 and product_id = $2";
    tx.run(Sql::new(drop, values![permit.tenant(), product])).await?;
    let sql = r#"
        insert into product_barcode
            (tenant_id, product_id, code, kind, packaging_id, variant_id, place)
        select $1, $2, c.code, c.kind, c."packagingId", c."variantId", c.place
        from rows from (jsonb_to_recordset($3)
                            as (code text, kind text, "packagingId" uuid, "variantId" uuid))
            with ordinality as c (code, kind, "packagingId", "variantId", place)"#;
    let json = serde_json::to_value(codes)
        .map_err(|error| Fault::broken(format!("barcodes without JSON: {error}")))?;
    known(tx.run(Sql::new(sql, values![permit.tenant(), product, json])).await).map(std::mem::drop)
}

#[derive(FromQueryResult)]
struct Pair {
    product_id: ProductId,
    substitute_id: ProductId,
}

/// What may be sold in place of products, the best first.
///
/// # Errors
/// [`db::Fault`].
pub async fn substitutes_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<ProductId>>> {
    let sql = "
        select s.product_id, s.substitute_id
        from product_substitute s
        where s.tenant_id = $1 and s.product_id = any($2::uuid[])
        order by s.product_id, s.place";
    let rows: Vec<Pair> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(products)])).await?;
    Ok(grouped(rows.into_iter().map(|row| (row.product_id, row.substitute_id))))
}

/// What products may be sold in place of.
///
/// # Errors
/// [`db::Fault`].
pub async fn originals_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<ProductId>>> {
    let sql = "
        select s.product_id, s.substitute_id
        from product_substitute s
        where s.tenant_id = $1 and s.substitute_id = any($2::uuid[])
        order by s.substitute_id, s.place, s.product_id
        limit 5000";
    let rows: Vec<Pair> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(products)])).await?;
    Ok(grouped(rows.into_iter().map(|row| (row.substitute_id, row.product_id))))
}

fn grouped(
    pairs: impl Iterator<Item = (ProductId, ProductId)>,
) -> HashMap<ProductId, Vec<ProductId>> {
    let mut found: HashMap<ProductId, Vec<ProductId>> = HashMap::new();
    for (product, other) in pairs {
        found.entry(product).or_default().push(other);
    }
    found
}

/// A product's substitutes, the best first.
pub(crate) async fn substitute_ids<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
) -> Outcome<Vec<ProductId>> {
    let sql = "
        select s.product_id, s.substitute_id
        from product_substitute s
        where s.tenant_id = $1 and s.product_id = $2
        order by s.place";
    let rows: Vec<Pair> = tx.all(Sql::new(sql, values![permit.tenant(), product])).await?;
    Ok(rows.into_iter().map(|row| row.substitute_id).collect())
}

/// Puts other substitutes in the place of a product's.
pub(crate) async fn put_substitutes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
    substitutes: &[ProductId],
) -> Outcome<()> {
    let drop = "delete from product_substitute where tenant_id = $1 and product_id = $2";
    tx.run(Sql::new(drop, values![permit.tenant(), product])).await?;
    let sql = "
        insert into product_substitute (tenant_id, product_id, substitute_id, place)
        select $1, $2, s.id, s.place
        from unnest($3::uuid[]) with ordinality as s (id, place)";
    let values = values![permit.tenant(), product, uuids(substitutes)];
    known(tx.run(Sql::new(sql, values)).await).map(std::mem::drop)
}
