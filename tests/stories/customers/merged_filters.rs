//! Lists and reports that are asked for a card that was merged answer as for the one that stands
//! for it.

use serde_json::{Value, json};
use stories::company::Company;
use stories::stock::{confirm, draft};

use super::merging::{merge, twins};

const DOCUMENTS: &str = "query($id: ID!) {
    orders(filter: {customer: $id}) { nodes { id } totalCount { count } }
    shipments(filter: {customer: $id}) { nodes { id } totalCount { count } }
    taxInvoices(filter: {customer: $id}) { nodes { id } totalCount { count } }
    payments(filter: {customerId: $id}) { nodes { id } totalCount { count } }
    receivables(filter: {customerId: $id}) { nodes { id } totalCount { count } }
    receivablesAgeing(customerId: $id) { rows { customer { name } buckets { total { amount } } }
        totals { total { amount } } }
    salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\", dimensions: [CUSTOMER],
        filter: {customers: [$id]}}) { rows { customer { name } revenue { amount } } } }";

fn many(told: &Value, list: &str) -> usize {
    let nodes = told[list]["nodes"].as_array().unwrap().len();
    assert_eq!(told[list]["totalCount"]["count"], nodes, "{list}: {told}");
    nodes
}

#[tokio::test]
async fn whoever_asks_for_a_merged_card_is_answered_as_for_its_heir() {
    let company = Company::new().await;
    let (_, good, first, second) = twins(&company).await;
    let last = company.customer("Gardens", &company.anna_id, json!({})).await;
    let stranger = company.customer("Stranger", &company.boris_id, json!({})).await;
    for customer in [&first, &second, &last] {
        let order = draft(&company.anna, customer, &[(&good, "2")], json!({})).await;
        confirm(&company.anna, &order).await;
        let input = json!({"orderId": order.0});
        let made = company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
        let input = json!({"shipmentId": made["shipment"]["id"]});
        company.accounting.does("issueTaxInvoice", input, "taxInvoice { id }").await;
        let input = json!({"customerId": customer, "amount": "3.00"});
        company.accounting.does("recordPayment", input, "payment { id }").await;
    }
    draft(&company.boris, &stranger, &[(&good, "1")], json!({})).await;
    let input = json!({"subject": "SALES_ORDER", "key": "for_whom", "name": "For whom",
        "kind": "REFERENCE", "target": "CUSTOMER"});
    let made = company.admin.does("createCustomField", input, "customField { id version }").await;
    let held = json!([{"key": "for_whom", "referenceId": first}]);
    let more = json!({"customFields": held});
    let gift = draft(&company.director, &stranger, &[(&good, "1")], more).await;

    // A chain: the first into the second, that one into the last.
    merge(&company, &first, &second).await;
    merge(&company, &second, &last).await;
    let expected = company.director.ask(DOCUMENTS, json!({"id": last})).await;
    for list in ["orders", "shipments", "taxInvoices", "payments", "receivables"] {
        assert_eq!(many(&expected, list), 3, "{list}");
    }
    assert_eq!(expected["salesReport"]["rows"][0]["revenue"]["amount"], "60.00");
    assert_eq!(expected["receivablesAgeing"]["rows"].as_array().unwrap().len(), 1);
    for asked in [&first, &second] {
        let told = company.director.ask(DOCUMENTS, json!({"id": asked})).await;
        assert_eq!(told, expected, "{asked}");
        // Reach is what it is: the other manager's question finds nothing.
        let told = company.boris.ask(DOCUMENTS, json!({"id": asked})).await;
        assert_eq!((many(&told, "orders"), many(&told, "payments")), (0, 0), "{told}");
    }

    // A field made filterable afterwards still holds the first card's id.
    let field = &made["customField"];
    let input = json!({"id": field["id"], "version": field["version"], "isFilterable": true});
    company.admin.does("updateCustomField", input, "customField { id }").await;
    let query = "query($ids: [ID!]) { orders(filter: {customFields: [
        {key: \"for_whom\", referenceIds: $ids}]}) { nodes { id } } }";
    for asked in [&first, &second, &last] {
        let told = company.director.ask(query, json!({"ids": [asked]})).await;
        assert_eq!(told["orders"]["nodes"], json!([{"id": gift.0}]), "{asked}");
    }
    let told = company.director.ask(query, json!({"ids": [stranger]})).await;
    assert_eq!(told["orders"]["nodes"], json!([]));
}
