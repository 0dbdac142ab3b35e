//! What a plan reads. Lives on demand_queue, demand_by_day and reorder_point's keys.

use access::Permit;
use catalog::Goods;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{
    Decimal, DemandId, NaiveDate, OrganizationId, ProductId, ProductVariantId, Uuid, WarehouseId,
};

use super::rules::{NeedKey, Position};
use super::{PlanFor, PlanSupply};
use crate::store::uuids;

/// Demand that nothing is on its way for.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Missed {
    pub(crate) id: DemandId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) warehouse_id: Option<WarehouseId>,
    pub(crate) needed_by: NaiveDate,
    pub(crate) uncovered: Decimal,
}

/// What orders miss and nothing is on its way for, the earliest needed first.
pub(super) async fn missed(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    asked: &PlanFor,
    most: i64,
) -> Result<Vec<Missed>, Fault> {
    let sql = "
        select d.id, d.organization_id, d.product_id, d.variant_id, d.warehouse_id, d.needed_by,
               d.quantity - d.covered as uncovered
        from demand d
        where d.tenant_id = $1
          and d.state in ('OPEN', 'PARTLY_COVERED')";
    let mut sql = Sql::new(sql, values![permit.tenant()]);
    if let Some(ids) = &asked.demands {
        sql.with(" and d.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    }
    if let Some(id) = asked.organization {
        sql.with(" and d.organization_id = ", id, "");
    }
    if let Some(day) = asked.needed_to {
        sql.with(" and d.needed_by <= ", day, "");
    }
    sql.with(" order by d.needed_by, d.id limit ", most, "");
    tx.all(sql).await
}

#[derive(FromQueryResult)]
struct Row {
    organization_id: OrganizationId,
    warehouse_id: WarehouseId,
    product_id: ProductId,
    variant_id: Option<ProductVariantId>,
    reorder_at: Decimal,
    target: Decimal,
    available: Decimal,
    awaited: Decimal,
    missed: Decimal,
}

/// Shelves with reorder points as they stand.
pub(super) async fn positions(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    asked: &PlanFor,
    default: Option<WarehouseId>,
) -> Result<Vec<Position>, Fault> {
    let sql = "
        select r.organization_id, r.warehouse_id, r.product_id, r.variant_id, r.reorder_at,
               r.target, s.available, e.awaited, m.missed
        from reorder_point r
        cross join lateral (
            select coalesce(sum(b.on_hand - b.reserved), 0) as available
            from stock_balance b
            join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
            where b.tenant_id = $1
              and b.product_id = r.product_id
              and b.variant_key = r.variant_key
              and b.warehouse_id = r.warehouse_id
              and b.organization_id = r.organization_id
              and b.in_stock
              and not l.blocked
              and (l.expires_on is null or l.expires_on >= $2)
        ) s
        cross join lateral (
            select coalesce(sum(l.awaited), 0) as awaited
            from purchase_order_line l
            join purchase_order o on o.tenant_id = l.tenant_id and o.id = l.purchase_order_id
            where l.tenant_id = $1
              and l.product_id = r.product_id
              and l.variant_id is not distinct from r.variant_id
              and l.is_awaited
              and o.warehouse_id = r.warehouse_id
              and o.organization_id = r.organization_id
        ) e
        cross join lateral (
            select coalesce(sum(d.quantity), 0) as missed
            from demand d
            where d.tenant_id = $1
              and d.product_id = r.product_id
              and d.variant_id is not distinct from r.variant_id
              and d.organization_id = r.organization_id
              and d.is_open
              and coalesce(d.warehouse_id, $3) = r.warehouse_id
        ) m
        where r.tenant_id = $1";
    let default = default.map_or(Uuid::nil(), |id| id.0);
    let mut sql = Sql::new(sql, values![permit.tenant(), tx.today(), default]);
    if let Some(id) = asked.organization {
        sql.with(" and r.organization_id = ", id, "");
    }
    if let Some(id) = asked.warehouse {
        sql.with(" and r.warehouse_id = ", id, "");
    }
    let rows: Vec<Row> = tx.all(sql).await?;
    let position = |row: Row| Position {
        key: NeedKey {
            organization_id: row.organization_id,
            warehouse_id: row.warehouse_id,
            goods: Goods { product: row.product_id, variant: row.variant_id },
        },
        reorder_at: row.reorder_at,
        target: row.target,
        available: row.available,
        awaited: row.awaited,
        missed: row.missed,
    };
    Ok(rows.into_iter().map(position).collect())
}
