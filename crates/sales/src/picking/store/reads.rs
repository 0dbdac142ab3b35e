//! Lists of pick tasks, and batched reads by id.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{
    Direction, NaiveDate, OrderId, Page, PageRequest, PickLineId, PickTaskId, Position, UserId,
    WarehouseId,
};

use super::super::model::{
    LINE_COLUMNS, PickLine, PickTask, PickTaskOrder, ReadPickTasks, TASK_COLUMNS,
};
use super::super::rules::PickState;
use crate::store::{uuids, within_reach};

/// How far lists are counted.
const COUNT_CAP: i64 = 10_000;

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
    /// With this number in another program.
    pub external_reference: Option<String>,
}

/// Keeps to the tasks that have an order within the permit's reach.
fn reached<A>(sql: &mut Sql, permit: &Permit<A>) {
    if permit.managers().is_none() && permit.customer().is_none() {
        return;
    }
    sql.push(
        " and exists (
            select
            from pick_task_order r
            join sales_order o on o.tenant_id = r.tenant_id and o.id = r.order_id
            where r.tenant_id = t.tenant_id
              and r.task_id = t.id",
    );
    within_reach(sql, permit, "o");
    sql.push(")");
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadPickTasks>, filter: &PickTaskFilter) {
    sql.with(" from pick_task t where t.tenant_id = ", permit.tenant(), "");
    reached(sql, permit);
    let states: Vec<String> = filter.states.iter().map(|state| state.as_str().to_owned()).collect();
    match filter.states.as_slice() {
        [] => {}
        [state] => {
            sql.with(" and t.state = ", *state, "");
        }
        _ => {
            sql.with(" and t.state = any(", states, "::text[])");
        }
    }
    if let Some(warehouse) = filter.warehouse {
        sql.with(" and t.warehouse_id = ", warehouse, "");
    }
    if let Some(taker) = filter.taker {
        sql.with(" and t.taker_id = ", taker, "");
    }
    if let Some(order) = filter.order {
        sql.with(
            " and t.id in (select r.task_id from pick_task_order r where r.tenant_id = ",
            permit.tenant(),
            "",
        );
        sql.with(" and r.order_id = ", order, ")");
    }
    if let Some(day) = filter.date_from {
        sql.with(" and t.date >= ", day, "");
    }
    if let Some(day) = filter.date_to {
        sql.with(" and t.date <= ", day, "");
    }
    if let Some(reference) = filter.external_reference.clone() {
        sql.with(" and t.external_reference = ", reference, "");
    }
}

/// A page of tasks within reach, by date.
///
/// # Errors
/// A fault of the database.
pub async fn pick_tasks(
    tx: &TenantTx,
    permit: &Permit<ReadPickTasks>,
    filter: &PickTaskFilter,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<PickTask>> {
    let mut sql = Sql::new(format!("select {TASK_COLUMNS}"), []);
    conditions(&mut sql, permit, filter);
    let ascending = direction == Direction::Asc;
    for (position, later) in [(&page.after, ascending), (&page.before, !ascending)] {
        let Some(position) = position else { continue };
        let key = position.key.as_deref().unwrap_or_default();
        let Ok(day) = key.parse::<NaiveDate>() else {
            return Ok(Page { rows: Vec::new(), has_next: false, has_previous: false });
        };
        sql.push(if later { " and (t.date, t.id) > (" } else { " and (t.date, t.id) < (" });
        sql.bind(day).with(", ", position.id, ")");
    }
    let way = if ascending == page.backward { " desc" } else { " asc" };
    sql.push(" order by t.date").push(way).push(", t.id").push(way);
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<PickTask> = tx.all(sql).await?;
    let placed = |task: PickTask| {
        let order = "DATE".to_owned();
        (Position { order, key: Some(task.date.to_string()), id: task.id.0 }, task)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
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
    #[derive(FromQueryResult)]
    struct Count {
        count: i64,
    }
    let mut sql = Sql::new("select count(*) as count from (select 1", []);
    conditions(&mut sql, permit, filter);
    sql.with(" limit ", COUNT_CAP + 1, ") counted");
    Ok(tx.one::<Count>(sql).await?.map_or(0, |row| row.count))
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
    let mut sql = Sql::new(format!("select {TASK_COLUMNS} from pick_task t"), []);
    sql.with(" where t.tenant_id = ", permit.tenant(), "");
    sql.with(" and t.id = any(", uuids(ids), "::uuid[])");
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
