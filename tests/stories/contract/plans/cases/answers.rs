//! Answers about stock: past balances, turnover, what expires and what does not leave, recalls.

use kernel::{LotId, OrderId, ProductId, WarehouseId};
use serde_json::json;

use super::super::company::made;
use super::{Ask, Case};

pub fn answers(ask: &Ask) -> Vec<Case> {
    let product = made::<ProductId>(6, 12_345);
    let warehouse = made::<WarehouseId>(2, 3);
    let lot = made::<LotId>(12, 12_345);
    let order = made::<OrderId>(13, 25_010);
    const PAST: &str = "query($date: Date, $known: DateTime, $detail: PastStockDetail! = GOODS,
        $filter: StockAnswerFilter) {
        stockOnDate(date: $date, knownAt: $known, detail: $detail, filter: $filter) {
            nodes { product { name } warehouse { name } lot { number } onHand value { amount } } } }";
    const TURNOVER: &str = "query($from: Date, $by: StockTurnoverGrouping! = PRODUCT,
        $filter: StockAnswerFilter) { stockTurnover(from: $from, by: $by, filter: $filter) {
            nodes { product { name } opening closing closingValue { amount }
                byKind { kind quantityIn } } } }";
    const EXPIRING: &str = "query($days: Int, $filter: IdleStockFilter) {
        expiringStock(withinDays: $days, filter: $filter) {
            nodes { product { name } lot { number } onHand daysLeft } } }";
    const SLOW: &str = "query($filter: IdleStockFilter) { slowStock(filter: $filter) {
        nodes { product { name } onHand lastOutOn daysOfCover } } }";
    const RECIPIENTS: &str = "query($filter: LotRecipientFilter!) {
        lotRecipients(filter: $filter) { nodes { quantity customer { name } shipment { number }
            order { number } lot { number } } } }";
    const LOTS: &str = "query($filter: LotFilter, $by: LotOrder) {
        lots(filter: $filter, orderBy: $by) { nodes { number receivedOn } } }";
    vec![
        ask(
            "stock a year ago",
            PAST,
            json!({"date": "2025-01-01"}),
            &["stock_balance_goods", "stock_movement_lot"],
        ),
        ask(
            "lots of a product as they were known",
            PAST,
            json!({"detail": "LOTS", "known": "2025-01-01T00:00:00Z",
                   "filter": {"products": [product]}}),
            &["stock_balance_goods", "stock_movement_lot"],
        ),
        ask(
            "a warehouse's past stock",
            PAST,
            json!({"date": "2025-01-01", "filter": {"warehouses": [warehouse]}}),
            &["stock_movement_lot"],
        ),
        ask(
            "turnover of products",
            TURNOVER,
            json!({"from": "2025-01-01"}),
            &["stock_balance_goods", "stock_movement_lot"],
        ),
        ask(
            "turnover of a product's lots",
            TURNOVER,
            json!({"by": "LOT", "filter": {"products": [product]}}),
            &["stock_balance_goods"],
        ),
        ask("what expires", EXPIRING, json!({}), &["stock_balance_expiring"]),
        ask(
            "what expires in a warehouse",
            EXPIRING,
            json!({"days": 300, "filter": {"warehouses": [warehouse]}}),
            &["stock_balance_expiring"],
        ),
        // A report over all that lies there: each product's sales are looked up by themselves.
        ask("slow stock", SLOW, json!({}), &["stock_movement_product"]).reading(30_000.0),
        ask(
            "who received a lot",
            RECIPIENTS,
            json!({"filter": {"lots": [lot]}}),
            &["shipment_lot_of_lot"],
        ),
        ask(
            "who received lots of a number",
            RECIPIENTS,
            json!({"filter": {"number": "l-12345"}}),
            &["lot_number", "shipment_lot_of_lot"],
        ),
        ask(
            "the way of a lot",
            "query($id: ID!) { lotTrace(id: $id) { lot { number } origins { kind } made { kind }
                card { nodes { left movement { kind } } } balances { onHand }
                recipients { nodes { quantity } } } }",
            json!({"id": lot}),
            &["stock_movement_lot", "shipment_lot_of_lot"],
        ),
        ask("lots by date", LOTS, json!({}), &["lot_received"]),
        ask(
            "lots by number",
            LOTS,
            json!({"by": {"field": "NUMBER", "direction": "ASC"}}),
            &["lot_number"],
        ),
        ask("lots of a number", LOTS, json!({"filter": {"number": "L-12345"}}), &["lot_number"]),
        ask(
            "bills of materials",
            "query($filter: BillOfMaterialsFilter) { billsOfMaterials(filter: $filter) {
                nodes { name versions { yields components { quantity } } } } }",
            json!({}),
            &["bill_of_materials_order"],
        ),
        ask(
            "assembly orders",
            "{ assemblyOrders { nodes { number state lines { quantity cost { amount } } } } }",
            json!({}),
            &["assembly_order_date"],
        ),
        ask(
            "assembly orders by number",
            "{ assemblyOrders(orderBy: {field: NUMBER, direction: DESC}) { nodes { number } } }",
            json!({}),
            &["assembly_order_by_number"],
        ),
        ask(
            "where an order's goods lie",
            "query($id: ID!) { order(id: $id) { placement { state quantity lot { number }
                warehouse { name } } } }",
            json!({"id": order}),
            &["reservation_order"],
        ),
    ]
}
