//! Who sees and does what with money papers.

use serde_json::json;
use stories::company::Company;

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
