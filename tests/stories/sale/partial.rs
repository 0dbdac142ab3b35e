//! An order in parts: the parts add up to the whole, to the kopeck, and back again.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::number;
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

#[tokio::test]
async fn three_shipments_of_one_line_add_up_and_can_be_undone() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let rope = company.product(&at, "ROPE", "33.3333").await;
    // 3 pieces for 100.00 leave as 33.33 + 33.34 + 33.33 in some order.
    company.receive(&at, None, &[(&rope, "3", "33.3333")]).await;
    let customer = company.customer("Yachts", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&rope, "3")], json!({})).await;
    confirm(&company.anna, &order).await;
    let query = "query($id: ID!) { order(id: $id) {
        state version total { gross { amount } } lines { id shipped } } }";
    let whole = company.anna.ask(query, json!({"id": order.0})).await;
    let line = whole["order"]["lines"][0]["id"].clone();

    let mut shipments = Vec::new();
    for _ in 0..3 {
        let input = json!({"orderId": order.0, "lines": [{"orderLineId": line, "quantity": "1"}]});
        let selection = "shipment { id version order { state } }";
        shipments.push(company.warehouse.does("shipSalesOrder", input, selection).await);
    }
    assert_eq!(shipments[0]["shipment"]["order"]["state"], "IN_FULFILMENT");
    assert_eq!(shipments[2]["shipment"]["order"]["state"], "COMPLETED");

    let figures = async || {
        let report = "{ salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
            dimensions: [PRODUCT]}) { totals {
                quantity revenue { amount } cost { amount } profit { amount } } } }";
        let told = company.director.ask(report, json!({})).await;
        told["salesReport"]["totals"].clone()
    };
    let sum = |totals: &Value, name: &str| number(&totals[name]["amount"]);
    let totals = figures().await;
    assert_eq!(sum(&totals, "revenue"), number(&whole["order"]["total"]["gross"]["amount"]));
    assert_eq!(sum(&totals, "cost"), Decimal::new(10_000, 2));

    // The warehouse ships but does not reverse; the director does.
    let shipment = &shipments[1]["shipment"];
    let reverse = "mutation($input: ReverseShipmentInput!) { reverseShipment(input: $input) {
        shipment { state order { state } } userErrors { code message } } }";
    let input = json!({"input": {"id": shipment["id"], "reason": "wrong goods"}});
    assert_eq!(company.warehouse.denied(reverse, input.clone()).await, "FORBIDDEN");
    let reversed = company.director.ask(reverse, input).await;
    assert_eq!(reversed["reverseShipment"]["shipment"]["state"], "REVERSED", "{reversed}");
    assert_eq!(reversed["reverseShipment"]["shipment"]["order"]["state"], "IN_FULFILMENT");
    let totals = figures().await;
    assert_eq!(number(&totals["quantity"]), Decimal::from(2));
    house().verify(&company.slug).await;

    // What came back is shipped again, and nothing is lost on the way.
    let input = json!({"orderId": order.0, "lines": [{"orderLineId": line, "quantity": "1"}]});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let totals = figures().await;
    assert_eq!(sum(&totals, "revenue"), number(&whole["order"]["total"]["gross"]["amount"]));
    assert_eq!(sum(&totals, "cost"), Decimal::new(10_000, 2));
    house().verify(&company.slug).await;
}
