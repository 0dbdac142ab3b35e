//! The statement that two companies reconcile by.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::house::{Replica, house};

use super::{balance, correct, pay, plain, sale, sell};

const STATEMENT: &str = "query($customer: ID!, $organization: ID!, $from: Date!, $to: Date!) {
    reconciliationStatement(customerId: $customer, organizationId: $organization, from: $from,
        to: $to) { customer { id } parts { opening { amount } debit { amount } credit { amount }
        closing { amount } entries { date kind debit { amount } credit { amount }
            shipment { number } creditNote { number } payment { number } refund { number } } } } }";

fn asked(customer: &str, organization: &str, from: &str, to: &str) -> Value {
    json!({"customer": customer, "organization": organization, "from": from, "to": to})
}

#[tokio::test]
async fn the_statement_equals_the_registers_document_by_document() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    let payment = pay(&company, "1200", json!({"customerId": sold.customer})).await;
    correct(&company, &sold, "300").await;
    let input = json!({"paymentId": payment["id"], "amount": "100", "reason": "overpaid"});
    company.accounting.does("refundCustomer", input, "refund { id }").await;
    let odd = pay(&company, "7", json!({"customerId": sold.customer})).await;
    let input = json!({"id": odd["id"], "version": odd["version"]});
    company.accounting.does("reversePayment", input, "payment { id }").await;

    let organization = text(&company.director.all("organizations", "id").await[0]["id"]);
    let variables = asked(&sold.customer, &organization, "2010-01-01", "2035-01-01");
    let told = company.accounting.ask(STATEMENT, variables.clone()).await;
    let parts = told["reconciliationStatement"]["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 1);
    let part = &parts[0];
    let kinds: Vec<String> =
        part["entries"].as_array().unwrap().iter().map(|entry| text(&entry["kind"])).collect();
    assert_eq!(kinds, ["SALE", "PAYMENT", "CREDIT_NOTE", "REFUND", "PAYMENT", "PAYMENT_REVERSAL"]);
    assert!(part["entries"][0]["shipment"]["number"].is_string());
    assert!(part["entries"][2]["creditNote"]["number"].is_string());
    assert!(part["entries"][3]["refund"]["number"].is_string());
    let figures = ["opening", "debit", "credit", "closing"].map(|name| plain(&part[name]));
    // Sold 1 000 and given back 100; paid 1 200 and 7, less 7, and credited 300.
    assert_eq!(figures, ["0", "1100", "1500", "-400"]);
    assert_eq!(balance(&company, &sold.customer, "").await, figures[3]);
    house().verify(&company.slug).await;

    // What was before a period is its opening.
    let variables = asked(&sold.customer, &organization, "2035-01-01", "2035-02-01");
    let told = company.accounting.ask(STATEMENT, variables).await;
    let part = &told["reconciliationStatement"]["parts"][0];
    assert_eq!((plain(&part["opening"]), plain(&part["closing"])), ("-400".into(), "-400".into()));
    assert_eq!(part["entries"], json!([]));

    // Anna sees her customer's, Boris does not see it, and the storekeeper sees none.
    let variables = asked(&sold.customer, &organization, "2010-01-01", "2035-01-01");
    company.anna.ask(STATEMENT, variables.clone()).await;
    assert_eq!(company.boris.denied(STATEMENT, variables.clone()).await, "NOT_FOUND");
    assert_eq!(company.warehouse.denied(STATEMENT, variables.clone()).await, "FORBIDDEN");
    let neighbour = Company::new().await;
    assert_eq!(neighbour.director.denied(STATEMENT, variables).await, "NOT_FOUND");
}

#[tokio::test]
async fn sums_of_the_largest_amounts_are_told_to_the_kopeck() {
    let company = Company::new().await;
    company.furnish().await;
    let customer = company.customer("Treasury", &company.anna_id, json!({})).await;
    for _ in 0..101 {
        pay(&company, "9999999999999999.99", json!({"customerId": customer})).await;
    }
    let whole = "-1009999999999999998.99";
    assert_eq!(balance(&company, &customer, "").await, whole);
    let organization = text(&company.director.all("organizations", "id").await[0]["id"]);
    let variables = asked(&customer, &organization, "2035-01-01", "2035-02-01");
    let told = company.accounting.ask(STATEMENT, variables).await;
    assert_eq!(plain(&told["reconciliationStatement"]["parts"][0]["opening"]), whole);
}

#[tokio::test]
async fn its_statements_do_not_grow_with_documents() {
    let replica = Replica::on_own_database().await;
    let company = Company::at(replica.house()).await;
    let at = company.furnish().await;
    let goods = company.product(&at, "MANY", "100").await;
    company.receive(&at, None, &[(&goods, "50", "50")]).await;
    let customer = company.customer("Many", &company.anna_id, json!({})).await;
    let organization = text(&company.director.all("organizations", "id").await[0]["id"]);
    let variables = asked(&customer, &organization, "2010-01-01", "2035-01-01");
    let accounting = &company.accounting;
    let mut counts = Vec::new();
    for round in [1, 8] {
        for _ in 0..round {
            let sold = sell(&company, &customer, &goods, "1").await;
            pay(&company, "90", json!({"customerId": customer})).await;
            correct(&company, &sold, "1").await;
        }
        let ask = || accounting.ask(STATEMENT, variables.clone());
        counts.push(replica.statements_of(ask).await);
    }
    assert_eq!(counts[0], counts[1], "statements for 3 documents and for 27");
}
