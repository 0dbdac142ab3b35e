//! What the story of an order is told from.

use std::collections::HashMap;

use access::Permit;
use catalog::pricing::Explanation;
use db::{FromQueryResult, Json, Outcome, Sql, TenantTx};
use kernel::{OrderId, PickTaskId, ShipmentId, Uuid};

use super::{uuids, within_reach};
use crate::model::{LINE_COLUMNS, OrderLine, ReadOrders, ReadShipments};
use crate::picking::ReadPickTasks;

/// A line with how its price came about; one older than explanations has none.
pub type ExplainedLine = (OrderLine, Option<Explanation>);

/// The lines of orders within reach, in their order, each with how its price came about where that
/// may be seen.
///
/// # Errors
/// A fault of the database, or an explanation that is unreadable.
pub async fn explained_lines(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    orders: &[OrderId],
    sees_prices: bool,
) -> Outcome<HashMap<OrderId, Vec<ExplainedLine>>> {
    #[derive(FromQueryResult)]
    struct Found {
        #[sea_orm(nested)]
        line: OrderLine,
        explanation: Option<Json<Explanation>>,
    }
    let mut sql = Sql::new(format!("select {LINE_COLUMNS}, "), []);
    sql.with("case when ", sees_prices, " then l.explanation end as explanation");
    sql.push(" from sales_order_line l");
    sql.push(" join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id");
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.order_id = any(", uuids(orders), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    sql.push(" order by l.order_id, l.position");
    let mut found: HashMap<OrderId, Vec<ExplainedLine>> = HashMap::new();
    for Found { line, explanation } in tx.all(sql).await? {
        let explanation = explanation.map(|explanation| explanation.0);
        found.entry(line.order_id).or_default().push((line, explanation));
    }
    Ok(found)
}

/// What was made of an order in warehouses.
#[derive(Clone, Debug, Default)]
pub struct Papers {
    /// Its shipments, oldest first.
    pub shipments: Vec<ShipmentId>,
    /// The tasks that pick for it, oldest first.
    pub tasks: Vec<PickTaskId>,
}

/// What was made of orders in warehouses, as far as the caller sees it; nothing of a kind without
/// its permit.
///
/// # Errors
/// A fault of the database.
pub async fn papers_of_orders(
    tx: &TenantTx,
    orders: &[OrderId],
    shipments: Option<&Permit<ReadShipments>>,
    tasks: Option<&Permit<ReadPickTasks>>,
) -> Outcome<HashMap<OrderId, Papers>> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
        id: Uuid,
        is_task: bool,
    }
    let mut parts = 0;
    let mut sql = Sql::default();
    if let Some(permit) = shipments {
        parts += 1;
        sql.push("select h.order_id, h.id, false as is_task from shipment h");
        sql.with(" where h.tenant_id = ", tx.tenant(), " and h.kind = 'GOODS'");
        sql.with(" and h.order_id = any(", uuids(orders), "::uuid[])");
        within_reach(&mut sql, permit, "h");
    }
    if let Some(permit) = tasks {
        sql.push(if parts == 0 { "" } else { " union all " });
        parts += 1;
        sql.push("select r.order_id, r.task_id as id, true as is_task from pick_task_order r");
        sql.push(" join sales_order o on o.tenant_id = r.tenant_id and o.id = r.order_id");
        sql.with(" where r.tenant_id = ", tx.tenant(), "");
        sql.with(" and r.order_id = any(", uuids(orders), "::uuid[])");
        within_reach(&mut sql, permit, "o");
    }
    if parts == 0 {
        return Ok(HashMap::new());
    }
    sql.push(" order by id");
    let mut found: HashMap<OrderId, Papers> = HashMap::new();
    for row in tx.all::<Found>(sql).await? {
        let papers = found.entry(row.order_id).or_default();
        if row.is_task {
            papers.tasks.push(row.id.into());
        } else {
            papers.shipments.push(row.id.into());
        }
    }
    Ok(found)
}
