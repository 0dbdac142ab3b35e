//! Subscriptions: filtered by rights, resumable, ended with the right to be there.

use std::time::Duration;

use futures::StreamExt;
use serde_json::json;
use stories::actor::text;
use stories::company::Company;
use stories::house::house;
use stories::socket::{Heard, Socket};
use stories::stock::{confirm, draft};

const DOCUMENTS: &str = "subscription($after: String) { documentChanged(after: $after) {
    cursor kind documentKind document { ... on SalesOrder { id state } ... on Shipment { id } } } }";

#[tokio::test]
async fn a_manager_hears_of_her_orders_and_not_of_his() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let hers = company.customer("Hers", &company.anna_id, json!({})).await;
    let his = company.customer("His", &company.boris_id, json!({})).await;
    let mut anna = Socket::signed_in(&company.anna.token).await;
    anna.subscribe("1", DOCUMENTS, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;

    draft(&company.boris, &his, &[(&good, "1")], json!({})).await;
    let order = draft(&company.anna, &hers, &[(&good, "1")], json!({})).await;
    let event = anna.event().await;
    assert_eq!(event["documentChanged"]["document"]["id"], order.0.as_str());
    assert_eq!(event["documentChanged"]["document"]["state"], "DRAFT");
    confirm(&company.anna, &order).await;
    let event = anna.event().await;
    assert_eq!(event["documentChanged"]["document"]["state"], "CONFIRMED");
}

#[tokio::test]
async fn who_was_away_gets_what_he_missed_once() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    let mut socket = Socket::signed_in(&company.anna.token).await;
    socket.subscribe("1", DOCUMENTS, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
    let cursor = text(&socket.event().await["documentChanged"]["cursor"]);
    drop(socket);

    let mut missed = Vec::new();
    for _ in 0..3 {
        missed.push(draft(&company.anna, &customer, &[(&good, "1")], json!({})).await.0);
    }
    let mut socket = Socket::signed_in(&company.anna.token).await;
    socket.subscribe("1", DOCUMENTS, json!({"after": cursor})).await;
    for id in &missed {
        let event = socket.event().await;
        assert_eq!(event["documentChanged"]["document"]["id"], id.as_str());
    }
    // And then what is new, without a repeat.
    let new = draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
    let event = socket.event().await;
    assert_eq!(event["documentChanged"]["document"]["id"], new.0.as_str());
    assert_eq!(socket.hear_within(Duration::from_millis(700)).await, Heard::Silence);
}

#[tokio::test]
async fn stock_changes_are_told_by_product() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let watched = company.product(&at, "WATCHED", "10.00").await;
    let other = company.product(&at, "OTHER", "10.00").await;
    let mut socket = Socket::signed_in(&company.warehouse.token).await;
    let query = "subscription($products: [ID!]) { stockChanged(products: $products) {
        cursor kind productIds } }";
    socket.subscribe("1", query, json!({"products": [watched]})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    company.receive(&at, None, &[(&other, "5", "5.00")]).await;
    company.receive(&at, None, &[(&watched, "7", "5.00")]).await;
    let event = socket.event().await;
    let told = event["stockChanged"]["productIds"].as_array().unwrap();
    assert!(told.contains(&json!(watched)), "{event}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_changes_comes_as_few_events_with_the_figures_of_then() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let busy = company.product(&at, "BUSY", "10.00").await;
    let other = company.product(&at, "OTHER", "10.00").await;
    company.receive(&at, None, &[(&busy, "100", "5.00"), (&other, "90", "5.00")]).await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    let mut orders = Vec::new();
    for _ in 0..24 {
        orders
            .push(draft(&company.anna, &customer, &[(&busy, "2"), (&other, "1")], json!({})).await);
    }
    let mut socket = Socket::signed_in(&company.warehouse.token).await;
    let query = "subscription($p: [ID!], $w: [ID!]) { stockChanged(products: $p, warehouses: $w) {
        cursor productIds figures { productId warehouseId product { sku } warehouse { name }
            onHand reserved available } } }";
    socket.subscribe("1", query, json!({"p": [busy], "w": [at.warehouse]})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    futures::future::join_all(orders.iter().map(|order| confirm(&company.anna, order))).await;
    let mut heard = 0;
    loop {
        let event = socket.event().await["stockChanged"].clone();
        heard += 1;
        let figures = event["figures"].as_array().unwrap();
        assert_eq!(figures.len(), 1, "what was not asked about is not told: {event}");
        let figure = &figures[0];
        assert_eq!((&figure["productId"], &figure["onHand"]), (&json!(busy), &json!("100")));
        let reserved: i64 = text(&figure["reserved"]).parse().unwrap();
        assert_eq!(figure["available"], (100 - reserved).to_string().as_str());
        if reserved == 48 {
            break;
        }
        assert!(heard < 24, "each change came for itself");
    }
    // What is gone is told as nothing, not left out.
    let input = json!({"orderId": orders[0].0});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let event = loop {
        let event = socket.event().await["stockChanged"].clone();
        heard += 1;
        // Figures are those of the moment of sending: a confirmation may come after them.
        if event["figures"][0]["onHand"] == "98" {
            assert_eq!(event["figures"][0]["reserved"], "46");
            break event;
        }
        assert!(heard < 24, "what left is not told");
    };
    assert_eq!(event["figures"][0]["product"]["sku"], "BUSY");
    assert_eq!(event["figures"][0]["warehouse"]["name"], "Main");
    // From where he ended a subscriber goes on: what he missed comes as one event of now.
    let cursor = event["cursor"].clone();
    drop(socket);
    for order in &orders[1..4] {
        let input = json!({"orderId": order.0});
        company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    }
    let mut socket = Socket::signed_in(&company.warehouse.token).await;
    let after = query.replace("$p: [ID!], $w: [ID!]", "$p: [ID!], $after: String");
    let after = after.replace("products: $p, warehouses: $w", "products: $p, after: $after");
    socket.subscribe("1", &after, json!({"p": [busy], "after": cursor})).await;
    let event = socket.event().await["stockChanged"].clone();
    assert_eq!(event["figures"][0]["onHand"], "92", "{event}");
    assert_eq!(socket.hear_within(Duration::from_millis(700)).await, Heard::Silence);
}

#[tokio::test]
async fn a_socket_ends_with_the_session() {
    let company = Company::new().await;
    let mut socket = Socket::signed_in(&company.anna.token).await;
    socket.subscribe("1", DOCUMENTS, json!({})).await;
    company.anna.does("signOut", json!({"everywhere": false}), "").await;
    assert_eq!(socket.hear_within(Duration::from_secs(3)).await, Heard::Closed(4403));
}

#[tokio::test]
async fn the_protocol_of_sockets_is_kept() {
    let company = Company::new().await;
    // Subscribing before signing in.
    let mut socket = Socket::open().await;
    socket.subscribe("1", DOCUMENTS, json!({})).await;
    assert_eq!(socket.hear().await, Heard::Closed(4401));
    // A token that is nobody's.
    let mut socket = Socket::open().await;
    let payload = json!({"authorization": "Bearer nonsense"});
    socket.say(json!({"type": "connection_init", "payload": payload})).await;
    assert_eq!(socket.hear().await, Heard::Closed(4403));
    // Two inits.
    let mut socket = Socket::signed_in(&company.anna.token).await;
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(socket.hear().await, Heard::Closed(4429));
    // Two operations of one id.
    let mut socket = Socket::signed_in(&company.anna.token).await;
    socket.subscribe("1", DOCUMENTS, json!({})).await;
    socket.subscribe("1", DOCUMENTS, json!({})).await;
    assert_eq!(socket.hear().await, Heard::Closed(4409));
    // Nonsense.
    let mut socket = Socket::signed_in(&company.anna.token).await;
    socket.say(json!({"type": "nonsense"})).await;
    assert_eq!(socket.hear().await, Heard::Closed(4400));
}

#[tokio::test]
async fn the_same_events_come_by_server_sent_events() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", house().url()))
        .header("accept", "text/event-stream")
        .bearer_auth(&company.anna.token)
        .json(&json!({"query": DOCUMENTS}))
        .send()
        .await
        .unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let mut stream = answer.bytes_stream();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let order = draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
    let mut heard = String::new();
    let listen = async {
        while let Some(Ok(bytes)) = stream.next().await {
            heard.push_str(&String::from_utf8_lossy(&bytes));
            if heard.contains(&order.0) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), listen).await.expect("the event came");
    assert!(heard.contains("event: next"), "{heard}");
}
