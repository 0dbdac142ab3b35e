//! All SQL of coverage.

use std::collections::BTreeMap;

use access::Permit;
use db::{Fault, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, DemandId};

use super::rules::{Cover, Expected};
use crate::demand::queue::Queue;
use crate::store::uuids;

/// The columns of [`Expected`], of a line `l` and its purchase order `o`.
pub(crate) const EXPECTED: &str = "
    'PurchaseOrder' as supply_kind, o.id as supply_id, l.id as supply_line_id, o.organization_id,
    o.warehouse_id, l.product_id, l.variant_id, l.expected_on, l.awaited as quantity";

/// What is expected for queues. Lives on purchase_order_line_awaited.
pub(crate) async fn expected<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    queues: &[Queue],
) -> Result<Vec<Expected>, Fault> {
    let sql = format!(
        "select {EXPECTED}
         from unnest($2::uuid[], $3::uuid[]) as q (organization_id, product_id)
         join purchase_order_line l
           on l.tenant_id = $1 and l.product_id = q.product_id and l.is_awaited
         join purchase_order o
           on o.tenant_id = l.tenant_id
          and o.id = l.purchase_order_id
          and o.organization_id = q.organization_id"
    );
    let values = values![
        permit.tenant(),
        uuids(queues.iter().map(|queue| queue.0)),
        uuids(queues.iter().map(|queue| queue.1)),
    ];
    tx.all(Sql::new(sql, values)).await
}

/// The columns of [`Cover`], of a cover `c`.
pub(crate) const COVER: &str = "
    c.demand_id, c.supply_kind, c.supply_id, c.supply_line_id, c.organization_id, c.product_id,
    c.expected_on, c.quantity";

/// What those in queues count on now. Lives on demand_cover_queue.
pub(crate) async fn covers<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    queues: &[Queue],
) -> Result<Vec<Cover>, Fault> {
    let sql = format!(
        "select {COVER}
         from unnest($2::uuid[], $3::uuid[]) as q (organization_id, product_id)
         join demand_cover c
           on c.tenant_id = $1
          and c.product_id = q.product_id
          and c.organization_id = q.organization_id"
    );
    let values = values![
        permit.tenant(),
        uuids(queues.iter().map(|queue| queue.0)),
        uuids(queues.iter().map(|queue| queue.1)),
    ];
    tx.all(Sql::new(sql, values)).await
}

/// Puts other covers in the place of those of some queues.
pub(crate) async fn put<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    before: &[Cover],
    after: &[Cover],
) -> Outcome<()> {
    let gone = "
        delete from demand_cover c
        using unnest($2::uuid[], $3::uuid[]) as g (demand_id, supply_line_id)
        where c.tenant_id = $1
          and c.demand_id = g.demand_id
          and c.supply_line_id = g.supply_line_id";
    let values = values![
        permit.tenant(),
        uuids(before.iter().map(|cover| cover.demand_id)),
        uuids(before.iter().map(|cover| cover.supply_line_id)),
    ];
    tx.run(Sql::new(gone, values)).await?;
    let new = r#"
        insert into demand_cover
            (tenant_id, demand_id, organization_id, product_id, supply_kind, supply_id,
             supply_line_id, expected_on, quantity)
        select $1, n.demand_id, n.organization_id, n.product_id, n.supply_kind, n.supply_id,
               n.supply_line_id, n.expected_on, n.quantity
        from jsonb_to_recordset($2) as n
            (demand_id uuid, organization_id uuid, product_id uuid, supply_kind text,
             supply_id uuid, supply_line_id uuid, expected_on date, quantity numeric)"#;
    let rows: Vec<serde_json::Value> = after.iter().map(as_json).collect();
    let rows = serde_json::Value::Array(rows);
    tx.run(Sql::new(new, values![permit.tenant(), rows])).await?;
    let mut covered: BTreeMap<DemandId, Decimal> = BTreeMap::new();
    for cover in before {
        covered.entry(cover.demand_id).or_default();
    }
    for cover in after {
        *covered.entry(cover.demand_id).or_default() += cover.quantity;
    }
    let sums = "
        update demand d
        set covered = s.covered, updated_at = now()
        from unnest($2::uuid[], $3::numeric[]) as s (id, covered)
        where d.tenant_id = $1 and d.id = s.id and d.covered <> s.covered";
    let values = values![
        permit.tenant(),
        uuids(covered.keys().copied()),
        covered.values().copied().collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sums, values)).await?;
    Ok(())
}

fn as_json(cover: &Cover) -> serde_json::Value {
    serde_json::json!({
        "demand_id": cover.demand_id,
        "organization_id": cover.organization_id,
        "product_id": cover.product_id,
        "supply_kind": cover.supply_kind,
        "supply_id": cover.supply_id,
        "supply_line_id": cover.supply_line_id,
        "expected_on": cover.expected_on,
        "quantity": cover.quantity,
    })
}
