//! What the house does with goods, and those who wait for them.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::imports::colleague;
use stories::stock::{confirm, draft};

use super::{document, lots, step, stock, warehouse};

const PLAN: &str = "{ supplyPlan {
    moves { need { quantity forShelf product { sku } warehouse { id } demands { id } }
        from { id } spare }
    purchases { need { quantity } } unmet { quantity product { sku } } } }";

const TRANSFER: &str = "stockTransfer { id version state expectedOn lines { id quantity } }";

/// What of an order's first line is held and missing.
async fn waits(company: &Company, order: &str) -> (String, Value) {
    let query = "query($id: ID!) { order(id: $id) { lines { reserved
        demand { quantity state } } } }";
    let told = company.director.ask(query, json!({"id": order})).await;
    let line = &told["order"]["lines"][0];
    (text(&line["reserved"]), line["demand"]["quantity"].clone())
}

#[tokio::test]
async fn what_lies_free_elsewhere_is_moved_before_it_is_bought() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let south = warehouse(&company, "South").await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    company.receive(&at, None, &[(&bolt, "22", "3.00")]).await;
    let point = |place: &str, at: &str, target: &str| {
        json!({"productId": bolt,
        "warehouseId": place, "reorderAt": at, "target": target})
    };
    // Four stay where they lie; five are wanted on the other shelf.
    let points = json!([point(&at.warehouse, "2", "4"), point(&south, "1", "5")]);
    buyer.does("setReorderPoints", json!({"points": points}), "reorderPoints { id }").await;
    let customer = company.customer("Stroy", &company.anna_id, json!({})).await;
    let more = json!({"warehouseId": south});
    let order = draft(&company.anna, &customer, &[(&bolt, "16")], more).await;
    confirm(&company.anna, &order).await;
    assert_eq!(waits(&company, &order.0).await, ("0".to_owned(), json!("16")));

    let plan = buyer.ask(PLAN, json!({})).await["supplyPlan"].clone();
    let moves = plan["moves"].as_array().unwrap();
    assert_eq!(moves.len(), 1, "{plan}");
    assert_eq!(moves[0]["from"]["id"], at.warehouse.as_str());
    assert_eq!(moves[0]["need"]["warehouse"]["id"], south.as_str());
    assert_eq!(number(&moves[0]["need"]["quantity"]), Decimal::from(18), "two are needed there");
    let unmet = json!([{"quantity": "3", "product": {"sku": "BOLT"}}]);
    assert_eq!(plan["unmet"], unmet, "16 for the order and 5 for the shelf, of which 18 are free");

    let chosen = json!({"moves": [{"fromId": at.warehouse, "toId": south, "productId": bolt,
        "quantity": "18"}], "idempotencyKey": "move-1"});
    let selection = "purchaseOrders { id } transfers { id version state lines { quantity } }";
    let told = buyer.does("orderSupply", chosen.clone(), selection).await;
    assert_eq!(told["transfers"][0]["state"], "DRAFT");
    assert_eq!(told["transfers"][0]["lines"], json!([{"quantity": "18"}]));
    let again = buyer.does("orderSupply", chosen, selection).await;
    assert_eq!(again["transfers"][0]["id"], told["transfers"][0]["id"]);
    let plan = buyer.ask(PLAN, json!({})).await["supplyPlan"].clone();
    assert_eq!((&plan["moves"], &plan["unmet"]), (&json!([]), &unmet), "a draft moves it already");

    // On its way it is held for who waits, and promised for the day it comes.
    let day = (house().today() + chrono::Duration::days(3)).to_string();
    let transfer = document(&told["transfers"][0]);
    let more = json!({"expectedOn": day});
    let dated = step(&company.warehouse, "updateStockTransfer", &transfer, more, TRANSFER).await;
    let transfer = document(&dated["stockTransfer"]);
    let sent = step(&company.warehouse, "sendStockTransfer", &transfer, json!({}), TRANSFER).await;
    assert_eq!(sent["stockTransfer"]["expectedOn"], day.as_str());
    assert_eq!(waits(&company, &order.0).await, ("16".to_owned(), json!("0")));
    let query = "query($id: ID!) { order(id: $id) { lines {
        promise { date source purchaseOrderLine { id } transferLine { id } } } } }";
    let told = company.director.ask(query, json!({"id": order.0})).await;
    let line = sent["stockTransfer"]["lines"][0]["id"].clone();
    let promise = json!({"date": day, "source": "EXPECTED_RECEIPT", "purchaseOrderLine": null,
        "transferLine": {"id": line}});
    assert_eq!(told["order"]["lines"][0]["promise"], promise);
    let query = "query($id: ID!) { product(id: $id) {
        expected { quantity expectedOn warehouse { id } transferLine { id } } } }";
    let told = company.director.ask(query, json!({"id": bolt})).await;
    let expected = json!([{"quantity": "18", "expectedOn": day, "warehouse": {"id": south},
        "transferLine": {"id": line}}]);
    assert_eq!(told["product"]["expected"], expected);
    let plan = buyer.ask(PLAN, json!({})).await["supplyPlan"].clone();
    assert_eq!(plan["unmet"], json!([]), "two on their way are above the point of one");

    let transfer = document(&sent["stockTransfer"]);
    step(&company.warehouse, "receiveStockTransfer", &transfer, json!({}), TRANSFER).await;
    let there = stock(&company, &bolt, &south).await;
    assert_eq!((there["onHand"].as_str(), there["reserved"].as_str()), (Some("18"), Some("16")));
    let input = json!({"orderId": order.0});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn who_loses_goods_waits_and_who_waits_gets_what_turns_up() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let nail = company.product(&at, "NAIL", "10.00").await;
    company.receive(&at, None, &[(&nail, "10", "3.00")]).await;
    let customer = company.customer("Stroy", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&nail, "8")], json!({})).await;
    confirm(&company.anna, &order).await;
    let lot = lots(&company, &nail).await[0]["lot"]["id"].clone();
    let held = async |quantity: &str, missed: Value| {
        assert_eq!(waits(&company, &order.0).await, (quantity.to_owned(), missed));
        house().verify(&company.slug).await;
    };

    // Held back, it is missed; let go, it is held again.
    let selection = "reservations { lost heldInstead short }";
    let input = json!({"id": lot, "reason": "Rust"});
    let told = company.warehouse.does("blockLot", input, selection).await;
    assert_eq!(told["reservations"][0], json!({"lost": "8", "heldInstead": "0", "short": "8"}));
    held("0", json!("8")).await;
    company.warehouse.does("unblockLot", json!({"id": lot}), "lot { id }").await;
    held("8", json!("0")).await;

    // Five of ten go: three of the eight are missed.
    let lines = json!([{"productId": nail, "quantity": "5", "lotId": lot}]);
    let input = json!({"reason": "Bent", "heldGoods": "GO", "lines": lines});
    let selection = "writeOff { id version }";
    let made = company.director.does("createWriteOff", input, selection).await;
    let written = document(&made["writeOff"]);
    let posted = step(&company.director, "postWriteOff", &written, json!({}), selection).await;
    held("5", json!("3")).await;

    // A count finds two of them.
    let selection = "stockCount { id version }";
    let made = company.director.does("createStockCount", json!({}), selection).await;
    let count = document(&made["stockCount"]);
    let started = step(&company.director, "startStockCount", &count, json!({}), selection).await;
    let count = document(&started["stockCount"]);
    let found = json!({"id": count.0, "entries": [{"productId": nail, "quantity": "7"}]});
    company.warehouse.does("addCounts", found, "stockCount { id }").await;
    let more = json!({"reason": "Found"});
    step(&company.director, "postStockCount", &count, more, selection).await;
    held("7", json!("1")).await;

    // The write-off was a mistake.
    let written = document(&posted["writeOff"]);
    step(&company.director, "reverseWriteOff", &written, json!({}), "writeOff { id }").await;
    held("8", json!("0")).await;
}
