//! Batched reads by ids for the graph: receipts, their lines, and reservations.

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, Sql, TenantTx, values};
use kernel::{OrderId, OrderLineId, ReceiptId, ReceiptLineId, ReservationId, Uuid};

use super::receipts::{RECEIPT, ReceiptLineRow, ReceiptRow};
use super::{ReadReceipts, ReadStock, sees_buyers, sees_cost};
use crate::rules::Held;
use crate::store::{reservations, uuids};

/// The receipts with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn receipts_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    ids: &[ReceiptId],
) -> Outcome<HashMap<ReceiptId, ReceiptRow>> {
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit)];
    let mut sql = Sql::new(RECEIPT, values);
    sql.with(" and r.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<ReceiptRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lines of receipts within reach, in their order; receipts without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_receipts(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    receipts: &[ReceiptId],
) -> Outcome<HashMap<ReceiptId, Vec<ReceiptLineRow>>> {
    let rows = lines(tx, permit, "l.receipt_id", uuids(receipts.iter().copied())).await?;
    let mut found: HashMap<ReceiptId, Vec<ReceiptLineRow>> = HashMap::new();
    for row in rows {
        found.entry(row.receipt_id).or_default().push(row);
    }
    Ok(found)
}

/// The lines with these ids of receipts within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn receipt_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    ids: &[ReceiptLineId],
) -> Outcome<HashMap<ReceiptLineId, ReceiptLineRow>> {
    let rows = lines(tx, permit, "l.id", uuids(ids.iter().copied())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn lines(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    column: &str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<ReceiptLineRow>> {
    let sql = format!(
        "select l.id, l.receipt_id, l.position, l.product_id, l.variant_id, l.quantity,
                case when $3 then l.unit_cost end as unit_cost,
                case when $3 then l.amount end as amount, l.expires_on, l.packaging_id,
                l.entered_quantity, l.entered_unit, l.lot_number, l.purchase_order_line_id,
                case when $3 then l.ordered_cost end as ordered_cost
         from goods_receipt_line l
         where l.tenant_id = $1
           and {column} = any($4::uuid[])
           and ($2::uuid[] is null or exists (
               select 1
               from goods_receipt r
               where r.tenant_id = l.tenant_id and r.id = l.receipt_id and r.created_by = any($2)))
         order by l.receipt_id, l.position"
    );
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit), ids];
    Ok(tx.all(Sql::new(sql, values)).await?)
}

/// The open reservations with these ids; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn reservations_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    ids: &[ReservationId],
) -> Outcome<HashMap<ReservationId, Held>> {
    if !sees_buyers(permit) {
        return Ok(HashMap::new());
    }
    let rows = reservations::by_id(tx, permit, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What is held for order lines now, for whoever may see those lines; lines without any are
/// absent.
///
/// # Errors
/// A fault of the database.
pub async fn reservations_of_order_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[OrderLineId],
) -> Outcome<HashMap<OrderLineId, Vec<Held>>> {
    let rows = reservations::of_lines(tx, permit, lines.iter().copied()).await?;
    let mut found: HashMap<OrderLineId, Vec<Held>> = HashMap::new();
    for row in rows {
        found.entry(row.order_line_id).or_default().push(row);
    }
    Ok(found)
}

/// What is held for orders now, for whoever may see those orders; orders without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn reservations_of_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<Held>>> {
    let rows = reservations::of_orders(tx, permit, orders.iter().copied()).await?;
    let mut found: HashMap<OrderId, Vec<Held>> = HashMap::new();
    for row in rows {
        found.entry(row.order_id).or_default().push(row);
    }
    Ok(found)
}
