//! Writing pick tasks, and reading them under their lock.

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    BinId, Decimal, DeliveryAddressId, LotId, NaiveDate, OrderId, OrderLineId, OrganizationId,
    PickLineId, PickTaskId, ProductId, ProductVariantId, Refusal, RefusalCode, WarehouseId,
};
use serde::Serialize;

use super::super::model::{LINE_COLUMNS, PickLine, PickTask, TASK_COLUMNS};
use crate::model::{ORDER_COLUMNS, Order};
use crate::store::{author, rows, uuids, within_reach};

/// Orders within reach, locked until the transaction ends, in the order of their ids.
///
/// # Errors
/// Not found where one of them is not there or out of reach; or a fault.
pub(crate) async fn lock_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[OrderId],
) -> Outcome<Vec<Order>> {
    let mut sql = Sql::new(format!("select {ORDER_COLUMNS} from sales_order o"), []);
    sql.with(" where o.tenant_id = ", permit.tenant(), "");
    sql.with(" and o.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    sql.push(" order by o.id for no key update");
    let found: Vec<Order> = tx.all(sql).await?;
    if found.len() == ids.len() { Ok(found) } else { Err(CommandError::NotFound) }
}

/// The orders that a task picks for, by id.
pub(crate) async fn orders_of_task<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    task: PickTaskId,
) -> Outcome<Vec<OrderId>> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
    }
    let sql = "
        select r.order_id
        from pick_task_order r
        where r.tenant_id = $1 and r.task_id = $2
        order by r.order_id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), task])).await?;
    Ok(found.into_iter().map(|row| row.order_id).collect())
}

/// A task, locked until the transaction ends. Its orders are locked already.
pub(crate) async fn lock_task<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PickTaskId,
) -> Outcome<PickTask> {
    let text = format!(
        "select {TASK_COLUMNS}
         from pick_task t
         where t.tenant_id = $1 and t.id = $2
         for no key update"
    );
    let found = tx.one(Sql::new(text, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// The lines of a task, in the order of the walk.
pub(crate) async fn lines_of_task<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    task: PickTaskId,
) -> Outcome<Vec<PickLine>> {
    let text = format!(
        "select {LINE_COLUMNS}
         from pick_line l
         where l.tenant_id = $1 and l.task_id = $2
         order by l.position"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), task])).await?)
}

/// A task as it is made.
#[derive(Clone, Debug)]
pub(crate) struct NewTask {
    pub(crate) id: PickTaskId,
    pub(crate) number: String,
    pub(crate) date: NaiveDate,
    pub(crate) organization_id: OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

/// An order of a task as it is made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewPickOrder {
    pub(crate) order_id: OrderId,
    pub(crate) customer_name: String,
    pub(crate) delivery_address_id: Option<DeliveryAddressId>,
    pub(crate) address: Option<String>,
}

/// A line as it is made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewPickLine {
    pub(crate) id: PickLineId,
    pub(crate) order_id: OrderId,
    pub(crate) order_line_id: OrderLineId,
    pub(crate) position: i32,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) unit: String,
    pub(crate) lot_id: LotId,
    pub(crate) instead_of_id: Option<LotId>,
    pub(crate) bin_id: Option<BinId>,
    pub(crate) quantity: Decimal,
    pub(crate) picked: Decimal,
}

/// Writes a task with its orders and lines.
pub(crate) async fn insert_task<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    task: &NewTask,
    orders: &[NewPickOrder],
    lines: &[NewPickLine],
) -> Outcome<()> {
    let sql = "
        with task as (
            insert into pick_task
                (tenant_id, id, number, date, organization_id, warehouse_id, state, comment,
                 external_reference, created_at, updated_at, created_by)
            values ($1, $2, $4, $5, $6, $7, 'NEW', $8, $9, $10, $10, $11)
        )
        insert into pick_task_order
            (tenant_id, task_id, order_id, customer_name, delivery_address_id, address)
        select $1, $2, x.order_id, x.customer_name, x.delivery_address_id, x.address
        from jsonb_to_recordset($3) as x
            (order_id uuid, customer_name text, delivery_address_id uuid, address text)";
    let values = values![
        permit.tenant(),
        task.id,
        rows(orders)?,
        task.number.clone(),
        task.date,
        task.organization_id,
        task.warehouse_id,
        task.comment.clone(),
        task.external_reference.clone(),
        tx.now(),
        author(permit),
    ];
    let written = tx.run(Sql::new(sql, values)).await;
    on_constraint(written, "pick_task_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another pick task has this external reference.",
            "Такая внешняя ссылка уже есть у другого задания на отбор.",
        )
        .at(["externalReference"])
    })?;
    add_lines(tx, permit, task.id, lines).await
}

/// Adds lines to a task.
pub(crate) async fn add_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    task: PickTaskId,
    lines: &[NewPickLine],
) -> Outcome<()> {
    let sql = "
        insert into pick_line
            (tenant_id, id, task_id, order_id, order_line_id, position, product_id, variant_id,
             unit, lot_id, instead_of_id, bin_id, quantity, picked)
        select $1, x.id, $2, x.order_id, x.order_line_id, x.position, x.product_id, x.variant_id,
               x.unit, x.lot_id, x.instead_of_id, x.bin_id, x.quantity, x.picked
        from jsonb_to_recordset($3) as x
            (id uuid, order_id uuid, order_line_id uuid, position integer, product_id uuid,
             variant_id uuid, unit text, lot_id uuid, instead_of_id uuid, bin_id uuid,
             quantity numeric, picked numeric)";
    tx.run(Sql::new(sql, values![permit.tenant(), task, rows(lines)?])).await?;
    Ok(())
}

/// Writes a locked task's state back, as its next version.
pub(crate) async fn update_task<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    task: &PickTask,
) -> Outcome<()> {
    let sql = "
        update pick_task t
        set state = $3, taker_id = $4, taken_at = $5, finished_at = $6, has_shortage = $7,
            cancel_reason = $8, version = t.version + 1, updated_at = $9
        where t.tenant_id = $1 and t.id = $2";
    let values = values![
        permit.tenant(),
        task.id,
        task.state,
        task.taker_id,
        task.taken_at,
        task.finished_at,
        task.has_shortage,
        task.cancel_reason.clone(),
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Adds to what lines have taken.
pub(crate) async fn add_picked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    parts: &[(PickLineId, Decimal)],
) -> Outcome<()> {
    let sql = "
        update pick_line l
        set picked = l.picked + p.quantity
        from unnest($2::uuid[], $3::numeric[]) as p (id, quantity)
        where l.tenant_id = $1 and l.id = p.id";
    let ids: Vec<PickLineId> = parts.iter().map(|part| part.0).collect();
    let quantities: Vec<Decimal> = parts.iter().map(|part| part.1).collect();
    tx.run(Sql::new(sql, values![permit.tenant(), uuids(&ids), quantities])).await?;
    Ok(())
}

/// Adds to what of a line was not to be found.
pub(crate) async fn add_short<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    line: PickLineId,
    quantity: Decimal,
    note: Option<&str>,
) -> Outcome<()> {
    let sql = "
        update pick_line l
        set short = l.short + $3, short_note = coalesce($4, l.short_note)
        where l.tenant_id = $1 and l.id = $2";
    let note = note.map(str::to_owned);
    tx.run(Sql::new(sql, values![permit.tenant(), line, quantity, note])).await?;
    Ok(())
}

/// Puts another lot in the place of a line's, all of which is taken out of it.
pub(crate) async fn put_lot<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    line: &PickLine,
    lot: LotId,
) -> Outcome<()> {
    let sql = "
        update pick_line l
        set instead_of_id = coalesce(l.instead_of_id, l.lot_id), lot_id = $3, picked = l.quantity
        where l.tenant_id = $1 and l.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), line.id, lot])).await?;
    Ok(())
}

/// Takes a quantity out of a line and makes it a line of its own, taken out of another lot.
pub(crate) async fn split_line<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    line: &PickLine,
    new: NewPickLine,
) -> Outcome<()> {
    let sql = "
        update pick_line l
        set quantity = l.quantity - $3
        where l.tenant_id = $1 and l.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), line.id, new.quantity])).await?;
    add_lines(tx, permit, line.task_id, &[new]).await
}
