//! Goods receipts, their lines, and the lots they make.

use std::collections::HashMap;

use access::Permit;
use catalog::Goods;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Decimal, NaiveDate, OrganizationId, PackagingId, ProductId, ProductVariantId, PurchaseOrderId,
    PurchaseOrderLineId, ReceiptId, ReceiptLineId, UserId, Uuid, WarehouseId,
};
use serde::Serialize;

use super::balances::{key_arrays, variant_key};
use super::movements::Movement;
use super::uuids;
use crate::rules::ReceiptState;

/// A receipt's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub(crate) id: ReceiptId,
    pub(crate) number: String,
    pub(crate) occurred_on: NaiveDate,
    pub(crate) organization_id: OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) purchase_order_id: Option<PurchaseOrderId>,
    pub(crate) supplier_name: String,
    pub(crate) state: String,
    pub(crate) amount: Option<Decimal>,
    pub(crate) comment: String,
    pub(crate) external_reference: Option<String>,
    pub(crate) reversed_on: Option<NaiveDate>,
    pub(crate) version: i32,
    pub(crate) created_by: Option<UserId>,
}

impl Header {
    /// Its state, which the table's check keeps among the known ones.
    pub(crate) fn state(&self) -> Outcome<ReceiptState> {
        let unknown = || Fault::broken(format!("a receipt in state {}", self.state));
        Ok(ReceiptState::parse(&self.state).ok_or_else(unknown)?)
    }
}

/// A receipt's line.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub(crate) id: ReceiptLineId,
    pub(crate) position: i32,
    pub(crate) purchase_order_line_id: Option<PurchaseOrderLineId>,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
    pub(crate) packaging_id: Option<PackagingId>,
    pub(crate) entered_quantity: Option<Decimal>,
    pub(crate) entered_unit: Option<String>,
    pub(crate) unit_cost: Option<Decimal>,
    pub(crate) amount: Option<Decimal>,
    pub(crate) expires_on: Option<NaiveDate>,
    pub(crate) lot_number: Option<String>,
}

impl Line {
    /// What came in.
    pub(crate) fn goods(&self) -> Goods {
        Goods { product: self.product_id, variant: self.variant_id }
    }
}

/// Locks a receipt within reach: its author stands for the responsible manager.
pub(crate) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ReceiptId,
) -> Result<Option<Header>, Fault> {
    let sql = "
        select r.id, r.number, r.occurred_on, r.organization_id, r.warehouse_id,
               r.purchase_order_id, r.supplier_name, r.state, r.amount, r.comment,
               r.external_reference, r.reversed_on, r.version, r.created_by
        from goods_receipt r
        where r.tenant_id = $1
          and r.id = $2
          and ($3::uuid[] is null or r.created_by = any($3))
        for no key update";
    tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await
}

/// Writes a new receipt.
pub(crate) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
) -> Result<(), Fault> {
    let sql = "
        insert into goods_receipt
            (tenant_id, id, occurred_on, organization_id, warehouse_id, supplier_name, amount,
             comment, external_reference, created_by, purchase_order_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = values![
        permit.tenant(),
        new.id,
        new.occurred_on,
        new.organization_id,
        new.warehouse_id,
        new.supplier_name.clone(),
        new.amount,
        new.comment.clone(),
        new.external_reference.clone(),
        new.created_by,
        new.purchase_order_id,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what may change of a locked receipt; its version moves on.
pub(crate) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changed: &Header,
) -> Result<(), Fault> {
    let sql = "
        update goods_receipt
        set number = $3, occurred_on = $4, warehouse_id = $5, supplier_name = $6, state = $7,
            amount = $8, comment = $9, external_reference = $10, reversed_on = $11,
            version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.occurred_on,
        changed.warehouse_id,
        changed.supplier_name.clone(),
        changed.state.clone(),
        changed.amount,
        changed.comment.clone(),
        changed.external_reference.clone(),
        changed.reversed_on,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A receipt's lines in their order.
pub(crate) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    receipt: ReceiptId,
) -> Result<Vec<Line>, Fault> {
    let sql = "
        select l.id, l.position, l.purchase_order_line_id, l.product_id, l.variant_id, l.quantity,
               l.packaging_id, l.entered_quantity, l.entered_unit, l.unit_cost, l.amount, l.expires_on, l.lot_number
        from goods_receipt_line l
        where l.tenant_id = $1 and l.receipt_id = $2
        order by l.position";
    tx.all(Sql::new(sql, values![permit.tenant(), receipt])).await
}

/// Removes a draft's lines, to be written anew.
pub(crate) async fn delete_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    receipt: ReceiptId,
) -> Result<(), Fault> {
    let sql = "delete from goods_receipt_line where tenant_id = $1 and receipt_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), receipt])).await?;
    Ok(())
}

/// Writes lines. They go as JSON, since arrays here hold no nulls.
pub(crate) async fn insert_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    receipt: ReceiptId,
    lines: &[Line],
) -> Result<(), Fault> {
    if lines.is_empty() {
        return Ok(());
    }
    let sql = r#"
        insert into goods_receipt_line
            (tenant_id, id, receipt_id, position, product_id, quantity, unit_cost, amount,
             expires_on, packaging_id, entered_quantity, entered_unit, lot_number, variant_id,
             purchase_order_line_id)
        select $1, l.id, $2, l.position, l."productId", l.quantity, l."unitCost", l.amount,
               l."expiresOn", l."packagingId", l."enteredQuantity", l."enteredUnit",
               l."lotNumber", l."variantId", l."purchaseOrderLineId"
        from jsonb_to_recordset($3) as l
            (id uuid, position integer, "productId" uuid, quantity numeric, "unitCost" numeric,
             amount numeric, "expiresOn" date, "packagingId" uuid, "enteredQuantity" numeric,
             "enteredUnit" text, "lotNumber" text, "variantId" uuid,
             "purchaseOrderLineId" uuid)"#;
    let json = serde_json::to_value(lines)
        .map_err(|error| Fault::broken(format!("lines without JSON: {error}")))?;
    tx.run(Sql::new(sql, values![permit.tenant(), receipt, json])).await?;
    Ok(())
}

/// Writes costs and amounts of lines that have them.
pub(crate) async fn update_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[Line],
) -> Result<(), Fault> {
    let known: Vec<(ReceiptLineId, Decimal, Decimal)> =
        lines.iter().filter_map(|line| Some((line.id, line.unit_cost?, line.amount?))).collect();
    let sql = "
        update goods_receipt_line l
        set unit_cost = c.unit_cost, amount = c.amount
        from unnest($2::uuid[], $3::numeric[], $4::numeric[]) as c (id, unit_cost, amount)
        where l.tenant_id = $1 and l.id = c.id";
    let values = values![
        permit.tenant(),
        uuids(known.iter().map(|line| line.0)),
        known.iter().map(|line| line.1).collect::<Vec<_>>(),
        known.iter().map(|line| line.2).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what lines were to cost by their purchase order.
pub(crate) async fn set_ordered_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    costs: &[(ReceiptLineId, Decimal)],
) -> Result<(), Fault> {
    let sql = "
        update goods_receipt_line l
        set ordered_cost = c.cost
        from unnest($2::uuid[], $3::numeric[]) as c (id, cost)
        where l.tenant_id = $1 and l.id = c.id";
    let values = values![
        permit.tenant(),
        uuids(costs.iter().map(|one| one.0)),
        costs.iter().map(|one| one.1).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct LastCost {
    product_id: ProductId,
    variant_key: Uuid,
    unit_cost: Decimal,
}

/// What goods cost an organization when they were last received, per base unit: those of the
/// variant, else those of the product in any. Products never received are absent.
pub(crate) async fn last_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    goods: &[Goods],
) -> Result<HashMap<Goods, Decimal>, Fault> {
    let sql = "
        select p.id as product_id, p.variant_key, last.unit_cost
        from (select distinct u.id, u.variant_key
              from unnest($3::uuid[], $4::uuid[]) as u (id, variant_key)) p
        cross join lateral (
            (select l.unit_cost, 1 as place
             from lot l
             join goods_receipt r on r.tenant_id = l.tenant_id and r.id = l.receipt_id
             where l.tenant_id = $1
               and l.organization_id = $2
               and l.product_id = p.id
               and l.variant_key = p.variant_key
               and r.state = 'POSTED'
             order by l.received_on desc, l.id desc
             limit 1)
            union all
            (select l.unit_cost, 2
             from lot l
             join goods_receipt r on r.tenant_id = l.tenant_id and r.id = l.receipt_id
             where l.tenant_id = $1
               and l.organization_id = $2
               and l.product_id = p.id
               and r.state = 'POSTED'
             order by l.received_on desc, l.id desc
             limit 1)
            order by place
            limit 1
        ) last";
    let values = values![
        permit.tenant(),
        organization,
        uuids(goods.iter().map(|one| one.product)),
        uuids(goods.iter().map(|one| variant_key(one.variant))),
    ];
    let rows: Vec<LastCost> = tx.all(Sql::new(sql, values)).await?;
    let of = |row: LastCost| {
        let variant = (!row.variant_key.is_nil()).then_some(ProductVariantId(row.variant_key));
        (Goods { product: row.product_id, variant }, row.unit_cost)
    };
    Ok(rows.into_iter().map(of).collect())
}

/// Makes a lot of each line and its balance, as the movements say. `received`: since when each
/// lot is there.
pub(crate) async fn insert_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    receipt: &Header,
    (lines, received): (&[Line], &[NaiveDate]),
    movements: &[Movement],
) -> Result<(), Fault> {
    let sql = "
        with new as (
            select n.organization_id, n.warehouse_id, n.product_id, n.lot_id, n.line_id,
                   n.quantity, n.value, n.received_on
            from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::numeric[],
                        $10::numeric[], $11::date[])
                 as n (organization_id, warehouse_id, product_id, lot_id, line_id, quantity, value,
                       received_on)
        ), lots as (
            insert into lot
                (tenant_id, id, organization_id, product_id, receipt_id, receipt_line_id,
                 received_on, expires_on, unit_cost, supplier_name, number, variant_id)
            select $1, n.lot_id, n.organization_id, n.product_id, $2, n.line_id, n.received_on,
                   l.expires_on, l.unit_cost, $3, l.lot_number, l.variant_id
            from new n
            join goods_receipt_line l on l.tenant_id = $1 and l.id = n.line_id
        )
        insert into stock_balance
            (tenant_id, organization_id, warehouse_id, product_id, lot_id, on_hand, value,
             variant_id)
        select $1, n.organization_id, n.warehouse_id, n.product_id, n.lot_id, n.quantity, n.value,
               l.variant_id
        from new n
        join goods_receipt_line l on l.tenant_id = $1 and l.id = n.line_id";
    let [organizations, warehouses, products, lots] = key_arrays(movements.iter().map(|m| &m.key));
    let values = values![
        permit.tenant(),
        receipt.id,
        receipt.supplier_name.clone(),
        organizations,
        warehouses,
        products,
        lots,
        uuids(lines.iter().map(|line| line.id)),
        movements.iter().map(|m| m.quantity).collect::<Vec<_>>(),
        movements.iter().map(|m| m.value).collect::<Vec<_>>(),
        received.to_vec(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}
