//! Why lines cost what they cost.

use std::collections::HashMap;

use access::Permit;
use catalog::pricing::Explanation;
use db::{FromQueryResult, Json, Outcome, Sql, TenantTx, values};
use kernel::OrderLineId;

use super::{uuids, within_reach};
use crate::ReadOrders;

/// The explanations of these lines, of orders within reach; lines older than explanations are
/// absent.
///
/// # Errors
/// A fault of the database, or an explanation that is unreadable.
pub async fn explanations_by_line(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    ids: &[OrderLineId],
) -> Outcome<HashMap<OrderLineId, Explanation>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: OrderLineId,
        explanation: Json<Explanation>,
    }
    let mut sql = Sql::new(
        "select l.id, l.explanation
         from sales_order_line l
         join sales_order o on o.tenant_id = $1 and o.id = l.order_id
         where l.tenant_id = $1
           and l.id = any($2::uuid[])
           and l.explanation is not null",
        values![permit.tenant(), uuids(ids)],
    );
    within_reach(&mut sql, permit, "o");
    let found: Vec<Found> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row.explanation.0)).collect())
}
