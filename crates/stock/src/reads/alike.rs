//! Goods that may be offered in place of others: of the same group, and in stock.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::ProductId;

use super::ReadStock;
use crate::store::uuids;

/// Others of a product's group that are told at most.
const MOST_ALIKE: i64 = 10;

/// Others of each product's own group that are in use and available today, by name; products
/// without any are absent. Lives on product_group_members and stock_balance_in_stock.
///
/// # Errors
/// A fault of the database.
pub async fn alike_in_stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<ProductId>>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductId,
        other: ProductId,
    }
    let sql = "
        select p.id, o.id as other
        from product_group_goods_v p
        cross join lateral (
            select g.id, g.name_key
            from product_group_goods_v g
            where g.tenant_id = $1
              and g.group_id = p.group_id
              and g.id <> p.id
              and exists (
                  select from stock_balance b
                  join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
                  where b.tenant_id = $1
                    and b.product_id = g.id
                    and b.in_stock
                    and b.reserved < b.on_hand
                    and not l.blocked
                    and (l.expires_on is null or l.expires_on >= $3))
            order by g.name_key, g.id
            limit $4
        ) o
        where p.tenant_id = $1 and p.id = any($2::uuid[])
        order by p.id, o.name_key, o.id";
    let ids = uuids(products.iter().copied());
    let values = values![permit.tenant(), ids, tx.today(), MOST_ALIKE];
    let mut found: HashMap<ProductId, Vec<ProductId>> = HashMap::new();
    for row in tx.all::<Row>(Sql::new(sql, values)).await? {
        found.entry(row.id).or_default().push(row.other);
    }
    Ok(found)
}
