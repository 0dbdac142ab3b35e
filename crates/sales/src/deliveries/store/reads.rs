//! Lists of deliveries, and batched reads by id.

use std::collections::HashMap;

use access::Permit;
use catalog::{Condition, push_conditions, push_customer};
use db::{Outcome, Sql, TenantTx};
use kernel::{
    CustomerId, DeliveryId, NaiveDate, Page, PageRequest, ShipmentId, UserId, WarehouseId,
};

use super::super::model::{Brought, COLUMNS, Delivery, DeliveryPackage, ReadDeliveries};
use super::super::rules::DeliveryState;
use crate::ReadShipments;
use crate::store::{OrderSort, counted, in_states, listed, only, uuids, within_reach};

/// Which deliveries; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// In one of these states; empty is any.
    pub states: Vec<DeliveryState>,
    /// To this customer.
    pub customer: Option<CustomerId>,
    /// Of the shipments of this manager.
    pub manager: Option<UserId>,
    /// Of this shipment.
    pub shipment: Option<ShipmentId>,
    /// From this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// By this carrier.
    pub carrier: Option<String>,
    /// On this tour.
    pub route: Option<String>,
    /// Planned for this day or later.
    pub date_from: Option<NaiveDate>,
    /// Planned for this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// With exactly this number in another program.
    pub external_reference: Option<String>,
    /// Whose custom fields hold all of this.
    pub custom: Vec<Condition>,
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadDeliveries>, filter: &DeliveryFilter) {
    sql.with(" from delivery d where d.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit, "d");
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.shipment_id = ", filter.shipment);
    only(sql, " and d.warehouse_id = ", filter.warehouse);
    only(sql, " and d.carrier = ", filter.carrier.clone());
    only(sql, " and d.route = ", filter.route.clone());
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    push_conditions(sql, permit.tenant(), "d.id", &filter.custom);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
}

/// A page of deliveries within reach, by the day they are planned for.
///
/// # Errors
/// A fault of the database.
pub async fn deliveries(
    tx: &TenantTx,
    permit: &Permit<ReadDeliveries>,
    filter: &DeliveryFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<Delivery>> {
    let narrow = |sql: &mut Sql| conditions(sql, permit, filter);
    listed(tx, COLUMNS, narrow, (sort, page), |row: &Delivery| row.id.0).await
}

/// How many deliveries a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_deliveries(
    tx: &TenantTx,
    permit: &Permit<ReadDeliveries>,
    filter: &DeliveryFilter,
) -> Outcome<i64> {
    counted(tx, |sql| conditions(sql, permit, filter)).await
}

/// Deliveries within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn deliveries_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadDeliveries>,
    ids: &[DeliveryId],
) -> Outcome<HashMap<DeliveryId, Delivery>> {
    let mut sql = Sql::new(format!("select {COLUMNS} from delivery d"), []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "");
    sql.with(" and d.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "d");
    let found: Vec<Delivery> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The deliveries of shipments within reach, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn deliveries_by_shipment(
    tx: &TenantTx,
    permit: &Permit<ReadDeliveries>,
    shipments: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, Vec<Delivery>>> {
    let mut sql = Sql::new(format!("select {COLUMNS} from delivery d"), []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "");
    sql.with(" and d.shipment_id = any(", uuids(shipments), "::uuid[])");
    within_reach(&mut sql, permit, "d");
    sql.push(" order by d.shipment_id, d.id");
    let mut found: HashMap<ShipmentId, Vec<Delivery>> = HashMap::new();
    for row in tx.all::<Delivery>(sql).await? {
        found.entry(row.shipment_id).or_default().push(row);
    }
    Ok(found)
}

/// The packages of deliveries, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn packages_by_delivery(
    tx: &TenantTx,
    permit: &Permit<ReadDeliveries>,
    ids: &[DeliveryId],
) -> Outcome<HashMap<DeliveryId, Vec<DeliveryPackage>>> {
    let mut sql = Sql::new(
        "select p.delivery_id, p.position, p.name, p.mark, p.count, p.weight_kg, p.volume_m3
         from delivery_package p",
        [],
    );
    sql.with(" where p.tenant_id = ", permit.tenant(), "");
    sql.with(" and p.delivery_id = any(", uuids(ids), "::uuid[])");
    sql.push(" order by p.delivery_id, p.position");
    let mut found: HashMap<DeliveryId, Vec<DeliveryPackage>> = HashMap::new();
    for row in tx.all::<DeliveryPackage>(sql).await? {
        found.entry(row.delivery_id).or_default().push(row);
    }
    Ok(found)
}

/// What posted shipments have brought by now: returns, reversals and the costs of carrying them
/// counted in. Shipments that never were posted are absent. Lives on shipment_line_position and
/// sale_fact_once.
///
/// # Errors
/// A fault of the database.
pub async fn brought_by_shipment(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    shipments: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, Brought>> {
    let mut sql = Sql::new(
        "select h.id as shipment_id, sum(f.quantity) as quantity, sum(f.revenue) as revenue,
                sum(f.cost) as cost, sum(f.variable_cost) as variable_cost
         from shipment h
         join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
         join sale_fact f on f.tenant_id = l.tenant_id and f.shipment_line_id = l.id",
        [],
    );
    sql.with(" where h.tenant_id = ", permit.tenant(), " and h.kind = 'GOODS'");
    sql.with(" and h.id = any(", uuids(shipments), "::uuid[])");
    within_reach(&mut sql, permit, "h");
    sql.push(" group by h.id");
    let found: Vec<Brought> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.shipment_id, row)).collect())
}
