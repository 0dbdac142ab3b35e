//! Writing deliveries, and reading them under their lock.

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    CustomerId, Decimal, DeliveryAddressId, DeliveryId, NaiveDate, OrderId, Refusal, RefusalCode,
    SaleFactId, ShipmentId, ShipmentLineId, VariableCostId,
};
use serde::Serialize;

use super::super::model::{COLUMNS, Delivery};
use crate::model::Shipment;
use crate::store::{author, rows, within_reach};

/// The order and the shipment of a delivery within reach: they are locked before it.
pub(crate) async fn place_of_delivery<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: DeliveryId,
) -> Outcome<(OrderId, ShipmentId)> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
        shipment_id: ShipmentId,
    }
    let mut sql = Sql::new("select d.order_id, d.shipment_id from delivery d", []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "").with(" and d.id = ", id, "");
    within_reach(&mut sql, permit, "d");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| (row.order_id, row.shipment_id)).ok_or(CommandError::NotFound)
}

/// A delivery, locked until the transaction ends.
pub(crate) async fn lock_delivery<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: DeliveryId,
) -> Outcome<Delivery> {
    let text = format!(
        "select {COLUMNS}
         from delivery d
         where d.tenant_id = $1 and d.id = $2
         for no key update"
    );
    let found = tx.one(Sql::new(text, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// The deliveries of a shipment that are planned, locked in the order of their ids.
pub(crate) async fn planned_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<Vec<Delivery>> {
    let text = format!(
        "select {COLUMNS}
         from delivery d
         where d.tenant_id = $1 and d.shipment_id = $2 and d.state = 'PLANNED'
         order by d.id
         for no key update"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), shipment])).await?)
}

/// A delivery as it is written.
#[derive(Clone, Debug)]
pub(crate) struct NewDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) number: String,
    pub(crate) number_year: i32,
    pub(crate) date: NaiveDate,
    pub(crate) carrier: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) tracking_number: Option<String>,
    pub(crate) delivery_address_id: Option<DeliveryAddressId>,
    pub(crate) address: Option<String>,
    pub(crate) recipient: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) cost: Option<Decimal>,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

/// Packages as they are written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewPackage {
    pub(crate) position: i32,
    pub(crate) name: String,
    pub(crate) mark: Option<String>,
    pub(crate) count: i32,
    pub(crate) weight_kg: Option<Decimal>,
    pub(crate) volume_m3: Option<Decimal>,
}

/// Writes a planned delivery with its packages.
pub(crate) async fn insert_delivery<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
    new: &NewDelivery,
    packages: &[NewPackage],
) -> Outcome<()> {
    let sql = "
        insert into delivery
            (tenant_id, id, number, number_year, date, shipment_id, order_id, organization_id,
             customer_id, manager_id, warehouse_id, state, carrier, route, tracking_number,
             delivery_address_id, address, recipient, phone, cost, comment, external_reference,
             created_at, updated_at, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'PLANNED', $12, $13, $14, $15, $16,
                $17, $18, $19, $20, $21, $22, $22, $23)";
    let values = values![
        permit.tenant(),
        new.id,
        new.number.clone(),
        new.number_year,
        new.date,
        shipment.id,
        shipment.order_id,
        shipment.organization_id,
        shipment.customer_id,
        shipment.manager_id,
        shipment.warehouse_id,
        new.carrier.clone(),
        new.route.clone(),
        new.tracking_number.clone(),
        new.delivery_address_id,
        new.address.clone(),
        new.recipient.clone(),
        new.phone.clone(),
        new.cost,
        new.comment.clone(),
        new.external_reference.clone(),
        tx.now(),
        author(permit),
    ];
    let written = tx.run(Sql::new(sql, values)).await;
    on_constraint(written, "delivery_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another delivery has this external reference.",
            "Такая внешняя ссылка уже есть у другой доставки.",
        )
        .at(["externalReference"])
    })?;
    insert_packages(tx, permit, new.id, packages).await
}

/// Writes all packages of a locked delivery anew.
pub(crate) async fn replace_packages<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: DeliveryId,
    packages: &[NewPackage],
) -> Outcome<()> {
    let sql = "
        delete from delivery_package p
        where p.tenant_id = $1 and p.delivery_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id])).await?;
    insert_packages(tx, permit, id, packages).await
}

async fn insert_packages<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: DeliveryId,
    packages: &[NewPackage],
) -> Outcome<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let sql = "
        insert into delivery_package
            (tenant_id, delivery_id, position, name, mark, count, weight_kg, volume_m3)
        select $1, $2, x.position, x.name, x.mark, x.count, x.weight_kg, x.volume_m3
        from jsonb_to_recordset($3) as x
            (position integer, name text, mark text, count integer, weight_kg numeric,
             volume_m3 numeric)";
    tx.run(Sql::new(sql, values![permit.tenant(), id, rows(packages)?])).await?;
    Ok(())
}

/// Writes a locked delivery back, as its next version.
pub(crate) async fn update_delivery<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &Delivery,
) -> Outcome<()> {
    let sql = "
        update delivery d
        set date = $3, state = $4, carrier = $5, route = $6, tracking_number = $7,
            delivery_address_id = $8, address = $9, recipient = $10, phone = $11, cost = $12,
            booked = $13, attempts = $14, started_at = $15, delivered_at = $16,
            received_by = $17, fail_reason = $18, comment = $19, version = d.version + 1,
            updated_at = $20
        where d.tenant_id = $1 and d.id = $2";
    let values = values![
        permit.tenant(),
        row.id,
        row.date,
        row.state,
        row.carrier.clone(),
        row.route.clone(),
        row.tracking_number.clone(),
        row.delivery_address_id,
        row.address.clone(),
        row.recipient.clone(),
        row.phone.clone(),
        row.cost,
        row.booked,
        row.attempts,
        row.started_at,
        row.delivered_at,
        row.received_by.clone(),
        row.fail_reason.clone(),
        row.comment.clone(),
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A cost as it is booked.
#[derive(Clone, Debug)]
pub(crate) struct BookedCost {
    pub(crate) id: VariableCostId,
    pub(crate) shipment_id: ShipmentId,
    pub(crate) delivery_id: DeliveryId,
    pub(crate) occurred_on: NaiveDate,
    /// Base currency; below zero takes back.
    pub(crate) amount: Decimal,
    pub(crate) parts: Vec<CostPart>,
}

/// What a line bears of a cost.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CostPart {
    pub(crate) shipment_line_id: ShipmentLineId,
    pub(crate) fact_id: SaleFactId,
    pub(crate) amount: Decimal,
}

/// Books a cost in one statement: its row, facts, and the facts' places in the queue of the
/// rollups.
pub(crate) async fn book_cost<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    cost: &BookedCost,
) -> Outcome<()> {
    let values = values![
        permit.tenant(),
        cost.id,
        cost.shipment_id,
        cost.delivery_id,
        cost.occurred_on,
        cost.amount,
        rows(&cost.parts)?,
        tx.now(),
        author(permit),
    ];
    tx.run(Sql::new(include_str!("book_cost.sql"), values)).await?;
    Ok(())
}

/// Gives the deliveries of a locked shipment its manager; gives those that had another.
pub(crate) async fn give_to_manager<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
) -> Outcome<Vec<Delivery>> {
    let text = format!(
        "update delivery d
         set manager_id = $3, version = d.version + 1, updated_at = $4
         where d.tenant_id = $1 and d.shipment_id = $2 and d.manager_id is distinct from $3
         returning {COLUMNS}"
    );
    let values = values![permit.tenant(), shipment.id, shipment.manager_id, tx.now()];
    Ok(tx.all(Sql::new(text, values)).await?)
}

/// Gives the deliveries to one customer to another. Orders are locked.
pub(crate) async fn move_deliveries<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<DeliveryId>> {
    #[derive(FromQueryResult)]
    struct Moved {
        id: DeliveryId,
    }
    let sql = "
        update delivery
        set customer_id = $3, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2
        returning id";
    let moved: Vec<Moved> =
        tx.all(Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}
