//! All SQL of demand. Rows are written under their product's queue.

use std::collections::BTreeSet;

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{
    CustomerId, Decimal, DemandId, NaiveDate, OrderId, OrderLineId, OrganizationId, ProductId,
    ProductVariantId, UserId, Uuid, WarehouseId,
};
use serde::Serialize;

use super::queue::Queue;
use crate::store::uuids;

/// An open demand, as it waits for goods.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Waiting {
    pub(crate) id: DemandId,
    pub(crate) order_id: OrderId,
    pub(crate) order_line_id: OrderLineId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) warehouse_id: Option<WarehouseId>,
    /// Where none is chosen: those that may give, the first first; empty is all.
    pub(crate) among: Vec<Uuid>,
    pub(crate) customer_id: CustomerId,
    pub(crate) manager_id: Option<UserId>,
    pub(crate) ordered_on: NaiveDate,
    pub(crate) needed_by: NaiveDate,
    pub(crate) least_life_days: i32,
    pub(crate) quantity: Decimal,
}

const COLUMNS: &str = "
    d.id, d.order_id, d.order_line_id, d.organization_id, d.product_id, d.variant_id,
    d.warehouse_id, d.among, d.customer_id, d.manager_id, d.ordered_on, d.needed_by,
    d.least_life_days, d.quantity";

/// A place in a queue: those after it are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) queue: Queue,
    pub(crate) needed_by: NaiveDate,
    pub(crate) ordered_on: NaiveDate,
    pub(crate) id: DemandId,
}

impl Place {
    /// Before the first.
    pub(crate) fn first(queue: Queue) -> Self {
        let long_ago = NaiveDate::from_yo_opt(1, 1).unwrap_or_default();
        let id = DemandId(Uuid::nil());
        Self { queue, needed_by: long_ago, ordered_on: long_ago, id }
    }

    /// Where somebody who waits stands.
    pub(crate) fn of(waiting: &Waiting) -> Self {
        Self {
            queue: (waiting.organization_id, waiting.product_id),
            needed_by: waiting.needed_by,
            ordered_on: waiting.ordered_on,
            id: waiting.id,
        }
    }
}

/// An open demand with what nothing is on its way for.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Open {
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) uncovered: Decimal,
}

/// Those of these demands of an organization that miss something.
pub(crate) async fn open_by_id<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    ids: &[DemandId],
) -> Result<Vec<Open>, Fault> {
    let sql = "
        select d.product_id, d.variant_id, d.quantity - d.covered as uncovered
        from demand d
        where d.tenant_id = $1
          and d.organization_id = $2
          and d.id = any($3::uuid[])
          and d.is_open";
    let values = values![permit.tenant(), organization, uuids(ids.iter().copied())];
    tx.all(Sql::new(sql, values)).await
}

/// Those who wait after these places, so many of each queue, in their turn. Lives on demand_queue.
pub(crate) async fn waiting<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    after: &[Place],
    most: i64,
) -> Result<Vec<Waiting>, Fault> {
    let sql = format!(
        "select {COLUMNS}
         from unnest($2::uuid[], $3::uuid[], $4::date[], $5::date[], $6::uuid[])
              as q (organization_id, product_id, needed_by, ordered_on, id)
         cross join lateral (
             select {COLUMNS}
             from demand d
             where d.tenant_id = $1
               and d.organization_id = q.organization_id
               and d.product_id = q.product_id
               and d.is_open
               and (d.needed_by, d.ordered_on, d.id) > (q.needed_by, q.ordered_on, q.id)
             order by d.needed_by, d.ordered_on, d.id
             limit $7
         ) d
         order by d.needed_by, d.ordered_on, d.id"
    );
    let values = values![
        permit.tenant(),
        uuids(after.iter().map(|place| place.queue.0)),
        uuids(after.iter().map(|place| place.queue.1)),
        after.iter().map(|place| place.needed_by).collect::<Vec<_>>(),
        after.iter().map(|place| place.ordered_on).collect::<Vec<_>>(),
        uuids(after.iter().map(|place| place.id)),
        most,
    ];
    tx.all(Sql::new(sql, values)).await
}

/// What order lines miss; lines that miss nothing are absent.
pub(crate) async fn of_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: impl IntoIterator<Item = OrderLineId>,
) -> Result<Vec<Waiting>, Fault> {
    let sql = format!(
        "select {COLUMNS}
         from demand d
         where d.tenant_id = $1 and d.order_line_id = any($2::uuid[]) and d.is_open"
    );
    tx.all(Sql::new(sql, values![permit.tenant(), uuids(lines)])).await
}

#[derive(FromQueryResult)]
struct Wanted {
    organization_id: OrganizationId,
    product_id: ProductId,
}

/// The queues of what an order misses and of what is held for it.
pub(crate) async fn queues_of_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Result<BTreeSet<Queue>, Fault> {
    let sql = "
        select d.organization_id, d.product_id
        from demand d
        where d.tenant_id = $1 and d.order_id = $2 and d.is_open
        union
        select r.organization_id, r.product_id
        from reservation r
        where r.tenant_id = $1 and r.order_id = $2";
    let rows: Vec<Wanted> = tx.all(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(rows.into_iter().map(|row| (row.organization_id, row.product_id)).collect())
}

/// A shortage as it is stated.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewDemand {
    pub(crate) id: DemandId,
    pub(crate) order_line_id: OrderLineId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
}

/// States what lines of one order miss; a line that missed something before misses this now.
pub(crate) async fn state<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    of: &super::Demanding,
    new: &[NewDemand],
) -> Result<(), Fault> {
    let sql = "
        insert into demand as d
            (tenant_id, id, order_id, order_line_id, organization_id, product_id, variant_id,
             warehouse_id, customer_id, manager_id, ordered_on, needed_by, least_life_days,
             quantity, among)
        select $1, n.id, $3, n.order_line_id, $4, n.product_id, n.variant_id, $5, $6, $7, $8, $9,
               $10, n.quantity, $11
        from jsonb_to_recordset($2) as n
            (id uuid, order_line_id uuid, product_id uuid, variant_id uuid, quantity numeric)
        on conflict on constraint demand_order_line_key
        do update set quantity = excluded.quantity, is_cancelled = false,
                      covered = least(d.covered, excluded.quantity),
                      warehouse_id = excluded.warehouse_id, among = excluded.among,
                      manager_id = excluded.manager_id, needed_by = excluded.needed_by,
                      updated_at = now()";
    let json = serde_json::to_value(new)
        .map_err(|error| Fault::broken(format!("demand without JSON: {error}")))?;
    let values = values![
        permit.tenant(),
        json,
        of.order_id,
        of.organization_id,
        of.warehouse_id,
        of.customer_id,
        of.manager_id,
        of.ordered_on,
        of.needed_by,
        of.least_life_days,
        uuids(of.among.iter().copied()),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what is still missed of each.
pub(crate) async fn set_quantities<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quantities: &[(DemandId, Decimal)],
) -> Result<(), Fault> {
    if quantities.is_empty() {
        return Ok(());
    }
    let sql = "
        update demand d
        set quantity = q.quantity, covered = least(d.covered, q.quantity), updated_at = now()
        from unnest($2::uuid[], $3::numeric[]) as q (id, quantity)
        where d.tenant_id = $1 and d.id = q.id";
    let values = values![
        permit.tenant(),
        uuids(quantities.iter().map(|one| one.0)),
        quantities.iter().map(|one| one.1).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Ends the demand of an order that lets its goods go: what it misses, and what is held for it.
pub(crate) async fn cancel<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Result<(), Fault> {
    let sql = "
        update demand d
        set quantity = 0, covered = 0, is_cancelled = true, updated_at = now()
        where d.tenant_id = $1
          and d.order_id = $2
          and (d.is_open
               or exists (select from reservation r
                          where r.tenant_id = $1 and r.order_line_id = d.order_line_id))";
    tx.run(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(())
}

/// Gives the demand of one customer's orders to another customer.
pub(crate) async fn hand_over<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Result<(), Fault> {
    let sql = "update demand set customer_id = $3 where tenant_id = $1 and customer_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), from, into])).await?;
    Ok(())
}

/// Days of life that products ask of their lots on the day they leave; those that ask for none
/// are absent.
pub(crate) async fn product_days<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Result<std::collections::HashMap<ProductId, i32>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductId,
        min_days: i32,
    }
    let sql = "
        select p.id, p.min_days
        from product_shelf_v p
        where p.tenant_id = $1 and p.id = any($2::uuid[]) and p.min_days > 0";
    let values = values![permit.tenant(), uuids(products.iter().copied())];
    let rows: Vec<Row> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.min_days)).collect())
}
