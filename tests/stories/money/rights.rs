//! Who sees and does what with money papers.

use serde_json::json;
use stories::company::Company;
use stories::socket::{Heard, Socket};

use super::{correct, pay, sale};

#[tokio::test]
async fn accounting_does_all_a_manager_reads_her_own_and_the_storekeeper_sees_nothing() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    let input = json!({"orderId": sold.order, "amount": "500"});
    let made = company.accounting.does("issueInvoice", input, "invoice { id }").await;
    let invoice = made["invoice"]["id"].clone();
    pay(&company, "1500", json!({"orderId": sold.order})).await;
    let correction = correct(&company, &sold, "100").await;
    let input = json!({"customerId": sold.customer, "amount": "10", "reason": "overpaid"});
    let made = company.accounting.does("refundCustomer", input, "refund { id }").await;
    let refund = made["refund"]["id"].clone();

    let neighbour = Company::new().await;
    for (field, id) in
        [("invoice", &invoice), ("priceCorrection", &json!(correction)), ("refund", &refund)]
    {
        let query = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
        let list = format!("{{ {field}s {{ nodes {{ id }} totalCount {{ count }} }} }}");
        company.anna.ask(&query, json!({"id": id})).await;
        assert_eq!(company.boris.denied(&query, json!({"id": id})).await, "NOT_FOUND", "{field}");
        let told = company.boris.ask(&list, json!({})).await;
        assert_eq!(told[format!("{field}s")]["totalCount"]["count"], 0, "{field}");
        let told = company.anna.ask(&list, json!({})).await;
        assert_eq!(told[format!("{field}s")]["totalCount"]["count"], 1, "{field}");
        let code = company.warehouse.denied(&query, json!({"id": id})).await;
        assert_eq!(code, "FORBIDDEN", "{field}");
        let code = neighbour.director.denied(&query, json!({"id": id})).await;
        assert_eq!(code, "NOT_FOUND", "{field}");
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(company.boris.denied(node, json!({"id": id})).await, "NOT_FOUND", "{field}");
    }
    // A manager asks for nothing on paper herself, and gives nothing back.
    let tries = [
        ("issueInvoice", json!({"orderId": sold.order, "amount": "1"}), "invoice { id }"),
        (
            "refundCustomer",
            json!({"customerId": sold.customer, "amount": "1", "reason": "x"}),
            "refund { id }",
        ),
        (
            "createPriceCorrection",
            json!({"shipmentId": sold.shipment, "reason": "x", "amount": "1"}),
            "priceCorrection { id }",
        ),
    ];
    for (mutation, input, selection) in tries {
        let code = company.anna.tries(mutation, input, selection).await.unwrap_err();
        assert_eq!(code, "FORBIDDEN", "{mutation}");
    }
}

#[tokio::test]
async fn tax_invoices_are_issued_by_accounting_and_read_by_whose_sale_it_is() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let of = sale(&company, &at, "10").await;
    let mut hers = Socket::signed_in(&company.anna.token).await;
    let mut his = Socket::signed_in(&company.boris.token).await;
    let follow = "subscription { documentChanged(kinds: [TAX_INVOICE]) { documentKind document {
        ... on TaxInvoice { number } } } }";
    hers.subscribe("1", follow, json!({})).await;
    his.subscribe("1", follow, json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let input = json!({"shipmentId": of.shipment});
    let selection = "taxInvoice { id number }";
    let made = company.accounting.does("issueTaxInvoice", input, selection).await;
    let issued = &made["taxInvoice"];
    let Heard::Message(event) = hers.hear().await else { panic!("she heard nothing") };
    let event = &event["payload"]["data"]["documentChanged"];
    assert_eq!(event["document"]["number"], issued["number"], "{event}");
    assert!(matches!(his.hear().await, Heard::Silence));

    let id = json!({"id": issued["id"]});
    let query = "query($id: ID!) { taxInvoice(id: $id) { id } }";
    let list = "{ taxInvoices { nodes { id } totalCount { count } } }";
    let search = format!(
        "{{ search(text: \"{}\", kinds: [TAX_INVOICE]) {{ matched record {{
        ... on TaxInvoice {{ id }} }} }} }}",
        issued["number"].as_str().unwrap()
    );
    let neighbour = Company::new().await;
    for sees in [&company.anna, &company.accounting, &company.director] {
        sees.ask(query, id.clone()).await;
        assert_eq!(sees.ask(list, json!({})).await["taxInvoices"]["totalCount"]["count"], 1);
        let found = sees.ask(&search, json!({})).await;
        assert_eq!(found["search"], json!([{"matched": "KEY", "record": {"id": issued["id"]}}]));
    }
    for blind in [&company.boris, &neighbour.director] {
        assert_eq!(blind.denied(query, id.clone()).await, "NOT_FOUND");
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(blind.denied(node, id.clone()).await, "NOT_FOUND");
        assert_eq!(blind.ask(list, json!({})).await["taxInvoices"]["totalCount"]["count"], 0);
        assert_eq!(blind.ask(&search, json!({})).await["search"], json!([]));
    }
    assert_eq!(company.warehouse.denied(query, id.clone()).await, "FORBIDDEN");
    let edge = "query($id: ID!) { shipment(id: $id) { taxInvoice { id } } }";
    let code = company.warehouse.denied(edge, json!({"id": of.shipment})).await;
    assert_eq!(code, "FORBIDDEN");
    assert_eq!(company.warehouse.ask(&search, json!({})).await["search"], json!([]));
    for (mutation, input) in [
        ("issueTaxInvoice", json!({"shipmentId": of.shipment})),
        ("cancelTaxInvoice", json!({"id": issued["id"], "reason": "x"})),
    ] {
        let code = company.anna.tries(mutation, input.clone(), selection).await.unwrap_err();
        assert_eq!(code, "FORBIDDEN", "{mutation}");
        let code = neighbour.director.tries(mutation, input, selection).await.unwrap_err();
        assert_eq!(code, "NOT_FOUND", "{mutation}");
    }
}
