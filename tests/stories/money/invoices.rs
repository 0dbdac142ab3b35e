//! Requests to pay.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{pay, plain};

const INVOICE: &str = "invoice { id number version state paymentStep dueOn gross { amount }
    net { amount } vat { amount } paid { amount } unpaid { amount }
    lines { gross { amount } vatRate } vatByRate { rate gross { amount } } }";

async fn state_of(company: &Company, invoice: &Value) -> (String, String) {
    let query = "query($id: ID!) { invoice(id: $id) { state paid { amount } } }";
    let told = company.accounting.ask(query, json!({"id": invoice["id"]})).await;
    (text(&told["invoice"]["state"]), plain(&told["invoice"]["paid"]))
}

fn told(state: &str, paid: &str) -> (String, String) {
    (state.to_owned(), paid.to_owned())
}

/// A confirmed order of 1 000 on 30 % before and 70 % in 30 days.
async fn ordered(company: &Company) -> (String, String) {
    let at = company.furnish().await;
    let goods = company.product(&at, "GOODS", "100").await;
    company.receive(&at, None, &[(&goods, "10", "50")]).await;
    let steps = json!([{"percent": "30", "moment": "BEFORE_SHIPMENT", "days": 0},
        {"percent": "70", "moment": "AFTER_SHIPMENT", "days": 30}]);
    let terms = json!({"agreement": {"paymentSteps": steps}});
    let customer = company.customer("Theatre", &company.anna_id, terms).await;
    let order = draft(&company.anna, &customer, &[(&goods, "10")], json!({})).await;
    confirm(&company.anna, &order).await;
    (customer, order.0)
}

#[tokio::test]
async fn an_invoice_is_paid_in_two_parts_and_goes_back_when_one_is_reversed() {
    let company = Company::new().await;
    let (customer, order) = ordered(&company).await;
    let accounting = &company.accounting;
    let input = json!({"orderId": order, "paymentStep": 1});
    let first = accounting.does("issueInvoice", input, INVOICE).await["invoice"].clone();
    assert_eq!(plain(&first["gross"]), "300");
    let rest = accounting.does("issueInvoice", json!({"orderId": order}), INVOICE).await;
    assert_eq!(plain(&rest["invoice"]["gross"]), "700");
    // Nothing is left to ask for.
    for input in [json!({"orderId": order}), json!({"orderId": order, "amount": "0.01"})] {
        let code = accounting.refused("issueInvoice", input, INVOICE).await;
        assert!(matches!(code.as_str(), "NO_LINES" | "EXCEEDS_ORDER"), "{code}");
    }

    let half = pay(&company, "100", json!({"invoiceId": first["id"]})).await;
    assert_eq!(state_of(&company, &first).await, told("PARTIALLY_PAID", "100"));
    // Paid by the order's number, the invoice that is due first gets what it asks for.
    let second = pay(&company, "250", json!({"orderId": order})).await;
    assert_eq!(state_of(&company, &first).await, told("PAID", "300"));
    assert_eq!(state_of(&company, &rest["invoice"]).await, told("PARTIALLY_PAID", "50"));
    house().verify(&company.slug).await;

    let input = json!({"id": half["id"], "version": half["version"], "reason": "bounced"});
    accounting.does("reversePayment", input, "payment { id }").await;
    assert_eq!(state_of(&company, &first).await, told("PARTIALLY_PAID", "200"));
    let code = accounting
        .refused("cancelInvoice", cancelled(&company, &first).await, "invoice { id }")
        .await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let input = json!({"id": second["id"], "version": second["version"], "reason": "bounced"});
    accounting.does("reversePayment", input, "payment { id }").await;
    assert_eq!(state_of(&company, &first).await, told("ISSUED", "0"));
    house().verify(&company.slug).await;

    // Cancelled, its part can be asked for again.
    let input = cancelled(&company, &first).await;
    accounting.does("cancelInvoice", input, "invoice { state }").await;
    let input = json!({"orderId": order, "amount": "299.99"});
    let again = accounting.does("issueInvoice", input, INVOICE).await;
    assert_eq!(plain(&again["invoice"]["gross"]), "299.99");
    house().verify(&company.slug).await;

    // On the order and on the card, and in the list.
    let query = "query($order: ID!, $customer: ID!) {
        order(id: $order) { invoices { number } }
        customer(id: $customer) { invoices(first: 2) { id } }
        invoices(filter: {orderId: $order, state: [ISSUED]}) { nodes { id } totalCount { count } } }";
    let all = accounting.ask(query, json!({"order": order, "customer": customer})).await;
    assert_eq!(all["order"]["invoices"].as_array().unwrap().len(), 3);
    assert_eq!(all["customer"]["invoices"].as_array().unwrap().len(), 2);
    assert_eq!(all["invoices"]["totalCount"]["count"], 2);
}

async fn cancelled(company: &Company, invoice: &Value) -> Value {
    let query = "query($id: ID!) { invoice(id: $id) { version } }";
    let found = company.accounting.ask(query, json!({"id": invoice["id"]})).await;
    json!({"id": invoice["id"], "version": found["invoice"]["version"], "reason": "a mistake"})
}

#[tokio::test]
async fn two_clerks_cannot_ask_for_an_order_twice() {
    let company = Company::new().await;
    let (_, order) = ordered(&company).await;
    let ask = || async {
        let input = json!({"orderId": order, "amount": "600"});
        company.accounting.tries("issueInvoice", input, INVOICE).await
    };
    let (one, other) = tokio::join!(ask(), ask());
    let codes: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(codes, ["EXCEEDS_ORDER"]);
}

const ENDED: &str = "order { state invoices { number state cancelReason } }
    warnings { code message details }";

/// The states of an order's invoices, oldest first.
fn states(told: &Value) -> Vec<&str> {
    let invoices = told["order"]["invoices"].as_array().unwrap();
    invoices.iter().map(|invoice| invoice["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_cancelled_order_lets_its_unpaid_invoices_go() {
    let company = Company::new().await;
    let (_, order) = ordered(&company).await;
    let accounting = &company.accounting;
    let input = json!({"orderId": order, "paymentStep": 1});
    let first = accounting.does("issueInvoice", input, INVOICE).await["invoice"].clone();
    accounting.does("issueInvoice", json!({"orderId": order}), INVOICE).await;
    let part = pay(&company, "100", json!({"invoiceId": first["id"]})).await;

    // Tried out: what stays is told, and nothing has changed.
    let mut input = json!({"id": order, "reason": "Not needed", "simulate": true});
    let tried = company.anna.does("cancelSalesOrder", input.clone(), ENDED).await;
    assert_eq!(states(&tried), ["PARTIALLY_PAID", "CANCELLED"]);
    assert_eq!(state_of(&company, &first).await, told("PARTIALLY_PAID", "100"));
    input["simulate"] = json!(false);
    input["idempotencyKey"] = json!("once");
    let done = company.anna.does("cancelSalesOrder", input.clone(), ENDED).await;
    assert_eq!(states(&done), ["PARTIALLY_PAID", "CANCELLED"]);
    assert_eq!(done["order"]["invoices"][1]["cancelReason"], "Not needed");
    let warnings = done["warnings"].as_array().unwrap();
    assert_eq!((warnings.len(), &warnings[0]["code"]), (1, &json!("INVOICE_PARTLY_PAID")));
    let number = first["number"].as_str().unwrap();
    assert!(warnings[0]["message"].as_str().unwrap().contains(number), "{warnings:?}");
    assert_eq!(warnings[0]["details"]["unpaid"], "200.00");
    assert_eq!(company.anna.does("cancelSalesOrder", input, ENDED).await, done);
    house().verify(&company.slug).await;

    // It takes no more money, by its own number or by the order's.
    let input = json!({"invoiceId": first["id"], "amount": "200"});
    let code = accounting.refused("recordPayment", input, "payment { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    pay(&company, "50", json!({"orderId": order})).await;
    assert_eq!(state_of(&company, &first).await, told("PARTIALLY_PAID", "100"));

    // Money given back frees it, once it is all of it: accounting calls it off by hand.
    let refund = async |amount: &str| {
        let input = json!({"paymentId": part["id"], "amount": amount, "reason": "not needed"});
        let made = accounting.does("refundCustomer", input, "refund { id version }").await;
        made["refund"].clone()
    };
    refund("60").await;
    let input = cancelled(&company, &first).await;
    let code = accounting.refused("cancelInvoice", input, "invoice { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let rest = refund("40").await;
    let input = cancelled(&company, &first).await;
    accounting.does("cancelInvoice", input, "invoice { state }").await;
    assert_eq!(state_of(&company, &first).await, told("CANCELLED", "0"));
    house().verify(&company.slug).await;
    let input = json!({"id": rest["id"], "version": rest["version"]});
    accounting.does("reverseRefund", input, "refund { state }").await;
    assert_eq!(state_of(&company, &first).await, told("CANCELLED", "0"));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_paid_invoice_of_a_cancelled_order_is_not_asked_for_again() {
    let company = Company::new().await;
    let (_, order) = ordered(&company).await;
    let accounting = &company.accounting;
    let input = json!({"orderId": order, "paymentStep": 1});
    let invoice = accounting.does("issueInvoice", input, INVOICE).await["invoice"].clone();
    let half = pay(&company, "100", json!({"invoiceId": invoice["id"]})).await;
    let rest = pay(&company, "200", json!({"invoiceId": invoice["id"]})).await;
    let input = json!({"id": order, "reason": "Not needed"});
    let done = company.anna.does("cancelSalesOrder", input, ENDED).await;
    assert_eq!((states(&done), &done["warnings"]), (vec!["PAID"], &json!([])));

    // Its payments bounce: nobody owes for an order that is given up.
    let query = "query($id: ID!) { invoice(id: $id) { cancelReason unpaid { amount } } }";
    for (payment, state, paid) in [(half, "PARTIALLY_PAID", "200"), (rest, "CANCELLED", "0")] {
        let input = json!({"id": payment["id"], "version": payment["version"]});
        accounting.does("reversePayment", input, "payment { id }").await;
        assert_eq!(state_of(&company, &invoice).await, told(state, paid));
        let asked = accounting.ask(query, json!({"id": invoice["id"]})).await;
        assert_eq!(asked["invoice"]["cancelReason"], "Not needed");
        assert_eq!(plain(&asked["invoice"]["unpaid"]), "0");
        let input = json!({"invoiceId": invoice["id"], "amount": "100"});
        let code = accounting.refused("recordPayment", input, "payment { id }").await;
        assert_eq!(code, "ILLEGAL_TRANSITION");
    }
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn an_order_closed_short_is_asked_for_as_far_as_it_was_shipped() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let goods = company.product(&at, "GOODS", "100").await;
    company.receive(&at, None, &[(&goods, "10", "50")]).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&goods, "10")], json!({})).await;
    confirm(&company.anna, &order).await;
    let accounting = &company.accounting;
    let due = |amount: &str, days: u64| {
        let on = house().today() + chrono::Days::new(days);
        json!({"orderId": order.0, "amount": amount, "dueOn": on.to_string()})
    };
    for input in [due("600", 1), due("150", 9), due("250", 5)] {
        accounting.does("issueInvoice", input, INVOICE).await;
    }
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let found = company.anna.ask(query, json!({"id": order.0})).await;
    let lines = json!([{"orderLineId": found["order"]["lines"][0]["id"], "quantity": "8"}]);
    let input = json!({"orderId": order.0, "lines": lines});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;

    // Of 1 000 only 800 left: those due last go until no more than that is asked for.
    let input = json!({"id": order.0, "reason": "The rest is not made any more"});
    let done = company.anna.does("closeSalesOrder", input, ENDED).await;
    assert_eq!(done["order"]["state"], "COMPLETED");
    assert_eq!(states(&done), ["ISSUED", "CANCELLED", "CANCELLED"]);
    assert_eq!(done["warnings"], json!([]));
    let input = json!({"orderId": order.0, "amount": "200.01"});
    assert_eq!(accounting.refused("issueInvoice", input, INVOICE).await, "EXCEEDS_ORDER");
    let rest = accounting.does("issueInvoice", json!({"orderId": order.0}), INVOICE).await;
    assert_eq!(plain(&rest["invoice"]["gross"]), "200");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_changed_order_is_not_asked_for_twice() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let goods = company.product(&at, "GOODS", "100").await;
    let others = company.product(&at, "OTHERS", "100").await;
    company.receive(&at, None, &[(&goods, "10", "50"), (&others, "10", "50")]).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&goods, "10")], json!({})).await;
    confirm(&company.anna, &order).await;
    let order = order.0;
    let accounting = &company.accounting;
    let first = accounting.does("issueInvoice", json!({"orderId": order}), INVOICE).await;
    pay(&company, "1000", json!({"invoiceId": first["invoice"]["id"]})).await;

    // Half of it becomes something else: it comes to as much as before, and that is asked for already.
    let query = "query($id: ID!) { order(id: $id) { version lines { id } } }";
    let seen = company.anna.ask(query, json!({"id": order})).await["order"].take();
    let lines = json!([{"orderLineId": seen["lines"][0]["id"], "quantity": "5"},
        {"productId": others, "quantity": "5"}]);
    let input = json!({"id": order, "version": seen["version"], "lines": lines});
    company.anna.does("changeSalesOrder", input, "order { id }").await;
    for input in [json!({"orderId": order}), json!({"orderId": order, "amount": "0.01"})] {
        let code = accounting.refused("issueInvoice", input, INVOICE).await;
        assert!(matches!(code.as_str(), "NO_LINES" | "EXCEEDS_ORDER"), "{code}");
    }
    // What is more than before is asked for, and no more.
    let seen = company.anna.ask(query, json!({"id": order})).await["order"].take();
    let lines = json!([{"orderLineId": seen["lines"][0]["id"]},
        {"orderLineId": seen["lines"][1]["id"], "quantity": "7"}]);
    let input = json!({"id": order, "version": seen["version"], "lines": lines});
    company.anna.does("changeSalesOrder", input, "order { id }").await;
    let rest = accounting.does("issueInvoice", json!({"orderId": order}), INVOICE).await;
    assert_eq!(plain(&rest["invoice"]["gross"]), "200");
    house().verify(&company.slug).await;
}
