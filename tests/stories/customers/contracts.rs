//! Contracts: drafted by the manager, signed and closed by who writes terms.

use serde_json::json;
use stories::company::Company;
use stories::files::upload;

#[tokio::test]
async fn a_contract_goes_from_draft_to_closed() {
    let company = Company::new().await;
    let customer = company.customer("Flowers", &company.anna_id, json!({})).await;
    let fields = "contract { id version state number date validTo organization { name }
        customer { name } attachments { name } history { action } }";
    let input = json!({
        "customerId": customer, "number": "K-17", "date": "2026-01-15", "validTo": "2026-12-31",
    });
    let drafted = company.anna.does("draftContract", input.clone(), fields).await;
    let drafted = &drafted["contract"];
    assert_eq!(drafted["state"], "DRAFT");
    assert_eq!(drafted["customer"]["name"], "Flowers");
    let id = drafted["id"].as_str().unwrap();
    assert_eq!(company.anna.refused("draftContract", input, fields).await, "TAKEN");

    upload(&company.anna, id, "contract.txt", b"the paper").await;
    let sign = json!({"id": id, "version": 1});
    let tried = company.anna.tries("signContract", sign.clone(), fields).await;
    assert_eq!(tried.unwrap_err(), "FORBIDDEN");
    let signed = company.accounting.does("signContract", sign, fields).await;
    assert_eq!(signed["contract"]["state"], "SIGNED");
    assert_eq!(signed["contract"]["attachments"], json!([{"name": "contract.txt"}]));

    // The signed paper stays; it may be prolonged, by who writes terms.
    let input = json!({"id": id, "version": 2, "number": "K-18"});
    assert_eq!(company.accounting.refused("updateContract", input, fields).await, "IN_USE");
    let input = json!({"id": id, "version": 2, "validTo": "2027-12-31"});
    let tried = company.anna.tries("updateContract", input.clone(), fields).await;
    assert_eq!(tried.unwrap_err(), "FORBIDDEN");
    let longer = company.accounting.does("updateContract", input, fields).await;
    assert_eq!(longer["contract"]["validTo"], "2027-12-31");

    let close = |version: i32| json!({"id": id, "version": version});
    let closed = company.director.does("closeContract", close(3), fields).await;
    assert_eq!(closed["contract"]["state"], "CLOSED");
    let history = closed["contract"]["history"].as_array().map(Vec::len);
    assert_eq!(history, Some(5), "{closed}");
    let again = company.director.refused("closeContract", close(4), fields).await;
    assert_eq!(again, "ILLEGAL_TRANSITION");
    let again = company.director.refused("signContract", close(4), fields).await;
    assert_eq!(again, "ILLEGAL_TRANSITION");
}

#[tokio::test]
async fn contracts_are_read_by_who_reads_terms_of_the_customer() {
    let company = Company::new().await;
    let customer = company.customer("Flowers", &company.anna_id, json!({})).await;
    let input = json!({"customerId": customer, "number": "K-1"});
    let made = company.anna.does("draftContract", input.clone(), "contract { id }").await;
    let id = made["contract"]["id"].clone();
    let query = "query($id: ID!) { node(id: $id) { ... on Contract { number } } }";
    company.anna.ask(query, json!({"id": id})).await;
    assert_eq!(company.boris.denied(query, json!({"id": id})).await, "NOT_FOUND");
    assert_eq!(company.warehouse.denied(query, json!({"id": id})).await, "FORBIDDEN");
    let tried = company.boris.tries("draftContract", input, "contract { id }").await;
    assert_eq!(tried.unwrap_err(), "NOT_FOUND");
    let input = json!({
        "customerId": customer, "number": "K-2", "validFrom": "2026-02-01",
        "validTo": "2026-01-01",
    });
    let code = company.anna.refused("draftContract", input, "contract { id }").await;
    assert_eq!(code, "INVALID");
}
