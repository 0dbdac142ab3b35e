//! The worked case of domain.md, section 5, and what goes wrong around it.

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, Furniture};
use stories::house::house;
use stories::stock::{confirm, draft};

/// Ships 15 of lot A (10 at 50) and lot B (10 at 60); gives the order's and the shipment's ids and the
/// shipment's one line.
pub async fn shipped(company: &Company, at: &Furniture) -> (String, String, String) {
    let lamp = company.product(at, "LAMP", "100").await;
    company.receive(at, None, &[(&lamp, "10", "50")]).await;
    company.receive(at, None, &[(&lamp, "10", "60")]).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&lamp, "15")], json!({})).await;
    confirm(&company.anna, &order).await;
    let selection = "shipment { id lines { id } }";
    let input = json!({"orderId": order.0});
    let shipped = company.warehouse.does("shipSalesOrder", input, selection).await;
    let shipment = &shipped["shipment"];
    (order.0, text(&shipment["id"]), text(&shipment["lines"][0]["id"]))
}

/// What all reports say together.
pub async fn totals(company: &Company) -> (String, String, String) {
    let report = "{ salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
        dimensions: [PRODUCT]}) { totals { quantity revenue { amount } cost { amount } } } }";
    let told = company.director.ask(report, json!({})).await;
    let totals = &told["salesReport"]["totals"];
    let figure = |value: &Value| number(value).normalize().to_string();
    (
        figure(&totals["quantity"]),
        figure(&totals["revenue"]["amount"]),
        figure(&totals["cost"]["amount"]),
    )
}

fn owned(figures: (&str, &str, &str)) -> (String, String, String) {
    (figures.0.to_owned(), figures.1.to_owned(), figures.2.to_owned())
}

#[tokio::test]
async fn three_of_fifteen_come_back_into_lot_b_at_sixty_each() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (order, shipment, line) = shipped(&company, &at).await;
    assert_eq!(totals(&company).await, owned(("15", "1500", "800")));

    let input = json!({"shipmentId": shipment, "reason": "too bright",
        "lines": [{"shipmentLineId": line, "quantity": "16"}]});
    let code = company.anna.refused("createSalesReturn", input, "salesReturn { id }").await;
    assert_eq!(code, "EXCEEDS_SHIPMENT");
    // The manager writes it, the warehouse takes the goods in, and sees no money.
    let input = json!({"shipmentId": shipment, "reason": "too bright",
        "lines": [{"shipmentLineId": line, "quantity": "3"}]});
    let told = company.anna.does("createSalesReturn", input, "salesReturn { id state }").await;
    let back = told["salesReturn"]["id"].clone();
    assert_eq!(totals(&company).await, owned(("15", "1500", "800")));
    let selection = "salesReturn { state number order { state } }";
    let posted = company.warehouse.does("postSalesReturn", json!({"id": back}), selection).await;
    assert_eq!(posted["salesReturn"]["state"], "POSTED");
    assert_eq!(posted["salesReturn"]["order"]["state"], "COMPLETED");
    let query = "query($id: ID!) { salesReturn(id: $id) { cost { amount } total { gross { amount } }
        creditNote { number total { gross { amount } } }
        lines { lots { quantity cost { amount } lot { id unitCost { amount } } sourceLot { id } } } } }";
    let told = company.director.ask(query, json!({"id": back})).await;
    let told = &told["salesReturn"];
    assert_eq!(number(&told["cost"]["amount"]).normalize().to_string(), "180");
    let lots = told["lines"][0]["lots"].as_array().unwrap();
    assert_eq!(lots.len(), 1);
    assert_eq!(number(&lots[0]["lot"]["unitCost"]["amount"]).normalize().to_string(), "60");
    assert_eq!(lots[0]["lot"]["id"], lots[0]["sourceLot"]["id"]);
    assert_eq!(told["creditNote"]["total"]["gross"], told["total"]["gross"]);
    assert_eq!(totals(&company).await, owned(("12", "1200", "620")));
    house().verify(&company.slug).await;
    let money = "query($id: ID!) { salesReturn(id: $id) { total { gross { amount } } } }";
    assert_eq!(company.warehouse.denied(money, json!({"id": back})).await, "FORBIDDEN");
    assert_eq!(company.boris.denied(money, json!({"id": back})).await, "NOT_FOUND");

    // A shipment of which goods have come back is not reversed beside them.
    let input = json!({"id": shipment, "reason": "by mistake"});
    let code = company.director.refused("reverseShipment", input.clone(), "shipment { id }").await;
    assert_eq!(code, "IN_USE");

    // Two more are damaged: they lie in a blocked lot beside, and are not sold.
    let input = json!({"shipmentId": shipment, "reason": "broken",
        "lines": [{"shipmentLineId": line, "quantity": "2", "condition": "DAMAGED"}]});
    let told = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
    let broken = told["salesReturn"]["id"].clone();
    let selection = "salesReturn { lines { lots { lot { id blocked } sourceLot { id } } } }";
    let told = company.warehouse.does("postSalesReturn", json!({"id": broken}), selection).await;
    let lot = &told["salesReturn"]["lines"][0]["lots"][0];
    assert_eq!(lot["lot"]["blocked"], true);
    assert_ne!(lot["lot"]["id"], lot["sourceLot"]["id"]);
    assert_eq!(totals(&company).await, owned(("10", "1000", "500")));
    house().verify(&company.slug).await;

    // The rest comes back: nothing is left of the sale.
    let input = json!({"shipmentId": shipment, "reason": "all of it"});
    let told = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
    let rest = told["salesReturn"]["id"].clone();
    company.warehouse.does("postSalesReturn", json!({"id": rest}), "salesReturn { id }").await;
    assert_eq!(totals(&company).await, owned(("0", "0", "0")));
    house().verify(&company.slug).await;
    let input = json!({"shipmentId": shipment, "reason": "once more"});
    let code = company.anna.refused("createSalesReturn", input, "salesReturn { id }").await;
    assert_eq!(code, "NO_LINES");

    // All returns reversed, the sale stands, and can itself be undone.
    for id in [&rest, &broken, &back] {
        let input = json!({"id": id, "reason": "they kept it"});
        let selection = "salesReturn { state creditNote { reversedOn } }";
        let told = company.accounting.does("reverseSalesReturn", input, selection).await;
        assert_eq!(told["salesReturn"]["state"], "REVERSED");
        assert!(told["salesReturn"]["creditNote"]["reversedOn"].is_string());
        house().verify(&company.slug).await;
    }
    assert_eq!(totals(&company).await, owned(("15", "1500", "800")));
    let input = json!({"id": shipment, "reason": "by mistake"});
    company.director.does("reverseShipment", input, "shipment { state }").await;
    assert_eq!(totals(&company).await, owned(("0", "0", "0")));
    house().verify(&company.slug).await;
    let query = "query($id: ID!) { order(id: $id) { state } }";
    let told = company.director.ask(query, json!({"id": order})).await;
    assert_eq!(told["order"]["state"], "CONFIRMED");
}
