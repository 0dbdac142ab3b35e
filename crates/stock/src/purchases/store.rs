//! All SQL of purchase orders.

use std::collections::BTreeSet;

use access::Permit;
use db::{CommandError, Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, Decimal, NaiveDate, OrganizationId, PackagingId, ProductId, ProductVariantId,
    PurchaseOrderId, PurchaseOrderLineId, SupplierId, UserId, WarehouseId,
};
use serde::Serialize;

use super::rules::{Progress, PurchaseOrderState};
use crate::demand::queue::Queue;
use crate::rules::same_version;

/// A purchase order's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub(crate) id: PurchaseOrderId,
    pub(crate) number: String,
    pub(crate) occurred_on: NaiveDate,
    pub(crate) organization_id: OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) supplier_id: SupplierId,
    pub(crate) currency: Currency,
    pub(crate) state: String,
    pub(crate) amount: Option<Decimal>,
    pub(crate) expected_on: Option<NaiveDate>,
    pub(crate) supplier_reference: String,
    pub(crate) comment: String,
    pub(crate) end_reason: Option<String>,
    pub(crate) external_reference: Option<String>,
    pub(crate) version: i32,
    pub(crate) created_by: Option<UserId>,
}

impl Header {
    /// Its state, which the table's check keeps among the known ones.
    pub(crate) fn state(&self) -> Outcome<PurchaseOrderState> {
        let unknown = || Fault::broken(format!("a purchase order in state {}", self.state));
        Ok(PurchaseOrderState::parse(&self.state).ok_or_else(unknown)?)
    }
}

/// A purchase order's line.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub(crate) id: PurchaseOrderLineId,
    pub(crate) position: i32,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
    pub(crate) packaging_id: Option<PackagingId>,
    pub(crate) entered_quantity: Option<Decimal>,
    pub(crate) entered_unit: Option<String>,
    pub(crate) price: Option<Decimal>,
    pub(crate) amount: Option<Decimal>,
    pub(crate) expected_on: Option<NaiveDate>,
    pub(crate) received: Decimal,
    pub(crate) awaited: Decimal,
}

impl Line {
    pub(crate) fn progress(&self) -> Progress {
        Progress { quantity: self.quantity, received: self.received }
    }
}

const HEADER: &str = "
    select o.id, o.number, o.occurred_on, o.organization_id, o.warehouse_id, o.supplier_id,
           o.currency, o.state, o.amount, o.expected_on, o.supplier_reference, o.comment,
           o.end_reason, o.external_reference, o.version, o.created_by
    from purchase_order o
    where o.tenant_id = $1 and o.id = $2";

/// Locks a purchase order, whoever wrote it: goods are received of it with rights of their own.
pub(crate) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PurchaseOrderId,
) -> Outcome<Header> {
    let sql = format!("{HEADER} for no key update");
    let found = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// A purchase order within reach under its lock, in the version that was read.
pub(crate) async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PurchaseOrderId,
    version: i32,
) -> Outcome<Header> {
    let header = lock(tx, permit, id).await?;
    if !permit.reaches(header.created_by, None) {
        return Err(CommandError::NotFound);
    }
    same_version(
        header.version,
        version,
        "The purchase order was changed since you read it.",
        "Заказ поставщику был изменён после того, как вы его прочитали.",
    )?;
    Ok(header)
}

/// Its lines in their order.
pub(crate) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: PurchaseOrderId,
) -> Result<Vec<Line>, Fault> {
    let sql = "
        select l.id, l.position, l.product_id, l.variant_id, l.quantity, l.packaging_id,
               l.entered_quantity, l.entered_unit, l.price, l.amount, l.expected_on, l.received,
               l.awaited
        from purchase_order_line l
        where l.tenant_id = $1 and l.purchase_order_id = $2
        order by l.position";
    tx.all(Sql::new(sql, values![permit.tenant(), order])).await
}

/// Writes a new order.
pub(crate) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
) -> Result<(), Fault> {
    let sql = "
        insert into purchase_order
            (tenant_id, id, occurred_on, organization_id, warehouse_id, supplier_id, currency,
             amount, expected_on, supplier_reference, comment, external_reference, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let values = values![
        permit.tenant(),
        new.id,
        new.occurred_on,
        new.organization_id,
        new.warehouse_id,
        new.supplier_id,
        new.currency,
        new.amount,
        new.expected_on,
        new.supplier_reference.clone(),
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
        update purchase_order
        set number = $3, occurred_on = $4, warehouse_id = $5, state = $6, amount = $7,
            expected_on = $8, supplier_reference = $9, comment = $10, end_reason = $11,
            external_reference = $12, version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.occurred_on,
        changed.warehouse_id,
        changed.state.clone(),
        changed.amount,
        changed.expected_on,
        changed.supplier_reference.clone(),
        changed.comment.clone(),
        changed.end_reason.clone(),
        changed.external_reference.clone(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Puts other lines in the place of a draft's.
pub(crate) async fn put_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: PurchaseOrderId,
    lines: &[Line],
) -> Result<(), Fault> {
    let gone = "delete from purchase_order_line where tenant_id = $1 and purchase_order_id = $2";
    tx.run(Sql::new(gone, values![permit.tenant(), order])).await?;
    let sql = r#"
        insert into purchase_order_line
            (tenant_id, id, purchase_order_id, position, product_id, variant_id, quantity,
             packaging_id, entered_quantity, entered_unit, price, amount, expected_on)
        select $1, l.id, $2, l.position, l."productId", l."variantId", l.quantity,
               l."packagingId", l."enteredQuantity", l."enteredUnit", l.price, l.amount,
               l."expectedOn"
        from jsonb_to_recordset($3) as l
            (id uuid, position integer, "productId" uuid, "variantId" uuid, quantity numeric,
             "packagingId" uuid, "enteredQuantity" numeric, "enteredUnit" text, price numeric,
             amount numeric, "expectedOn" date)"#;
    let json = serde_json::to_value(lines)
        .map_err(|error| Fault::broken(format!("lines without JSON: {error}")))?;
    tx.run(Sql::new(sql, values![permit.tenant(), order, json])).await?;
    Ok(())
}

/// Writes how far lines have come, what they await and when. Under the queues of their goods.
pub(crate) async fn update_progress<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[Line],
) -> Result<(), Fault> {
    let sql = r#"
        update purchase_order_line l
        set received = c.received, awaited = c.awaited, expected_on = c."expectedOn"
        from jsonb_to_recordset($2) as c
            (id uuid, received numeric, awaited numeric, "expectedOn" date)
        where l.tenant_id = $1 and l.id = c.id"#;
    let json = serde_json::to_value(lines)
        .map_err(|error| Fault::broken(format!("lines without JSON: {error}")))?;
    tx.run(Sql::new(sql, values![permit.tenant(), json])).await?;
    Ok(())
}

/// The queues of an order's goods.
pub(crate) fn queues(order: &Header, lines: &[Line]) -> BTreeSet<Queue> {
    lines.iter().map(|line| (order.organization_id, line.product_id)).collect()
}
