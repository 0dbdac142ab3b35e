//! Lines of bank statements become payments.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::house::house;

use super::{balance, sale};

const LINES: &str = "known bankLines { id version proposal {
    customer { id } invoice { id } order { id } } }";

async fn organization(company: &Company) -> String {
    text(&company.director.all("organizations", "id").await[0]["id"])
}

fn line(reference: &str, amount: &str, inn: &str, purpose: &str) -> Value {
    json!({"reference": reference, "date": "2026-01-15", "amount": amount, "payerInn": inn,
        "payerName": "OOO Teatr", "purpose": purpose})
}

#[tokio::test]
async fn one_line_is_one_payment_however_often_it_is_brought_in_and_posted() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    let query = "query($id: ID!) { customer(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": sold.customer})).await;
    let input = json!({"id": sold.customer, "version": told["customer"]["version"],
        "inn": "7707083893"});
    company.director.does("updateCustomer", input, "customer { id }").await;
    let accounting = &company.accounting;
    let input = json!({"orderId": sold.order, "amount": "300"});
    let invoice =
        accounting.does("issueInvoice", input, "invoice { id number }").await["invoice"].clone();
    let order = accounting
        .ask("query($id: ID!) { order(id: $id) { number } }", json!({"id": sold.order}))
        .await;

    let purpose = format!("Оплата по счёту №{} от 15.01.2026", text(&invoice["number"]));
    let by_order = format!("заказ {}", text(&order["order"]["number"]));
    let lines = json!([
        line("B-1", "300", "7707083893", &purpose),
        line("B-2", "50", "7707083893", &by_order),
        line("B-1", "300", "7707083893", &purpose)
    ]);
    let input = json!({"organizationId": organization(&company).await, "account": "40702810",
        "lines": lines});
    let brought = accounting.does("bringBankLines", input.clone(), LINES).await;
    let told: Vec<Value> = brought["bankLines"].as_array().unwrap().clone();
    assert_eq!((told.len(), &brought["known"]), (2, &json!(1)));
    let of = |reference: &str| {
        let wants_invoice = reference == "B-1";
        told.iter().find(|one| one["proposal"]["invoice"].is_object() == wants_invoice).unwrap()
    };
    let (first, second) = (of("B-1"), of("B-2"));
    assert_eq!(first["proposal"]["customer"]["id"], json!(sold.customer));
    assert_eq!(first["proposal"]["invoice"]["id"], invoice["id"]);
    assert_eq!(second["proposal"]["order"]["id"], json!(sold.order));
    let again = accounting.does("bringBankLines", input.clone(), LINES).await;
    assert_eq!((&again["bankLines"], &again["known"]), (&json!([]), &json!(3)));
    // Nor is it another account for being written in another way.
    let mut spaced = input;
    spaced["account"] = json!(" 40702 810");
    let again = accounting.does("bringBankLines", spaced, LINES).await;
    assert_eq!((&again["bankLines"], &again["known"]), (&json!([]), &json!(3)));

    // Two people confirm the proposal at once.
    let post = || async {
        let input = json!({"id": first["id"], "version": first["version"],
            "invoiceId": first["proposal"]["invoice"]["id"]});
        accounting.tries("postBankLine", input, "payment { id order { id } }").await
    };
    let (one, other) = tokio::join!(post(), post());
    let codes: Vec<_> = [&one, &other].into_iter().filter_map(|got| got.as_ref().err()).collect();
    assert_eq!(codes, ["ILLEGAL_TRANSITION"]);
    assert_eq!(balance(&company, &sold.customer, "").await, "700");
    let query = "query($id: ID!) { invoice(id: $id) { state payments { payment { id } } } }";
    let told = accounting.ask(query, json!({"id": invoice["id"]})).await;
    assert_eq!(told["invoice"]["state"], "PAID");

    // Posted for the wrong one, it is reversed and waits again.
    let payment = one.or(other).unwrap()["payment"]["id"].clone();
    let read = accounting
        .ask("query($id: ID!) { payment(id: $id) { version } }", json!({"id": payment}))
        .await;
    let input = json!({"id": payment, "version": read["payment"]["version"]});
    accounting.does("reversePayment", input, "payment { id }").await;
    let query = "query($id: ID!) { bankLine(id: $id) { state payment { id } version } }";
    let told = accounting.ask(query, json!({"id": first["id"]})).await;
    assert_eq!(told["bankLine"], json!({"state": "NEW", "payment": null, "version": 3}));
    house().verify(&company.slug).await;

    let input = json!({"id": second["id"], "version": second["version"], "reason": "our own"});
    let told = accounting.does("ignoreBankLine", input, "bankLine { state }").await;
    assert_eq!(told["bankLine"]["state"], "IGNORED");
    let input = json!({"id": second["id"], "version": 2, "orderId": sold.order});
    let code = accounting.refused("postBankLine", input, "payment { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    house().verify(&company.slug).await;

    // Managers and storekeepers see no statements.
    for nobody in [&company.anna, &company.warehouse] {
        assert_eq!(nobody.denied("{ bankLines { nodes { id } } }", json!({})).await, "FORBIDDEN");
    }
}
