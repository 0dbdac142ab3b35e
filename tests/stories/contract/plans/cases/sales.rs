//! Lists of orders and shipments.

use kernel::{CustomerId, OrderId, UserId, WarehouseId};
use serde_json::{Value, json};

use super::super::company::{Large, made};
use super::{Ask, Case};

const ORDERS: &str = "query($filter: SalesOrderFilter, $by: SalesDocumentOrder, $last: Int) {
    orders(filter: $filter, orderBy: $by, last: $last) {
        nodes { number date total { gross { amount } } customer { name } } pageInfo { endCursor } } }";
const SHIPMENTS: &str = "query($filter: ShipmentFilter, $by: SalesDocumentOrder) {
    shipments(filter: $filter, orderBy: $by) {
        nodes { number date total { gross { amount } } customer { name } order { number } } } }";

const PICKS: &str = "query($filter: PickTaskFilter) { pickTasks(filter: $filter) {
    nodes { number date orders { customerName } lines { position packedText } } } }";

const RETURNS: &str = "query($filter: SalesReturnFilter) { salesReturns(filter: $filter) {
    nodes { number lines { quantity lots { quantity } } creditNote { number } } } }";

const DELIVERIES: &str = "query($filter: DeliveryFilter) { deliveries(filter: $filter) {
    nodes { number date carrier weightKg customer { name } packages { name } } } }";

const QUOTES: &str = "query($filter: QuoteFilter, $by: SalesDocumentOrder) {
    quotes(filter: $filter, orderBy: $by) { nodes { number date total { gross { amount } }
        customer { name } lines { name } mails { state } versions { revision } orders { id } } } }";
const APPROVALS: &str = "query($filter: ApprovalFilter) { approvalRequests(filter: $filter) {
    nodes { state requestedAt order { number } reasons { kind } steps { state }
        decisions { verdict } mayDecide } } }";

const INBOX: &str = "{ approvalInbox { nodes { requestedAt reasons { kind } mayDecide } } }";

const OF_ORDERS: &str = "{ orders { nodes { number approvalRequest { id }
    approvalRequests { state } } } }";

const FIGURES: &str = "{ shipments { nodes { number figures { revenue { amount }
    contribution { amount } } deliveries { number } } } }";

fn by(filter: Value, field: &str, direction: &str) -> Value {
    json!({"filter": filter, "by": {"field": field, "direction": direction}})
}

pub fn orders(ask: &Ask, company: &Large) -> Vec<Case> {
    let orders =
        |name, filter, field, indexes| ask(name, ORDERS, by(filter, field, "DESC"), indexes);
    let day = |ago| company.day(ago);
    let customer = made::<CustomerId>(7, 4_321);
    let manager = made::<UserId>(1, 7);
    vec![
        ask("returns by date", RETURNS, json!({}), &["sales_return_by_date"]),
        ask(
            "a customer's returns",
            RETURNS,
            json!({"filter": {"customer": customer}}),
            &["sales_return_of_customer"],
        ),
        ask("deliveries by day", DELIVERIES, json!({}), &["delivery_by_date"]),
        ask(
            "a route's deliveries",
            DELIVERIES,
            json!({"filter": {"route": "R-7"}}),
            &["delivery_of_route"],
        ),
        ask(
            "deliveries to a customer",
            DELIVERIES,
            json!({"filter": {"customer": customer}}),
            &["delivery_of_customer"],
        ),
        ask("approvals by time", APPROVALS, json!({}), &["approval_request_by_time"]),
        ask(
            "a customer's approvals",
            APPROVALS,
            json!({"filter": {"customer": customer}}),
            &["approval_request_of_customer"],
        ),
        ask("her approvals", APPROVALS, json!({}), &["approval_request_of_manager"])
            .by(&company.anna),
        ask("what waits for him", INBOX, json!({}), &["approval_request_in_state"]),
        ask("approvals of orders", OF_ORDERS, json!({}), &["approval_request_of_root"]),
        ask("what shipments brought", FIGURES, json!({}), &["sale_fact_once"]),
        ask("pick tasks by date", PICKS, json!({}), &["pick_task_by_date"]),
        ask("a storekeeper's tasks", PICKS, json!({"filter": {"taker": manager}}), &["pick_task"]),
        orders("orders by date", json!({}), "DATE", &["sales_order_by_date"]),
        orders("orders by total", json!({}), "TOTAL", &["sales_order_by_total"]),
        orders("orders by number", json!({}), "NUMBER", &["sales_order_by_number"]),
        ask("the last orders", ORDERS, json!({"last": 50}), &["sales_order_by_date"]),
        orders(
            "a customer's orders",
            json!({"customer": customer}),
            "DATE",
            &["sales_order_of_customer"],
        ),
        orders(
            "a manager's orders",
            json!({"manager": manager}),
            "DATE",
            &["sales_order_of_manager"],
        ),
        orders(
            "orders in a state",
            json!({"state": ["IN_FULFILMENT"]}),
            "DATE",
            &["sales_order_in_state"],
        ),
        orders("orders in two states", json!({"state": ["DRAFT", "CONFIRMED"]}), "DATE", &[])
            // Either all in these states or, where they are frequent, some pages of all orders.
            .reading(2_500.0),
        orders(
            "orders of last year",
            json!({"dateFrom": day(700), "dateTo": day(335)}),
            "DATE",
            &["sales_order_by_date"],
        ),
        orders(
            "orders of a day by total",
            json!({"dateFrom": day(200), "dateTo": day(200)}),
            "TOTAL",
            &["sales_order_by_date"],
        ),
        orders("her orders by date", json!({}), "DATE", &["sales_order_of_manager"])
            .by(&company.anna),
        // All of hers, sorted: an index for each manager's totals would cost each order more.
        orders("her orders by total", json!({}), "TOTAL", &[]).by(&company.anna).reading(2_500.0),
        orders("her open orders", json!({"state": ["CONFIRMED"]}), "DATE", &[])
            .by(&company.anna)
            .reading(2_500.0),
        ask(
            "how many orders there are",
            "{ orders(first: 1) { totalCount { count exact } } }",
            json!({}),
            &[],
        )
        .reading(10_001.0),
    ]
}

pub fn orders_found(ask: &Ask) -> Vec<Case> {
    let orders = |name, filter, indexes| ask(name, ORDERS, by(filter, "DATE", "DESC"), indexes);
    vec![
        orders(
            "an order by its number",
            json!({"number": "SO-025010"}),
            &["sales_order_by_number"],
        ),
        orders(
            "an order by its name elsewhere",
            json!({"externalReference": "ext-25010"}),
            &["sales_order_external_reference_key"],
        ),
        orders(
            "orders found by text",
            json!({"search": "so-0250"}),
            &["sales_order_number_search"],
        ),
        orders(
            "orders found by count",
            json!({"search": "25010"}),
            &["sales_order_sequence_search"],
        ),
    ]
}

pub fn quotes(ask: &Ask, company: &Large) -> Vec<Case> {
    let quotes =
        |name, filter, field, indexes| ask(name, QUOTES, by(filter, field, "DESC"), indexes);
    let customer = made::<CustomerId>(7, 4_321);
    let manager = made::<UserId>(1, 7);
    vec![
        quotes("quotes by date", json!({}), "DATE", &["sales_quote_by_date"]),
        quotes("quotes by total", json!({}), "TOTAL", &["sales_quote_by_total"]),
        quotes("quotes by number", json!({}), "NUMBER", &["sales_quote_by_number"]),
        quotes(
            "a customer's quotes",
            json!({"customer": customer}),
            "DATE",
            &["sales_quote_of_customer"],
        ),
        quotes("a manager's quotes", json!({"manager": manager}), "DATE", &["sales_quote"]),
        quotes("quotes in a state", json!({"state": ["SENT"]}), "DATE", &["sales_quote"]),
        quotes("her quotes", json!({}), "DATE", &["sales_quote_of_manager"]).by(&company.anna),
        quotes("a quote by its number", json!({"number": "QU-002510"}), "DATE", &["sales_quote"]),
        quotes("quotes found by text", json!({"search": "qu-0025"}), "DATE", &["sales_quote"]),
    ]
}

pub fn shipments(ask: &Ask, company: &Large) -> Vec<Case> {
    let shipments =
        |name, filter, field, indexes| ask(name, SHIPMENTS, by(filter, field, "ASC"), indexes);
    let customer = made::<CustomerId>(7, 4_321);
    let manager = made::<UserId>(1, 7);
    let warehouse = made::<WarehouseId>(2, 3);
    let order = made::<OrderId>(13, 25_010);
    vec![
        shipments("shipments by date", json!({}), "DATE", &["shipment_by_date"]),
        shipments("shipments by total", json!({}), "TOTAL", &["shipment_by_total"]),
        shipments("shipments by number", json!({}), "NUMBER", &["shipment_by_number"]),
        shipments("an order's shipments", json!({"order": order}), "DATE", &["shipment_of_order"]),
        shipments(
            "a customer's shipments",
            json!({"customer": customer}),
            "DATE",
            &["shipment_of_customer"],
        ),
        shipments(
            "a manager's shipments",
            json!({"manager": manager}),
            "DATE",
            &["shipment_of_manager"],
        ),
        shipments(
            "shipments in a state",
            json!({"state": ["DRAFT"]}),
            "DATE",
            &["shipment_in_state"],
        ),
        shipments("a warehouse's shipments", json!({"warehouse": warehouse}), "DATE", &[]),
        shipments(
            "a shipment by its number",
            json!({"number": "SH-025010"}),
            "DATE",
            &["shipment_by_number"],
        ),
        shipments("her shipments", json!({}), "DATE", &["shipment_of_manager"]).by(&company.anna),
    ]
}
