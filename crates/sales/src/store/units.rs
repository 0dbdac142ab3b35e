//! Packagings as a line names them.

use std::collections::HashMap;

use access::Permit;
use catalog::pricing::Packaging;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Factor, PackagingId, ProductId};

use super::uuids;

/// The packagings in use among these, with their products.
pub(crate) async fn packagings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[PackagingId],
) -> Outcome<HashMap<PackagingId, (ProductId, Packaging)>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: PackagingId,
        product_id: ProductId,
        name: String,
        numerator: i64,
        denominator: i64,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select k.id, k.product_id, k.name, k.numerator, k.denominator
        from product_packaging_v k
        where k.tenant_id = $1
          and k.id = any($2::uuid[])
          and not k.archived";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    let packed = |row: Found| {
        let parts = u32::try_from(row.numerator).ok().zip(u32::try_from(row.denominator).ok());
        let factor = parts.and_then(|(top, bottom)| Factor::new(top, bottom).ok());
        let factor = factor.ok_or_else(|| Fault::broken("a packaging's factor out of range"))?;
        let packaging = Packaging { id: row.id, name: row.name.into(), factor };
        Ok((row.id, (row.product_id, packaging)))
    };
    found.into_iter().map(packed).collect()
}
