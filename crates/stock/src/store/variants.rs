//! What stock tells of variants.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::ProductVariantId;

use super::uuids;

/// The article numbers of variants. No statement runs where none are named.
pub(crate) async fn variant_skus<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, String>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductVariantId,
        sku: String,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select v.id, v.sku
        from product_variant_v v
        where v.tenant_id = $1 and v.id = any($2::uuid[])";
    let values = values![permit.tenant(), uuids(ids.iter().copied())];
    let rows: Vec<Row> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sku)).collect())
}
