//! What hangs on a merged card, and who knows it by its old key.

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::Company;
use stories::files::upload;
use stories::house::house;
use stories::imports::{counts, import};
use stories::stock::draft;

use super::merging::{merge, twins, version};

async fn card(company: &Company, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ customer(id: $id) {{ {selection} }} }}");
    company.director.ask(&query, json!({"id": id})).await["customer"].clone()
}

#[tokio::test]
async fn papers_addresses_files_and_fields_go_with_it() {
    let company = Company::new().await;
    let (_, _, duplicate, into) = twins(&company).await;
    for (card, name) in [(&duplicate, "Shop"), (&into, "Office")] {
        let input = json!({
            "customerId": card, "name": name, "address": "Street 1", "isDefault": true,
        });
        company.anna.does("addDeliveryAddress", input, "deliveryAddress { id }").await;
        for number in ["K-1", name] {
            let input = json!({"customerId": card, "number": number, "date": "2026-01-01"});
            company.anna.does("draftContract", input, "contract { id }").await;
        }
    }
    upload(&company.anna, &duplicate, "terms.txt", b"terms").await;
    for (key, kind) in [("size", "TEXT"), ("route", "TEXT")] {
        let input = json!({"subject": "CUSTOMER", "key": key, "name": key, "kind": kind});
        company.admin.does("createCustomField", input, "customField { id }").await;
    }
    let input = json!({
        "subject": "CUSTOMER", "key": "parent", "name": "Parent", "kind": "REFERENCE",
        "target": "CUSTOMER", "isFilterable": true,
    });
    company.admin.does("createCustomField", input, "customField { id }").await;
    let branch = company.customer("Branch", &company.anna_id, json!({})).await;
    for (card, fields) in [
        (&duplicate, json!([{"key": "size", "text": "L"}, {"key": "route", "text": "North"}])),
        (&into, json!([{"key": "size", "text": "S"}])),
        (&branch, json!([{"key": "parent", "referenceId": duplicate}])),
    ] {
        let version = version(&company.director, card).await;
        let input = json!({"id": card, "version": version, "customFields": fields});
        company.anna.does("updateCustomer", input, "customer { id }").await;
    }
    merge(&company, &duplicate, &into).await;

    let told = card(
        &company,
        &into,
        "deliveryAddresses { name isDefault } contracts { number } attachments { name }
         customFields { key text }",
    )
    .await;
    let addresses = json!([{"name": "Office", "isDefault": true},
        {"name": "Shop", "isDefault": false}]);
    assert_eq!(told["deliveryAddresses"], addresses);
    let mut numbers: Vec<String> = told["contracts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contract| text(&contract["number"]))
        .collect();
    numbers.sort();
    assert_eq!(numbers, ["K-1", "Office", "Shop"]);
    assert_eq!(told["attachments"], json!([{"name": "terms.txt"}]));
    let fields = json!([{"key": "size", "text": "S"}, {"key": "route", "text": "North"}]);
    assert_eq!(told["customFields"], fields);
    // A paper that both cards had is where it was, and can be read there.
    let told = card(&company, &into, "mergedCards { contracts { number } attachments { id } }");
    let old = json!([{"contracts": [{"number": "K-1"}], "attachments": []}]);
    assert_eq!(told.await["mergedCards"], old);
    // A filter by the card that stays finds who pointed at the old one.
    let query = "query($id: ID!) { customers(filter: {customFields: [{key: \"parent\",
        referenceIds: [$id]}]}) { nodes { name } } }";
    let told = company.anna.ask(query, json!({"id": into})).await;
    assert_eq!(told["customers"]["nodes"], json!([{"name": "Branch"}]), "{told}");
}

#[tokio::test]
async fn files_of_a_partner_that_knows_the_old_key_land_on_the_card_that_stays() {
    let company = Company::new().await;
    let (_, _, duplicate, into) = twins(&company).await;
    merge(&company, &duplicate, &into).await;
    let csv = "name;externalReference;legalName\nRomashka;C-2;Romashka LLC\n";
    let done = import(&company.director, "CUSTOMERS", "SKIP_BAD", "c.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
    let again = import(&company.director, "CUSTOMERS", "SKIP_BAD", "c.csv", csv.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 1, 0], "{again}");
    let csv = "customerReference;name;phone\nC-2;Maria;+7 900 111-22-33\n";
    let done = import(&company.director, "CONTACTS", "SKIP_BAD", "p.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done}");
    let told = card(&company, &into, "legalName externalReference contacts { name }").await;
    let contacts = json!([{"name": "Ivan"}, {"name": "Maria"}]);
    let expected = json!({
        "legalName": "Romashka LLC", "externalReference": "C-1", "contacts": contacts,
    });
    assert_eq!(told, expected);
    assert_eq!(company.director.all("customers", "id").await.len(), 1);
    // By the tax number, which both cards have now, as well.
    let csv = "name;inn;address\nRomashka;7707083893;Street 5\n";
    let done = import(&company.director, "CUSTOMERS", "SKIP_BAD", "i.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
    assert_eq!(card(&company, &into, "address").await["address"], "Street 5");
    // A new card under the old key is the twin again.
    let input = json!({"name": "Flower shop", "externalReference": "C-2"});
    let code = company.director.refused("createCustomer", input, "customer { id }").await;
    assert_eq!(code, "TAKEN");
}

#[tokio::test]
async fn a_key_of_the_old_card_reaches_the_card_that_stays() {
    let company = Company::new().await;
    let (_, good, duplicate, into) = twins(&company).await;
    let theirs = draft(&company.anna, &into, &[(&good, "1")], json!({})).await;
    let scopes = json!(["customers:read", "orders:read", "orders:write", "catalog:read"]);
    let input = json!({"name": "shop", "scopes": scopes, "customerId": duplicate});
    let made = company.admin.does("createApiKey", input, "apiKey { id } secret").await;
    let partner = Actor::with_token("partner", made["secret"].as_str().unwrap());
    let old = draft(&partner, &duplicate, &[(&good, "2")], json!({})).await;
    let query = "query($id: ID!) { order(id: $id) { id } }";
    assert_eq!(partner.denied(query, json!({"id": theirs.0})).await, "NOT_FOUND");
    merge(&company, &duplicate, &into).await;
    // What is remembered of a key is forgotten within a second.
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    for order in [&theirs.0, &old.0] {
        partner.ask(query, json!({"id": order})).await;
    }
    draft(&partner, &into, &[(&good, "1")], json!({})).await;
    let query = "query($id: ID!) { customer(id: $id) { name mergedInto { id name } } }";
    let told = partner.ask(query, json!({"id": duplicate})).await;
    assert_eq!(told["customer"]["mergedInto"], json!({"id": into, "name": "Romashka"}));
    let names = partner.all("customers", "name").await;
    assert_eq!(names, [json!({"name": "Romashka"})]);
    // A key made for the old card afterwards is bound to the other one too.
    let input = json!({"name": "late", "scopes": ["orders:read"], "customerId": duplicate});
    let made = company.admin.does("createApiKey", input, "apiKey { customerId }").await;
    assert_eq!(made["apiKey"]["customerId"], json!(into));
    house().verify(&company.slug).await;
}
