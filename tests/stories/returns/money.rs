//! What a return does to debts: open ones become less, paid ones give an advance back.

use serde_json::{Value, json};
use stories::actor::number;
use stories::company::Company;
use stories::house::house;

use super::worked::shipped;

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
