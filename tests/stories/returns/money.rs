//! What a return does to debts: open ones become less, paid ones give an advance back.

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::worked::{shipped, totals};

fn plain(value: &Value) -> String {
    number(&value["amount"]).normalize().to_string()
}

async fn debt(company: &Company, shipment: &str) -> (String, String, String) {
    let query = "query($id: ID!) { shipment(id: $id) { receivables {
        amount { amount } open { amount } settled { amount } credited { amount } } } }";
    let told = company.director.ask(query, json!({"id": shipment})).await;
    let one = &told["shipment"]["receivables"][0];
    (plain(&one["open"]), plain(&one["settled"]), plain(&one["credited"]))
}

#[tokio::test]
async fn what_is_open_becomes_less_and_what_is_paid_becomes_an_advance() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (order, shipment, line) = shipped(&company, &at).await;
    let owned = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(debt(&company, &shipment).await, owned("1500", "0", "0"));
    let query = "query($id: ID!) { order(id: $id) { customer { id } organization { id } } }";
    let told = company.director.ask(query, json!({"id": order})).await;
    let input = json!({"customerId": told["order"]["customer"]["id"], "method": "BANK",
        "amount": "1300", "currency": "RUB"});
    let selection = "payment { id advance { amount } }";
    let paid = company.accounting.does("recordPayment", input, selection).await;
    let payment = paid["payment"]["id"].clone();
    assert_eq!(debt(&company, &shipment).await, owned("200", "1300", "0"));

    // 500 come off: 200 that are open, and 300 that were paid become an advance.
    let input = json!({"shipmentId": shipment, "reason": "too many",
        "lines": [{"shipmentLineId": line, "quantity": "5"}]});
    let told = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
    let back = told["salesReturn"]["id"].clone();
    let post = json!({"id": back, "idempotencyKey": "once"});
    company.warehouse.does("postSalesReturn", post.clone(), "salesReturn { id }").await;
    company.warehouse.does("postSalesReturn", post, "salesReturn { id }").await;
    assert_eq!(debt(&company, &shipment).await, owned("0", "1000", "500"));
    let query = "query($id: ID!) { payment(id: $id) { advance { amount } } }";
    let told = company.accounting.ask(query, json!({"id": payment})).await;
    assert_eq!(plain(&told["payment"]["advance"]), "300");
    house().verify(&company.slug).await;

    // Reversed, the debt stands again and the advance settles it.
    let input = json!({"id": back, "reason": "they kept it"});
    company.director.does("reverseSalesReturn", input, "salesReturn { id }").await;
    assert_eq!(debt(&company, &shipment).await, owned("200", "1300", "0"));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn goods_of_a_kopeck_come_back_in_parts_with_no_more_tax_than_they_left_with() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let pin = company.product(&at, "PIN", "0.01").await;
    let input = json!({"id": pin, "version": 1, "vatRate": "20"});
    company.director.does("updateProduct", input, "product { id }").await;
    company.receive(&at, None, &[(&pin, "20", "0.01")]).await;
    let customer = company.customer("Tailor", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&pin, "20")], json!({})).await;
    confirm(&company.anna, &order).await;
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    let line = &told["order"]["lines"][0]["id"];
    let ship = async |quantity: &str| {
        let lines = json!([{"orderLineId": line, "quantity": quantity}]);
        let input = json!({"orderId": order.0, "lines": lines});
        let selection = "shipment { id lines { id } }";
        company.warehouse.does("shipSalesOrder", input, selection).await["shipment"].clone()
    };
    // What a return of so many, or of all that is left, takes off its line.
    let back = async |shipment: &Value, quantity: Option<&str>| {
        let mut input = json!({"shipmentId": shipment["id"], "reason": "blunt"});
        if let Some(quantity) = quantity {
            let line = &shipment["lines"][0]["id"];
            input["lines"] = json!([{"shipmentLineId": line, "quantity": quantity}]);
        }
        let told = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
        let input = json!({"id": told["salesReturn"]["id"]});
        let selection = "salesReturn { id lines { amount { amount } vatAmount { amount } } }";
        let told = company.director.does("postSalesReturn", input, selection).await;
        let line = &told["salesReturn"]["lines"][0];
        (plain(&line["amount"]), plain(&line["vatAmount"]))
    };
    let owned = |amount: &str, vat: &str| (amount.to_owned(), vat.to_owned());
    let first = ship("3").await;
    let second = ship("9").await;
    assert_eq!(back(&second, Some("8")).await, owned("0.08", "0.01"));
    assert_eq!(back(&second, None).await, owned("0.01", "0"));
    assert_eq!(back(&first, None).await, owned("0.03", "0.01"));
    assert_eq!(totals(&company).await, ("0".to_owned(), "0".to_owned(), "0".to_owned()));
    for shipment in [&first, &second] {
        let (open, _, _) = debt(&company, &text(&shipment["id"])).await;
        assert_eq!(open, "0");
    }
    house().verify(&company.slug).await;
}
