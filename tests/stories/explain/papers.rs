//! Whoever holds a paper of a sale asks that paper.

use serde_json::{Value, json};
use stories::company::Company;

use crate::money::{correct, pay, sale};

const STORY: &str = "query($id: ID!) { explain(id: $id) { order { id } shipment { id } } }";

#[tokio::test]
async fn papers_of_a_sale_tell_its_story() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    let accounting = &company.accounting;

    let input = json!({"orderId": sold.order});
    let invoice = accounting.does("issueInvoice", input, "invoice { id }").await;
    let payment = pay(&company, "300", json!({"orderId": sold.order})).await;
    for id in [&invoice["invoice"]["id"], &payment["id"]] {
        let told = company.anna.ask(STORY, json!({"id": id})).await;
        assert_eq!(told["explain"], json!({"order": {"id": sold.order}, "shipment": null}));
    }

    let input = json!({"shipmentId": sold.shipment});
    let tax = accounting.does("issueTaxInvoice", input, "taxInvoice { id }").await;
    let input = json!({"shipmentId": sold.shipment});
    let delivery = company.warehouse.does("planDelivery", input, "delivery { id }").await;
    let correction = correct(&company, &sold, "10").await;
    let lines = json!([{"shipmentLineId": sold.line, "quantity": "1"}]);
    let input = json!({"shipmentId": sold.shipment, "reason": "broken", "lines": lines});
    let back = company.warehouse.does("createSalesReturn", input, "salesReturn { id }").await;
    let of_the_shipment: [Value; 4] = [
        tax["taxInvoice"]["id"].clone(),
        delivery["delivery"]["id"].clone(),
        json!(correction),
        back["salesReturn"]["id"].clone(),
    ];
    for id in of_the_shipment {
        let told = company.director.ask(STORY, json!({"id": id})).await;
        let story = json!({"order": {"id": sold.order}, "shipment": {"id": sold.shipment}});
        assert_eq!(told["explain"], story, "{id}");
    }

    // Money that names no order has none, and nor has what is no document.
    let payment = pay(&company, "5", json!({"customerId": sold.customer})).await;
    for id in [payment["id"].clone(), json!(sold.customer)] {
        assert_eq!(company.director.denied(STORY, json!({"id": id})).await, "NOT_FOUND");
    }
    // A neighbour's papers are not there.
    let neighbour = Company::new().await;
    let id = &invoice["invoice"]["id"];
    assert_eq!(neighbour.director.denied(STORY, json!({"id": id})).await, "NOT_FOUND");
}
