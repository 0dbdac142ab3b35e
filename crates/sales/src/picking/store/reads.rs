//! Lists of pick tasks, and batched reads by id.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{NaiveDate, OrderId, Page, PageRequest, PickLineId, PickTaskId, UserId, WarehouseId};

use super::super::model::{
    LINE_COLUMNS, PickLine, PickTask, PickTaskOrder, ReadPickTasks, TASK_COLUMNS,
};
use super::super::rules::PickState;
use crate::store::{OrderSort, counted, in_states, listed, only, uuids, within_reach};

/// Which tasks; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct PickTaskFilter {
    /// In one of these states; empty is any.
    pub states: Vec<PickState>,
    /// In this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Of this storekeeper.
    pub taker: Option<UserId>,
    /// For this order.
    pub order: Option<OrderId>,
    /// Of this day or later.
    pub date_from: Option<NaiveDate>,
    /// Of this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// With this number in another program.
    pub external_reference: Option<String>,
}

/// Keeps to the tasks `d` that have an order within the permit's reach.
fn reached<A>(sql: &mut Sql, permit: &Permit<A>) {
    if permit.managers().is_none() && permit.customer().is_none() {
        return;
    }
    sql.push(
        " and exists (
            select
            from pick_task_order r
            join sales_order o on o.tenant_id = r.tenant_id and o.id = r.order_id
            where r.tenant_id = d.tenant_id
              and r.task_id = d.id",
    );
    within_reach(sql, permit, "o");
    sql.push(")");
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadPickTasks>, filter: &PickTaskFilter) {
    sql.with(" from pick_task d where d.tenant_id = ", permit.tenant(), "");
    reached(sql, permit);
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    only(sql, " and d.warehouse_id = ", filter.warehouse);
    only(sql, " and d.taker_id = ", filter.taker);
    if let Some(order) = filter.order {
        sql.push(" and d.id in (select r.task_id from pick_task_order r where r.tenant_id = ");
        sql.bind(permit.tenant()).with(" and r.order_id = ", order, ")");
    }
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    only(sql, " and d.number = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
}

/// A page of tasks within reach.
///
/// # Errors
/// A fault of the database.
pub async fn pick_tasks(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    filter: &PickTaskFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<PickTask>> {
    let columns = TASK_COLUMNS.replace("t.", "d.");
    let narrow = |sql: &mut Sql| conditions(sql, permit, filter);
    listed(tx, &columns, narrow, (sort, page), |task: &PickTask| task.id.0).await
}

/// How many tasks a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_pick_tasks(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    filter: &PickTaskFilter,
) -> Outcome<i64> {
    counted(tx, |sql| conditions(sql, permit, filter)).await
}

/// Tasks within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn pick_tasks_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    ids: &[PickTaskId],
) -> Outcome<HashMap<PickTaskId, PickTask>> {
    let columns = TASK_COLUMNS.replace("t.", "d.");
    let mut sql = Sql::new(format!("select {columns} from pick_task d"), []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "");
    sql.with(" and d.id = any(", uuids(ids), "::uuid[])");
    reached(&mut sql, permit);
    let found: Vec<PickTask> = tx.all(sql).await?;
    Ok(found.into_iter().map(|task| (task.id, task)).collect())
}

/// The tasks that pick for orders within reach, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn pick_tasks_by_order(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<PickTask>>> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
        #[sea_orm(nested)]
        task: PickTask,
    }
    let mut sql = Sql::new(
        format!(
            "select r.order_id, {TASK_COLUMNS}
             from pick_task_order r
             join sales_order o on o.tenant_id = r.tenant_id and o.id = r.order_id
             join pick_task t on t.tenant_id = r.tenant_id and t.id = r.task_id"
        ),
        [],
    );
    sql.with(" where r.tenant_id = ", permit.tenant(), "");
    sql.with(" and r.order_id = any(", uuids(orders), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    sql.push(" order by t.id");
    let mut found: HashMap<OrderId, Vec<PickTask>> = HashMap::new();
    for row in tx.all::<Found>(sql).await? {
        found.entry(row.order_id).or_default().push(row.task);
    }
    Ok(found)
}

/// The orders of tasks, as far as they are within reach.
///
/// # Errors
/// A fault of the database.
pub async fn pick_orders_by_task(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    tasks: &[PickTaskId],
) -> Outcome<HashMap<PickTaskId, Vec<PickTaskOrder>>> {
    let mut sql = Sql::new(
        "select r.task_id, r.order_id, o.customer_id, r.customer_name, r.delivery_address_id,
                r.address, r.shipment_id
         from pick_task_order r
         join sales_order o on o.tenant_id = r.tenant_id and o.id = r.order_id",
        [],
    );
    sql.with(" where r.tenant_id = ", permit.tenant(), "");
    sql.with(" and r.task_id = any(", uuids(tasks), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    sql.push(" order by r.order_id");
    let mut found: HashMap<PickTaskId, Vec<PickTaskOrder>> = HashMap::new();
    for row in tx.all::<PickTaskOrder>(sql).await? {
        found.entry(row.task_id).or_default().push(row);
    }
    Ok(found)
}

fn lines() -> Sql {
    Sql::new(
        format!(
            "select {LINE_COLUMNS}
             from pick_line l
             join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id"
        ),
        [],
    )
}

/// The lines of tasks, as far as their orders are within reach, in the order of the walk.
///
/// # Errors
/// A fault of the database.
pub async fn pick_lines_by_task(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    tasks: &[PickTaskId],
) -> Outcome<HashMap<PickTaskId, Vec<PickLine>>> {
    let mut sql = lines();
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.task_id = any(", uuids(tasks), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    sql.push(" order by l.task_id, l.position");
    let mut found: HashMap<PickTaskId, Vec<PickLine>> = HashMap::new();
    for row in tx.all::<PickLine>(sql).await? {
        found.entry(row.task_id).or_default().push(row);
    }
    Ok(found)
}

/// Lines within reach by their ids.
///
/// # Errors
/// A fault of the database.
pub async fn pick_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    ids: &[PickLineId],
) -> Outcome<HashMap<PickLineId, PickLine>> {
    let mut sql = lines();
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    let found: Vec<PickLine> = tx.all(sql).await?;
    Ok(found.into_iter().map(|line| (line.id, line)).collect())
}
