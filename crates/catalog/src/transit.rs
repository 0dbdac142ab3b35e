//! Where goods lie that are on their way to a warehouse: a place of its own beside it, made when
//! something is first sent there. No list shows it and no document names it.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{BinId, WarehouseId};

use crate::cards::WarehouseCard;
use crate::store::uuids;

/// A place where goods lie, be it a warehouse or on the way to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Place {
    /// The place.
    pub id: WarehouseId,
    /// The warehouse that its goods are on their way to; `None` is a warehouse.
    pub transit_to: Option<WarehouseId>,
    /// The priority of the warehouse: reservation looks into smaller numbers first.
    pub priority: i32,
    /// Whether the warehouse is archived.
    pub archived: bool,
}

/// The places with these ids; those that are not there are absent.
///
/// # Errors
/// [`db::Fault`].
pub async fn places<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[WarehouseId],
) -> Outcome<HashMap<WarehouseId, Place>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select w.id, w.transit_to, coalesce(d.priority, w.priority) as priority,
               coalesce(d.archived_at, w.archived_at) is not null as archived
        from warehouse w
        left join warehouse d on d.tenant_id = w.tenant_id and d.id = w.transit_to
        where w.tenant_id = $1 and w.id = any($2::uuid[])";
    let places: Vec<Place> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    Ok(places.into_iter().map(|place| (place.id, place)).collect())
}

/// Those of these bins that are in a warehouse.
///
/// # Errors
/// [`db::Fault`].
pub async fn bins_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    ids: &[BinId],
) -> Outcome<HashSet<BinId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: BinId,
    }
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = "
        select b.id
        from bin b
        where b.tenant_id = $1 and b.warehouse_id = $2 and b.id = any($3::uuid[])";
    let rows: Vec<Row> =
        tx.all(Sql::new(sql, values![permit.tenant(), warehouse, uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Where goods lie on their way to a warehouse; made where nothing was sent there before. Two who
/// send the first goods at once make one place: the index lets one of them in.
///
/// # Errors
/// [`db::Fault`].
pub async fn transit_to<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: &WarehouseCard,
) -> Outcome<WarehouseId> {
    if let Some(id) = found(tx, permit, warehouse.id).await? {
        return Ok(id);
    }
    let sql = "
        insert into warehouse
            (tenant_id, id, name, priority, is_default, created_by, transit_to)
        values ($1, $2, $3, 0, false, $4, $5)
        on conflict (tenant_id, transit_to) where transit_to is not null do nothing";
    let name = transit_name(&warehouse.name);
    let id = WarehouseId::new();
    let values = values![permit.tenant(), id, name, permit.user(), warehouse.id];
    tx.run(Sql::new(sql, values)).await?;
    let made = found(tx, permit, warehouse.id).await?;
    Ok(made.ok_or_else(|| Fault::broken("a place for goods in transit was not made"))?)
}

async fn found<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
) -> Outcome<Option<WarehouseId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: WarehouseId,
    }
    let sql = "select w.id from warehouse w where w.tenant_id = $1 and w.transit_to = $2";
    let row: Option<Row> = tx.one(Sql::new(sql, values![permit.tenant(), warehouse])).await?;
    Ok(row.map(|row| row.id))
}

/// The place is called after its warehouse.
pub(crate) async fn rename_transit<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    name: &str,
) -> Outcome<()> {
    let sql = "update warehouse set name = $3 where tenant_id = $1 and transit_to = $2";
    let values = values![permit.tenant(), warehouse, transit_name(name)];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

fn transit_name(name: &str) -> String {
    format!("→ {name}")
}
