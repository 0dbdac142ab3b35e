//! SQL of changes.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ApprovalRequestId, OrderId, OrderLineId, ShipmentId, Uuid};

use super::model::{Planned, PlannedLine, WaitingChange, WaitingRow, as_read, by_id};
use super::rules::Future;
use crate::loaders::order_lines_by_order;
use crate::model::{Order, OrderLine, ReadOrders};
use crate::store::{INSERT_LINES, author, free_reference, rows, uuids, within_reach};

/// Writes an order's header and its lines as a change leaves them.
pub(crate) async fn write<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    future: Option<&Future>,
) -> Outcome<()> {
    let sql = "
        update sales_order o
        set manager_id = $3, department_id = $4, warehouse_id = $5, allowed_warehouses = $6,
            requested_ship_date = $7, external_reference = $8, comment = $9, net = $10, vat = $11,
            gross = $12, state = $13, version = o.version + 1, updated_at = $14
        where o.tenant_id = $1
          and o.id = $2";
    let values = values![
        permit.tenant(),
        order.id,
        order.manager_id,
        order.department_id,
        order.warehouse_id,
        order.allowed_warehouses.clone(),
        order.requested_ship_date,
        order.external_reference.clone(),
        order.comment.clone(),
        order.net,
        order.vat,
        order.gross,
        order.state,
        tx.now(),
    ];
    free_reference(tx.run(Sql::new(sql, values)).await)?;
    match future {
        Some(future) => write_lines(tx, permit, order.id, future).await,
        None => Ok(()),
    }
}

async fn write_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    future: &Future,
) -> Outcome<()> {
    if !future.removed.is_empty() {
        let removed: Vec<OrderLineId> = future.removed.iter().map(|line| line.id).collect();
        let sql = "
            delete from sales_order_line l
            where l.tenant_id = $1
              and l.id = any($2::uuid[])";
        tx.run(Sql::new(sql, values![permit.tenant(), uuids(&removed)])).await?;
    }
    if !future.moved.is_empty() {
        let (ids, places): (Vec<OrderLineId>, Vec<i32>) = future.moved.iter().copied().unzip();
        let sql = "
            update sales_order_line l
            set position = x.position
            from unnest($2::uuid[], $3::integer[]) as x (id, position)
            where l.tenant_id = $1
              and l.id = x.id";
        tx.run(Sql::new(sql, values![permit.tenant(), uuids(&ids), places])).await?;
    }
    if !future.written.is_empty() {
        let sql = format!(
            "{INSERT_LINES}
             on conflict (tenant_id, id) do update
             set position = excluded.position, quantity = excluded.quantity,
                 list_price = excluded.list_price, price = excluded.price,
                 price_numerator = excluded.price_numerator,
                 price_denominator = excluded.price_denominator,
                 price_source = excluded.price_source,
                 price_is_manual = excluded.price_is_manual,
                 discount_percent = excluded.discount_percent,
                 discount_source = excluded.discount_source,
                 discount_is_manual = excluded.discount_is_manual,
                 explanation = excluded.explanation, amount = excluded.amount,
                 vat_rate = excluded.vat_rate, vat_amount = excluded.vat_amount,
                 entered_quantity = excluded.entered_quantity,
                 price_change_id = excluded.price_change_id,
                 approval_reasons = excluded.approval_reasons"
        );
        let values = values![permit.tenant(), order, rows(&future.written)?];
        tx.run(Sql::new(sql, values)).await?;
    }
    Ok(())
}

/// Of these lines of an order those that stand in a shipment, an act or a pick task.
pub(crate) async fn named_elsewhere<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[OrderLineId],
) -> Outcome<Vec<OrderLineId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: OrderLineId,
    }
    let sql = "
        select l.id
        from unnest($2::uuid[]) as l (id)
        where exists (select from shipment_line s
                      where s.tenant_id = $1 and s.order_line_id = l.id)
           or exists (select from pick_line p
                      where p.tenant_id = $1 and p.order_line_id = l.id)";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(lines)])).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Shipments and acts of an order that are posted.
pub(crate) async fn posted_of_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Vec<Uuid>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: Uuid,
    }
    let sql = "
        select h.id
        from shipment h
        where h.tenant_id = $1
          and h.order_id = $2
          and h.state = 'POSTED'";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Shipments of an order that wait for somebody to agree.
pub(crate) async fn waiting_of_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Vec<ShipmentId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ShipmentId,
    }
    let sql = "
        select h.id
        from shipment h
        where h.tenant_id = $1
          and h.order_id = $2
          and h.state = 'PENDING_APPROVAL'
          and h.kind = 'GOODS'
        order by h.id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Keeps a change until somebody has agreed to it, in place of one that waits.
pub(crate) async fn put_waiting<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    planned: &Planned,
    request: ApprovalRequestId,
) -> Outcome<()> {
    let kept = serde_json::to_value(planned)
        .map_err(|error| Fault::broken(format!("a change without JSON: {error}")))?;
    let sql = "
        insert into sales_order_change
            (tenant_id, order_id, request_id, planned, gross, reason, created_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (tenant_id, order_id) do update
        set request_id = excluded.request_id, planned = excluded.planned, gross = excluded.gross,
            reason = excluded.reason, created_by = excluded.created_by,
            created_at = excluded.created_at";
    let values = values![
        permit.tenant(),
        order.id,
        request,
        kept,
        order.gross,
        planned.reason.clone(),
        author(permit),
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Forgets the change that waits, and tells whether there was one.
pub(crate) async fn drop_waiting<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<bool> {
    let sql = "
        delete from sales_order_change c
        where c.tenant_id = $1
          and c.order_id = $2";
    Ok(tx.run(Sql::new(sql, values![permit.tenant(), order])).await? > 0)
}

const WAITING: &str = "
    select c.order_id, c.request_id, c.planned, c.gross, c.reason, c.created_by, c.created_at
    from sales_order_change c";

/// The change that waits for a request, under the order's lock.
pub(crate) async fn waiting_for<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    request: ApprovalRequestId,
) -> Outcome<Option<Planned>> {
    let sql = format!("{WAITING} where c.tenant_id = $1 and c.order_id = $2 and c.request_id = $3");
    let found: Option<WaitingRow> =
        tx.one(Sql::new(sql, values![permit.tenant(), order, request])).await?;
    Ok(found.map(|row| row.planned.0))
}

/// The changes of orders within reach that wait for somebody to agree.
///
/// # Errors
/// A fault of the database.
pub async fn waiting_changes(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, WaitingChange>> {
    let mut sql = Sql::new(WAITING, []);
    sql.push(" join sales_order o on o.tenant_id = c.tenant_id and o.id = c.order_id");
    sql.with(" where c.tenant_id = ", permit.tenant(), "");
    sql.with(" and c.order_id = any(", uuids(orders), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    let found: Vec<WaitingRow> = tx.all(sql).await?;
    if found.is_empty() {
        return Ok(HashMap::new());
    }
    let orders: Vec<OrderId> = found.iter().map(|row| row.order_id).collect();
    let mut lines = order_lines_by_order(tx, permit, &orders).await?;
    let mut changes = HashMap::with_capacity(found.len());
    for row in found {
        let planned = row.planned.0;
        let current = lines.remove(&row.order_id).unwrap_or_default();
        let change = WaitingChange {
            order_id: row.order_id,
            request_id: row.request_id,
            gross: row.gross,
            reason: row.reason,
            created_by: row.created_by,
            created_at: row.created_at,
            lines: shown(planned.lines.as_deref().unwrap_or_default(), &current, row.order_id),
        };
        changes.insert(row.order_id, change);
    }
    Ok(changes)
}

/// The lines as they are to be, in their order.
fn shown(planned: &[PlannedLine], current: &[OrderLine], order: OrderId) -> Vec<OrderLine> {
    let known = by_id(current);
    let show = |(line, position): (&PlannedLine, i32)| match line {
        PlannedLine::Kept(id) => {
            known.get(id).map(|line| OrderLine { position, ..(*line).clone() })
        }
        PlannedLine::Written { of, line } => {
            let was = of.and_then(|id| known.get(&id).copied());
            let read = as_read(line, order, was);
            Some(OrderLine { position, id: of.unwrap_or(read.id), ..read })
        }
    };
    planned.iter().zip(1..).filter_map(show).collect()
}
