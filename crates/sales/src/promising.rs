//! When lines of orders can leave.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Decimal, NaiveDate, OrderLineId, OrganizationId, ProductId, ProductVariantId, WarehouseId,
};
use stock::{Promise, PromiseAsk};

use crate::model::ReadOrders;
use crate::store::{uuids, within_reach};

#[derive(FromQueryResult)]
struct Row {
    id: OrderLineId,
    product_id: ProductId,
    variant_id: Option<ProductVariantId>,
    quantity: Decimal,
    shipped: Decimal,
    organization_id: OrganizationId,
    warehouse_id: Option<WarehouseId>,
    requested_ship_date: Option<NaiveDate>,
}

/// When lines of orders within reach can leave; services, and lines of which nothing is left or
/// whose order is over, are absent. The number of statements does not grow with the lines.
///
/// # Errors
/// A fault of the database.
pub async fn promises_of_lines(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    lines: &[OrderLineId],
) -> Outcome<HashMap<OrderLineId, Promise>> {
    let mut sql = Sql::new(
        "select l.id, l.product_id, l.variant_id, l.quantity, l.shipped, o.organization_id,
                o.warehouse_id, o.requested_ship_date
         from sales_order_line l
         join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
         where l.tenant_id = $1
           and l.id = any($2::uuid[])
           and o.state in ('DRAFT', 'CONFIRMED', 'IN_FULFILMENT')",
        values![permit.tenant(), uuids(lines)],
    );
    within_reach(&mut sql, permit, "o");
    let rows: Vec<Row> = tx.all(sql).await?;
    let products: Vec<ProductId> = rows.iter().map(|row| row.product_id).collect();
    let cards = catalog::product_cards(tx, permit, &products).await?;
    let ids: Vec<OrderLineId> = rows.iter().map(|row| row.id).collect();
    let held = stock::reservations_of_order_lines(tx, permit, &ids).await?;
    let is_goods = |row: &&Row| cards.get(&row.product_id).is_some_and(|card| !card.is_service);
    let ask = |row: &Row| PromiseAsk {
        order_line_id: row.id,
        organization_id: row.organization_id,
        product_id: row.product_id,
        variant_id: row.variant_id,
        warehouse_id: row.warehouse_id,
        wanted_on: row.requested_ship_date,
        left: row.quantity - row.shipped,
        held: held.get(&row.id).into_iter().flatten().map(|one| one.quantity).sum(),
    };
    let asked: Vec<PromiseAsk> = rows.iter().filter(is_goods).map(ask).collect();
    stock::promises(tx, permit, &asked).await
}
