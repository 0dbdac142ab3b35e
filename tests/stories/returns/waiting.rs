//! What comes back goes to who waits for it, and who picks too little waits himself.

use serde_json::{Value, json};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::worked::shipped;

async fn waits(company: &Company, order: &str) -> (Value, Value) {
    let query = "query($id: ID!) { order(id: $id) { lines { reserved
        demand { quantity state } } } }";
    let told = company.director.ask(query, json!({"id": order})).await;
    let line = &told["order"]["lines"][0];
    (line["reserved"].clone(), line["demand"]["quantity"].clone())
}

#[tokio::test]
async fn good_goods_that_come_back_are_held_for_who_waited() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (_, shipment, line) = shipped(&company, &at).await;
    let query = "query($id: ID!) { shipment(id: $id) { lines { product { id } } } }";
    let told = company.director.ask(query, json!({"id": shipment})).await;
    let lamp = told["shipment"]["lines"][0]["product"]["id"].as_str().unwrap().to_owned();
    // Five are left: the other order misses seven.
    let customer = company.customer("Cinema", &company.boris_id, json!({})).await;
    let order = draft(&company.boris, &customer, &[(&lamp, "12")], json!({})).await;
    confirm(&company.boris, &order).await;
    assert_eq!(waits(&company, &order.0).await, (json!("5"), json!("7")));

    let input = json!({"shipmentId": shipment, "reason": "too many", "lines": [
        {"shipmentLineId": line, "quantity": "4"},
        {"shipmentLineId": line, "quantity": "2", "condition": "DAMAGED"}]});
    let told = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
    let back = told["salesReturn"]["id"].clone();
    company.warehouse.does("postSalesReturn", json!({"id": back}), "salesReturn { id }").await;
    // Broken ones help nobody.
    assert_eq!(waits(&company, &order.0).await, (json!("9"), json!("3")));
    house().verify(&company.slug).await;
    // Held for another order, they do not leave again.
    let input = json!({"id": back, "reason": "by mistake"});
    let code = company.director.refused("reverseSalesReturn", input.clone(), "salesReturn { id }");
    assert_eq!(code.await, "IN_USE");
    let input = json!({"id": order.0, "reason": "closed down"});
    company.boris.does("cancelSalesOrder", input, "order { id }").await;
    let input = json!({"id": back, "reason": "by mistake"});
    company.director.does("reverseSalesReturn", input, "salesReturn { id }").await;
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_cannot_be_picked_and_is_nowhere_else_is_missed_again() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let keeper = &company.warehouse;
    let hook = company.product(&at, "HOOK", "10").await;
    company.receive(&at, None, &[(&hook, "6", "1")]).await;
    let customer = company.customer("Sailor", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&hook, "6")], json!({})).await;
    confirm(&company.anna, &order).await;
    let asked = keeper.does(
        "createPickTask",
        json!({"orders": [order.0]}),
        "pickTask { id
        lines { id } }",
    );
    let task = asked.await["pickTask"].clone();
    keeper.does("takePickTask", json!({"id": task["id"]}), "pickTask { id }").await;
    let input = json!({"pickTaskId": task["id"], "lineId": task["lines"][0]["id"],
        "quantity": "2"});
    let told = keeper.does("reportShortage", input, "shortage { heldHere heldElsewhere short }");
    assert_eq!(told.await["shortage"]["short"], "2");
    assert_eq!(waits(&company, &order.0).await, (json!("4"), json!("2")));
    house().verify(&company.slug).await;

    // A part is shipped past the task no further than the task leaves over.
    let input = json!({"orderId": order.0});
    let code = keeper.refused("shipSalesOrder", input, "shipment { id }").await;
    assert!(["IN_USE", "INSUFFICIENT_STOCK"].contains(&code.as_str()), "{code}");
    // What comes in goes to the order that missed it.
    company.receive(&at, None, &[(&hook, "5", "1")]).await;
    assert_eq!(waits(&company, &order.0).await, (json!("6"), json!("0")));
    house().verify(&company.slug).await;
}
