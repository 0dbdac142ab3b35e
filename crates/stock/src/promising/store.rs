//! What a promise is made of, batched over lines.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, OrderLineId, OrganizationId, ProductId, Uuid, WarehouseId};

use super::PromiseAsk;
use super::rules::Coming;
use crate::store::balances::{sells, variant_key};
use crate::store::uuids;

/// What lines that miss something count on, the earliest first; a line that misses something and
/// counts on nothing is there without any.
pub(super) async fn missed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[OrderLineId],
) -> Result<HashMap<OrderLineId, Vec<Coming>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        order_line_id: OrderLineId,
        supply_kind: Option<String>,
        supply_line_id: Option<Uuid>,
        expected_on: Option<NaiveDate>,
        quantity: Option<Decimal>,
    }
    if lines.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select d.order_line_id, c.supply_kind, c.supply_line_id, c.expected_on, c.quantity
        from demand d
        left join demand_cover c on c.tenant_id = d.tenant_id and c.demand_id = d.id
        where d.tenant_id = $1 and d.order_line_id = any($2::uuid[]) and d.is_open
        order by d.order_line_id, c.expected_on nulls last, c.supply_line_id";
    let values = values![permit.tenant(), uuids(lines.iter().copied())];
    let mut found: HashMap<OrderLineId, Vec<Coming>> = HashMap::new();
    for row in tx.all::<Row>(Sql::new(sql, values)).await? {
        let covers = found.entry(row.order_line_id).or_default();
        if let (Some(supply_kind), Some(supply_line_id), Some(quantity)) =
            (row.supply_kind, row.supply_line_id, row.quantity)
        {
            let expected_on = row.expected_on;
            covers.push(Coming { supply_kind, supply_line_id, expected_on, quantity });
        }
    }
    Ok(found)
}

/// Free goods of one variant in one warehouse.
#[derive(Debug, FromQueryResult)]
pub(super) struct Free {
    organization_id: OrganizationId,
    warehouse_id: WarehouseId,
    product_id: ProductId,
    variant_key: Uuid,
    quantity: Decimal,
}

/// What lies free of the goods of lines, fit to be sold today.
pub(super) async fn free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[&PromiseAsk],
) -> Result<Vec<Free>, Fault> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sells = sells("$3", "0");
    let sql = format!(
        "select b.organization_id, b.warehouse_id, b.product_id, b.variant_key,
                sum(b.on_hand - b.reserved) as quantity
         from stock_balance b
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         where b.tenant_id = $1
           and b.product_id = any($2::uuid[])
           and b.in_stock
           and {sells}
         group by b.organization_id, b.warehouse_id, b.product_id, b.variant_key"
    );
    let products = uuids(asked.iter().map(|one| one.product_id));
    tx.all(Sql::new(sql, values![permit.tenant(), products, tx.today()])).await
}

/// What lies free for a line.
pub(super) fn free_for(free: &[Free], one: &PromiseAsk) -> Decimal {
    let fits = |row: &&Free| {
        row.organization_id == one.organization_id
            && row.product_id == one.product_id
            && row.variant_key == variant_key(one.variant_id)
            && one.warehouse_id.is_none_or(|chosen| chosen == row.warehouse_id)
    };
    free.iter().filter(fits).map(|row| row.quantity).sum()
}

/// Expected goods that nobody counts on yet.
#[derive(Debug, FromQueryResult)]
pub(super) struct Unclaimed {
    organization_id: OrganizationId,
    warehouse_id: WarehouseId,
    product_id: ProductId,
    variant_key: Uuid,
    supply_line_id: Uuid,
    expected_on: Option<NaiveDate>,
    quantity: Decimal,
}

/// What is expected of the goods of lines and claimed by nobody, the earliest first.
pub(super) async fn unclaimed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[&PromiseAsk],
) -> Result<Vec<Unclaimed>, Fault> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "
        select o.organization_id, o.warehouse_id, l.product_id,
               coalesce(l.variant_id, '00000000-0000-0000-0000-000000000000') as variant_key,
               l.id as supply_line_id, l.expected_on, l.awaited - c.quantity as quantity
        from purchase_order_line l
        join purchase_order o on o.tenant_id = l.tenant_id and o.id = l.purchase_order_id
        cross join lateral (
            select coalesce(sum(c.quantity), 0) as quantity
            from demand_cover c
            where c.tenant_id = $1 and c.supply_line_id = l.id
        ) c
        where l.tenant_id = $1
          and l.product_id = any($2::uuid[])
          and l.is_awaited
        order by l.expected_on nulls last, l.id";
    let products = uuids(asked.iter().map(|one| one.product_id));
    tx.all(Sql::new(sql, values![permit.tenant(), products])).await
}

/// What a line may count on of it.
pub(super) fn coming_for(unclaimed: &[Unclaimed], one: &PromiseAsk) -> Vec<Coming> {
    let fits = |row: &&Unclaimed| {
        row.quantity > Decimal::ZERO
            && row.organization_id == one.organization_id
            && row.product_id == one.product_id
            && row.variant_key == variant_key(one.variant_id)
            && one.warehouse_id.is_none_or(|chosen| chosen == row.warehouse_id)
    };
    let coming = |row: &Unclaimed| Coming {
        supply_kind: "PurchaseOrder".to_owned(),
        supply_line_id: row.supply_line_id,
        expected_on: row.expected_on,
        quantity: row.quantity,
    };
    unclaimed.iter().filter(fits).map(coming).collect()
}
