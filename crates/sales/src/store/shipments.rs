//! Writing shipments, and reading them under their lock.

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    Decimal, DepartmentId, NaiveDate, OrderId, OrderLineId, Percent, ProductId, ProductVariantId,
    Refusal, RefusalCode, RegionId, ShipmentId, ShipmentLineId, WarehouseId,
};
use serde::Serialize;

use super::{author, rows, within_reach};
use crate::model::{Order, SHIPMENT_COLUMNS, SHIPMENT_LINE_COLUMNS, Shipment, ShipmentLine};
use crate::rules::{ShipmentState, Totals};

/// The order of a shipment within reach: it is locked before the shipment.
pub(crate) async fn order_of_shipment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ShipmentId,
) -> Outcome<OrderId> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
    }
    let mut sql = Sql::new("select h.order_id from shipment h", []);
    sql.with(" where h.tenant_id = ", permit.tenant(), " and h.kind = 'GOODS'");
    sql.with(" and h.id = ", id, "");
    within_reach(&mut sql, permit, "h");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| row.order_id).ok_or(CommandError::NotFound)
}

/// A shipment, locked until the transaction ends. Its order is locked already.
pub(crate) async fn lock_shipment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ShipmentId,
) -> Outcome<Shipment> {
    let text = format!(
        "select {SHIPMENT_COLUMNS}
         from shipment h
         where h.tenant_id = $1
           and h.id = $2
           and h.kind = 'GOODS'
         for no key update"
    );
    let found = tx.one(Sql::new(text, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// The lines of a shipment, in their order.
pub(crate) async fn shipment_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<Vec<ShipmentLine>> {
    let text = format!(
        "select {SHIPMENT_LINE_COLUMNS}
         from shipment_line l
         where l.tenant_id = $1
           and l.shipment_id = $2
         order by l.position"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), shipment])).await?)
}

/// A draft's own facts; the rest it has from its order.
#[derive(Clone, Debug)]
pub(crate) struct NewShipment {
    pub(crate) id: ShipmentId,
    pub(crate) date: NaiveDate,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) totals: Totals,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

/// A line as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewShipmentLine {
    pub(crate) id: ShipmentLineId,
    pub(crate) position: i32,
    pub(crate) order_line_id: OrderLineId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) unit: String,
    pub(crate) quantity: Decimal,
    pub(crate) amount: Decimal,
    pub(crate) vat_rate: Option<Percent>,
    pub(crate) vat_amount: Decimal,
}

/// Writes a draft with its lines, in one statement.
pub(crate) async fn insert_shipment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    shipment: &NewShipment,
    lines: &[NewShipmentLine],
) -> Outcome<()> {
    let sql = "
        with written as (
            insert into shipment
                (tenant_id, id, date, order_id, organization_id, customer_id, agreement_id,
                 manager_id, department_id, region_id, warehouse_id, currency,
                 prices_include_vat, state, net, vat, gross, comment, external_reference,
                 created_at, updated_at, created_by, agreement_version)
            values ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'DRAFT', $15, $16,
                    $17, $18, $19, $20, $20, $21, $22)
        )
        insert into shipment_line
            (tenant_id, id, shipment_id, position, order_line_id, product_id, variant_id, unit,
             quantity, amount, vat_rate, vat_amount)
        select $1, x.id, $2, x.position, x.order_line_id, x.product_id, x.variant_id, x.unit,
               x.quantity, x.amount, x.vat_rate, x.vat_amount
        from jsonb_to_recordset($3) as x
            (id uuid, position integer, order_line_id uuid, product_id uuid, variant_id uuid,
             unit text, quantity numeric, amount numeric, vat_rate numeric, vat_amount numeric)";
    let values = values![
        permit.tenant(),
        shipment.id,
        rows(lines)?,
        shipment.date,
        order.id,
        order.organization_id,
        order.customer_id,
        order.agreement_id,
        order.manager_id,
        order.department_id,
        order.region_id,
        shipment.warehouse_id,
        order.currency,
        order.prices_include_vat,
        shipment.totals.net,
        shipment.totals.vat,
        shipment.totals.gross,
        shipment.comment.clone(),
        shipment.external_reference.clone(),
        tx.now(),
        author(permit),
        order.agreement_version,
    ];
    let written = tx.run(Sql::new(sql, values)).await;
    on_constraint(written, "shipment_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another shipment has this external reference.",
            "Такая внешняя ссылка уже есть у другой реализации.",
        )
        .at(["externalReference"])
    })?;
    Ok(())
}

/// What posting gives a shipment's header.
#[derive(Clone, Debug)]
pub(crate) struct PostedHeader {
    pub(crate) number: String,
    pub(crate) sequence: i64,
    pub(crate) totals: Totals,
    pub(crate) cost: Decimal,
    pub(crate) department_id: Option<DepartmentId>,
    pub(crate) region_id: Option<RegionId>,
}

/// Marks a locked draft as posted.
pub(crate) async fn mark_posted<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
    posted: &PostedHeader,
) -> Outcome<()> {
    let sql = "
        update shipment h
        set state = 'POSTED', number = $3, number_sequence = $4, net = $5, vat = $6, gross = $7,
            cost = $8, manager_id = $9, department_id = $10, region_id = $11, posted_at = $12,
            date = $13, version = h.version + 1, updated_at = $12
        where h.tenant_id = $1
          and h.id = $2";
    let values = values![
        permit.tenant(),
        shipment.id,
        posted.number.clone(),
        posted.sequence,
        posted.totals.net,
        posted.totals.vat,
        posted.totals.gross,
        posted.cost,
        shipment.manager_id,
        posted.department_id,
        posted.region_id,
        tx.now(),
        shipment.date,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Marks a locked shipment as waiting for an approval, or as a draft again.
pub(crate) async fn mark_waiting<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
    state: ShipmentState,
) -> Outcome<()> {
    let sql = "
        update shipment h
        set state = $3, version = h.version + 1, updated_at = $4
        where h.tenant_id = $1
          and h.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), shipment, state, tx.now()])).await?;
    Ok(())
}

/// Marks a locked draft as given up.
pub(crate) async fn mark_cancelled<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<()> {
    let sql = "
        update shipment h
        set state = 'CANCELLED', version = h.version + 1, updated_at = $3
        where h.tenant_id = $1
          and h.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), shipment, tx.now()])).await?;
    Ok(())
}

/// Marks a locked posted shipment as reversed.
pub(crate) async fn mark_reversed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
    on: NaiveDate,
    reason: &str,
) -> Outcome<()> {
    let sql = "
        update shipment h
        set state = 'REVERSED', reversed_at = $3, reversed_on = $4, reverse_reason = $5,
            version = h.version + 1, updated_at = $3
        where h.tenant_id = $1
          and h.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), shipment, tx.now(), on, reason])).await?;
    Ok(())
}
