//! His customers stay with the company, and with them everything of theirs.

use std::time::Duration;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::house::house;
use stories::socket::{Heard, Socket};
use stories::stock::{confirm, draft};

use super::{HANDED, hand_over, moved};

const SALES: &str = "{ salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
    dimensions: [MANAGER]}) { rows { manager { name } revenue { amount } } } }";

/// Everything that a manager may have, once.
async fn busy(company: &Company) -> (String, String, String) {
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "10", "5.00")]).await;
    let customer = company.customer("Dom", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&good, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0});
    let selection = "shipment { id lines { id } }";
    let shipped = company.warehouse.does("shipSalesOrder", input, selection).await;
    let shipment = &shipped["shipment"];
    company
        .warehouse
        .does("planDelivery", json!({"shipmentId": shipment["id"]}), "delivery { id }")
        .await;
    let lines = json!([{"shipmentLineId": shipment["lines"][0]["id"], "quantity": "1"}]);
    let input = json!({"shipmentId": shipment["id"], "reason": "broken", "lines": lines});
    let made = company.warehouse.does("createSalesReturn", input, "salesReturn { id }").await;
    let input = json!({"id": made["salesReturn"]["id"]});
    company.warehouse.does("postSalesReturn", input, "salesReturn { id }").await;
    let input = json!({"customerId": customer, "amount": "7", "currency": "RUB", "method": "CASH"});
    company.accounting.does("recordPayment", input, "payment { id }").await;
    // An order that misses goods, and a draft.
    let open = draft(&company.anna, &customer, &[(&good, "50")], json!({})).await;
    confirm(&company.anna, &open).await;
    draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
    let lines = json!([{"productId": good, "quantity": "1"}]);
    let input = json!({"customerId": customer, "lines": lines});
    company.anna.does("createQuote", input, "quote { id }").await;
    let input = json!({"sku": "HOUR", "name": "Hour", "unit": "h", "isService": true});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let hour = text(&made["product"]["id"]);
    let prices = json!([{"productId": hour, "price": "9"}]);
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01", "prices": prices});
    company.director.does("setPrices", input, "priceList { id }").await;
    let lines = json!([{"productId": hour, "quantity": "1"}]);
    let input = json!({"customerId": customer, "lines": lines});
    let made = company.anna.does("createSalesOrder", input, "order { id version }").await;
    let input = json!({"id": made["order"]["id"], "version": made["order"]["version"]});
    company.anna.does("confirmSalesOrder", input, "order { id }").await;
    let input = json!({"orderId": made["order"]["id"]});
    let accounting = &company.accounting;
    accounting.does("createServiceAct", input, "serviceAct { id }").await;
    let input = json!({"shipmentId": shipment["id"], "reason": "agreed", "amount": "1"});
    accounting.does("createPriceCorrection", input, "priceCorrection { id }").await;
    accounting
        .does("issueInvoice", json!({"orderId": open.0, "amount": "1"}), "invoice { id }")
        .await;
    let input = json!({"shipmentId": shipment["id"]});
    accounting.does("issueTaxInvoice", input, "taxInvoice { id }").await;
    // Money for an order that has not left, and some of it back.
    let input = json!({"orderId": open.0, "amount": "5"});
    accounting.does("recordPayment", input, "payment { id }").await;
    let input = json!({"customerId": customer, "amount": "1", "reason": "overpaid"});
    accounting.does("refundCustomer", input, "refund { id }").await;
    (customer, order.0, text(&shipment["id"]))
}

/// What a person sees of each kind.
async fn sees(actor: &Actor) -> Vec<usize> {
    let mut counts = Vec::new();
    for list in [
        "customers",
        "orders",
        "shipments",
        "deliveries",
        "salesReturns",
        "payments",
        "receivables",
    ] {
        counts.push(actor.all(list, "id").await.len());
    }
    counts
}

#[tokio::test]
async fn manager_leaves_customers_stay() {
    let company = Company::new().await;
    let (customer, order, shipment) = busy(&company).await;
    let before = sees(&company.anna).await;
    assert_eq!(before[..6], [1, 4, 1, 1, 1, 2], "{before:?}");
    let sold = company.director.ask(SALES, json!({})).await;
    let mut hers = Socket::signed_in(&company.anna.token).await;
    let mut his = Socket::signed_in(&company.boris.token).await;
    let query = "subscription { documentChanged(kinds: [SALES_ORDER]) { document {
        ... on SalesOrder { id } } } }";
    hers.subscribe("1", query, json!({})).await;
    his.subscribe("1", query, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;

    let parties = json!({"leaverId": company.anna_id, "heirIds": [company.boris_id]});
    let preview = "query($input: HandOverParties!) { handOverPreview(input: $input) {
        counts { kind count } heirs { load customers user { id } } } }";
    let told = company.director.ask(preview, json!({"input": parties})).await;
    let heirs = json!([{"load": 0, "customers": 1, "user": {"id": company.boris_id}}]);
    assert_eq!(told["handOverPreview"]["heirs"], heirs);
    let promised = told["handOverPreview"]["counts"].clone();

    let more = json!({"signIn": "SHUT", "reason": "She found something better"});
    let told = hand_over(&company.director, parties.clone(), more).await;
    for count in promised.as_array().unwrap() {
        let kind = count["kind"].as_str().unwrap();
        assert_eq!(moved(&told, kind), count["count"].as_i64().unwrap(), "{kind}");
        assert!(moved(&told, kind) > 0, "no {kind} was there to hand over");
    }

    // He has it all, and is told of it; what was sold stays hers.
    assert_eq!(sees(&company.boris).await, before);
    assert!(matches!(his.hear().await, Heard::Message(_)));
    assert_eq!(company.director.ask(SALES, json!({})).await, sold);
    let query = "query($id: ID!) { order(id: $id) { manager { id } createdBy { id }
        history { action } } }";
    let told = company.boris.ask(query, json!({"id": order})).await;
    assert_eq!(told["order"]["manager"]["id"], company.boris_id.as_str());
    assert_eq!(told["order"]["createdBy"]["id"], company.anna_id.as_str());
    assert_eq!(told["order"]["history"][0]["action"], "handOver");
    let query = "query($id: ID!) { shipment(id: $id) { manager { id } } }";
    let told = company.boris.ask(query, json!({"id": shipment})).await;
    assert_eq!(told["shipment"]["manager"]["id"], company.boris_id.as_str());
    let query = "{ creditNotes: salesReturns { nodes { creditNote { id } } } }";
    let told = company.boris.ask(query, json!({})).await;
    assert!(told["creditNotes"]["nodes"][0]["creditNote"]["id"].is_string(), "{told}");

    // Her socket is closed, her token is dead, and so is her password.
    loop {
        match hers.hear().await {
            Heard::Closed(code) => break assert_eq!(code, 4403),
            Heard::Message(_) => {}
            Heard::Silence => panic!("she still listens"),
        }
    }
    let code = company.anna.denied("{ customers { nodes { id } } }", json!({})).await;
    assert_eq!(code, "UNAUTHENTICATED");
    let query = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";
    let email = company.email("anna");
    let input = json!({"tenant": company.slug, "email": email, "password": PASSWORD});
    let told = Actor::nobody().ask(query, json!({"input": input})).await.unwrap();
    assert_eq!(told["signIn"]["userErrors"][0]["code"], "WRONG_CREDENTIALS");

    // Once more moves nothing and does no harm.
    let told = hand_over(&company.director, parties, json!({})).await;
    assert_eq!(told["moved"], json!([]));
    // New documents of the customer are his heir's.
    let query = "query($id: ID!) { customer(id: $id) { manager { id } history { action } } }";
    let told = company.boris.ask(query, json!({"id": customer})).await;
    assert_eq!(told["customer"]["manager"]["id"], company.boris_id.as_str());
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_is_asked_for_twice_is_done_once() {
    let company = Company::new().await;
    company.customer("Only", &company.anna_id, json!({})).await;
    let parties = json!({"leaverId": company.anna_id, "heirIds": [company.boris_id]});
    let input = json!({"parties": parties, "idempotencyKey": "leaves"});
    let first = company.director.does("handOver", input.clone(), HANDED).await;
    assert_eq!(first["handOver"]["state"], "DONE", "{first}");
    let again = company.director.does("handOver", input, HANDED).await;
    assert_eq!(first["handOver"]["id"], again["handOver"]["id"]);
    let told = company.director.all("handOvers", "id leaver { id } history { action }").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["leaver"]["id"], company.anna_id.as_str());
}

#[tokio::test]
async fn only_some_customers_go_and_she_stays() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let goes = company.customer("Goes", &company.anna_id, json!({})).await;
    let stays = company.customer("Stays", &company.anna_id, json!({})).await;
    let his = company.customer("His", &company.boris_id, json!({})).await;
    draft(&company.anna, &goes, &[(&good, "1")], json!({})).await;
    let kept = draft(&company.anna, &stays, &[(&good, "1")], json!({})).await;
    let parties = |customers: Value| {
        json!({"leaverId": company.anna_id, "heirIds": [company.boris_id],
               "customerIds": customers})
    };
    for (customers, code) in
        [(json!([goes, his]), "UNKNOWN_REFERENCE"), (json!([]), "OUT_OF_RANGE")]
    {
        let input = json!({"parties": parties(customers), "signIn": "KEPT"});
        assert_eq!(company.director.refused("handOver", input, HANDED).await, code);
    }
    let told =
        hand_over(&company.director, parties(json!([goes])), json!({"signIn": "KEPT"})).await;
    assert_eq!((moved(&told, "Customer"), moved(&told, "SalesOrder")), (1, 1));
    assert_eq!(told["whole"], false);
    let names = company.anna.all("customers", "name").await;
    assert_eq!(names, [json!({"name": "Stays"})]);
    assert_eq!(company.anna.all("orders", "id").await, [json!({"id": kept.0})]);
    house().verify(&company.slug).await;
}

/// What somebody has to agree to first goes on with the document, for whoever has it now.
#[tokio::test]
async fn what_waits_for_leave_goes_with_its_document() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let customer = company.customer("Dom", &company.anna_id, json!({})).await;
    let rule = json!({"name": "discounts", "kind": "DISCOUNT_OVER_LIMIT", "isOn": true,
        "steps": [{"approvers": [{"role": "director"}]}], "fallback": {"role": "director"}});
    company.admin.does("saveApprovalRule", rule, "approvalRule { id }").await;
    let lines = json!([{"productId": good, "quantity": "1", "discountPercent": "40"}]);
    let input = json!({"customerId": customer, "lines": lines});
    let made = company.anna.does("createSalesOrder", input, "order { id }").await;
    let input = json!({"id": made["order"]["id"]});
    let told = company.anna.does("confirmSalesOrder", input, "approvalRequest { id }").await;
    let request = told["approvalRequest"]["id"].clone();
    let order = made["order"]["id"].clone();

    let rule = json!({"name": "terms", "kind": "SPECIAL_TERMS", "isOn": true, "threshold": "30",
        "steps": [{"approvers": [{"role": "director"}]}], "fallback": {"role": "director"}});
    company.admin.does("saveApprovalRule", rule, "approvalRule { id }").await;
    let input = json!({"customerId": customer, "name": "Generous", "terms": {"paymentSteps": [
        {"percent": "100", "moment": "AFTER_SHIPMENT", "days": 90}]}});
    let made = company.anna.does("proposeAgreement", input, "agreement { id }").await;
    let input = json!({"id": made["agreement"]["id"]});
    let terms = company.anna.does("submitAgreement", input, "approvalRequest { id }").await;

    let parties = json!({"leaverId": company.anna_id, "heirIds": [company.boris_id]});
    hand_over(&company.director, parties, json!({"signIn": "SHUT"})).await;
    let query = "query($id: ID!) { approvalRequest(id: $id) { manager { id } } }";
    let id = json!({"id": terms["approvalRequest"]["id"]});
    let told = company.boris.ask(query, id).await;
    assert_eq!(told["approvalRequest"]["manager"]["id"], company.boris_id.as_str());
    let query =
        "query($id: ID!) { order(id: $id) { state approvalRequest { id manager { id } } } }";
    let told = company.boris.ask(query, json!({"id": order})).await;
    assert_eq!(told["order"]["approvalRequest"]["id"], request);
    assert_eq!(told["order"]["approvalRequest"]["manager"]["id"], company.boris_id.as_str());
    let input = json!({"id": request, "reason": "he will ask again"});
    company.boris.does("withdrawApproval", input, "approvalRequest { state }").await;
    house().verify(&company.slug).await;
}
