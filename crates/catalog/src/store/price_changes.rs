//! Many prices of a list changed at once: what was changed, and who relies on it.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::PriceChangeId;

use super::uuids;

/// Holds the changes that a document's prices come from, so that none is undone before the
/// document is written; postings do not wait for each other. `false`: one of them was undone
/// meanwhile, so its prices are to be looked up again. No statement runs where none are named.
///
/// # Errors
/// [`db::Fault`].
pub async fn hold_price_changes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    mut changes: Vec<PriceChangeId>,
) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Held {
        #[expect(dead_code, reason = "a row needs a column")]
        id: PriceChangeId,
    }
    changes.sort_unstable();
    changes.dedup();
    if changes.is_empty() {
        return Ok(true);
    }
    let sql = "
        select c.id
        from price_change c
        where c.tenant_id = $1 and c.id = any($2::uuid[]) and c.state = 'APPLIED'
        order by c.id
        for key share";
    let held: Vec<Held> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(&changes)])).await?;
    Ok(held.len() == changes.len())
}
