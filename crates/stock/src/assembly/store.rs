//! Assembly orders, their lines and chosen lots, and the lots that come of them.

use std::collections::BTreeSet;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AssemblyLineId, AssemblyOrderId, BillId, Decimal, LotId, NaiveDate, OrganizationId, ProductId,
    ProductVariantId, UserId, Uuid, WarehouseId,
};
use serde::Serialize;

use super::state::{AssemblyKind, AssemblyState};
use crate::demand::queue::Queue;
use crate::store::uuids;

/// An assembly order's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub(crate) id: AssemblyOrderId,
    pub(crate) number: String,
    pub(crate) occurred_on: NaiveDate,
    pub(crate) kind: String,
    pub(crate) organization_id: OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) bill_id: Option<BillId>,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
    pub(crate) labour: Decimal,
    pub(crate) goods_cost: Option<Decimal>,
    pub(crate) lot_number: Option<String>,
    pub(crate) expires_on: Option<NaiveDate>,
    pub(crate) state: String,
    pub(crate) comment: String,
    pub(crate) external_reference: Option<String>,
    pub(crate) reversed_on: Option<NaiveDate>,
    pub(crate) version: i32,
    pub(crate) created_by: Option<UserId>,
}

impl Header {
    /// The queue of the goods that a draft is to bring.
    pub(crate) fn queues(&self) -> BTreeSet<Queue> {
        let brings = self.kind == AssemblyKind::Assembly.as_str();
        brings.then_some((self.organization_id, self.product_id)).into_iter().collect()
    }

    /// Its state, which the table's check keeps among the known ones.
    pub(crate) fn state(&self) -> Outcome<AssemblyState> {
        let unknown = || Fault::broken(format!("an assembly order in state {}", self.state));
        Ok(AssemblyState::parse(&self.state).ok_or_else(unknown)?)
    }

    /// Which way it goes.
    pub(crate) fn kind(&self) -> Outcome<AssemblyKind> {
        let unknown = || Fault::broken(format!("an assembly order of kind {}", self.kind));
        Ok(AssemblyKind::parse(&self.kind).ok_or_else(unknown)?)
    }
}

/// A component.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub(crate) id: AssemblyLineId,
    pub(crate) position: i32,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
    pub(crate) share: Option<Decimal>,
    pub(crate) lot_number: Option<String>,
    pub(crate) expires_on: Option<NaiveDate>,
}

/// A lot chosen by hand for a line, or for the document itself.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChosenLot {
    pub(crate) line_id: Uuid,
    pub(crate) lot_id: LotId,
    pub(crate) quantity: Decimal,
}

/// A lot that comes into being.
#[derive(Clone, Debug)]
pub(crate) struct NewLot {
    pub(crate) lot_id: LotId,
    pub(crate) line_id: Uuid,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
    pub(crate) value: Decimal,
    pub(crate) unit_cost: Decimal,
    pub(crate) number: Option<String>,
    pub(crate) expires_on: Option<NaiveDate>,
}

/// Locks an assembly order within reach: its author stands for the responsible manager.
pub(crate) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AssemblyOrderId,
) -> Result<Option<Header>, Fault> {
    let sql = "
        select a.id, a.number, a.occurred_on, a.kind, a.organization_id, a.warehouse_id, a.bill_id,
               a.product_id, a.variant_id, a.quantity, a.labour, a.goods_cost, a.lot_number,
               a.expires_on, a.state, a.comment, a.external_reference, a.reversed_on, a.version,
               a.created_by
        from assembly_order a
        where a.tenant_id = $1
          and a.id = $2
          and ($3::uuid[] is null or a.created_by = any($3))
        for no key update";
    tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await
}

/// Writes a new draft.
pub(crate) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
) -> Result<(), Fault> {
    let sql = "
        insert into assembly_order
            (tenant_id, id, occurred_on, kind, organization_id, warehouse_id, bill_id, product_id,
             variant_id, quantity, labour, lot_number, expires_on, comment, external_reference,
             created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let values = values![
        permit.tenant(),
        new.id,
        new.occurred_on,
        new.kind.clone(),
        new.organization_id,
        new.warehouse_id,
        new.bill_id,
        new.product_id,
        new.variant_id,
        new.quantity,
        new.labour,
        new.lot_number.clone(),
        new.expires_on,
        new.comment.clone(),
        new.external_reference.clone(),
        new.created_by,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what may change of a locked order; its version moves on.
pub(crate) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changed: &Header,
) -> Result<(), Fault> {
    let sql = "
        update assembly_order
        set number = $3, occurred_on = $4, warehouse_id = $5, quantity = $6, labour = $7,
            goods_cost = $8, lot_number = $9, expires_on = $10, state = $11, comment = $12,
            reversed_on = $13, version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.occurred_on,
        changed.warehouse_id,
        changed.quantity,
        changed.labour,
        changed.goods_cost,
        changed.lot_number.clone(),
        changed.expires_on,
        changed.state.clone(),
        changed.comment.clone(),
        changed.reversed_on,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// The lines of an order, in their order.
pub(crate) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: AssemblyOrderId,
) -> Result<Vec<Line>, Fault> {
    let sql = "
        select l.id, l.position, l.product_id, l.variant_id, l.quantity, l.share, l.lot_number,
               l.expires_on
        from assembly_line l
        where l.tenant_id = $1 and l.assembly_id = $2
        order by l.position";
    tx.all(Sql::new(sql, values![permit.tenant(), order])).await
}

/// The lots chosen by hand.
pub(crate) async fn chosen<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: AssemblyOrderId,
) -> Result<Vec<ChosenLot>, Fault> {
    let sql = "
        select p.line_id, p.lot_id, p.quantity
        from assembly_pick p
        where p.tenant_id = $1 and p.assembly_id = $2
        order by p.line_id, p.lot_id";
    tx.all(Sql::new(sql, values![permit.tenant(), order])).await
}

/// Puts other lines and chosen lots in place of a draft's.
pub(crate) async fn replace_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: AssemblyOrderId,
    (lines, chosen): (&[Line], &[ChosenLot]),
) -> Result<(), Fault> {
    for table in ["assembly_pick", "assembly_line"] {
        let sql = format!("delete from {table} where tenant_id = $1 and assembly_id = $2");
        tx.run(Sql::new(sql, values![permit.tenant(), order])).await?;
    }
    let sql = "
        insert into assembly_line
            (tenant_id, id, assembly_id, position, product_id, variant_id, quantity, share,
             lot_number, expires_on)
        select $1, x.id, $2, x.position, x.\"productId\", x.\"variantId\", x.quantity, x.share,
               x.\"lotNumber\", x.\"expiresOn\"
        from jsonb_to_recordset($3) as x
            (id uuid, position integer, \"productId\" uuid, \"variantId\" uuid, quantity numeric,
             share numeric, \"lotNumber\" text, \"expiresOn\" date)";
    tx.run(Sql::new(sql, values![permit.tenant(), order, json(lines)?])).await?;
    let sql = "
        insert into assembly_pick (tenant_id, assembly_id, line_id, lot_id, quantity)
        select $1, $2, x.\"lineId\", x.\"lotId\", x.quantity
        from jsonb_to_recordset($3) as x (\"lineId\" uuid, \"lotId\" uuid, quantity numeric)";
    tx.run(Sql::new(sql, values![permit.tenant(), order, json(chosen)?])).await?;
    Ok(())
}

fn json<T: Serialize>(rows: &[T]) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(rows).map_err(|error| Fault::broken(format!("rows without JSON: {error}")))
}

/// Notes what went out or in with each line.
pub(crate) async fn set_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    costs: &[(AssemblyLineId, Decimal)],
) -> Result<(), Fault> {
    let sql = "
        update assembly_line l
        set cost = c.cost
        from unnest($2::uuid[], $3::numeric[]) as c (id, cost)
        where l.tenant_id = $1 and l.id = c.id";
    let values = values![
        permit.tenant(),
        uuids(costs.iter().map(|cost| cost.0)),
        costs.iter().map(|cost| cost.1).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Makes the lots that come of a posted order, and their balances.
pub(crate) async fn insert_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Header,
    lots: &[NewLot],
) -> Result<(), Fault> {
    let sql = "
        with new as (
            select n.lot_id, n.line_id, n.product_id,
                   nullif(n.variant_key, '00000000-0000-0000-0000-000000000000') as variant_id,
                   n.quantity, n.value, n.unit_cost, nullif(n.number, '') as number,
                   nullif(n.expires_on, '')::date as expires_on
            from unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::numeric[],
                        $11::numeric[], $12::numeric[], $13::text[], $14::text[])
                 as n (lot_id, line_id, product_id, variant_key, quantity, value, unit_cost,
                       number, expires_on)
        ), lots as (
            insert into lot
                (tenant_id, id, organization_id, product_id, variant_id, origin, origin_id,
                 origin_line_id, received_on, expires_on, unit_cost, supplier_name, number)
            select $1, n.lot_id, $2, n.product_id, n.variant_id, 'ASSEMBLY', $4, n.line_id, $5,
                   n.expires_on, n.unit_cost, '', n.number
            from new n
        )
        insert into stock_balance
            (tenant_id, organization_id, warehouse_id, product_id, lot_id, on_hand, value,
             variant_id)
        select $1, $2, $3, n.product_id, n.lot_id, n.quantity, n.value, n.variant_id
        from new n";
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let values = values![
        permit.tenant(),
        order.organization_id,
        order.warehouse_id,
        order.id,
        order.occurred_on,
        uuids(lots.iter().map(|lot| lot.lot_id)),
        lots.iter().map(|lot| lot.line_id).collect::<Vec<_>>(),
        uuids(lots.iter().map(|lot| lot.product_id)),
        uuids(lots.iter().map(|lot| crate::store::balances::variant_key(lot.variant_id))),
        lots.iter().map(|lot| lot.quantity).collect::<Vec<_>>(),
        lots.iter().map(|lot| lot.value).collect::<Vec<_>>(),
        lots.iter().map(|lot| lot.unit_cost).collect::<Vec<_>>(),
        lots.iter().map(|lot| lot.number.clone().unwrap_or_default()).collect::<Vec<_>>(),
        lots.iter().map(|lot| day(lot.expires_on)).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Whether all these lots are there.
pub(crate) async fn lots_exist<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lots: &std::collections::BTreeSet<LotId>,
) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Found {
        count: i64,
    }
    let sql = "
        select count(*) as count
        from lot l
        where l.tenant_id = $1 and l.id = any($2::uuid[])";
    let ids = uuids(lots.iter().copied());
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), ids])).await?;
    Ok(found.is_some_and(|found| usize::try_from(found.count) == Ok(lots.len())))
}
