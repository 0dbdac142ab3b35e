//! Open reservations and their register.

use std::collections::BTreeMap;

use access::Permit;
use db::{Fault, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, OrderId, OrderLineId, ReservationId, Uuid};

use super::balances::key_arrays;
use super::uuids;
use crate::rules::{BalanceKey, Held, HeldMove};

const COLUMNS: &str = "
    select r.id, r.order_id, r.order_line_id, r.organization_id, r.warehouse_id, r.product_id,
           r.lot_id, r.quantity
    from reservation r
    where r.tenant_id = $1";

/// What is held for an order.
pub(crate) async fn of_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Result<Vec<Held>, Fault> {
    let sql = format!("{COLUMNS} and r.order_id = $2");
    tx.all(Sql::new(sql, values![permit.tenant(), order])).await
}

/// What is held for orders.
pub(crate) async fn of_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    orders: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<Held>, Fault> {
    let sql = format!(
        "{COLUMNS} and r.order_id = any($2::uuid[]) order by r.order_line_id, r.warehouse_id, r.lot_id"
    );
    tx.all(Sql::new(sql, values![permit.tenant(), uuids(orders)])).await
}

/// What is held for order lines.
pub(crate) async fn of_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: impl IntoIterator<Item = OrderLineId>,
) -> Result<Vec<Held>, Fault> {
    let sql = format!("{COLUMNS} and r.order_line_id = any($2::uuid[])");
    tx.all(Sql::new(sql, values![permit.tenant(), uuids(lines)])).await
}

/// The open reservations with these ids.
pub(crate) async fn by_id<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ReservationId],
) -> Result<Vec<Held>, Fault> {
    let sql = format!("{COLUMNS} and r.id = any($2::uuid[])");
    tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids.iter().copied())])).await
}

/// A quantity newly held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewHold {
    pub(crate) order_id: OrderId,
    pub(crate) order_line_id: OrderLineId,
    pub(crate) key: BalanceKey,
    /// Base units, above zero.
    pub(crate) quantity: Decimal,
}

/// Holds quantities and notes it in the register.
pub(crate) async fn hold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    holds: &[NewHold],
    on: NaiveDate,
) -> Result<(), Fault> {
    if holds.is_empty() {
        return Ok(());
    }
    let sql = "
        with new as (
            select h.id, h.move_id, h.order_id, h.order_line_id, h.organization_id,
                   h.warehouse_id, h.product_id, h.lot_id, h.quantity
            from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[],
                        $10::uuid[], $11::uuid[], $12::numeric[])
                 as h (id, move_id, order_id, order_line_id, organization_id, warehouse_id,
                       product_id, lot_id, quantity)
        ), noted as (
            insert into reservation_move
                (tenant_id, id, order_id, order_line_id, warehouse_id, lot_id, kind, quantity,
                 occurred_on, created_by)
            select $1, n.move_id, n.order_id, n.order_line_id, n.warehouse_id, n.lot_id,
                   'RESERVE', n.quantity, $2, $3
            from new n
        )
        insert into reservation as r
            (tenant_id, id, order_id, order_line_id, organization_id, warehouse_id, product_id,
             lot_id, quantity)
        select $1, n.id, n.order_id, n.order_line_id, n.organization_id, n.warehouse_id,
               n.product_id, n.lot_id, n.quantity
        from new n
        on conflict on constraint reservation_line_lot_key
        do update set quantity = r.quantity + excluded.quantity";
    let [organizations, warehouses, products, lots] = key_arrays(holds.iter().map(|h| &h.key));
    let values = values![
        permit.tenant(),
        on,
        permit.user(),
        uuids(holds.iter().map(|_| ReservationId::new())),
        uuids(holds.iter().map(|_| Uuid::now_v7())),
        uuids(holds.iter().map(|h| h.order_id)),
        uuids(holds.iter().map(|h| h.order_line_id)),
        organizations,
        warehouses,
        products,
        lots,
        holds.iter().map(|h| h.quantity).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Makes reservations less, removes those of which nothing is left, and notes it.
pub(crate) async fn less<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    moves: &[HeldMove],
    on: NaiveDate,
) -> Result<(), Fault> {
    if moves.is_empty() {
        return Ok(());
    }
    // One row a reservation: a part may be shipped and the rest released by one document.
    let mut less: BTreeMap<ReservationId, Decimal> = BTreeMap::new();
    for one in moves {
        *less.entry(one.held.id).or_default() += one.quantity;
    }
    let sql = "
        with noted as (
            insert into reservation_move
                (tenant_id, id, order_id, order_line_id, warehouse_id, lot_id, kind, quantity,
                 occurred_on, created_by)
            select $1, m.id, m.order_id, m.order_line_id, m.warehouse_id, m.lot_id, m.kind,
                   - m.quantity, $2, $3
            from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[],
                        $10::numeric[])
                 as m (id, order_id, order_line_id, warehouse_id, lot_id, kind, quantity)
        ), gone as (
            delete from reservation r
            using unnest($11::uuid[], $12::numeric[]) as l (id, quantity)
            where r.tenant_id = $1 and r.id = l.id and r.quantity = l.quantity
        )
        update reservation r
        set quantity = r.quantity - l.quantity
        from unnest($11::uuid[], $12::numeric[]) as l (id, quantity)
        where r.tenant_id = $1 and r.id = l.id and r.quantity <> l.quantity";
    let values = values![
        permit.tenant(),
        on,
        permit.user(),
        uuids(moves.iter().map(|_| Uuid::now_v7())),
        uuids(moves.iter().map(|m| m.held.order_id)),
        uuids(moves.iter().map(|m| m.held.order_line_id)),
        uuids(moves.iter().map(|m| m.held.warehouse_id)),
        uuids(moves.iter().map(|m| m.held.lot_id)),
        moves.iter().map(|m| m.kind.as_str().to_owned()).collect::<Vec<_>>(),
        moves.iter().map(|m| m.quantity).collect::<Vec<_>>(),
        uuids(less.keys().copied()),
        less.values().copied().collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}
