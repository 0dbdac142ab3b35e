//! Variants as a line names them.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ProductId, ProductVariantId};

use super::uuids;

/// The products of the variants in use among these.
pub(crate) async fn variants<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, ProductId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ProductVariantId,
        product_id: ProductId,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select v.id, v.product_id
        from product_variant_v v
        where v.tenant_id = $1
          and v.id = any($2::uuid[])
          and not v.archived";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    Ok(found.into_iter().map(|row| (row.id, row.product_id)).collect())
}
