//! Lists of orders and shipments.

use access::Permit;
use catalog::{Condition, push_conditions, push_customer};
use db::{Outcome, Sql, TenantTx};
use kernel::{
    CustomerId, NaiveDate, OrderId, OrganizationId, Page, PageRequest, UserId, WarehouseId,
};

use super::listing::{OrderSort, ShipmentSort, counted, in_states, listed, only};
use super::within_reach;
use crate::model::{ORDER_COLUMNS, Order, ReadOrders, ReadShipments, SHIPMENT_COLUMNS, Shipment};
use crate::rules::{OrderState, ShipmentState};

/// Hits of one kind that a search takes at most.
const SEARCH_CAP: i64 = 500;
/// Longest text that is searched for, in characters.
const SEARCH_LENGTH: usize = 100;

/// What orders are wanted; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// In one of these states; empty is any.
    pub states: Vec<OrderState>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this responsible manager.
    pub manager: Option<UserId>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Dated on this day or later.
    pub date_from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
    /// With exactly this number in another program.
    pub external_reference: Option<String>,
    /// Whose number or external reference begins with this, or whose number ends in this count.
    pub search: Option<String>,
}

/// What shipments are wanted; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct ShipmentFilter {
    /// In one of these states; empty is any.
    pub states: Vec<ShipmentState>,
    /// To this customer.
    pub customer: Option<CustomerId>,
    /// Of this responsible manager.
    pub manager: Option<UserId>,
    /// Of this order.
    pub order: Option<OrderId>,
    /// From this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Dated on this day or later.
    pub date_from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
    /// With exactly this number in another program.
    pub external_reference: Option<String>,
    /// Whose number or external reference begins with this, or whose number ends in this count.
    pub search: Option<String>,
}

/// Adds a search by the beginning of a number or external reference, or by a number's count.
pub(crate) fn found_by<A>(
    sql: &mut Sql,
    permit: &Permit<A>,
    table: &'static str,
    search: Option<&str>,
) {
    let Some(text) = search.map(str::trim).filter(|text| !text.is_empty()) else { return };
    let text: String = text.chars().filter(|c| !c.is_control()).take(SEARCH_LENGTH).collect();
    let arm = |sql: &mut Sql| {
        sql.push("(select f.id from ").push(table);
        sql.with(" f where f.tenant_id = ", permit.tenant(), "");
        within_reach(sql, permit, "f");
    };
    sql.push(" and d.id in (");
    for key in ["number_key", "external_key"] {
        arm(sql);
        sql.push(" and f.").push(key).with(" >= catalog_key(", text.clone(), ")");
        sql.push(" and f.").push(key).with(" < (catalog_key(", text.clone(), ")");
        sql.with(" || chr(1114111)) collate \"C\" limit ", SEARCH_CAP, ") union all ");
    }
    arm(sql);
    let sequence: i64 = text.parse().unwrap_or(-1);
    sql.with(" and f.number_sequence = ", sequence, "").with(" limit ", SEARCH_CAP, "))");
}

fn order_conditions(sql: &mut Sql, permit: &Permit<ReadOrders>, filter: &OrderFilter) {
    sql.with(" from sales_order d where d.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit, "d");
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.organization_id = ", filter.organization);
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    push_conditions(sql, permit.tenant(), "d.id", &filter.custom);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
    found_by(sql, permit, "sales_order", filter.search.as_deref());
}

fn shipment_conditions(sql: &mut Sql, permit: &Permit<ReadShipments>, filter: &ShipmentFilter) {
    sql.with(" from shipment d where d.tenant_id = ", permit.tenant(), " and d.kind = 'GOODS'");
    within_reach(sql, permit, "d");
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.order_id = ", filter.order);
    only(sql, " and d.warehouse_id = ", filter.warehouse);
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    push_conditions(sql, permit.tenant(), "d.id", &filter.custom);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
    found_by(sql, permit, "shipment", filter.search.as_deref());
}

/// A page of orders within reach.
///
/// # Errors
/// A fault of the database.
pub async fn orders(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    filter: &OrderFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<Order>> {
    let columns = ORDER_COLUMNS.replace("o.", "d.");
    let narrow = |sql: &mut Sql| order_conditions(sql, permit, filter);
    listed(tx, &columns, narrow, (sort, page), |order: &Order| order.id.0).await
}

/// How many orders a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_orders(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    filter: &OrderFilter,
) -> Outcome<i64> {
    counted(tx, |sql| order_conditions(sql, permit, filter)).await
}

/// A page of shipments within reach.
///
/// # Errors
/// A fault of the database.
pub async fn shipments(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    filter: &ShipmentFilter,
    sort: ShipmentSort,
    page: &PageRequest,
) -> Outcome<Page<Shipment>> {
    let columns = SHIPMENT_COLUMNS.replace("h.", "d.");
    let narrow = |sql: &mut Sql| shipment_conditions(sql, permit, filter);
    listed(tx, &columns, narrow, (sort, page), |shipment: &Shipment| shipment.id.0).await
}

/// How many shipments a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_shipments(
    tx: &TenantTx,
    permit: &Permit<ReadShipments>,
    filter: &ShipmentFilter,
) -> Outcome<i64> {
    counted(tx, |sql| shipment_conditions(sql, permit, filter)).await
}
