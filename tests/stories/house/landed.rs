//! Costs that come after their goods.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::{Company, Furniture};
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{document, lots, step, stock, warehouse};

const COST: &str = "landedCost { id version number state postedOn amount { amount currency }
    total { amount } inStock { amount } onSales { amount } expensed { amount }
    lines { weight amount { amount } product { sku }
        parts { quantity amount { amount } warehouse { id } lot { id }
            shipmentLine { shipment { number } } } }
    movements { kind quantity value { amount } } }";

/// A draft for what receipts brought.
async fn written(actor: &Actor, receipts: &[String], more: Value) -> (String, i64) {
    let mut input = json!({"kind": "FREIGHT", "goods": {"receiptIds": receipts}});
    stories::company::merge(&mut input, more);
    let payload = actor.does("createLandedCost", input, COST).await;
    assert_eq!(payload["landedCost"]["state"], "DRAFT");
    document(&payload["landedCost"])
}

async fn posted(actor: &Actor, receipts: &[String], more: Value) -> Value {
    let cost = written(actor, receipts, more).await;
    step(actor, "postLandedCost", &cost, json!({}), COST).await["landedCost"].clone()
}

/// A posted receipt: (product, quantity, unit cost) lines.
async fn received(company: &Company, at: &Furniture, lines: &[(&str, &str, &str)]) -> String {
    let line = |(product, quantity, cost): &(&str, &str, &str)| json!({"productId": product, "quantity": quantity, "unitCost": cost});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    let input = json!({"warehouseId": at.warehouse, "lines": lines});
    let made = company.director.does("createGoodsReceipt", input, "goodsReceipt { id }").await;
    let id = text(&made["goodsReceipt"]["id"]);
    let input = json!({"id": id, "version": 1});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    id
}

async fn sold(company: &Company, product: &str, quantity: &str) -> Value {
    let name = format!("{quantity} of {product}");
    let customer = company.customer(&name, &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(product, quantity)], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0});
    let selection = "shipment { id version }";
    company.warehouse.does("shipSalesOrder", input, selection).await["shipment"].clone()
}

/// What sales cost by the report, in the base currency.
async fn cost_of_sales(company: &Company) -> Decimal {
    let query = "{ salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
        dimensions: [PRODUCT]}) { totals { cost { amount } } } }";
    let told = company.director.ask(query, json!({})).await;
    number(&told["salesReport"]["totals"]["cost"]["amount"])
}

fn money(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn amount(of: &Value) -> &str {
    of["amount"].as_str().unwrap()
}

#[tokio::test]
async fn each_kopeck_of_freight_lies_on_goods_on_sales_or_on_what_is_gone() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let south = warehouse(&company, "South").await;
    let tile = company.product(&at, "TILE", "90.00").await;
    let glue = company.product(&at, "GLUE", "50.00").await;
    let receipt = received(&company, &at, &[(&tile, "9", "10.00"), (&glue, "1", "10.00")]).await;
    // Of nine tiles three are sold, two are on their way, one is held back, one is broken.
    sold(&company, &tile, "2").await;
    sold(&company, &tile, "1").await;
    let input = json!({"toId": south, "lines": [{"productId": tile, "quantity": "2"}]});
    let made = company.warehouse.does("createStockTransfer", input, "stockTransfer { id }").await;
    let input = json!({"id": made["stockTransfer"]["id"], "version": 1});
    company.warehouse.does("sendStockTransfer", input, "stockTransfer { id }").await;
    let lot = lots(&company, &tile).await[0]["lot"]["id"].clone();
    let input = json!({"lotId": lot, "warehouseId": at.warehouse, "quantity": "1",
        "reason": "Cracked"});
    company.warehouse.does("quarantineGoods", input, "lot { id }").await;
    let input = json!({"reason": "Broken", "lines": [{"productId": tile, "quantity": "1"}]});
    let made = company.warehouse.does("createWriteOff", input, "writeOff { id version }").await;
    let broken = document(&made["writeOff"]);
    step(&company.warehouse, "postWriteOff", &broken, json!({}), "writeOff { id }").await;
    let before = cost_of_sales(&company).await;
    assert_eq!(before, money("30.00"));

    let cost = posted(&company.director, &[receipt], json!({"amount": "100.00"})).await;
    assert!(cost["number"].as_str().is_some());
    assert_eq!(cost["postedOn"], house().today().to_string().as_str());
    let shares: Vec<&str> =
        cost["lines"].as_array().unwrap().iter().map(|one| amount(&one["amount"])).collect();
    assert_eq!(shares, ["90.00", "10.00"], "by what they cost");
    let parts = cost["lines"][0]["parts"].as_array().unwrap();
    let told = |place: &str| -> Vec<&str> {
        let at = parts.iter().filter(|one| !one[place].is_null());
        at.map(|one| amount(&one["amount"])).collect()
    };
    let mut on_sales = told("shipmentLine");
    on_sales.sort_unstable();
    assert_eq!(on_sales, ["10.00", "20.00"]);
    let mut lying = told("warehouse");
    lying.sort_unstable();
    assert_eq!(lying, ["10.00", "20.00", "20.00"], "held back, here, and on their way");
    assert_eq!(amount(&cost["inStock"]), "60.00", "with the glue");
    assert_eq!((amount(&cost["onSales"]), amount(&cost["expensed"])), ("30.00", "10.00"));
    let moved = cost["movements"].as_array().unwrap();
    let is_value = |one: &Value| one["kind"] == "REVALUATION" && one["quantity"] == "0";
    assert!(moved.len() == 4 && moved.iter().all(is_value), "{moved:?}");
    assert_eq!(stock(&company, &tile, &south).await["inTransitValue"]["amount"], "40.00");
    assert_eq!(stock(&company, &tile, &at.warehouse).await["value"]["amount"], "60.00");
    assert_eq!(cost_of_sales(&company).await, money("60.00"));
    house().verify(&company.slug).await;

    // What leaves from now on costs what it is worth.
    sold(&company, &glue, "1").await;
    assert_eq!(cost_of_sales(&company).await, money("80.00"));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_bill_in_another_currency_is_spread_by_weight_and_taken_back() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (light, heavy) = (
        company.product(&at, "LIGHT", "90.00").await,
        company.product(&at, "HEAVY", "90.00").await,
    );
    let receipt = received(&company, &at, &[(&light, "3", "5.00"), (&heavy, "3", "5.00")]).await;
    let input = json!({"code": "JPY", "name": "Yen"});
    let made = company.director.does("createCurrency", input, "currency { id }").await;
    let currency = made["currency"]["id"].clone();
    let rates = json!([{"validFrom": "2026-01-10", "rate": "11.7", "nominal": 1}]);
    let input = json!({"currencyId": currency, "rates": rates});
    company.accounting.does("setCurrencyRates", input, "currency { id }").await;

    let more = json!({"kind": "CUSTOMS", "basis": "WEIGHT", "amount": "8.55", "currency": "JPY",
        "date": "2026-01-09"});
    let cost = written(&company.director, std::slice::from_ref(&receipt), more).await;
    let post = json!({"id": cost.0, "version": cost.1});
    let code = company.director.refused("postLandedCost", post.clone(), COST).await;
    assert_eq!(code, "NO_RATE");
    let payload =
        step(&company.director, "updateLandedCost", &cost, json!({"date": "2026-01-11"}), COST);
    let cost = document(&payload.await["landedCost"]);
    let post = json!({"id": cost.0, "version": cost.1});
    let code = company.director.refused("postLandedCost", post, COST).await;
    assert_eq!(code, "REQUIRED", "nobody has said what they weigh");
    for (product, weight, holds) in [(&light, "5", 10), (&heavy, "1", 1)] {
        let input = json!({"productId": product, "name": "box", "numerator": holds,
            "weightKg": weight});
        company.director.does("addPackaging", input, "packaging { id }").await;
    }
    let payload = step(&company.director, "postLandedCost", &cost, json!({}), COST).await;
    let cost = &payload["landedCost"];
    assert_eq!(cost["amount"], json!({"amount": "8.55", "currency": "JPY"}));
    assert_eq!(amount(&cost["total"]), "100.04", "8.55 × 11.7 = 100.035");
    let shares: Vec<(&str, &str)> = cost["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["weight"].as_str().unwrap(), amount(&one["amount"])))
        .collect();
    assert_eq!(shares, [("1.5", "33.35"), ("3", "66.69")], "0.5 and 1 kg a piece");
    assert_eq!(stock(&company, &heavy, &at.warehouse).await["value"]["amount"], "81.69");
    house().verify(&company.slug).await;

    // While a piece is away with its share nothing is undone.
    let shipment = sold(&company, &light, "1").await;
    let undo = json!({"id": cost["id"], "version": cost["version"]});
    let code = company.director.refused("reverseLandedCost", undo.clone(), COST).await;
    assert_eq!(code, "IN_USE", "a piece has left with its share");
    let input = json!({"id": shipment["id"], "version": shipment["version"], "reason": "Mistake"});
    company.director.does("reverseShipment", input, "shipment { id }").await;
    let payload = company.director.does("reverseLandedCost", undo, COST).await;
    assert_eq!(payload["landedCost"]["state"], "REVERSED");
    for product in [&light, &heavy] {
        assert_eq!(stock(&company, product, &at.warehouse).await["value"]["amount"], "15.00");
    }
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_was_added_to_a_sale_goes_before_the_sale_does() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tile = company.product(&at, "TILE", "90.00").await;
    let receipt = received(&company, &at, &[(&tile, "3", "10.00")]).await;
    let shipment = sold(&company, &tile, "3").await;
    let more = json!({"basis": "QUANTITY", "amount": "10.00"});
    let cost = posted(&company.accounting, std::slice::from_ref(&receipt), more).await;
    assert_eq!((amount(&cost["onSales"]), amount(&cost["inStock"])), ("10.00", "0.00"));
    assert_eq!(cost_of_sales(&company).await, money("40.00"));
    let undo = json!({"id": shipment["id"], "version": shipment["version"], "reason": "Mistake"});
    let code = company.director.refused("reverseShipment", undo.clone(), "shipment { id }").await;
    assert_eq!(code, "IN_USE");
    let cost = document(&cost);
    step(&company.accounting, "reverseLandedCost", &cost, json!({}), COST).await;
    assert_eq!(cost_of_sales(&company).await, money("30.00"));
    company.director.does("reverseShipment", undo, "shipment { id }").await;
    house().verify(&company.slug).await;

    // Found by their receipt; who may not see them does not.
    let query = "query($filter: LandedCostFilter) { landedCosts(filter: $filter) {
        nodes { state kind } } }";
    let asked = json!({"filter": {"receipt": receipt, "kind": ["FREIGHT"]}});
    let told = company.director.ask(query, asked.clone()).await;
    assert_eq!(told["landedCosts"]["nodes"], json!([{"state": "REVERSED", "kind": "FREIGHT"}]));
    assert_eq!(company.warehouse.denied(query, asked).await, "FORBIDDEN");
    let input = json!({"kind": "OTHER", "amount": "1"});
    let made = company.director.does("createLandedCost", input, COST).await;
    let empty = document(&made["landedCost"]);
    let input = json!({"id": empty.0, "version": empty.1});
    assert_eq!(company.director.refused("postLandedCost", input, COST).await, "NO_LINES");
    let input = json!({"kind": "OTHER", "amount": "0"});
    assert_eq!(company.director.refused("createLandedCost", input, COST).await, "OUT_OF_RANGE");
    step(&company.director, "cancelLandedCost", &empty, json!({}), COST).await;
}

#[tokio::test]
async fn what_left_with_its_share_is_not_made_up_for_by_what_came_back() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tile = company.product(&at, "TILE", "900.00").await;
    let receipt = received(&company, &at, &[(&tile, "15", "100.00")]).await;
    let first = sold(&company, &tile, "6").await;
    let more = json!({"basis": "QUANTITY", "amount": "150.00"});
    let cost = posted(&company.director, std::slice::from_ref(&receipt), more).await;
    let second = sold(&company, &tile, "5").await;
    let input = json!({"shipmentId": first["id"], "reason": "Too many"});
    let made = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
    let input = json!({"id": made["salesReturn"]["id"]});
    company.warehouse.does("postSalesReturn", input, "salesReturn { id }").await;
    // Nine lay there; ten do now, and only four of them have a share.
    assert_eq!(stock(&company, &tile, &at.warehouse).await["value"]["amount"], "1040.00");
    let undo = json!({"id": cost["id"], "version": cost["version"]});
    let code = company.director.refused("reverseLandedCost", undo.clone(), COST).await;
    assert_eq!(code, "IN_USE");
    let input = json!({"id": second["id"], "version": second["version"], "reason": "Mistake"});
    company.director.does("reverseShipment", input, "shipment { id }").await;
    // Held back and released, pieces have not left.
    let lot = lots(&company, &tile).await[0]["lot"]["id"].clone();
    let input = json!({"lotId": lot, "warehouseId": at.warehouse, "quantity": "2",
        "reason": "Wet"});
    let made = company.director.does("quarantineGoods", input, "lot { id }").await;
    let code = company.director.refused("reverseLandedCost", undo.clone(), COST).await;
    assert_eq!(code, "IN_USE");
    let input = json!({"lotId": made["lot"]["id"], "warehouseId": at.warehouse});
    company.director.does("releaseQuarantine", input, "lot { id }").await;
    company.director.does("reverseLandedCost", undo, COST).await;
    assert_eq!(stock(&company, &tile, &at.warehouse).await["value"]["amount"], "1500.00");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_receipt_is_undone_after_what_made_its_goods_dearer() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tile = company.product(&at, "TILE", "90.00").await;
    let receipt = received(&company, &at, &[(&tile, "3", "10.00")]).await;
    let more = json!({"amount": "100.00"});
    let cost = posted(&company.director, std::slice::from_ref(&receipt), more).await;
    let cost = document(&cost);
    let undo = json!({"id": receipt, "version": 2});
    let selection = "goodsReceipt { state }";
    let code = company.director.refused("reverseGoodsReceipt", undo.clone(), selection).await;
    assert_eq!(code, "IN_USE");
    house().verify(&company.slug).await;
    step(&company.director, "reverseLandedCost", &cost, json!({}), COST).await;
    let payload = company.director.does("reverseGoodsReceipt", undo, selection).await;
    assert_eq!(payload["goodsReceipt"]["state"], "REVERSED");
    house().verify(&company.slug).await;
}
