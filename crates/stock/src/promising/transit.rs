//! What is on its way between warehouses, as something that lines may count on: it lies nowhere
//! yet, and is there on the day that its transfer says.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, OrderLineId, Uuid};

use super::PromiseAsk;
use super::rules::Coming;
use super::store::Unclaimed;
use crate::store::balances::sells;
use crate::store::uuids;

/// The document's type in the API.
pub(super) const KIND: &str = "StockTransfer";

/// The line of the transfer that brings what lies in transit in a place and lot, the last one where
/// several do. Lives on stock_movement_lot.
fn bringing(place: &str, lot: &str) -> String {
    format!(
        "cross join lateral (
             select m.line_id, d.expected_on
             from stock_movement m
             join stock_transfer d
               on d.tenant_id = m.tenant_id and d.id = m.document_id and d.state = 'SENT'
             where m.tenant_id = $1
               and m.lot_id = {lot}
               and m.warehouse_id = {place}
               and m.quantity > 0
             order by d.expected_on desc nulls first, m.line_id
             limit 1
         ) s"
    )
}

/// What is held for lines of goods on their way, the earliest first.
pub(super) async fn held<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[OrderLineId],
) -> Result<HashMap<OrderLineId, Vec<Coming>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        order_line_id: OrderLineId,
        line_id: Uuid,
        expected_on: Option<NaiveDate>,
        quantity: Decimal,
    }
    if lines.is_empty() {
        return Ok(HashMap::new());
    }
    let bringing = bringing("r.warehouse_id", "r.lot_id");
    let sql = format!(
        "select r.order_line_id, s.line_id, s.expected_on, r.quantity
         from reservation r
         join transit_v t on t.tenant_id = r.tenant_id and t.id = r.warehouse_id
         {bringing}
         where r.tenant_id = $1 and r.order_line_id = any($2::uuid[])
         order by r.order_line_id, s.expected_on nulls last, s.line_id"
    );
    let values = values![permit.tenant(), uuids(lines.iter().copied())];
    let mut found: HashMap<OrderLineId, Vec<Coming>> = HashMap::new();
    for row in tx.all::<Row>(Sql::new(sql, values)).await? {
        found.entry(row.order_line_id).or_default().push(Coming {
            supply_kind: KIND.to_owned(),
            supply_line_id: row.line_id,
            expected_on: row.expected_on,
            quantity: row.quantity,
        });
    }
    Ok(found)
}

/// What is on its way of the goods of lines, fit to be sold today, and held by nobody.
pub(super) async fn free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[&PromiseAsk],
) -> Result<Vec<Unclaimed>, Fault> {
    let (bringing, sells) = (bringing("b.warehouse_id", "b.lot_id"), sells("$3", "0"));
    let sql = format!(
        "select b.organization_id, t.warehouse_id, b.product_id, b.variant_key,
                '{KIND}' as supply_kind, s.line_id as supply_line_id, s.expected_on,
                b.on_hand - b.reserved as quantity
         from stock_balance b
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         join transit_v t on t.tenant_id = b.tenant_id and t.id = b.warehouse_id
         {bringing}
         where b.tenant_id = $1
           and b.product_id = any($2::uuid[])
           and b.in_stock
           and b.reserved < b.on_hand
           and {sells}"
    );
    let products = uuids(asked.iter().map(|one| one.product_id));
    tx.all(Sql::new(sql, values![permit.tenant(), products, tx.today()])).await
}
