//! "Where do the goods of this order lie?" is one query.

use serde_json::{Value, json};
use stories::company::Company;
use stories::stock::{confirm, draft};

const STORY: &str = "query($id: ID!) { explain(id: $id) {
    shipment { number }
    lines { orderLine { quantity }
        goods { state quantity warehouse { name } lot { number } shipment { number } }
        picks { quantity picked pickTask { number taker { name } finishedAt } } }
    gates { kind entry { subjectType user { name } } }
    events { entry { action user { name } } } } }";

#[tokio::test]
async fn where_are_the_goods() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let keeper = &company.warehouse;
    let rope = company.product(&at, "ROPE", "10.00").await;
    company.receive(&at, None, &[(&rope, "10", "5.00")]).await;
    let customer = company.customer("Dom", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&rope, "10")], json!({})).await;
    confirm(&company.anna, &order).await;

    // A part is picked and shipped, the rest is held.
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    let line = told["order"]["lines"][0]["id"].clone();
    let input = json!({"orderId": order.0, "lines": [{"orderLineId": line, "quantity": "4"}]});
    let shipped = keeper.does("shipSalesOrder", input, "shipment { id number }").await;
    let create = json!({"orders": [order.0]});
    let made = keeper.does("createPickTask", create, "pickTask { id number }").await;
    let task = &made["pickTask"];
    keeper.does("takePickTask", json!({"id": task["id"]}), "pickTask { id }").await;

    let told = company.anna.ask(STORY, json!({"id": order.0})).await;
    let line = &told["explain"]["lines"][0];
    let mut states: Vec<(&str, &str)> = line["goods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["state"].as_str().unwrap(), part["quantity"].as_str().unwrap()))
        .collect();
    states.sort_unstable();
    assert_eq!(states, [("PICKING", "6"), ("SHIPPED", "4")]);
    for part in line["goods"].as_array().unwrap() {
        assert_eq!(part["warehouse"]["name"], "Main");
        let is_gone = part["state"] == "SHIPPED";
        assert_eq!(part["shipment"]["number"].is_string(), is_gone, "{part}");
    }
    let pick = &line["picks"][0];
    assert_eq!(pick["pickTask"]["taker"]["name"], "warehouse");
    assert_eq!(pick["pickTask"]["number"], task["number"]);
    let actions: Vec<&Value> = told["explain"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["entry"]["action"])
        .collect();
    for action in ["createSalesOrder", "confirmSalesOrder", "shipSalesOrder", "takePickTask"] {
        assert!(actions.contains(&&json!(action)), "{action}: {actions:?}");
    }

    // A shipment tells of what left with it alone.
    let told = company.anna.ask(STORY, json!({"id": shipped["shipment"]["id"]})).await;
    let story = &told["explain"];
    assert_eq!(story["shipment"]["number"], shipped["shipment"]["number"]);
    let goods = story["lines"][0]["goods"].as_array().unwrap();
    assert_eq!((goods.len(), &goods[0]["state"]), (1, &json!("SHIPPED")));
    let kinds: Vec<&Value> =
        story["gates"].as_array().unwrap().iter().map(|gate| &gate["kind"]).collect();
    assert_eq!(kinds, ["CONFIRM", "SHIP"]);
    assert_eq!(story["gates"][1]["entry"]["user"]["name"], "warehouse");
}
