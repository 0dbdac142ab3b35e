//! Batched reads by id for the graph: each in one statement, whatever the number of ids.

use std::collections::HashMap;
use std::hash::Hash;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, CustomerId, NaiveDate, OrderId, OrderLineId, Page, PageRequest, Position, ShipmentId,
    ShipmentLineId, Uuid,
};

use crate::model::{
    LINE_COLUMNS, ORDER_COLUMNS, Order, OrderLine, ReadOrders, ReadShipments, SHIPMENT_COLUMNS,
    SHIPMENT_LINE_COLUMNS, Shipment, ShipmentLine, ShipmentLot,
};
use crate::store::{OrderSort, uuids, within_reach};

fn grouped<K: Eq + Hash, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// Orders within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn orders_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    ids: &[OrderId],
) -> Outcome<HashMap<OrderId, Order>> {
    let mut sql = Sql::new(format!("select {ORDER_COLUMNS} from sales_order o"), []);
    sql.with(" where o.tenant_id = ", permit.tenant(), "");
    sql.with(" and o.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    let found: Vec<Order> = tx.all(sql).await?;
    Ok(found.into_iter().map(|order| (order.id, order)).collect())
}

/// The newest orders of customers, within reach, so many of each.
///
/// # Errors
/// A fault of the database.
pub async fn orders_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    customers: &[CustomerId],
    limit: u32,
) -> Outcome<HashMap<CustomerId, Page<Order>>> {
    let table = format!("select {ORDER_COLUMNS} from sales_order o");
    let rows = newest_of(tx, permit, ("o", &table, ORDER_COLUMNS), customers, limit).await?;
    Ok(pages(rows, limit, |order: &Order| (order.customer_id, order.date, order.id.0)))
}

/// The newest shipments to customers, within reach, so many of each.
///
/// # Errors
/// A fault of the database.
pub async fn shipments_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    customers: &[CustomerId],
    limit: u32,
) -> Outcome<HashMap<CustomerId, Page<Shipment>>> {
    let table = format!("select {SHIPMENT_COLUMNS} from shipment h");
    let rows = newest_of(tx, permit, ("h", &table, SHIPMENT_COLUMNS), customers, limit).await?;
    Ok(pages(rows, limit, |row: &Shipment| (row.customer_id, row.date, row.id.0)))
}

/// How many orders customers have, within reach, each counted up to `cap`.
///
/// # Errors
/// A fault of the database.
pub async fn count_orders_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    customers: &[CustomerId],
    cap: i64,
) -> Outcome<HashMap<CustomerId, i64>> {
    counts_of(tx, permit, ("o", "sales_order o"), customers, cap).await
}

/// How many shipments customers got, within reach, each counted up to `cap`.
///
/// # Errors
/// A fault of the database.
pub async fn count_shipments_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    customers: &[CustomerId],
    cap: i64,
) -> Outcome<HashMap<CustomerId, i64>> {
    counts_of(tx, permit, ("h", "shipment h"), customers, cap).await
}

/// One walk of the index of each customer's documents by date.
pub(crate) async fn newest_of<T: FromQueryResult, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (alias, select, columns): (&str, &str, &str),
    customers: &[CustomerId],
    limit: u32,
) -> Outcome<Vec<T>> {
    let mut sql = Sql::new(format!("select {columns} from "), []);
    sql.with("unnest(", uuids(customers), "::uuid[]) as c (id) cross join lateral (");
    sql.push(select).with(&format!(" where {alias}.tenant_id = "), permit.tenant(), "");
    sql.push(&format!(" and {alias}.customer_id = c.id"));
    without_acts(&mut sql, alias);
    within_reach(&mut sql, permit, alias);
    sql.push(&format!(" order by {alias}.date desc, {alias}.id desc"));
    sql.with(" limit ", i64::from(limit) + 1, &format!(") {alias}"));
    Ok(tx.all(sql).await?)
}

pub(crate) async fn counts_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (alias, table): (&str, &str),
    customers: &[CustomerId],
    cap: i64,
) -> Outcome<HashMap<CustomerId, i64>> {
    #[derive(FromQueryResult)]
    struct Counted {
        customer_id: CustomerId,
        counted: i64,
    }
    let mut sql = Sql::new("select c.id as customer_id, n.counted from ", []);
    sql.with("unnest(", uuids(customers), "::uuid[]) as c (id) cross join lateral (");
    sql.push(&format!("select count(*) as counted from (select 1 from {table}"));
    sql.with(&format!(" where {alias}.tenant_id = "), permit.tenant(), "");
    sql.push(&format!(" and {alias}.customer_id = c.id"));
    without_acts(&mut sql, alias);
    within_reach(&mut sql, permit, alias);
    sql.with(" limit ", cap, ") found) n");
    let rows: Vec<Counted> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.customer_id, row.counted)).collect())
}

/// Acts stand among shipments and are none.
fn without_acts(sql: &mut Sql, alias: &str) {
    if alias == "h" {
        sql.push(" and h.kind = 'GOODS'");
    }
}

/// Rows that came newest first, as the first page of each customer's list.
pub(crate) fn pages<T>(
    rows: Vec<T>,
    limit: u32,
    place: impl Fn(&T) -> (CustomerId, NaiveDate, Uuid),
) -> HashMap<CustomerId, Page<T>> {
    let request = PageRequest::first(limit);
    let order = OrderSort::default().name();
    let by_customer = grouped(rows, |row| place(row).0);
    let page = |rows: Vec<T>| {
        let placed = rows.into_iter().map(|row| {
            let (_, date, id) = place(&row);
            (Position { order: order.to_owned(), key: Some(date.to_string()), id }, row)
        });
        Page::of(placed.collect(), &request)
    };
    by_customer.into_iter().map(|(customer, rows)| (customer, page(rows))).collect()
}

/// The lines of orders within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn order_lines_by_order(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<OrderLine>>> {
    let rows = lines_where(tx, permit, "l.order_id", uuids(orders)).await?;
    Ok(grouped(rows.into_iter().map(|row| row.line).collect(), |line| line.order_id))
}

/// Lines of orders within reach, with the currency of their amounts.
///
/// # Errors
/// A fault of the database.
pub async fn order_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    ids: &[OrderLineId],
) -> Outcome<HashMap<OrderLineId, (OrderLine, Currency)>> {
    let rows = lines_where(tx, permit, "l.id", uuids(ids)).await?;
    Ok(rows.into_iter().map(|row| (row.line.id, (row.line, row.currency))).collect())
}

#[derive(FromQueryResult)]
struct CurrencyLine {
    #[sea_orm(nested)]
    line: OrderLine,
    currency: Currency,
}

async fn lines_where(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    column: &str,
    ids: Vec<kernel::Uuid>,
) -> Outcome<Vec<CurrencyLine>> {
    let text = format!(
        "select {LINE_COLUMNS}, o.currency
         from sales_order_line l
         join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
         where l.tenant_id = $1
           and {column} = any($2::uuid[])"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), ids]);
    within_reach(&mut sql, permit, "o");
    sql.push(" order by l.order_id, l.position");
    Ok(tx.all(sql).await?)
}

/// Shipments within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn shipments_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    ids: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, Shipment>> {
    let rows = shipments_where(tx, permit, "h.id", uuids(ids)).await?;
    Ok(rows.into_iter().map(|shipment| (shipment.id, shipment)).collect())
}

/// The shipments of orders, within reach, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn shipments_by_order(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<Shipment>>> {
    let rows = shipments_where(tx, permit, "h.order_id", uuids(orders)).await?;
    Ok(grouped(rows, |shipment| shipment.order_id))
}

async fn shipments_where(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    column: &str,
    ids: Vec<kernel::Uuid>,
) -> Outcome<Vec<Shipment>> {
    let mut sql = Sql::new(format!("select {SHIPMENT_COLUMNS} from shipment h"), []);
    sql.with(" where h.tenant_id = ", permit.tenant(), " and h.kind = 'GOODS' and ");
    sql.push(column);
    sql.with(" = any(", ids, "::uuid[])");
    within_reach(&mut sql, permit, "h");
    sql.push(" order by h.id");
    Ok(tx.all(sql).await?)
}

/// The lines of shipments within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn shipment_lines_by_shipment(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    shipments: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, Vec<ShipmentLine>>> {
    let text = format!(
        "select {SHIPMENT_LINE_COLUMNS}
         from shipment_line l
         join shipment h on h.tenant_id = l.tenant_id and h.id = l.shipment_id
         where l.tenant_id = $1
           and l.shipment_id = any($2::uuid[])"
    );
    let rows = reached(tx, permit, text, uuids(shipments), "l.shipment_id, l.position").await?;
    Ok(grouped(rows, |line: &ShipmentLine| line.shipment_id))
}

/// Lines of shipments within reach, with the currency of their amounts.
///
/// # Errors
/// A fault of the database.
pub async fn shipment_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    ids: &[ShipmentLineId],
) -> Outcome<HashMap<ShipmentLineId, (ShipmentLine, Currency)>> {
    #[derive(FromQueryResult)]
    struct CurrencyLine {
        #[sea_orm(nested)]
        line: ShipmentLine,
        currency: Currency,
    }
    let text = format!(
        "select {SHIPMENT_LINE_COLUMNS}, h.currency
         from shipment_line l
         join shipment h on h.tenant_id = l.tenant_id and h.id = l.shipment_id
         where l.tenant_id = $1
           and l.id = any($2::uuid[])"
    );
    let rows: Vec<CurrencyLine> = reached(tx, permit, text, uuids(ids), "l.id").await?;
    Ok(rows.into_iter().map(|row| (row.line.id, (row.line, row.currency))).collect())
}

/// The lots that lines of shipments within reach took.
///
/// # Errors
/// A fault of the database.
pub async fn shipment_lots_by_line(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    lines: &[ShipmentLineId],
) -> Outcome<HashMap<ShipmentLineId, Vec<ShipmentLot>>> {
    let text = "
        select t.shipment_line_id, t.lot_id, t.quantity, t.cost
        from shipment_lot t
        join shipment_line l on l.tenant_id = t.tenant_id and l.id = t.shipment_line_id
        join shipment h on h.tenant_id = l.tenant_id and h.id = l.shipment_id
        where t.tenant_id = $1
          and t.shipment_line_id = any($2::uuid[])";
    let order = "t.shipment_line_id, t.lot_id";
    let rows = reached(tx, permit, text.to_owned(), uuids(lines), order).await?;
    Ok(grouped(rows, |lot: &ShipmentLot| lot.shipment_line_id))
}

async fn reached<T: FromQueryResult>(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    text: String,
    ids: Vec<kernel::Uuid>,
    order: &str,
) -> Outcome<Vec<T>> {
    let mut sql = Sql::new(text, values![permit.tenant(), ids]);
    sql.push(" and h.kind = 'GOODS'");
    within_reach(&mut sql, permit, "h");
    sql.push(" order by ").push(order);
    Ok(tx.all(sql).await?)
}
