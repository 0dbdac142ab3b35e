//! Goods between their places and a shipment: what may be picked, and what a storekeeper's hands
//! do to what is held. Callers hold the row locks of the orders, so the reservations of their
//! lines stand still meanwhile.

mod other_lot;
mod set_aside;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    BinId, Decimal, LotId, OrderId, OrderLineId, OrganizationId, ProductId, ProductVariantId,
    WarehouseId,
};

pub use other_lot::{OtherLot, take_other_lot};
pub use set_aside::{SetAside, Unfound, set_aside};

use crate::store::reservations::being_picked;
use crate::store::uuids;

/// A part of a reservation that nobody picks yet, and where it lies.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Pickable {
    /// The order.
    pub order_id: OrderId,
    /// The line it is held for.
    pub order_line_id: OrderLineId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Out of which lot.
    pub lot_id: LotId,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// Where the lot lies, else where its product does; `None` where nobody has said.
    pub bin_id: Option<BinId>,
}

/// What is held for orders in a warehouse and not picked yet, in the order in which the warehouse
/// is walked: goods without a bin come last.
///
/// # Errors
/// A fault of the database.
pub async fn pickable<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    orders: &[OrderId],
    warehouse: WarehouseId,
) -> Outcome<Vec<Pickable>> {
    let values = values![permit.tenant(), uuids(orders.iter().copied()), warehouse];
    Ok(tx.all(Sql::new(include_str!("pickable.sql"), values)).await?)
}

/// A quantity of a reservation.
#[derive(Clone, Copy, Debug)]
pub struct PickPart {
    /// The order's line it is held for.
    pub order_line_id: OrderLineId,
    /// The lot.
    pub lot_id: LotId,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// Puts parts of reservations into a storekeeper's hands: nobody else frees or ships them.
///
/// # Errors
/// `IN_USE` where more is asked for than is held and not picked; or a fault.
pub async fn start_picking<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    parts: &[PickPart],
) -> Outcome<()> {
    mark(tx, permit, warehouse, parts, Decimal::ONE).await
}

/// Takes parts out of a storekeeper's hands: they stay held.
///
/// # Errors
/// A fault, also where they were not in anybody's hands.
pub async fn stop_picking<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    parts: &[PickPart],
) -> Outcome<()> {
    mark(tx, permit, warehouse, parts, Decimal::NEGATIVE_ONE).await
}

async fn mark<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    parts: &[PickPart],
    sign: Decimal,
) -> Outcome<()> {
    if parts.is_empty() {
        return Ok(());
    }
    let sql = "
        with part as (
            select p.order_line_id, p.lot_id, sum(p.quantity) as quantity
            from unnest($3::uuid[], $4::uuid[], $5::numeric[])
                 as p (order_line_id, lot_id, quantity)
            group by p.order_line_id, p.lot_id
        ), marked as (
            update reservation r
            set in_picking = r.in_picking + p.quantity
            from part p
            where r.tenant_id = $1
              and r.warehouse_id = $2
              and r.order_line_id = p.order_line_id
              and r.lot_id = p.lot_id
            returning r.id
        )
        select (select count(*) from part) as asked, (select count(*) from marked) as found";
    let values = values![
        permit.tenant(),
        warehouse,
        uuids(parts.iter().map(|part| part.order_line_id)),
        uuids(parts.iter().map(|part| part.lot_id)),
        parts.iter().map(|part| part.quantity * sign).collect::<Vec<_>>(),
    ];
    let marked: Result<Option<Marked>, Fault> = tx.one(Sql::new(sql, values)).await;
    match on_constraint(marked, "reservation_in_picking", being_picked)? {
        Some(marked) if marked.asked == marked.found => Ok(()),
        _ => Err(Fault::broken("goods are picked that nobody holds").into()),
    }
}

#[derive(FromQueryResult)]
struct Marked {
    asked: i64,
    found: i64,
}

/// A lot as a storekeeper names it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct NumberedLot {
    /// The lot.
    pub id: LotId,
    /// What is in it.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// What is printed on it.
    pub number: Option<String>,
}

/// Lots of some products that lie in a warehouse and have this number, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn lots_by_number<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: WarehouseId,
    products: &[ProductId],
    number: &str,
) -> Outcome<Vec<NumberedLot>> {
    let sql = "
        select l.id, l.product_id, l.variant_id, l.number
        from lot l
        where l.tenant_id = $1
          and l.product_id = any($3::uuid[])
          and l.number = $4
          and exists (
              select
              from stock_balance b
              where b.tenant_id = l.tenant_id
                and b.lot_id = l.id
                and b.warehouse_id = $2
                and b.in_stock)
        order by l.received_on, l.id
        limit 100";
    let products = uuids(products.iter().copied());
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), warehouse, products, number])).await?)
}

/// Named lots; those that are not there are absent.
///
/// # Errors
/// A fault of the database.
pub async fn numbered_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[LotId],
) -> Outcome<Vec<NumberedLot>> {
    let sql = "
        select l.id, l.product_id, l.variant_id, l.number
        from lot l
        where l.tenant_id = $1 and l.id = any($2::uuid[])";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids.iter().copied())])).await?)
}
