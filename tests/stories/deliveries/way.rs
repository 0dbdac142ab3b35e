//! A delivery from the plan to the proof.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::files::{fetch, upload};
use stories::house::house;
use stories::stock::{confirm, draft};

const DELIVERY: &str = "delivery { id version number state date carrier route address recipient
    packageCount weightKg volumeM3 packages { position name count weightKg } attempts failReason
    startedAt deliveredAt receivedBy availableTransitions
    shipment { state } customer { name } }";

/// A posted shipment of two lamps and three cables: its id.
pub async fn shipped(company: &Company) -> String {
    let at = company.furnish().await;
    let lamp = company.product(&at, "LAMP", "100").await;
    let cable = company.product(&at, "CABLE", "20").await;
    company.receive(&at, None, &[(&lamp, "10", "50"), (&cable, "10", "10")]).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let input = json!({"customerId": customer, "name": "Stage", "address": "Tula, Mira 1",
        "isDefault": true});
    company.anna.does("addDeliveryAddress", input, "deliveryAddress { id }").await;
    let order = draft(&company.anna, &customer, &[(&lamp, "2"), (&cable, "3")], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0});
    let told = company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    text(&told["shipment"]["id"])
}

#[tokio::test]
async fn a_delivery_fails_once_and_arrives_with_a_signed_note() {
    let company = Company::new().await;
    let shipment = shipped(&company).await;
    let keeper = &company.warehouse;
    let input = json!({"shipmentId": shipment, "carrier": "Swift", "route": "North",
        "recipient": "Olga", "packages": [
            {"name": "box", "count": 2, "weightKg": "1.5", "volumeM3": "0.02"},
            {"name": "roll", "weightKg": "4"}]});
    let key = json!({"idempotencyKey": "plan-once"});
    let mut once = input.clone();
    stories::company::merge(&mut once, key);
    let told = keeper.does("planDelivery", once.clone(), DELIVERY).await;
    let planned = told["delivery"].clone();
    let again = keeper.does("planDelivery", once, DELIVERY).await;
    assert_eq!(again["delivery"]["id"], planned["id"]);
    assert_eq!(
        (&planned["state"], &planned["address"]),
        (&json!("PLANNED"), &json!("Tula, Mira 1"))
    );
    assert_eq!((&planned["packageCount"], &planned["weightKg"]), (&json!(3), &json!("7")));
    assert_eq!(planned["volumeM3"], Value::Null, "the roll was not measured");

    // A keeper sees no money, and says none.
    let id = planned["id"].clone();
    let query = "query($id: ID!) { delivery(id: $id) { cost { amount } } }";
    assert_eq!(keeper.denied(query, json!({"id": id})).await, "FORBIDDEN");
    let cost = json!({"input": {"id": id, "cost": "10"}});
    let mutation = "mutation($input: SetDeliveryCostInput!) { setDeliveryCost(input: $input) {
        delivery { id } } }";
    assert_eq!(keeper.denied(mutation, cost.clone()).await, "FORBIDDEN");
    // The manager of another customer sees nothing of it.
    let plain = "query($id: ID!) { delivery(id: $id) { id } }";
    assert_eq!(company.boris.denied(plain, json!({"id": id})).await, "NOT_FOUND");

    // It goes on another route, with one package more.
    let input = json!({"id": id, "version": planned["version"], "route": "South", "recipient": null,
        "packages": [{"name": "pallet", "count": 4, "weightKg": "20", "volumeM3": "1"}]});
    let told = company.anna.does("updateDelivery", input.clone(), DELIVERY).await;
    let changed = told["delivery"].clone();
    assert_eq!((&changed["route"], &changed["recipient"]), (&json!("South"), &Value::Null));
    assert_eq!((&changed["weightKg"], &changed["volumeM3"]), (&json!("80"), &json!("4")));
    assert_eq!(company.anna.refused("updateDelivery", input, DELIVERY).await, "STALE_VERSION");
    let list = "query($filter: DeliveryFilter) { deliveries(filter: $filter) { nodes { id }
        totalCount { count } } }";
    let south = json!({"filter": {"route": "South", "state": ["PLANNED"]}});
    let told = keeper.ask(list, south).await;
    assert_eq!(told["deliveries"]["nodes"], json!([{"id": id}]));

    let step = json!({"id": id});
    let code = keeper.refused("completeDelivery", step.clone(), DELIVERY).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    keeper.does("startDelivery", step.clone(), DELIVERY).await;
    let input = json!({"id": id, "reason": "nobody opened"});
    let told = keeper.does("failDelivery", input, DELIVERY).await;
    assert_eq!(told["delivery"]["failReason"], "nobody opened");
    let tomorrow = (house().today() + chrono::Duration::days(1)).to_string();
    let input = json!({"id": id, "date": tomorrow});
    let told = keeper.does("replanDelivery", input, DELIVERY).await;
    assert_eq!(
        (&told["delivery"]["date"], &told["delivery"]["state"]),
        (&json!(tomorrow), &json!("PLANNED"))
    );
    keeper.does("startDelivery", step.clone(), DELIVERY).await;
    let late = json!({"id": id, "deliveredAt": "2199-01-01T00:00:00Z"});
    assert_eq!(keeper.refused("completeDelivery", late, DELIVERY).await, "OUT_OF_RANGE");
    let input = json!({"id": id, "receivedBy": "Olga Petrova"});
    let told = keeper.does("completeDelivery", input, DELIVERY).await;
    assert_eq!(
        (&told["delivery"]["state"], &told["delivery"]["attempts"]),
        (&json!("DELIVERED"), &json!(2))
    );
    assert_eq!(told["delivery"]["availableTransitions"], json!([]));

    // The signed note hangs on it; the manager reads it, his colleague does not.
    let file = upload(keeper, &text(&id), "note.txt", b"signed by Olga").await;
    let query = "query($id: ID!) { delivery(id: $id) { receivedBy attachments { id name }
        history { action } } shipment: delivery(id: $id) { shipment { deliveries { number } } } }";
    let told = company.anna.ask(query, json!({"id": id})).await;
    assert_eq!(told["delivery"]["attachments"][0]["name"], "note.txt");
    assert_eq!(told["delivery"]["history"].as_array().unwrap().len(), 8);
    assert_eq!(told["shipment"]["shipment"]["deliveries"][0]["number"], planned["number"]);
    assert_eq!(fetch(&company.anna, &file["id"], &[]).await.status(), 200);
    assert_eq!(fetch(&company.boris, &file["id"], &[]).await.status(), 404);
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_is_planned_of_a_shipment_that_is_given_up_is_called_off() {
    let company = Company::new().await;
    let shipment = shipped(&company).await;
    let input = json!({"shipmentId": shipment, "address": "Moscow, Arbat 5"});
    let told = company.anna.does("planDelivery", input.clone(), DELIVERY).await;
    let id = told["delivery"]["id"].clone();
    assert_eq!(told["delivery"]["address"], "Moscow, Arbat 5");
    let reverse = json!({"id": shipment, "reason": "by mistake"});
    company.director.does("reverseShipment", reverse, "shipment { state }").await;
    let query =
        format!("query($id: ID!) {{ {} }}", DELIVERY.replacen("delivery", "delivery(id: $id)", 1));
    let told = company.warehouse.ask(&query, json!({"id": id})).await;
    assert_eq!(
        (&told["delivery"]["state"], &told["delivery"]["failReason"]),
        (&json!("FAILED"), &json!("by mistake"))
    );
    let input = json!({"id": id, "date": house().today().to_string()});
    let code = company.warehouse.refused("replanDelivery", input, DELIVERY).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let input = json!({"shipmentId": shipment});
    assert_eq!(company.anna.refused("planDelivery", input, DELIVERY).await, "ILLEGAL_TRANSITION");
    house().verify(&company.slug).await;
}
