//! A day in the past, as it was and as it was known.

use serde_json::{Value, json};
use stories::company::Company;
use stories::house::house;

use super::{balance, pay, sale};

#[tokio::test]
async fn late_payment_in_two_times() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    // What follows is recorded later.
    let known = recorded(&company, &sold.customer).await;
    let today = today(&company).await;
    pay(&company, "400", json!({"customerId": sold.customer, "date": today})).await;
    let as_of = format!(", asOf: \"{today}\"");
    let as_known = format!("{as_of}, knownAt: \"{known}\"");
    assert_eq!(balance(&company, &sold.customer, &as_of).await, "600");
    assert_eq!(balance(&company, &sold.customer, &as_known).await, "1000");

    // So does the list of what is owed, debt by debt, and so does the statement.
    let list = |more: &str| {
        format!(
            "query($id: ID!) {{ receivables(filter: {{customerId: $id, open: true}}{more}) {{
                nodes {{ open {{ amount }} }} }} }}"
        )
    };
    let open = async |more: &str| {
        let told = company.accounting.ask(&list(more), json!({"id": sold.customer})).await;
        let nodes = told["receivables"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node: &Value| super::plain(&node["open"])).collect::<Vec<_>>()
    };
    assert_eq!(open(&as_of).await, ["600"]);
    assert_eq!(open(&as_known).await, ["1000"]);
    // Yesterday there was nothing.
    let yesterday = ", asOf: \"2020-01-01\"";
    assert!(open(yesterday).await.is_empty());
    assert_eq!(balance(&company, &sold.customer, yesterday).await, "0");
    house().verify(&company.slug).await;
}

/// When the customer's debt was recorded: what comes later is not known then.
async fn recorded(company: &Company, customer: &str) -> String {
    let query =
        "query($id: ID!) { receivables(filter: {customerId: $id}) { nodes { recordedAt } } }";
    let told = company.accounting.ask(query, json!({"id": customer})).await;
    stories::actor::text(&told["receivables"]["nodes"][0]["recordedAt"])
}

/// Today, as the house of the story counts.
async fn today(company: &Company) -> String {
    let query = "{ receivablesAgeing { asOf } }";
    let told = company.accounting.ask(query, json!({})).await;
    stories::actor::text(&told["receivablesAgeing"]["asOf"])
}
