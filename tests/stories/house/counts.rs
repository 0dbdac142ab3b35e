//! The warehouse is counted, by several people, while goods go on moving.

use futures::future::join_all;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{document, lots, step, stock};

const COUNT: &str = "stockCount { id version number state reason frozenOn availableTransitions }
    reservations { order { id } lost heldInstead short }";
const LINES: &str = "query($id: ID!, $which: StockCountLines!) {
    stockCountLines(count: $id, which: $which) { nodes {
        product { sku } book counted expected difference posted lot { id }
        entries { quantity replaces countedBy { name } } } totalCount { count } } }";

async fn started(company: &Company, more: Value) -> (String, i64) {
    let made = company.warehouse.does("createStockCount", more, COUNT).await;
    let count = document(&made["stockCount"]);
    let payload = step(&company.warehouse, "startStockCount", &count, json!({}), COUNT).await;
    assert_eq!(payload["stockCount"]["state"], "COUNTING");
    document(&payload["stockCount"])
}

async fn add(actor: &Actor, count: &(String, i64), entries: Value) {
    let input = json!({"id": count.0, "entries": entries});
    actor.does("addCounts", input, COUNT).await;
}

async fn lines(actor: &Actor, count: &(String, i64), which: &str) -> Vec<Value> {
    let told = actor.ask(LINES, json!({"id": count.0, "which": which})).await;
    told["stockCountLines"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn several_count_and_the_differences_are_posted() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let cups = company.product(&at, "CUPS", "20.00").await;
    let jars = company.product(&at, "JARS", "20.00").await;
    let lids = company.product(&at, "LIDS", "20.00").await;
    company.receive(&at, Some("2026-03-01"), &[(&cups, "10", "5.00")]).await;
    company.receive(&at, Some("2026-03-02"), &[(&cups, "10", "6.00")]).await;
    company.receive(&at, None, &[(&jars, "7", "2.00"), (&lids, "3", "1.00")]).await;
    let customer = company.customer("Cups", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&cups, "19")], json!({})).await;
    confirm(&company.anna, &order).await;

    let count = started(&company, json!({"warehouseId": at.warehouse})).await;
    assert_eq!(lines(&company.warehouse, &count, "UNCOUNTED").await.len(), 3);
    // Two people find two parts of the cups; the jars are counted twice.
    let found =
        |product: &str, quantity: &str| json!([{"productId": product, "quantity": quantity}]);
    let parts = [(&company.warehouse, "9"), (&company.director, "8")];
    join_all(parts.map(|(actor, quantity)| add(actor, &count, found(&cups, quantity)))).await;
    add(&company.warehouse, &count, found(&jars, "4")).await;
    let anew = json!([{"productId": jars, "quantity": "9", "mode": "REPLACE"}]);
    add(&company.director, &count, anew).await;
    let differ = lines(&company.warehouse, &count, "DIFFERENT").await;
    let of = |sku: &str| differ.iter().find(|line| line["product"]["sku"] == sku).unwrap();
    assert_eq!(differ.len(), 2);
    assert_eq!(of("CUPS")["difference"], "-3");
    assert_eq!(of("CUPS")["entries"].as_array().unwrap().len(), 2);
    assert_eq!(of("JARS")["difference"], "2");
    assert_eq!(lines(&company.warehouse, &count, "UNCOUNTED").await.len(), 1, "the lids");

    let input = json!({"id": count.0, "version": count.1});
    let code = company.warehouse.refused("postStockCount", input, COUNT).await;
    assert_eq!(code, "REQUIRED", "why?");
    let more = json!({"reason": "Yearly"});
    let payload = step(&company.warehouse, "postStockCount", &count, more, COUNT).await;
    assert_eq!(payload["stockCount"]["state"], "POSTED");
    let kept = &payload["reservations"][0];
    assert_eq!((number(&kept["lost"]), number(&kept["short"])), (Decimal::TWO, Decimal::TWO));
    let here = stock(&company, &cups, &at.warehouse).await;
    assert_eq!((here["onHand"].as_str(), here["reserved"].as_str()), (Some("17"), Some("17")));
    let here = stock(&company, &jars, &at.warehouse).await;
    assert_eq!(
        (here["onHand"].as_str(), here["value"]["amount"].as_str()),
        (Some("9"), Some("18.00"))
    );
    assert_eq!(stock(&company, &lids, &at.warehouse).await["onHand"], "3", "not looked at");
    house().verify(&company.slug).await;

    let query = "query($id: ID!) { stockCount(id: $id) { total { amount } movements { kind } } }";
    assert_eq!(company.warehouse.denied(query, json!({"id": count.0})).await, "FORBIDDEN");
    let count = document(&payload["stockCount"]);
    let payload = step(&company.accounting, "reverseStockCount", &count, json!({}), COUNT).await;
    assert_eq!(payload["stockCount"]["state"], "REVERSED");
    let here = stock(&company, &cups, &at.warehouse).await;
    assert_eq!(
        (here["onHand"].as_str(), here["value"]["amount"].as_str()),
        (Some("20"), Some("110.00"))
    );
    assert_eq!(stock(&company, &jars, &at.warehouse).await["onHand"], "7");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn goods_go_on_moving_while_they_are_counted() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolts = company.product(&at, "BOLTS", "20.00").await;
    company.receive(&at, None, &[(&bolts, "10", "5.00")]).await;
    let count = started(&company, json!({"warehouseId": at.warehouse})).await;
    let customer = company.customer("Bolts", &company.anna_id, json!({})).await;
    let ship = async |quantity: &str| {
        let order = draft(&company.anna, &customer, &[(&bolts, quantity)], json!({})).await;
        confirm(&company.anna, &order).await;
        let input = json!({"orderId": order.0});
        company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    };
    // Four leave before the counting and three after it: seven are missing in the books, and one
    // was never there.
    ship("4").await;
    add(&company.warehouse, &count, json!([{"productId": bolts, "quantity": "5"}])).await;
    ship("3").await;
    let line = &lines(&company.warehouse, &count, "DIFFERENT").await[0];
    let figures = ["book", "expected", "counted", "difference"].map(|name| line[name].clone());
    assert_eq!(figures, [json!("10"), json!("6"), json!("5"), json!("-1")]);
    let more = json!({"reason": "Lost"});
    step(&company.warehouse, "postStockCount", &count, more, COUNT).await;
    assert_eq!(stock(&company, &bolts, &at.warehouse).await["onHand"], "2");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_is_in_scope_and_what_nobody_knew_of() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let old = company.product(&at, "OLD", "20.00").await;
    let gone = company.product(&at, "GONE", "20.00").await;
    let never = company.product(&at, "NEVER", "20.00").await;
    company.receive(&at, None, &[(&old, "2", "5.00"), (&gone, "6", "4.00")]).await;
    let customer = company.customer("Old", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&old, "2")], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let input = json!({"name": "Other"});
    let other = company.director.does("createProductGroup", input, "productGroup { id }").await;
    let other = text(&other["productGroup"]["id"]);
    let input = json!({"warehouseId": at.warehouse, "groups": [at.group, other]});
    let count = started(&company, input).await;
    assert_eq!(lines(&company.warehouse, &count, "ALL").await.len(), 1, "only what is there");

    // Found, though all were sold: a lot of its own at the cost they had last.
    add(&company.warehouse, &count, json!([{"productId": old, "quantity": "3"}])).await;
    add(&company.warehouse, &count, json!([{"productId": never, "quantity": "1"}])).await;
    let input = json!({"id": count.0, "version": count.1, "reason": "Found",
                       "uncounted": "MISSING"});
    let code = company.warehouse.refused("postStockCount", input.clone(), COUNT).await;
    assert_eq!(code, "REQUIRED", "nobody knows what it costs");
    let none = json!([{"productId": never, "quantity": "0", "mode": "REPLACE"}]);
    add(&company.warehouse, &count, none).await;
    company.warehouse.does("postStockCount", input, COUNT).await;
    let made = &lots(&company, &old).await[0];
    assert_eq!(
        (made["onHand"].as_str(), made["value"]["amount"].as_str()),
        (Some("3"), Some("15.00"))
    );
    let query = "query($id: ID!) { lot(id: $id) { origin receipt { id } } }";
    let told = company.director.ask(query, json!({"id": made["lot"]["id"]})).await;
    assert_eq!(told["lot"]["origin"], "STOCK_COUNT");
    assert_eq!(lots(&company, &gone).await.len(), 0, "nobody found them");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn lots_are_counted_one_by_one_where_they_are_told_apart() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let pills = company.product(&at, "PILLS", "20.00").await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let version =
        company.director.ask(query, json!({"id": pills})).await["product"]["version"].clone();
    let input = json!({"id": pills, "version": version, "tracksLots": true});
    company.director.does("updateProduct", input, "product { id }").await;
    let lines_in = json!([
        {"productId": pills, "quantity": "5", "unitCost": "2.00", "lotNumber": "A"},
        {"productId": pills, "quantity": "5", "unitCost": "3.00", "lotNumber": "B"},
    ]);
    let input = json!({"lines": lines_in, "warehouseId": at.warehouse});
    let made = company.director.does("createGoodsReceipt", input, "goodsReceipt { id }").await;
    let input = json!({"id": made["goodsReceipt"]["id"], "version": 1});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    let count = started(&company, json!({"warehouseId": at.warehouse})).await;
    let listed = lines(&company.warehouse, &count, "ALL").await;
    assert_eq!(listed.len(), 2);
    let whole = json!({"id": count.0, "entries": [{"productId": pills, "quantity": "9"}]});
    assert_eq!(company.warehouse.refused("addCounts", whole, COUNT).await, "REQUIRED");
    let by_number = lots(&company, &pills).await;
    let lot = |number: &str| {
        let row = by_number.iter().find(|row| row["lot"]["number"] == number).unwrap();
        row["lot"]["id"].clone()
    };
    let entries = json!([
        {"productId": pills, "lotId": lot("A"), "quantity": "4"},
        {"productId": pills, "lotId": lot("B"), "quantity": "6"},
    ]);
    add(&company.warehouse, &count, entries).await;
    let more = json!({"reason": "Mixed up"});
    step(&company.warehouse, "postStockCount", &count, more, COUNT).await;
    let here = stock(&company, &pills, &at.warehouse).await;
    assert_eq!(
        (here["onHand"].as_str(), here["value"]["amount"].as_str()),
        (Some("10"), Some("26.00")),
        "4 × 2 + 6 × 3"
    );
    house().verify(&company.slug).await;
}
