//! All SQL of returns to suppliers.

use access::Permit;
use db::{CommandError, Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Decimal, LotId, NaiveDate, OrganizationId, ProductId, ProductVariantId, ReceiptId,
    ReceiptLineId, SupplierReturnId, SupplierReturnLineId, UserId, WarehouseId,
};
use serde::Serialize;

use super::SupplierReturnState;
use crate::rules::{BalanceKey, same_version};
use crate::store::uuids;

/// A return's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub(crate) id: SupplierReturnId,
    pub(crate) number: String,
    pub(crate) occurred_on: NaiveDate,
    pub(crate) organization_id: OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) receipt_id: ReceiptId,
    pub(crate) state: String,
    pub(crate) amount: Option<Decimal>,
    pub(crate) reason: String,
    pub(crate) comment: String,
    pub(crate) external_reference: Option<String>,
    pub(crate) reversed_on: Option<NaiveDate>,
    pub(crate) version: i32,
    pub(crate) created_by: Option<UserId>,
}

impl Header {
    /// Its state, which the table's check keeps among the known ones.
    pub(crate) fn state(&self) -> Outcome<SupplierReturnState> {
        let unknown = || Fault::broken(format!("a return in state {}", self.state));
        Ok(SupplierReturnState::parse(&self.state).ok_or_else(unknown)?)
    }
}

/// A return's line.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub(crate) id: SupplierReturnLineId,
    pub(crate) position: i32,
    pub(crate) receipt_line_id: ReceiptLineId,
    pub(crate) lot_id: LotId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
}

impl Line {
    /// Out of which balance it goes.
    pub(crate) fn key(&self, of: &Header) -> BalanceKey {
        BalanceKey {
            organization_id: of.organization_id,
            warehouse_id: of.warehouse_id,
            product_id: self.product_id,
            lot_id: self.lot_id,
        }
    }
}

/// The return under its lock, within reach, in the version that was read.
pub(crate) async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SupplierReturnId,
    version: i32,
) -> Outcome<Header> {
    let sql = "
        select r.id, r.number, r.occurred_on, r.organization_id, r.warehouse_id, r.receipt_id,
               r.state, r.amount, r.reason, r.comment, r.external_reference, r.reversed_on,
               r.version, r.created_by
        from supplier_return r
        where r.tenant_id = $1
          and r.id = $2
          and ($3::uuid[] is null or r.created_by = any($3))
        for no key update";
    let found = tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await?;
    let header: Header = found.ok_or(CommandError::NotFound)?;
    same_version(
        header.version,
        version,
        "The return was changed since you read it.",
        "Возврат поставщику был изменён после того, как вы его прочитали.",
    )?;
    Ok(header)
}

/// Writes a new return with its lines.
pub(crate) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
    lines: &[Line],
) -> Result<u64, Fault> {
    let sql = r#"
        with header as (
            insert into supplier_return
                (tenant_id, id, occurred_on, organization_id, warehouse_id, receipt_id, reason,
                 comment, external_reference, created_by)
            values ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11)
        )
        insert into supplier_return_line
            (tenant_id, id, return_id, position, receipt_line_id, lot_id, product_id, variant_id,
             quantity)
        select $1, l.id, $2, l.position, l."receiptLineId", l."lotId", l."productId",
               l."variantId", l.quantity
        from jsonb_to_recordset($3) as l
            (id uuid, position integer, "receiptLineId" uuid, "lotId" uuid, "productId" uuid,
             "variantId" uuid, quantity numeric)"#;
    let json = serde_json::to_value(lines)
        .map_err(|error| Fault::broken(format!("lines without JSON: {error}")))?;
    let values = values![
        permit.tenant(),
        new.id,
        json,
        new.occurred_on,
        new.organization_id,
        new.warehouse_id,
        new.receipt_id,
        new.reason.clone(),
        new.comment.clone(),
        new.external_reference.clone(),
        new.created_by,
    ];
    tx.run(Sql::new(sql, values)).await
}

/// Writes where a locked return stands; its version moves on.
pub(crate) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changed: &Header,
) -> Result<(), Fault> {
    let sql = "
        update supplier_return
        set number = $3, state = $4, amount = $5, reversed_on = $6, version = version + 1,
            updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.state.clone(),
        changed.amount,
        changed.reversed_on,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes the value that left with each line.
pub(crate) async fn set_amounts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    amounts: &[(SupplierReturnLineId, Decimal)],
) -> Result<(), Fault> {
    let sql = "
        update supplier_return_line l
        set amount = a.amount
        from unnest($2::uuid[], $3::numeric[]) as a (id, amount)
        where l.tenant_id = $1 and l.id = a.id";
    let values = values![
        permit.tenant(),
        uuids(amounts.iter().map(|one| one.0)),
        amounts.iter().map(|one| one.1).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A return's lines in their order.
pub(crate) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    of: SupplierReturnId,
) -> Result<Vec<Line>, Fault> {
    let sql = "
        select l.id, l.position, l.receipt_line_id, l.lot_id, l.product_id, l.variant_id,
               l.quantity
        from supplier_return_line l
        where l.tenant_id = $1 and l.return_id = $2
        order by l.position";
    tx.all(Sql::new(sql, values![permit.tenant(), of])).await
}

/// A lot that a receipt made, and what of it lies free in a warehouse.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct ReceivedLot {
    pub(crate) receipt_line_id: ReceiptLineId,
    pub(crate) lot_id: LotId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) free: Decimal,
}

/// The lots of a receipt, in the order of its lines.
pub(crate) async fn lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    receipt: ReceiptId,
    warehouse: WarehouseId,
) -> Result<Vec<ReceivedLot>, Fault> {
    let sql = "
        select g.id as receipt_line_id, l.id as lot_id, l.product_id, l.variant_id,
               coalesce(b.on_hand - b.reserved, 0) as free
        from goods_receipt_line g
        join lot l on l.tenant_id = g.tenant_id and l.receipt_line_id = g.id
        left join stock_balance b
          on b.tenant_id = l.tenant_id
         and b.organization_id = l.organization_id
         and b.warehouse_id = $3
         and b.product_id = l.product_id
         and b.lot_id = l.id
        where g.tenant_id = $1 and g.receipt_id = $2
        order by g.position";
    tx.all(Sql::new(sql, values![permit.tenant(), receipt, warehouse])).await
}
