//! What a plan reads. Lives on demand_queue, demand_by_day, reorder_point's keys and what bills are
//! unique by.

use std::collections::{BTreeSet, HashMap};

use access::Permit;
use catalog::Goods;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{
    BillId, Decimal, DemandId, NaiveDate, OrganizationId, ProductId, ProductVariantId, Uuid,
    WarehouseId,
};

use super::assembling::{Component, Recipe};
use super::rules::{NeedKey, Position};
use super::{PlanFor, PlanSupply};
use crate::store::balances::sells;
use crate::store::uuids;

/// What drafts are to be put together of: no other draft counts on it, and no shelf.
pub(super) const WANTS: &str = "
    wants as materialized (
        select a.organization_id, a.warehouse_id, l.product_id, l.variant_id,
               coalesce(l.variant_id, '00000000-0000-0000-0000-000000000000') as variant_key,
               sum(l.quantity) as quantity
        from assembly_order a
        join assembly_line l on l.tenant_id = a.tenant_id and l.assembly_id = a.id
        where a.tenant_id = $1 and a.state = 'DRAFT' and a.kind = 'ASSEMBLY'
        group by a.organization_id, a.warehouse_id, l.product_id, l.variant_id
    )";

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

/// Shelves as they stand: those with reorder points, and those that drafts are to be put together
/// from, which are to hold no more than that.
pub(super) async fn positions(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    asked: &PlanFor,
    default: Option<WarehouseId>,
) -> Result<Vec<Position>, Fault> {
    let sells = sells("$2", "0");
    let sql = format!(
        "with {WANTS}
        select r.organization_id, r.warehouse_id, r.product_id, r.variant_id, r.reorder_at,
               r.target, s.available, e.awaited + t.coming as awaited,
               m.missed + r.wanted as missed
        from (
            select organization_id, warehouse_id, product_id, variant_key,
                   coalesce(p.variant_id, x.variant_id) as variant_id,
                   coalesce(p.reorder_at, 0) as reorder_at,
                   coalesce(p.target, 0) as target,
                   coalesce(x.quantity, 0) as wanted
            from (select p.* from reorder_point p where p.tenant_id = $1) p
            full join wants x
                using (organization_id, warehouse_id, product_id, variant_key)
        ) r
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
              and {sells}
        ) s
        cross join lateral (
            select coalesce(sum(e.quantity), 0) as awaited
            from expected_supply_v e
            where e.tenant_id = $1
              and e.product_id = r.product_id
              and e.variant_id is not distinct from r.variant_id
              and e.warehouse_id = r.warehouse_id
              and e.organization_id = r.organization_id
        ) e
        cross join lateral (
            select coalesce(sum(b.on_hand - b.reserved), 0) as coming
            from transit_v t
            join stock_balance b
              on b.tenant_id = t.tenant_id
             and b.warehouse_id = t.id
             and b.product_id = r.product_id
             and b.variant_key = r.variant_key
             and b.organization_id = r.organization_id
             and b.in_stock
             and not b.blocked
            where t.tenant_id = $1 and t.warehouse_id = r.warehouse_id
        ) t
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
        where true"
    );
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

/// What bills in use say today of goods; of several for the same goods the first by name.
pub(super) async fn recipes(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    products: &BTreeSet<ProductId>,
) -> Result<HashMap<Goods, Recipe>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        bill_id: BillId,
        product_id: ProductId,
        variant_id: Option<ProductVariantId>,
        yields: Decimal,
        component_id: ProductId,
        component_variant_id: Option<ProductVariantId>,
        quantity: Decimal,
    }
    let sql = "
        with bill as (
            select distinct on (b.product_id, b.variant_key)
                   b.id, b.product_id, b.variant_id, v.valid_from, v.yields
            from bill_of_materials b
            cross join lateral (
                select v.valid_from, v.yields
                from bill_version v
                where v.tenant_id = $1 and v.bill_id = b.id and v.valid_from <= $3
                order by v.valid_from desc
                limit 1
            ) v
            where b.tenant_id = $1
              and b.product_id = any($2::uuid[])
              and b.archived_at is null
            order by b.product_id, b.variant_key, b.name
        )
        select b.id as bill_id, b.product_id, b.variant_id, b.yields,
               c.product_id as component_id, c.variant_id as component_variant_id, c.quantity
        from bill b
        join bill_component c
          on c.tenant_id = $1 and c.bill_id = b.id and c.valid_from = b.valid_from
        order by b.id, c.position";
    let values = values![permit.tenant(), uuids(products.iter().copied()), tx.today()];
    let mut found: HashMap<Goods, Recipe> = HashMap::new();
    for row in tx.all::<Row>(Sql::new(sql, values)).await? {
        let goods = Goods { product: row.product_id, variant: row.variant_id };
        let recipe = found.entry(goods).or_insert_with(|| Recipe {
            bill_id: row.bill_id,
            yields: row.yields,
            components: Vec::new(),
        });
        let goods = Goods { product: row.component_id, variant: row.component_variant_id };
        recipe.components.push(Component { goods, quantity: row.quantity });
    }
    Ok(found)
}

/// What lies free and fit to be sold of goods, less what drafts are to be put together of.
pub(super) async fn free(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    products: &BTreeSet<ProductId>,
    warehouses: &BTreeSet<WarehouseId>,
) -> Result<HashMap<NeedKey, Decimal>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        organization_id: OrganizationId,
        warehouse_id: WarehouseId,
        product_id: ProductId,
        variant_id: Option<ProductVariantId>,
        quantity: Decimal,
    }
    let sells = sells("$4", "0");
    let sql = format!(
        "with {WANTS}
        select b.organization_id, b.warehouse_id, b.product_id, b.variant_id,
               sum(b.on_hand - b.reserved) as quantity
        from stock_balance b
        join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
        where b.tenant_id = $1
          and b.product_id = any($2::uuid[])
          and b.warehouse_id = any($3::uuid[])
          and b.in_stock
          and {sells}
        group by b.organization_id, b.warehouse_id, b.product_id, b.variant_id
        union all
        select x.organization_id, x.warehouse_id, x.product_id, x.variant_id, -x.quantity
        from wants x
        where x.product_id = any($2::uuid[])"
    );
    let values = values![
        permit.tenant(),
        uuids(products.iter().copied()),
        uuids(warehouses.iter().copied()),
        tx.today(),
    ];
    let mut found: HashMap<NeedKey, Decimal> = HashMap::new();
    for row in tx.all::<Row>(Sql::new(sql, values)).await? {
        let key = NeedKey {
            organization_id: row.organization_id,
            warehouse_id: row.warehouse_id,
            goods: Goods { product: row.product_id, variant: row.variant_id },
        };
        *found.entry(key).or_default() += row.quantity;
    }
    Ok(found)
}
