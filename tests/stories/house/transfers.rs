//! Goods move between warehouses in two steps.

use futures::future::join_all;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{document, lots, step, stock, warehouse};

const TRANSFER: &str = "stockTransfer { id version number state receivedOn shortReason
    availableTransitions lines { id quantity received lot { id } } }
    reservations { order { id } lost heldInstead short }";

/// A draft of a transfer: (product, quantity) lines.
async fn written(actor: &Actor, to: &str, lines: Value, more: Value) -> (String, i64) {
    let mut input = json!({"toId": to, "lines": lines});
    stories::company::merge(&mut input, more);
    let payload = actor.does("createStockTransfer", input, TRANSFER).await;
    assert_eq!(payload["stockTransfer"]["state"], "DRAFT");
    document(&payload["stockTransfer"])
}

async fn sent(actor: &Actor, to: &str, lines: Value) -> (String, i64) {
    let transfer = written(actor, to, lines, json!({})).await;
    let payload = step(actor, "sendStockTransfer", &transfer, json!({}), TRANSFER).await;
    assert_eq!(payload["stockTransfer"]["state"], "SENT");
    document(&payload["stockTransfer"])
}

#[tokio::test]
async fn goods_on_their_way_are_seen_and_held_and_shipped_once_they_came() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let south = warehouse(&company, "South").await;
    let nails = company.product(&at, "NAILS", "20.00").await;
    company.receive(&at, Some("2026-03-01"), &[(&nails, "10", "50.00")]).await;
    company.receive(&at, Some("2026-03-05"), &[(&nails, "10", "60.00")]).await;

    let lines = json!([{"productId": nails, "quantity": "15"}]);
    let transfer = sent(&company.warehouse, &south, lines).await;
    let there = stock(&company, &nails, &south).await;
    assert_eq!(there["onHand"], "0");
    assert_eq!(there["inTransit"], "15");
    assert_eq!(there["inTransitAvailable"], "15");
    assert_eq!(there["inTransitValue"]["amount"], "800.00");
    let here = stock(&company, &nails, &at.warehouse).await;
    assert_eq!((here["onHand"].as_str(), here["inTransit"].as_str()), (Some("5"), Some("0")));
    assert_eq!(here["value"]["amount"], "300.00");
    let query = "query($id: ID!) { product(id: $id) {
        stockTotal { onHand available inTransit value { amount } inTransitValue { amount } } } }";
    let total = company.director.ask(query, json!({"id": nails})).await;
    let total = &total["product"]["stockTotal"];
    assert_eq!((total["onHand"].as_str(), total["inTransit"].as_str()), (Some("5"), Some("15")));
    assert_eq!(number(&total["value"]["amount"]), Decimal::from(300));
    assert_eq!(number(&total["inTransitValue"]["amount"]), Decimal::from(800));

    // The way there is no warehouse that anybody sees or chooses.
    let listed = company.director.ask("{ warehouses { nodes { name } } }", json!({})).await;
    assert_eq!(listed["warehouses"]["nodes"].as_array().unwrap().len(), 2);
    let query = "query($id: ID!) { stockTransfer(id: $id) { movements {
        kind quantity warehouse { id inTransitTo { id name } } } } }";
    let told = company.warehouse.ask(query, json!({"id": transfer.0})).await;
    let moved = told["stockTransfer"]["movements"].as_array().unwrap();
    assert_eq!(moved.len(), 4, "two lots out of one place and into another");
    let way = moved.iter().find(|one| !one["warehouse"]["inTransitTo"].is_null()).unwrap();
    assert_eq!(way["warehouse"]["inTransitTo"]["id"], south.as_str());
    let transit = text(&way["warehouse"]["id"]);
    let input = json!({"warehouseId": transit, "lines": []});
    let code = company.warehouse.refused("createGoodsReceipt", input, "goodsReceipt { id }").await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
    let input = json!({"toId": transit, "lines": []});
    let code = company.warehouse.refused("createStockTransfer", input, TRANSFER).await;
    assert_eq!(code, "UNKNOWN_REFERENCE");

    // The receiving side holds what is on its way, and ships it when it has come.
    let customer = company.customer("South", &company.anna_id, json!({})).await;
    let more = json!({"warehouseId": south});
    let order = draft(&company.anna, &customer, &[(&nails, "12")], more).await;
    let confirmed = confirm(&company.anna, &order).await;
    assert_eq!(number(&confirmed["availability"][0]["reserved"]), Decimal::from(12));
    let there = stock(&company, &nails, &south).await;
    assert_eq!(there["inTransitAvailable"], "3");
    let input = json!({"orderId": order.0});
    let code = company.warehouse.refused("shipSalesOrder", input.clone(), "shipment { id }").await;
    assert_eq!(code, "INSUFFICIENT_STOCK");

    let payload =
        step(&company.warehouse, "receiveStockTransfer", &transfer, json!({}), TRANSFER).await;
    assert_eq!(payload["stockTransfer"]["state"], "RECEIVED");
    assert_eq!(payload["reservations"].as_array().unwrap().len(), 0);
    let there = stock(&company, &nails, &south).await;
    assert_eq!(there["inTransit"], "0");
    assert_eq!((there["onHand"].as_str(), there["reserved"].as_str()), (Some("15"), Some("12")));
    assert_eq!(there["value"]["amount"], "800.00");
    house().verify(&company.slug).await;
    let shipped = company.warehouse.does("shipSalesOrder", input, "shipment { id state }").await;
    assert_eq!(shipped["shipment"]["state"], "POSTED");
    let query = "query($id: ID!) { shipment(id: $id) { cost { amount } } }";
    let told = company.director.ask(query, json!({"id": shipped["shipment"]["id"]})).await;
    assert_eq!(told["shipment"]["cost"]["amount"], "620.00", "10 × 50 + 2 × 60");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn less_comes_than_was_sent() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let south = warehouse(&company, "South").await;
    let glass = company.product(&at, "GLASS", "20.00").await;
    company.receive(&at, None, &[(&glass, "10", "7.00")]).await;
    let transfer =
        sent(&company.warehouse, &south, json!([{"productId": glass, "quantity": "6"}])).await;
    let customer = company.customer("South", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&glass, "9")], json!({})).await;
    let confirmed = confirm(&company.anna, &order).await;
    assert_eq!(number(&confirmed["availability"][0]["reserved"]), Decimal::from(9));

    let query = "query($id: ID!) { stockTransfer(id: $id) { lines { id } } }";
    let told = company.warehouse.ask(query, json!({"id": transfer.0})).await;
    let line = told["stockTransfer"]["lines"][0]["id"].clone();
    let lines = |quantity: &str| json!([{"lineId": line, "quantity": quantity}]);
    let refused = async |more: Value| {
        let mut input = json!({"id": transfer.0, "version": transfer.1});
        stories::company::merge(&mut input, more);
        company.warehouse.refused("receiveStockTransfer", input, TRANSFER).await
    };
    assert_eq!(refused(json!({"lines": lines("4")})).await, "REQUIRED");
    assert_eq!(refused(json!({"lines": lines("7")})).await, "OUT_OF_RANGE");
    assert_eq!(refused(json!({"date": "2020-01-01"})).await, "INVALID");

    // Five of the six on their way are held; four come, so one of the nine is short.
    let more = json!({"lines": lines("4"), "shortReason": "Broken on the way"});
    let payload = step(&company.warehouse, "receiveStockTransfer", &transfer, more, TRANSFER).await;
    assert_eq!(payload["stockTransfer"]["shortReason"], "Broken on the way");
    assert_eq!(payload["stockTransfer"]["lines"][0]["received"], "4");
    let kept = &payload["reservations"][0];
    assert_eq!((kept["lost"].as_str(), kept["short"].as_str()), (Some("1"), Some("1")));
    let there = stock(&company, &glass, &south).await;
    assert_eq!((there["onHand"].as_str(), there["reserved"].as_str()), (Some("4"), Some("4")));
    assert_eq!(there["value"]["amount"], "28.00");
    assert_eq!(there["inTransit"], "0");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_comes_back_is_held_where_it_is_then() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let south = warehouse(&company, "South").await;
    let rope = company.product(&at, "ROPE", "20.00").await;
    company.receive(&at, None, &[(&rope, "8", "3.00")]).await;
    let transfer =
        sent(&company.warehouse, &south, json!([{"productId": rope, "quantity": "8"}])).await;
    let customer = company.customer("Both", &company.anna_id, json!({})).await;
    let anywhere = draft(&company.anna, &customer, &[(&rope, "3")], json!({})).await;
    confirm(&company.anna, &anywhere).await;
    let more = json!({"warehouseId": south});
    let only_south = draft(&company.anna, &customer, &[(&rope, "4")], more).await;
    confirm(&company.anna, &only_south).await;

    let payload =
        step(&company.warehouse, "returnStockTransfer", &transfer, json!({}), TRANSFER).await;
    assert_eq!(payload["stockTransfer"]["state"], "RETURNED");
    let kept = payload["reservations"].as_array().unwrap();
    let of = |order: &(String, i64)| {
        let one = kept.iter().find(|one| one["order"]["id"] == order.0.as_str());
        one.map(|one| (number(&one["heldInstead"]), number(&one["short"])))
    };
    assert_eq!(of(&anywhere), Some((Decimal::from(3), Decimal::ZERO)));
    assert_eq!(of(&only_south), Some((Decimal::ZERO, Decimal::from(4))));
    let here = stock(&company, &rope, &at.warehouse).await;
    assert_eq!((here["onHand"].as_str(), here["reserved"].as_str()), (Some("8"), Some("3")));
    let input = json!({"orderId": anywhere.0});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_a_transfer_takes_and_what_it_leaves() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let south = warehouse(&company, "South").await;
    let wire = company.product(&at, "WIRE", "20.00").await;
    company.receive(&at, None, &[(&wire, "5", "3.00")]).await;
    company.receive(&at, None, &[(&wire, "5", "4.00")]).await;
    let customer = company.customer("Wire", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&wire, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let dear = lots(&company, &wire).await[1]["lot"]["id"].clone();

    let refused = async |lines: Value, more: Value| {
        let transfer = written(&company.director, &south, lines, more).await;
        let input = json!({"id": transfer.0, "version": transfer.1});
        company.director.refused("sendStockTransfer", input, TRANSFER).await
    };
    let wanted = |quantity: &str| json!([{"productId": wire, "quantity": quantity}]);
    assert_eq!(refused(wanted("7"), json!({})).await, "INSUFFICIENT_STOCK", "four are held");
    let past = json!({"date": "2020-01-01"});
    assert_eq!(refused(wanted("1"), past).await, "NEGATIVE_BALANCE", "nothing was there then");
    assert_eq!(refused(json!([]), json!({})).await, "NO_LINES");

    let lines = json!([{"productId": wire, "quantity": "5", "lotId": dear}]);
    let transfer = sent(&company.warehouse, &south, lines).await;
    assert_eq!(stock(&company, &wire, &south).await["inTransitValue"]["amount"], "20.00");
    let input = json!({"id": transfer.0, "version": transfer.1});
    let code = company.warehouse.refused("cancelStockTransfer", input, TRANSFER).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let code = company
        .anna
        .tries("sendStockTransfer", json!({"id": transfer.0, "version": 9}), TRANSFER)
        .await;
    assert_eq!(code.unwrap_err(), "FORBIDDEN");
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_shipments_and_transfers_of_the_same_goods_at_once() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let south = warehouse(&company, "South").await;
    let sand = company.product(&at, "SAND", "1.00").await;
    company.receive(&at, None, &[(&sand, "60", "1.00")]).await;
    company.receive(&at, None, &[(&sand, "60", "1.10")]).await;
    let customer = company.customer("Sand", &company.anna_id, json!({})).await;
    let mut orders = Vec::new();
    for _ in 0..16 {
        orders.push(draft(&company.anna, &customer, &[(&sand, "4")], json!({})).await);
    }
    let lines = json!([{"productId": sand, "quantity": "5"}]);
    let back_and_forth = (0..8).map(|place| {
        let (company, lines, south) = (&company, lines.clone(), south.as_str());
        async move {
            let transfer = written(&company.warehouse, south, lines, json!({})).await;
            let input = json!({"id": transfer.0, "version": transfer.1});
            let actor = &company.warehouse;
            let Ok(payload) = actor.tries("sendStockTransfer", input, TRANSFER).await else {
                return;
            };
            let transfer = document(&payload["stockTransfer"]);
            let next = if place % 2 == 0 { "receiveStockTransfer" } else { "returnStockTransfer" };
            step(actor, next, &transfer, json!({}), TRANSFER).await;
        }
    });
    let sold = orders.iter().map(|order| async {
        confirm(&company.anna, order).await;
        let input = json!({"orderId": order.0});
        let outcome = company.warehouse.tries("shipSalesOrder", input, "shipment { state }").await;
        if let Err(code) = outcome {
            assert_eq!(code, "INSUFFICIENT_STOCK", "held on the way or in two warehouses");
        }
    });
    futures::future::join(join_all(back_and_forth), join_all(sold)).await;
    house().verify(&company.slug).await;
}
