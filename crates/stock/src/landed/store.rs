//! Landed costs' own rows, and where the pieces of lots are.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, Decimal, LandedCostId, LotId, NaiveDate, OrganizationId, ProductId, ReceiptLineId,
    SupplierId, UserId, Uuid,
};
use serde::Serialize;

use super::chosen::ChosenGoods;
use super::rules::{LandedBasis, Part, Place};
use crate::rules::{BalanceKey, LandedCostState};
use crate::store::uuids;

/// A landed cost's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) id: LandedCostId,
    pub(super) number: String,
    pub(super) occurred_on: NaiveDate,
    pub(super) organization_id: OrganizationId,
    pub(super) kind: String,
    pub(super) basis: String,
    pub(super) currency: Currency,
    pub(super) amount: Decimal,
    pub(super) supplier_id: Option<SupplierId>,
    pub(super) supplier_reference: String,
    pub(super) state: String,
    /// What posting made of the amount, base currency.
    pub(super) base_amount: Option<Decimal>,
    pub(super) stock_amount: Option<Decimal>,
    pub(super) sold_amount: Option<Decimal>,
    pub(super) expensed_amount: Option<Decimal>,
    pub(super) posted_on: Option<NaiveDate>,
    pub(super) reversed_on: Option<NaiveDate>,
    pub(super) comment: String,
    pub(super) external_reference: Option<String>,
    pub(super) version: i32,
    pub(super) created_by: Option<UserId>,
}

impl Header {
    /// Its state, which the table's check keeps among the known ones.
    pub(super) fn state(&self) -> Outcome<LandedCostState> {
        let unknown = || Fault::broken(format!("a landed cost in state {}", self.state));
        Ok(LandedCostState::parse(&self.state).ok_or_else(unknown)?)
    }

    /// Its basis, which the table's check keeps among the known ones.
    pub(super) fn basis(&self) -> Outcome<LandedBasis> {
        let unknown = || Fault::broken(format!("a landed cost by {}", self.basis));
        Ok(LandedBasis::parse(&self.basis).ok_or_else(unknown)?)
    }
}

/// Locks a landed cost within reach: its author stands for the responsible manager.
pub(super) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: LandedCostId,
) -> Result<Option<Header>, Fault> {
    let sql = "
        select c.id, c.number, c.occurred_on, c.organization_id, c.kind, c.basis, c.currency,
               c.amount, c.supplier_id, c.supplier_reference, c.state, c.base_amount,
               c.stock_amount, c.sold_amount, c.expensed_amount, c.posted_on, c.reversed_on,
               c.comment, c.external_reference, c.version, c.created_by
        from landed_cost c
        where c.tenant_id = $1
          and c.id = $2
          and ($3::uuid[] is null or c.created_by = any($3))
        for no key update";
    tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await
}

/// Writes a new landed cost.
pub(super) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
) -> Result<(), Fault> {
    let sql = "
        insert into landed_cost
            (tenant_id, id, occurred_on, organization_id, kind, basis, currency, amount,
             supplier_id, supplier_reference, comment, external_reference, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let values = values![
        permit.tenant(),
        new.id,
        new.occurred_on,
        new.organization_id,
        new.kind.clone(),
        new.basis.clone(),
        new.currency,
        new.amount,
        new.supplier_id,
        new.supplier_reference.clone(),
        new.comment.clone(),
        new.external_reference.clone(),
        new.created_by,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what may change of a locked landed cost; its version moves on.
pub(super) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changed: &Header,
) -> Result<(), Fault> {
    let sql = "
        update landed_cost
        set number = $3, occurred_on = $4, kind = $5, basis = $6, currency = $7, amount = $8,
            supplier_id = $9, supplier_reference = $10, state = $11, base_amount = $12,
            stock_amount = $13, sold_amount = $14, expensed_amount = $15, posted_on = $16,
            reversed_on = $17, comment = $18, external_reference = $19, version = version + 1,
            updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.occurred_on,
        changed.kind.clone(),
        changed.basis.clone(),
        changed.currency,
        changed.amount,
        changed.supplier_id,
        changed.supplier_reference.clone(),
        changed.state.clone(),
        changed.base_amount,
        changed.stock_amount,
        changed.sold_amount,
        changed.expensed_amount,
        changed.posted_on,
        changed.reversed_on,
        changed.comment.clone(),
        changed.external_reference.clone(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A line of a receipt that something named stands for.
#[derive(Debug, FromQueryResult)]
pub(super) struct Named {
    /// `RECEIPT`, `LINE` or `LOT`.
    pub(super) kind: String,
    /// What was named.
    pub(super) named_id: Uuid,
    /// The line.
    pub(super) receipt_line_id: ReceiptLineId,
}

/// The lines of posted receipts that are meant; a lot that was held back is of the one it was taken
/// from.
pub(super) async fn named<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    chosen: &ChosenGoods,
) -> Result<Vec<Named>, Fault> {
    let sql = "
        with recursive origin as (
            select l.id as lot_id, l.receipt_line_id, l.source_lot_id
            from lot l
            where l.tenant_id = $1 and l.id = any($5::uuid[])
            union all
            select o.lot_id, l.receipt_line_id, l.source_lot_id
            from origin o
            join lot l on l.tenant_id = $1 and l.id = o.source_lot_id
        ),
        meant as (
            select 'RECEIPT' as kind, l.receipt_id as named_id, l.id
            from goods_receipt_line l
            where l.tenant_id = $1 and l.receipt_id = any($3::uuid[])
            union all
            select 'LINE', l.id, l.id
            from goods_receipt_line l
            where l.tenant_id = $1 and l.id = any($4::uuid[])
            union all
            select 'LOT', o.lot_id, o.receipt_line_id
            from origin o
            where o.receipt_line_id is not null
        )
        select m.kind, m.named_id, m.id as receipt_line_id
        from meant m
        join goods_receipt_line l on l.tenant_id = $1 and l.id = m.id
        join goods_receipt r on r.tenant_id = l.tenant_id and r.id = l.receipt_id
        where r.organization_id = $2 and r.state = 'POSTED'
        order by r.occurred_on, r.id, l.position";
    let values = values![
        permit.tenant(),
        organization,
        uuids(chosen.receipts.iter().copied()),
        uuids(chosen.lines.iter().copied()),
        uuids(chosen.lots.iter().copied()),
    ];
    tx.all(Sql::new(sql, values)).await
}

/// Writes a draft's lines.
pub(super) async fn insert_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    document: LandedCostId,
    lines: &[ReceiptLineId],
) -> Result<(), Fault> {
    let sql = "
        insert into landed_cost_line (tenant_id, id, document_id, position, receipt_line_id)
        select $1, l.id, $2, l.place - 1, l.receipt_line_id
        from unnest($3::uuid[], $4::uuid[]) with ordinality as l (id, receipt_line_id, place)";
    let ids: Vec<Uuid> = lines.iter().map(|_| Uuid::now_v7()).collect();
    let values = values![permit.tenant(), document, ids, uuids(lines.iter().copied())];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Removes a draft's lines, to be written anew.
pub(super) async fn delete_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    document: LandedCostId,
) -> Result<(), Fault> {
    let sql = "delete from landed_cost_line where tenant_id = $1 and document_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), document])).await?;
    Ok(())
}

/// A line with what its receipt's line says.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Line {
    pub(super) id: Uuid,
    pub(super) receipt_line_id: ReceiptLineId,
    pub(super) product_id: ProductId,
    /// What was received, base units.
    pub(super) quantity: Decimal,
    /// What it cost, base currency.
    pub(super) amount: Option<Decimal>,
    /// The receipt's state.
    pub(super) state: String,
}

/// A document's lines in their order. Their receipts stand still until the end.
pub(super) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    document: LandedCostId,
) -> Result<Vec<Line>, Fault> {
    let receipts = "
        select r.id
        from goods_receipt r
        where r.tenant_id = $1
          and r.id in (
              select l.receipt_id
              from landed_cost_line c
              join goods_receipt_line l on l.tenant_id = c.tenant_id and l.id = c.receipt_line_id
              where c.tenant_id = $1 and c.document_id = $2)
        order by r.id
        for share";
    tx.run(Sql::new(receipts, values![permit.tenant(), document])).await?;
    let sql = "
        select c.id, c.receipt_line_id, l.product_id, l.quantity, l.amount, r.state
        from landed_cost_line c
        join goods_receipt_line l on l.tenant_id = c.tenant_id and l.id = c.receipt_line_id
        join goods_receipt r on r.tenant_id = l.tenant_id and r.id = l.receipt_id
        where c.tenant_id = $1 and c.document_id = $2
        order by c.position";
    tx.all(Sql::new(sql, values![permit.tenant(), document])).await
}

/// A lot that holds pieces of a receipt's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
pub(super) struct LotOf {
    pub(super) receipt_line_id: ReceiptLineId,
    pub(super) lot_id: LotId,
}

/// The lots that lines of receipts made, and those that were taken from them to be held back.
pub(super) async fn lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[Line],
) -> Result<Vec<LotOf>, Fault> {
    let sql = "
        with recursive family as (
            select l.receipt_line_id, l.id as lot_id
            from lot l
            where l.tenant_id = $1 and l.receipt_line_id = any($2::uuid[])
            union all
            select f.receipt_line_id, l.id
            from family f
            join lot l on l.tenant_id = $1 and l.source_lot_id = f.lot_id
        )
        select f.receipt_line_id, f.lot_id
        from family f
        order by f.receipt_line_id, f.lot_id";
    let ids = uuids(lines.iter().map(|line| line.receipt_line_id));
    tx.all(Sql::new(sql, values![permit.tenant(), ids])).await
}

/// Where something of lots lies, goods on their way too.
pub(super) async fn lying<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lots: &[LotOf],
) -> Result<Vec<BalanceKey>, Fault> {
    let sql = "
        select b.organization_id, b.warehouse_id, b.product_id, b.lot_id
        from stock_balance b
        where b.tenant_id = $1 and b.lot_id = any($2::uuid[]) and b.in_stock
        order by b.organization_id, b.warehouse_id, b.product_id, b.lot_id";
    let ids = uuids(lots.iter().map(|one| one.lot_id));
    tx.all(Sql::new(sql, values![permit.tenant(), ids])).await
}

/// Notes lines' shares and what they were spread by.
pub(super) async fn note_shares<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shares: &[(Uuid, Decimal, Decimal)],
) -> Result<(), Fault> {
    let sql = "
        update landed_cost_line l
        set weight = s.weight, amount = s.amount
        from unnest($2::uuid[], $3::numeric[], $4::numeric[]) as s (id, weight, amount)
        where l.tenant_id = $1 and l.id = s.id";
    let values = values![
        permit.tenant(),
        shares.iter().map(|one| one.0).collect::<Vec<_>>(),
        shares.iter().map(|one| one.1).collect::<Vec<_>>(),
        shares.iter().map(|one| one.2).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes where lines' pieces are and what they got.
pub(super) async fn insert_parts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    document: LandedCostId,
    parts: &[(Uuid, Part)],
) -> Result<(), Fault> {
    let sql = "
        insert into landed_cost_part
            (tenant_id, id, document_id, line_id, lot_id, warehouse_id, shipment_line_id,
             quantity, amount)
        select $1, p.id, $2, p.line_id, nullif(p.lot_id, $9), nullif(p.warehouse_id, $9),
               nullif(p.shipment_line_id, $9), p.quantity, p.amount
        from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::numeric[],
                    $10::numeric[])
             as p (id, line_id, lot_id, warehouse_id, shipment_line_id, quantity, amount)";
    let lot = |part: &Part| match part.place {
        Place::Lies(key) => key.lot_id.0,
        Place::Sold(_, lot) => lot.0,
        Place::Gone => Uuid::nil(),
    };
    let warehouse = |part: &Part| match part.place {
        Place::Lies(key) => key.warehouse_id.0,
        Place::Sold(..) | Place::Gone => Uuid::nil(),
    };
    let shipment = |part: &Part| match part.place {
        Place::Sold(line, _) => line.0,
        Place::Lies(_) | Place::Gone => Uuid::nil(),
    };
    let values = values![
        permit.tenant(),
        document,
        parts.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>(),
        parts.iter().map(|one| one.0).collect::<Vec<_>>(),
        parts.iter().map(|one| lot(&one.1)).collect::<Vec<_>>(),
        parts.iter().map(|one| warehouse(&one.1)).collect::<Vec<_>>(),
        parts.iter().map(|one| shipment(&one.1)).collect::<Vec<_>>(),
        parts.iter().map(|one| one.1.quantity).collect::<Vec<_>>(),
        Uuid::nil(),
        parts.iter().map(|one| one.1.amount).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Whether anything has left since of what a document raised: some other document took more out of
/// a raised balance than it brought back there, in pieces or in value. What others brought in does
/// not make up for it. Pieces held back and released are one affair of their two lots. The balances
/// are locked, and movements' ids are made in the order of time.
pub(super) async fn any_left<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    document: LandedCostId,
) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        has_left: bool,
    }
    let sql = "
        select exists (
            select
            from stock_movement r
            join stock_movement m
              on m.tenant_id = r.tenant_id
             and m.lot_id = r.lot_id
             and m.warehouse_id = r.warehouse_id
             and m.id > r.id
             and m.quantity <> 0
            where r.tenant_id = $1
              and r.document_id = $2
              and r.kind = 'REVALUATION'
            group by r.id,
                     case when m.document_id = m.lot_id then m.line_id else m.document_id end
            having sum(m.quantity) < 0 or sum(m.value) < 0
        ) as has_left";
    let row: Option<Row> = tx.one(Sql::new(sql, values![permit.tenant(), document])).await?;
    Ok(row.is_some_and(|row| row.has_left))
}
