//! What lies where, and how it came there.

use kernel::{CountId, LotId, ProductId, ProductVariantId, ReceiptId, ShipmentId, WarehouseId};
use serde_json::json;

use super::super::company::made;
use super::{Ask, Case};

pub fn stock(ask: &Ask) -> Vec<Case> {
    let product = made::<ProductId>(6, 12_345);
    let warehouse = made::<WarehouseId>(2, 3);
    let lot = made::<LotId>(12, 12_345);
    let shipment = made::<ShipmentId>(16, 25_010);
    let variant = made::<ProductVariantId>(31, 1_234);
    const STOCK: &str = "query($products: [ID!], $variants: [ID!], $warehouses: [ID!]) {
        stock(products: $products, variants: $variants, warehouses: $warehouses) {
            nodes { product { name } variant { name } warehouse { name } onHand available lots { onHand } } } }";
    const MOVEMENTS: &str =
        "query($filter: StockMovementFilter) { stockMovements(filter: $filter) {
        nodes { kind quantity date lot { receivedOn } product { name } } } }";
    const RECEIPTS: &str = "query($filter: GoodsReceiptFilter, $by: GoodsReceiptOrder) {
        goodsReceipts(filter: $filter, orderBy: $by) { nodes { number lines { quantity } } } }";
    const TRANSFERS: &str = "query($filter: StockTransferFilter, $by: StockTransferOrder) {
        stockTransfers(filter: $filter, orderBy: $by) {
            nodes { number from { name } lines { quantity lot { number } } } } }";
    const LANDED: &str = "query($filter: LandedCostFilter, $by: LandedCostOrder) {
        landedCosts(filter: $filter, orderBy: $by) {
            nodes { number lines { weight parts { quantity } product { name } } } } }";
    const WRITE_OFFS: &str = "query($filter: WriteOffFilter, $by: WriteOffOrder) {
        writeOffs(filter: $filter, orderBy: $by) {
            nodes { number warehouse { name } lines { quantity lot { number } } } } }";
    const COUNTS: &str = "query($filter: StockCountFilter, $by: StockCountOrder) {
        stockCounts(filter: $filter, orderBy: $by) { nodes { number groups { name } } } }";
    const COUNT_LINES: &str = "query($count: ID!, $which: StockCountLines) {
        stockCountLines(count: $count, which: $which) {
            nodes { product { name } difference entries { quantity countedBy { name } } } } }";
    let count = made::<CountId>(45, 7);
    const DEMANDS: &str = "query($filter: DemandFilter) { demands(filter: $filter) {
        nodes { quantity state covers { quantity } product { name } } } }";
    const PURCHASES: &str = "query($filter: PurchaseOrderFilter, $by: PurchaseOrderOrder) {
        purchaseOrders(filter: $filter, orderBy: $by) { nodes { number lines { awaited } } } }";
    vec![
        ask("all demand", DEMANDS, json!({}), &["demand_by_day"]).reading(2_500.0),
        ask("open demand", DEMANDS, json!({"filter": {"state": ["OPEN"]}}), &["demand_"])
            .reading(2_500.0),
        ask("a product's demand", DEMANDS, json!({"filter": {"product": [product]}}), &["demand_"]),
        ask("purchase orders by date", PURCHASES, json!({}), &["purchase_order_by_date"])
            .reading(3_500.0),
        ask(
            "open purchase orders",
            PURCHASES,
            json!({"filter": {"state": ["ORDERED"]}}),
            &["purchase_order_"],
        )
        .reading(3_500.0),
        ask(
            "what is expected of a product",
            "query($id: ID!) { product(id: $id) { expected { quantity expectedOn } } }",
            json!({"id": product}),
            &["purchase_order_line_awaited"],
        ),
        ask("all stock", STOCK, json!({}), &["stock_balance_in_stock"]),
        ask(
            "a product's stock",
            STOCK,
            json!({"products": [product]}),
            &["stock_balance_in_stock"],
        ),
        ask(
            "a variant's stock",
            STOCK,
            json!({"variants": [variant]}),
            &["stock_balance_in_stock"],
        ),
        ask("a warehouse's stock", STOCK, json!({"warehouses": [warehouse]}), &[]),
        ask(
            "a warehouse",
            "query($id: ID!) { warehouse(id: $id) { name
            stock { product { name } onHand } } }",
            json!({"id": warehouse}),
            &[],
        ),
        ask(
            "a lot",
            "query($id: ID!) { lot(id: $id) { receivedOn balances { onHand }
            movements { quantity } receipt { number } } }",
            json!({"id": lot}),
            &["lot_", "stock_movement_lot"],
        ),
        ask(
            "a product's movements",
            MOVEMENTS,
            json!({"filter": {"product": product}}),
            &["stock_movement_product"],
        ),
        ask("all movements", MOVEMENTS, json!({}), &["stock_movement_order"]),
        ask(
            "a warehouse's movements in a period",
            MOVEMENTS,
            json!({"filter": {"warehouse": warehouse, "dateFrom": "2025-01-01"}}),
            &["stock_movement_warehouse"],
        ),
        ask(
            "a variant's movements",
            MOVEMENTS,
            json!({"filter": {"variant": variant}}),
            &["stock_movement_variant"],
        ),
        ask(
            "a lot's movements",
            MOVEMENTS,
            json!({"filter": {"lot": lot}}),
            &["stock_movement_lot"],
        ),
        ask(
            "a document's movements",
            MOVEMENTS,
            json!({"filter": {"document": shipment}}),
            &["stock_movement_document"],
        ),
        ask("receipts by date", RECEIPTS, json!({}), &["goods_receipt_date"]).reading(2_500.0),
        ask(
            "receipts by number",
            RECEIPTS,
            json!({"by": {"field": "NUMBER", "direction": "ASC"}}),
            &["goods_receipt_by_number"],
        )
        .reading(2_500.0),
        ask("transfers by date", TRANSFERS, json!({}), &["stock_transfer_date"]).reading(2_500.0),
        ask(
            "transfers by number",
            TRANSFERS,
            json!({"by": {"field": "NUMBER", "direction": "ASC"}}),
            &["stock_transfer_by_number"],
        )
        .reading(2_500.0),
        ask("landed costs by date", LANDED, json!({}), &["landed_cost_date"]).reading(3_500.0),
        ask(
            "landed costs by number",
            LANDED,
            json!({"by": {"field": "NUMBER", "direction": "ASC"}}),
            &["landed_cost_by_number"],
        )
        .reading(3_500.0),
        ask(
            "landed costs of a receipt",
            LANDED,
            json!({"filter": {"receipt": made::<ReceiptId>(10, 7)}}),
            &["landed_cost_line_of_receipt_line"],
        )
        .reading(3_500.0),
        ask("write-offs by date", WRITE_OFFS, json!({}), &["write_off_date"]).reading(2_500.0),
        ask(
            "write-offs by number",
            WRITE_OFFS,
            json!({"by": {"field": "NUMBER", "direction": "ASC"}}),
            &["write_off_by_number"],
        )
        .reading(2_500.0),
        ask("counts by date", COUNTS, json!({}), &["stock_count_date"]).reading(2_500.0),
        ask(
            "counts by number",
            COUNTS,
            json!({"by": {"field": "NUMBER", "direction": "ASC"}}),
            &["stock_count_by_number"],
        )
        .reading(2_500.0),
        ask(
            "what differs in a count",
            COUNT_LINES,
            json!({"count": count, "which": "DIFFERENT"}),
            &["stock_count_line_order"],
        ),
    ]
}
