//! What a delivery costs is a cost of its shipment that margins show.

use serde_json::{Value, json};
use stories::actor::number;
use stories::company::Company;
use stories::house::house;

use super::way::shipped;

fn plain(value: &Value) -> String {
    number(&value["amount"]).normalize().to_string()
}

/// Of a shipment, and of all sales: gross profit, variable costs, contribution.
async fn told(company: &Company, shipment: &str) -> [[String; 3]; 2] {
    let figures = "profit { amount } variableCosts { amount } contribution { amount }";
    let query = format!(
        "query($id: ID!) {{ shipment(id: $id) {{ figures {{ {figures} }} }}
        salesReport(input: {{from: \"2010-01-01\", to: \"2035-01-01\", dimensions: [PRODUCT],
            orderBy: {{field: CONTRIBUTION, direction: DESC}}}}) {{ totals {{ {figures} }} }} }}"
    );
    let told = company.director.ask(&query, json!({"id": shipment})).await;
    let three =
        |of: &Value| ["profit", "variableCosts", "contribution"].map(|measure| plain(&of[measure]));
    [three(&told["shipment"]["figures"]), three(&told["salesReport"]["totals"])]
}

fn both(three: [&str; 3]) -> [[String; 3]; 2] {
    let owned = three.map(str::to_owned);
    [owned.clone(), owned]
}

#[tokio::test]
async fn a_cost_is_booked_when_it_sets_off_and_corrected_when_the_bill_comes() {
    let company = Company::new().await;
    let shipment = shipped(&company).await;
    // 2 × 100 + 3 × 20 − 2 × 50 − 3 × 10.
    assert_eq!(told(&company, &shipment).await, both(["130", "0", "130"]));
    let input = json!({"shipmentId": shipment, "cost": "33.35"});
    let planned = company.anna.does("planDelivery", input, "delivery { id }").await;
    let id = planned["delivery"]["id"].clone();
    assert_eq!(told(&company, &shipment).await, both(["130", "0", "130"]));
    let step = json!({"id": id, "idempotencyKey": "go"});
    company.warehouse.does("startDelivery", step.clone(), "delivery { id }").await;
    company.warehouse.does("startDelivery", step, "delivery { id }").await;
    assert_eq!(told(&company, &shipment).await, both(["130", "33.35", "96.65"]));
    house().verify(&company.slug).await;

    // The bill is lower; a negative one is none.
    let selection = "delivery { cost { amount } bookedCost { amount } }";
    let input = json!({"id": id, "cost": "30"});
    let set = company.accounting.does("setDeliveryCost", input, selection).await;
    assert_eq!(plain(&set["delivery"]["bookedCost"]), "30");
    assert_eq!(told(&company, &shipment).await, both(["130", "30", "100"]));
    let input = json!({"id": id, "cost": "-1"});
    assert_eq!(
        company.accounting.refused("setDeliveryCost", input, selection).await,
        "OUT_OF_RANGE"
    );
    house().verify(&company.slug).await;

    // The sale undone, the drive stays paid.
    let input = json!({"id": shipment, "reason": "by mistake"});
    company.director.does("reverseShipment", input, "shipment { id }").await;
    assert_eq!(told(&company, &shipment).await, both(["0", "30", "-30"]));
    let input = json!({"id": id, "cost": null});
    company.accounting.does("setDeliveryCost", input, selection).await;
    assert_eq!(told(&company, &shipment).await, both(["0", "0", "0"]));
    house().verify(&company.slug).await;
}
