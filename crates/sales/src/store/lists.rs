//! Lists of orders and shipments: keyset pages over indexes that lead with the tenant.

use access::Permit;
use catalog::{Condition, push_conditions, push_customer};
use db::{FromQueryResult, Outcome, Sql, TenantTx, Value};
use kernel::{
    CustomerId, Direction, NaiveDate, OrderId, OrganizationId, Page, PageRequest, Position,
    ShipmentId, UserId, WarehouseId,
};

use super::within_reach;
use crate::model::{ORDER_COLUMNS, Order, ReadOrders, ReadShipments, SHIPMENT_COLUMNS, Shipment};
use crate::rules::{OrderState, ShipmentState};

/// How far lists are counted.
const COUNT_CAP: i64 = 10_000;
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

/// What orders are ordered by; the id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderField {
    /// The document's date.
    Date,
    /// The number; drafts first.
    Number,
    /// The gross.
    Total,
}

/// The order of a list of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderSort {
    /// By what.
    pub field: OrderField,
    /// Which way.
    pub direction: Direction,
}

/// What shipments are ordered by: the same as orders.
pub type ShipmentField = OrderField;
/// The order of a list of shipments.
pub type ShipmentSort = OrderSort;

impl Default for OrderSort {
    fn default() -> Self {
        Self { field: OrderField::Date, direction: Direction::Desc }
    }
}

impl OrderSort {
    /// What its cursors are marked with.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (self.field, self.direction) {
            (OrderField::Date, Direction::Asc) => "DATE_ASC",
            (OrderField::Date, Direction::Desc) => "DATE_DESC",
            (OrderField::Number, Direction::Asc) => "NUMBER_ASC",
            (OrderField::Number, Direction::Desc) => "NUMBER_DESC",
            (OrderField::Total, Direction::Asc) => "TOTAL_ASC",
            (OrderField::Total, Direction::Desc) => "TOTAL_DESC",
        }
    }

    fn column(self) -> (&'static str, &'static str) {
        match self.field {
            OrderField::Date => ("date", "date"),
            OrderField::Number => ("number_order", "text"),
            OrderField::Total => ("gross_hundredths", "bigint"),
        }
    }
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

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

#[derive(FromQueryResult)]
struct Listed<T: FromQueryResult> {
    sort_key: String,
    #[sea_orm(nested)]
    row: T,
}

/// Adds a condition where there is a value.
fn only<V: Into<Value>>(sql: &mut Sql, before: &str, value: Option<V>) {
    if let Some(value) = value {
        sql.with(before, value, "");
    }
}

/// Adds a condition on states; one state is an equality, which an index answers in order.
fn in_states(sql: &mut Sql, states: &[&'static str]) {
    match states {
        [] => {}
        [state] => {
            sql.with(" and d.state = ", *state, "");
        }
        states => {
            let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
            sql.with(" and d.state = any(", states, "::text[])");
        }
    }
}

/// Adds a search by the beginning of a number or external reference, or by a number's count.
fn found_by<A>(sql: &mut Sql, permit: &Permit<A>, table: &'static str, search: Option<&str>) {
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
    sql.with(" from shipment d where d.tenant_id = ", permit.tenant(), "");
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

/// Adds the page's bounds, its order and its length.
fn paged(sql: &mut Sql, sort: OrderSort, page: &PageRequest) {
    let (column, kind) = sort.column();
    let ascending = sort.direction == Direction::Asc;
    let mut bound = |position: &Option<Position>, sign: &str| {
        let Some(position) = position else { return };
        let key = position.key.clone().unwrap_or_default();
        sql.push(" and (d.").push(column).push(", d.id) ").push(sign);
        // Bound as text, so that a cursor's key is read by PostgreSQL and by nobody else.
        sql.with(" (", key, "::text::").push(kind).with(", ", position.id, ")");
    };
    bound(&page.after, if ascending { ">" } else { "<" });
    bound(&page.before, if ascending { "<" } else { ">" });
    let way = if ascending == page.backward { " desc" } else { " asc" };
    sql.push(" order by d.").push(column).push(way).push(", d.id").push(way);
    sql.with(" limit ", i64::from(page.limit) + 1, "");
}

/// A key that PostgreSQL could not read is a cursor that this list never gave.
fn readable(sort: OrderSort, page: &PageRequest) -> bool {
    let fits = |position: &Option<Position>| {
        let key = position.as_ref().map(|position| position.key.as_deref().unwrap_or_default());
        key.is_none_or(|key| match sort.field {
            OrderField::Date => key.parse::<NaiveDate>().is_ok(),
            OrderField::Number => !key.contains('\0'),
            OrderField::Total => key.parse::<i64>().is_ok(),
        })
    };
    fits(&page.after) && fits(&page.before)
}

fn page_of<T: FromQueryResult>(
    rows: Vec<Listed<T>>,
    sort: OrderSort,
    page: &PageRequest,
    id: impl Fn(&T) -> kernel::Uuid,
) -> Page<T> {
    let placed = |listed: Listed<T>| {
        let order = sort.name().to_owned();
        let position = Position { order, key: Some(listed.sort_key), id: id(&listed.row) };
        (position, listed.row)
    };
    Page::of(rows.into_iter().map(placed).collect(), page)
}

fn empty<T>() -> Page<T> {
    Page { rows: Vec::new(), has_next: false, has_previous: false }
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
    if !readable(sort, page) {
        return Ok(empty());
    }
    let columns = ORDER_COLUMNS.replace("o.", "d.");
    let mut sql =
        Sql::new(format!("select d.{}::text as sort_key, {columns}", sort.column().0), []);
    order_conditions(&mut sql, permit, filter);
    paged(&mut sql, sort, page);
    let rows: Vec<Listed<Order>> = tx.all(sql).await?;
    Ok(page_of(rows, sort, page, |order| order.id.0))
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
    let mut sql = Sql::new("select count(*) as count from (select 1", []);
    order_conditions(&mut sql, permit, filter);
    sql.with(" limit ", COUNT_CAP + 1, ") counted");
    Ok(tx.one::<Count>(sql).await?.map_or(0, |row| row.count))
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
    if !readable(sort, page) {
        return Ok(empty());
    }
    let columns = SHIPMENT_COLUMNS.replace("h.", "d.");
    let mut sql =
        Sql::new(format!("select d.{}::text as sort_key, {columns}", sort.column().0), []);
    shipment_conditions(&mut sql, permit, filter);
    paged(&mut sql, sort, page);
    let rows: Vec<Listed<Shipment>> = tx.all(sql).await?;
    Ok(page_of(rows, sort, page, |shipment: &Shipment| ShipmentId::into(shipment.id)))
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
    let mut sql = Sql::new("select count(*) as count from (select 1", []);
    shipment_conditions(&mut sql, permit, filter);
    sql.with(" limit ", COUNT_CAP + 1, ") counted");
    Ok(tx.one::<Count>(sql).await?.map_or(0, |row| row.count))
}
