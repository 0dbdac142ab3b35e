//! Open reservations and their register.

use std::collections::BTreeMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    Decimal, NaiveDate, OrderId, OrderLineId, Refusal, RefusalCode, ReservationId, Uuid,
    WarehouseId,
};

use super::balances::key_arrays;
use super::uuids;
use crate::rules::{BalanceKey, Held, HeldMove};

const COLUMNS: &str = "
    select r.id, r.order_id, r.order_line_id, r.organization_id, r.warehouse_id, r.product_id,
           r.lot_id, r.quantity, r.in_picking
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
    let sql = format!("{COLUMNS} and r.order_line_id = any($2::uuid[]) order by r.id");
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
    /// What of it is in a pick task at once.
    pub(crate) in_picking: Decimal,
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
                   h.warehouse_id, h.product_id, h.lot_id, h.quantity, h.in_picking
            from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[],
                        $10::uuid[], $11::uuid[], $12::numeric[], $13::numeric[])
                 as h (id, move_id, order_id, order_line_id, organization_id, warehouse_id,
                       product_id, lot_id, quantity, in_picking)
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
             lot_id, quantity, in_picking)
        select $1, n.id, n.order_id, n.order_line_id, n.organization_id, n.warehouse_id,
               n.product_id, n.lot_id, n.quantity, n.in_picking
        from new n
        on conflict on constraint reservation_line_lot_key
        do update set quantity = r.quantity + excluded.quantity,
                      in_picking = r.in_picking + excluded.in_picking";
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
        holds.iter().map(|h| h.in_picking).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// What is held of some balances, whose rows are locked.
pub(crate) async fn of_balances<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: impl Iterator<Item = &BalanceKey> + Clone,
) -> Result<Vec<Held>, Fault> {
    let sql = "
        select r.id, r.order_id, r.order_line_id, r.organization_id, r.warehouse_id, r.product_id,
               r.lot_id, r.quantity, r.in_picking
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
             as k (organization_id, warehouse_id, product_id, lot_id)
        join reservation r
          on r.tenant_id = $1
         and r.lot_id = k.lot_id
         and r.warehouse_id = k.warehouse_id
         and r.organization_id = k.organization_id
         and r.product_id = k.product_id
        order by r.id";
    let [organizations, warehouses, products, lots] = key_arrays(keys);
    let values = values![permit.tenant(), organizations, warehouses, products, lots];
    tx.all(Sql::new(sql, values)).await
}

/// Where goods are held for an order, those on their way left out; most of them first.
pub(crate) async fn places_of_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Result<Vec<WarehouseId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        warehouse_id: WarehouseId,
    }
    let sql = "
        select r.warehouse_id
        from reservation r
        where r.tenant_id = $1
          and r.order_id = $2
          and not exists (
              select 1
              from transit_v t
              where t.tenant_id = r.tenant_id and t.id = r.warehouse_id)
        group by r.warehouse_id
        order by sum(r.quantity) desc, r.warehouse_id";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(rows.into_iter().map(|row| row.warehouse_id).collect())
}

/// Makes reservations less, removes those of which nothing is left, and notes it. What was read
/// before its balance was locked may have been carried elsewhere meanwhile; then the command runs
/// again.
///
/// # Errors
/// `IN_USE` where a part that is being picked would go without its task; or a fault.
pub(crate) async fn less<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    moves: &[HeldMove],
    on: NaiveDate,
) -> Outcome<()> {
    if moves.is_empty() {
        return Ok(());
    }
    // One row a reservation: a part may be shipped and the rest released by one document.
    let mut less: BTreeMap<ReservationId, (Decimal, Decimal)> = BTreeMap::new();
    for one in moves {
        let sum = less.entry(one.held.id).or_default();
        sum.0 += one.quantity;
        sum.1 += one.in_picking;
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
        ), part as (
            select l.id, l.quantity, l.picking
            from unnest($11::uuid[], $12::numeric[], $13::numeric[]) as l (id, quantity, picking)
        ), gone as (
            delete from reservation r
            using part p
            where r.tenant_id = $1
              and r.id = p.id
              and r.quantity = p.quantity
              and r.in_picking = p.picking
            returning r.id
        ), kept as (
            update reservation r
            set quantity = r.quantity - p.quantity,
                in_picking = r.in_picking - p.picking
            from part p
            where r.tenant_id = $1
              and r.id = p.id
              and r.quantity >= p.quantity
              and (r.quantity <> p.quantity or r.in_picking <> p.picking)
            returning r.id
        )
        select (select count(*) from gone) + (select count(*) from kept) as touched";
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
        less.values().map(|sum| sum.0).collect::<Vec<_>>(),
        less.values().map(|sum| sum.1).collect::<Vec<_>>(),
    ];
    let written = tx.one(Sql::new(sql, values)).await;
    let touched: Option<Touched> = on_constraint(written, "reservation_in_picking", being_picked)?;
    if touched.is_some_and(|row| usize::try_from(row.touched) == Ok(less.len())) {
        return Ok(());
    }
    Err(Fault::Changed("reservations").into())
}

#[derive(FromQueryResult)]
struct Touched {
    touched: i64,
}

/// Says that goods are in a storekeeper's hands.
pub(crate) fn being_picked() -> Refusal {
    Refusal::new(
        RefusalCode::InUse,
        "These goods are being picked: finish or cancel the pick task, or the draft of its shipment.",
        "Эти товары отбирает кладовщик: завершите или отмените задание либо черновик реализации.",
    )
}
