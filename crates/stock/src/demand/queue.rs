//! Who waits for a product of an organization stands in a queue, and the queue has a lock: what
//! brings goods in and what states a shortage take it before they look. Without it an order that
//! finds nothing and a receipt that finds nobody could pass each other, and goods would lie free
//! while an order waits for them.
//!
//! Advisory locks were taken since a queue is mostly empty and has no row to lock. A document of
//! many products takes the tenant's lock alone, or it would fill PostgreSQL's table of locks.

use std::collections::BTreeSet;

use access::Permit;
use db::{Fault, Sql, TenantTx, values};
use kernel::{OrganizationId, ProductId};

/// Queues that one transaction takes one by one; above, it takes those of the whole tenant.
const MOST_QUEUES: usize = 100;

/// Whose queue, and for what: variants of a product share it.
pub(crate) type Queue = (OrganizationId, ProductId);

/// Takes queues until the transaction ends, always in the same order. Taking one again costs
/// nothing but the statement.
pub(crate) async fn take<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    queues: &BTreeSet<Queue>,
) -> Result<(), Fault> {
    if queues.is_empty() {
        return Ok(());
    }
    let tenant = permit.tenant();
    let house = format!("demand:{tenant}");
    if queues.len() > MOST_QUEUES {
        let sql = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
        tx.run(Sql::new(sql, values![house])).await?;
        return Ok(());
    }
    let names: Vec<String> = queues
        .iter()
        .map(|(organization, product)| format!("demand:{tenant}:{organization}:{product}"))
        .collect();
    // A scan of an array keeps its order.
    let sql = "
        select pg_advisory_xact_lock(hashtextextended(n.name, 0))
        from (select pg_advisory_xact_lock_shared(hashtextextended($1, 0)) offset 0) house
        cross join unnest($2::text[]) as n (name)";
    tx.run(Sql::new(sql, values![house, names])).await?;
    Ok(())
}
