//! Where goods lie inside warehouses.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{BinId, LotId, ProductId, Uuid, WarehouseId};

use super::uuids;
use crate::ReadStock;

/// A bin where goods lie.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Place {
    /// The warehouse.
    pub warehouse_id: WarehouseId,
    /// The product.
    pub product_id: ProductId,
    /// One lot of it; `None` is the product's home.
    pub lot_id: Option<LotId>,
    /// The bin.
    pub bin_id: BinId,
}

/// Puts goods into a bin; the one they had before is forgotten.
pub(crate) async fn put<A>(tx: &TenantTx, permit: &Permit<A>, place: &Place) -> Result<(), Fault> {
    let sql = "
        insert into goods_place (tenant_id, warehouse_id, product_id, lot_id, bin_id)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, warehouse_id, product_id, lot_key)
        do update set bin_id = excluded.bin_id";
    let Place { warehouse_id, product_id, lot_id, bin_id } = place.clone();
    tx.run(Sql::new(sql, values![permit.tenant(), warehouse_id, product_id, lot_id, bin_id]))
        .await?;
    Ok(())
}

/// Forgets where goods lie.
pub(crate) async fn forget<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    product: ProductId,
    lot: Option<LotId>,
) -> Result<(), Fault> {
    let sql = "
        delete from goods_place p
        where p.tenant_id = $1 and p.warehouse_id = $2 and p.product_id = $3 and p.lot_key = $4";
    let lot = lot.map_or(Uuid::nil(), |lot| lot.0);
    tx.run(Sql::new(sql, values![permit.tenant(), warehouse, product, lot])).await?;
    Ok(())
}

/// Whether a bin is of a warehouse and in use.
pub(crate) async fn is_open_bin<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    bin: BinId,
) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Found {
        archived: bool,
    }
    let sql = "
        select b.archived
        from bin_walk_v b
        where b.tenant_id = $1 and b.id = $2 and b.warehouse_id = $3";
    let found: Option<Found> =
        tx.one(Sql::new(sql, values![permit.tenant(), bin, warehouse])).await?;
    Ok(found.is_some_and(|bin| !bin.archived))
}

const COLUMNS: &str = "select p.warehouse_id, p.product_id, p.lot_id, p.bin_id from goods_place p";

/// The homes of products, one a warehouse at most.
///
/// # Errors
/// A fault of the database.
pub async fn homes_of_products(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<Place>>> {
    let sql = format!(
        "{COLUMNS}
         where p.tenant_id = $1 and p.product_id = any($2::uuid[]) and p.lot_id is null
         order by p.warehouse_id"
    );
    let ids = uuids(products.iter().copied());
    let rows: Vec<Place> = tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    let mut found: HashMap<ProductId, Vec<Place>> = HashMap::new();
    for row in rows {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}

/// The bins that were named for lots themselves.
///
/// # Errors
/// A fault of the database.
pub async fn places_of_lots(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lots: &[LotId],
) -> Outcome<HashMap<LotId, Vec<Place>>> {
    let sql = format!(
        "{COLUMNS}
         where p.tenant_id = $1 and p.lot_id = any($2::uuid[])
         order by p.warehouse_id"
    );
    let ids = uuids(lots.iter().copied());
    let rows: Vec<Place> = tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    let mut found: HashMap<LotId, Vec<Place>> = HashMap::new();
    for row in rows {
        let Some(lot) = row.lot_id else { continue };
        found.entry(lot).or_default().push(row);
    }
    Ok(found)
}
