//! Who sees a field, who writes it, and that a neighbour does neither.

use std::time::Duration;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::house::house;

use super::{HELD, field, pairs, refused_at, told};

const BY_SECRET: &str = "{ customers(filter: {customFields: [{key: \"secret\", equals: \"x\"}]}) {
    nodes { name } } }";

#[tokio::test]
async fn who_may_not_see_a_field_meets_it_nowhere() {
    let company = Company::new().await;
    let hidden = json!({"readRoles": ["accounting"], "isFilterable": true, "isRequired": true});
    let secret = field(&company, "CUSTOMER", "secret", "TEXT", hidden).await;
    let guarded = json!({"writeRoles": ["accounting"], "place": 1});
    field(&company, "CUSTOMER", "guarded", "TEXT", guarded).await;
    // What is required of others is not required of her.
    let made = company.anna.does("createCustomer", json!({"name": "A"}), "customer { id }").await;
    let id = text(&made["customer"]["id"]);
    let set = |version: i32, values: Value| json!({"recordId": id, "version": version, "customFields": values});
    let both = json!([{"key": "secret", "text": "x"}, {"key": "guarded", "text": "y"}]);
    company.accounting.does("setCustomFields", set(1, both), "record { id }").await;

    let query = format!("query($id: ID!) {{ customer(id: $id) {{ {HELD} }} }}");
    let seen = async |actor: &Actor| told(&actor.ask(&query, json!({"id": id})).await["customer"]);
    assert_eq!(seen(&company.accounting).await, pairs(&[("secret", "x"), ("guarded", "y")]));
    assert_eq!(seen(&company.anna).await, pairs(&[("guarded", "y")]));
    assert_eq!(seen(&company.director).await, pairs(&[("guarded", "y")]));
    // Not by writing, not by filter: as if there were none.
    let refused = refused_at(
        &company.anna,
        "setCustomFields",
        set(2, json!([{"key": "secret", "text": "z"}])),
    );
    assert_eq!(refused.await.0, "UNKNOWN_REFERENCE");
    let refused = refused_at(
        &company.anna,
        "setCustomFields",
        set(2, json!([{"key": "guarded", "text": "z"}])),
    );
    assert_eq!(refused.await.0, "FIELD_NOT_ALLOWED");
    assert_eq!(company.anna.denied(BY_SECRET, json!({})).await, "BAD_USER_INPUT");
    let found = company.accounting.ask(BY_SECRET, json!({})).await;
    assert_eq!(found["customers"]["nodes"], json!([{"name": "A"}]));
    // Not in the history, by record or whole.
    let changes = "history { action changes }";
    let query = format!("query($id: ID!) {{ customer(id: $id) {{ {changes} }} }}");
    let told = company.director.ask(&query, json!({"id": id})).await;
    let newest = &told["customer"]["history"][0];
    assert_eq!(newest["action"], "setCustomFields");
    assert_eq!(newest["changes"], json!({"customFields.guarded": {"before": null, "after": "y"}}));
    let trail = "{ auditTrail(filter: {action: \"setCustomFields\"}) { nodes { changes } } }";
    let told = company.director.ask(trail, json!({})).await;
    assert!(!told.to_string().contains("customFields.secret"), "{told}");
    // Not among the fields; who makes fields sees all of them.
    let list = "{ customFields { nodes { key } totalCount { count } } }";
    let told = company.anna.ask(list, json!({})).await;
    assert_eq!(told["customFields"]["nodes"], json!([{"key": "guarded"}]));
    let told = company.admin.ask(list, json!({})).await;
    assert_eq!(told["customFields"]["totalCount"]["count"], 2);
    let by_id = "query($id: ID!) { customField(id: $id) { key } }";
    assert_eq!(company.anna.denied(by_id, json!({"id": secret})).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_role_takes_in_what_its_own_roles_see() {
    let company = Company::new().await;
    let shown = json!({"readRoles": ["manager"]});
    field(&company, "CUSTOMER", "own", "TEXT", shown).await;
    let custom = json!({"customFields": [{"key": "own", "text": "x"}]});
    let made = company.anna.does(
        "createCustomer",
        json!({"name": "A", "customFields": custom["customFields"]}),
        "customer { id }",
    );
    let id = made.await["customer"]["id"].clone();
    let input = json!({"name": "senior", "title": "Senior", "includes": ["manager"],
        "rights": [{"object": "customer", "act": "read", "reach": "ALL"}]});
    company.admin.does("saveRole", input, "role { name }").await;
    let email = company.email("senior");
    let input = json!({"email": email, "name": "S", "password": PASSWORD, "roles": ["senior"]});
    company.admin.does("createUser", input, "user { id }").await;
    let url = house().url();
    // A change of roles holds within a second.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let senior = Actor::sign_in_at(&url, &company.slug, &email, PASSWORD).await;
    let query = format!("query($id: ID!) {{ customer(id: $id) {{ {HELD} }} }}");
    let shown = senior.ask(&query, json!({"id": id})).await;
    assert_eq!(told(&shown["customer"]), pairs(&[("own", "x")]));
    let shown = company.warehouse.ask(&query, json!({"id": id})).await;
    assert_eq!(told(&shown["customer"]), []);
}

#[tokio::test]
async fn a_partners_key_sees_what_its_scopes_are_named_for() {
    let company = Company::new().await;
    field(&company, "CUSTOMER", "open", "TEXT", json!({"place": 1})).await;
    let inside = json!({"place": 2, "readRoles": ["manager"]});
    field(&company, "CUSTOMER", "inside", "TEXT", inside).await;
    let shared = json!({"place": 3, "readRoles": ["manager", "scope:customers:read"]});
    field(&company, "CUSTOMER", "shared", "TEXT", shared).await;
    let custom = ["open", "inside", "shared"].map(|key| json!({"key": key, "text": "x"}));
    let input = json!({"name": "A", "customFields": custom});
    let made = company.anna.does("createCustomer", input, "customer { id }").await;
    let input = json!({"name": "crm", "scopes": ["customers:read"]});
    let key = company.admin.does("createApiKey", input, "secret").await;
    let partner = Actor::with_token("crm", &text(&key["secret"]));
    let query = format!("query($id: ID!) {{ customer(id: $id) {{ {HELD} }} }}");
    let shown = partner.ask(&query, json!({"id": made["customer"]["id"]})).await;
    assert_eq!(told(&shown["customer"]), pairs(&[("open", "x"), ("shared", "x")]));
}

#[tokio::test]
async fn a_neighbours_fields_are_not_there() {
    let (ours, neighbour) = tokio::join!(Company::new(), Company::new());
    let id = field(&ours, "CUSTOMER", "own", "TEXT", json!({"isFilterable": true})).await;
    let input = json!({"id": id, "version": 1, "name": "Stolen"});
    let query = "mutation($input: UpdateCustomFieldInput!) {
        updateCustomField(input: $input) { userErrors { code } } }";
    let code = neighbour.admin.denied(query, json!({"input": input})).await;
    assert_eq!(code, "NOT_FOUND");
    let input = json!({"name": "A", "customFields": [{"key": "own", "text": "x"}]});
    let refused = refused_at(&neighbour.anna, "createCustomer", input).await;
    assert_eq!(refused.0, "UNKNOWN_REFERENCE");
    let told = neighbour.admin.ask("{ customFields { nodes { key } } }", json!({})).await;
    assert_eq!(told["customFields"]["nodes"], json!([]));
}
