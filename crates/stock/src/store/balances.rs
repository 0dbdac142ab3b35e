//! Balances: locked in the order of their keys, changed in one statement.

use std::collections::BTreeSet;

use access::Permit;
use catalog::Goods;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{Decimal, LotId, OrganizationId, ProductId, ProductVariantId, Uuid, WarehouseId};

use super::uuids;
use crate::rules::{Balance, BalanceKey, Change, Want};
use crate::{Holding, Issue};

/// The last day a lot may be sold on, where so many days of its life are to be left and its
/// product may ask for more.
fn sold_until(least_days: &str) -> String {
    format!(
        "l.expires_on - (
             select greatest(p.min_days, {least_days})
             from product_shelf_v p
             where p.tenant_id = b.tenant_id and p.id = b.product_id)"
    )
}

/// Whether the lot `l` of a balance `b` may be sold on a day with so many days of its life left.
/// That it is held back is read off the balance: it is read anew where its lock was waited for.
pub(crate) fn sells(day: &str, least_days: &str) -> String {
    let until = sold_until(least_days);
    format!("(not b.blocked and (l.expires_on is null or {until} >= {day}))")
}

fn columns(least_days: &str) -> String {
    let until = sold_until(least_days);
    format!(
        "select b.organization_id, b.warehouse_id, b.product_id, b.variant_id, b.lot_id, b.on_hand,
                b.reserved, b.value, l.received_on, b.blocked,
                case when l.expires_on is not null then {until} end as expires_on"
    )
}

// A row that another transaction has just changed is read anew once its lock is ours.
const LOCK: &str = "
    order by b.organization_id, b.warehouse_id, b.product_id, b.lot_id
    for no key update of b";

/// Locks what is free of the wanted goods and may be sold on the day it leaves, goods on their way
/// to a chosen warehouse with those in it.
pub(crate) async fn lock_free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    wants: &[Want],
    holding: Holding,
) -> Result<Vec<Balance>, Fault> {
    find_free(tx, permit, wants, holding, LOCK).await
}

/// As [`lock_free`], without holding anybody up: what it finds may be gone the next moment.
pub(crate) async fn free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    wants: &[Want],
    holding: Holding,
) -> Result<Vec<Balance>, Fault> {
    find_free(tx, permit, wants, holding, "").await
}

async fn find_free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    wants: &[Want],
    holding: Holding,
    lock: &str,
) -> Result<Vec<Balance>, Fault> {
    let place = |want: &Want| {
        let warehouse = want.warehouse_id.map_or(Uuid::nil(), |id| id.0);
        (want.organization_id, want.product_id, variant_key(want.variant_id), warehouse)
    };
    let mut places: BTreeSet<(OrganizationId, ProductId, Uuid, Uuid)> =
        wants.iter().map(place).collect();
    let anywhere: BTreeSet<_> =
        places.iter().filter(|p| p.3.is_nil()).map(|p| (p.0, p.1, p.2)).collect();
    // No row is to come twice: who looks everywhere looks into each warehouse as well.
    places.retain(|p| p.3.is_nil() || !anywhere.contains(&(p.0, p.1, p.2)));
    let (columns, sells) = (columns("$7"), sells("$6", "$7"));
    let sql = format!(
        "{columns}
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
              as w (organization_id, product_id, variant_key, warehouse_id)
         join stock_balance b
           on b.tenant_id = $1
          and b.organization_id = w.organization_id
          and b.product_id = w.product_id
          and b.variant_key = w.variant_key
          and b.in_stock
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         where b.reserved < b.on_hand
           and (w.warehouse_id = '00000000-0000-0000-0000-000000000000'
                or w.warehouse_id = b.warehouse_id
                or b.warehouse_id = (
                    select t.id
                    from transit_v t
                    where t.tenant_id = $1 and t.warehouse_id = w.warehouse_id))
           and {sells}
         {lock}"
    );
    let values = values![
        permit.tenant(),
        uuids(places.iter().map(|p| p.0)),
        uuids(places.iter().map(|p| p.1)),
        uuids(places.iter().map(|p| p.2)),
        uuids(places.iter().map(|p| p.3)),
        holding.ships_on,
        holding.least_life_days,
    ];
    tx.all(Sql::new(sql, values)).await
}

/// Locks named balances, and besides what is free of some goods where a shipment leaves.
pub(crate) async fn lock_for_issue<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    issue: &Issue,
    keys: &[BalanceKey],
    goods: &[Goods],
) -> Result<Vec<Balance>, Fault> {
    let place = (issue.organization_id, issue.warehouse_id, issue.least_life_days);
    lock_in(tx, permit, place, keys, goods).await
}

/// Locks named balances of an organization, and besides what is free of some goods in one
/// warehouse. So many days of a lot's life are to be left on the day it may be sold on.
pub(crate) async fn lock_in<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (organization, warehouse, least_life_days): (OrganizationId, WarehouseId, i32),
    keys: &[BalanceKey],
    goods: &[Goods],
) -> Result<Vec<Balance>, Fault> {
    let columns = columns("$9");
    let sql = format!(
        "{columns}
         from (
             select k.warehouse_id, k.product_id, k.lot_id
             from unnest($4::uuid[], $5::uuid[], $6::uuid[])
                  as k (warehouse_id, product_id, lot_id)
             union
             select f.warehouse_id, f.product_id, f.lot_id
             from unnest($7::uuid[], $8::uuid[]) as p (product_id, variant_key)
             join stock_balance f
               on f.tenant_id = $1
              and f.organization_id = $2
              and f.warehouse_id = $3
              and f.product_id = p.product_id
              and f.variant_key = p.variant_key
              and f.in_stock
             where f.reserved < f.on_hand
         ) w
         join stock_balance b
           on b.tenant_id = $1
          and b.organization_id = $2
          and b.warehouse_id = w.warehouse_id
          and b.product_id = w.product_id
          and b.lot_id = w.lot_id
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         {LOCK}"
    );
    let values = values![
        permit.tenant(),
        organization,
        warehouse,
        uuids(keys.iter().map(|k| k.warehouse_id)),
        uuids(keys.iter().map(|k| k.product_id)),
        uuids(keys.iter().map(|k| k.lot_id)),
        uuids(goods.iter().map(|one| one.product)),
        uuids(goods.iter().map(|one| variant_key(one.variant))),
        least_life_days,
    ];
    tx.all(Sql::new(sql, values)).await
}

/// Locks named balances.
pub(crate) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: &BTreeSet<BalanceKey>,
) -> Result<Vec<Balance>, Fault> {
    lock_living(tx, permit, keys, 0).await
}

/// Locks named balances; so many days of a lot's life are to be left on the day it may be sold on.
pub(crate) async fn lock_living<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: &BTreeSet<BalanceKey>,
    least_life_days: i32,
) -> Result<Vec<Balance>, Fault> {
    let columns = columns("$6");
    let sql = format!(
        "{columns}
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
              as k (organization_id, warehouse_id, product_id, lot_id)
         join stock_balance b
           on b.tenant_id = $1
          and b.organization_id = k.organization_id
          and b.warehouse_id = k.warehouse_id
          and b.product_id = k.product_id
          and b.lot_id = k.lot_id
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         {LOCK}"
    );
    let [organizations, warehouses, products, lots] = key_arrays(keys.iter());
    let values =
        values![permit.tenant(), organizations, warehouses, products, lots, least_life_days];
    tx.all(Sql::new(sql, values)).await
}

/// Locks all that lies of some goods in one place, and what lies of the same lots in another,
/// `beside` it.
pub(crate) async fn lock_place<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (organization, place, beside): (OrganizationId, WarehouseId, Option<WarehouseId>),
    goods: &[Goods],
) -> Result<Vec<Balance>, Fault> {
    let columns = columns("0");
    let sql = format!(
        "{columns}
         from (
             select f.warehouse_id, f.product_id, f.lot_id
             from unnest($5::uuid[], $6::uuid[]) as p (product_id, variant_key)
             join stock_balance f
               on f.tenant_id = $1
              and f.organization_id = $2
              and f.warehouse_id = $3
              and f.product_id = p.product_id
              and f.variant_key = p.variant_key
              and f.in_stock
             union
             select $4::uuid, f.product_id, f.lot_id
             from unnest($5::uuid[], $6::uuid[]) as p (product_id, variant_key)
             join stock_balance f
               on f.tenant_id = $1
              and f.organization_id = $2
              and f.warehouse_id = $3
              and f.product_id = p.product_id
              and f.variant_key = p.variant_key
              and f.in_stock
         ) w
         join stock_balance b
           on b.tenant_id = $1
          and b.organization_id = $2
          and b.warehouse_id = w.warehouse_id
          and b.product_id = w.product_id
          and b.lot_id = w.lot_id
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         {LOCK}"
    );
    let values = values![
        permit.tenant(),
        organization,
        place,
        beside.unwrap_or(place),
        uuids(goods.iter().map(|one| one.product)),
        uuids(goods.iter().map(|one| variant_key(one.variant))),
    ];
    tx.all(Sql::new(sql, values)).await
}

/// The keys of what an organization has in stock of some goods, unlocked.
pub(crate) async fn keys_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    goods: Goods,
) -> Result<Vec<BalanceKey>, Fault> {
    let sql = "
        select b.organization_id, b.warehouse_id, b.product_id, b.lot_id
        from stock_balance b
        where b.tenant_id = $1
          and b.organization_id = $2
          and b.product_id = $3
          and b.variant_key = $4
          and b.in_stock";
    let variant = variant_key(goods.variant);
    tx.all(Sql::new(sql, values![permit.tenant(), organization, goods.product, variant])).await
}

/// Where something of organizations' products is free now.
pub(crate) async fn free_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    goods: BTreeSet<(OrganizationId, ProductId)>,
) -> Result<Vec<BalanceKey>, Fault> {
    let sql = "
        select b.organization_id, b.warehouse_id, b.product_id, b.lot_id
        from unnest($2::uuid[], $3::uuid[]) as g (organization_id, product_id)
        join stock_balance b
          on b.tenant_id = $1
         and b.product_id = g.product_id
         and b.organization_id = g.organization_id
         and b.in_stock
        where b.reserved < b.on_hand";
    let values = values![
        permit.tenant(),
        uuids(goods.iter().map(|one| one.0)),
        uuids(goods.iter().map(|one| one.1)),
    ];
    tx.all(Sql::new(sql, values)).await
}

/// Where something lies of some goods in one place.
pub(crate) async fn keys_of_place<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (organization, place): (OrganizationId, WarehouseId),
    goods: &[Goods],
) -> Result<Vec<BalanceKey>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        product_id: ProductId,
        lot_id: LotId,
    }
    let sql = "
        select f.product_id, f.lot_id
        from unnest($4::uuid[], $5::uuid[]) as p (product_id, variant_key)
        join stock_balance f
          on f.tenant_id = $1
         and f.organization_id = $2
         and f.warehouse_id = $3
         and f.product_id = p.product_id
         and f.variant_key = p.variant_key
         and f.in_stock";
    let values = values![
        permit.tenant(),
        organization,
        place,
        uuids(goods.iter().map(|one| one.product)),
        uuids(goods.iter().map(|one| variant_key(one.variant))),
    ];
    let rows: Vec<Row> = tx.all(Sql::new(sql, values)).await?;
    let key = |row: Row| BalanceKey {
        organization_id: organization,
        warehouse_id: place,
        product_id: row.product_id,
        lot_id: row.lot_id,
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Makes empty balances of those that are not there yet: a lot comes to a place where it never lay.
/// Their lots are there.
pub(crate) async fn ensure<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: impl Iterator<Item = &BalanceKey> + Clone,
) -> Result<(), Fault> {
    let sql = "
        insert into stock_balance
            (tenant_id, organization_id, warehouse_id, product_id, lot_id, on_hand, value,
             variant_id, blocked)
        select $1, k.organization_id, k.warehouse_id, k.product_id, k.lot_id, 0, 0, l.variant_id,
               l.blocked
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
             as k (organization_id, warehouse_id, product_id, lot_id)
        join lot l on l.tenant_id = $1 and l.id = k.lot_id
        order by k.organization_id, k.warehouse_id, k.product_id, k.lot_id
        on conflict (tenant_id, organization_id, warehouse_id, product_id, lot_id) do nothing";
    let [organizations, warehouses, products, lots] = key_arrays(keys);
    if lots.is_empty() {
        return Ok(());
    }
    let values = values![permit.tenant(), organizations, warehouses, products, lots];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Adds differences to locked balances.
pub(crate) async fn change<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changes: &[Change],
) -> Result<(), Fault> {
    if changes.is_empty() {
        return Ok(());
    }
    let sql = "
        update stock_balance b
        set on_hand = b.on_hand + c.on_hand,
            reserved = b.reserved + c.reserved,
            value = b.value + c.value
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::numeric[], $7::numeric[],
                    $8::numeric[])
             as c (organization_id, warehouse_id, product_id, lot_id, on_hand, reserved, value)
        where b.tenant_id = $1
          and b.organization_id = c.organization_id
          and b.warehouse_id = c.warehouse_id
          and b.product_id = c.product_id
          and b.lot_id = c.lot_id";
    let [organizations, warehouses, products, lots] = key_arrays(changes.iter().map(|c| &c.key));
    let decimals = |pick: fn(&Change) -> Decimal| changes.iter().map(pick).collect::<Vec<_>>();
    let values = values![
        permit.tenant(),
        organizations,
        warehouses,
        products,
        lots,
        decimals(|c| c.on_hand),
        decimals(|c| c.reserved),
        decimals(|c| c.value),
    ];
    let touched = tx.run(Sql::new(sql, values)).await?;
    if touched == changes.len() as u64 {
        return Ok(());
    }
    Err(Fault::broken(format!("{touched} of {} balances changed", changes.len())))
}

/// A variant as keys have it: the nil uuid is a product without variants.
pub(crate) fn variant_key(variant: Option<ProductVariantId>) -> Uuid {
    variant.map_or(Uuid::nil(), |id| id.0)
}

/// Keys as four arrays: organizations, warehouses, products, lots.
pub(crate) fn key_arrays<'a>(keys: impl Iterator<Item = &'a BalanceKey> + Clone) -> [Vec<Uuid>; 4] {
    [
        uuids(keys.clone().map(|k| k.organization_id)),
        uuids(keys.clone().map(|k| k.warehouse_id)),
        uuids(keys.clone().map(|k| k.product_id)),
        uuids(keys.map(|k| k.lot_id)),
    ]
}
