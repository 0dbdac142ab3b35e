//! What the audit trail holds, and how entries are found.

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::house::house;

const TRAIL: &str = "query($filter: AuditFilter) { auditTrail(filter: $filter) {
    nodes { number action subjectType subjectId actorKind user { name } worker changes } } }";

async fn trail(company: &Company, filter: Value) -> Vec<Value> {
    let told = company.admin.ask(TRAIL, json!({"filter": filter})).await;
    told["auditTrail"]["nodes"].as_array().unwrap().clone()
}

fn actions(entries: &[Value]) -> Vec<String> {
    entries.iter().map(|entry| text(&entry["action"])).collect()
}

#[tokio::test]
async fn whoever_signs_in_or_is_refused_is_in_the_trail() {
    let company = Company::new().await;
    let entries = trail(&company, json!({"action": "signIn"})).await;
    assert_eq!(entries.len(), 6, "{entries:#?}");
    let last = &entries[0];
    assert_eq!((&last["actorKind"], &last["user"]["name"]), (&json!("USER"), &json!("accounting")));
    assert_eq!(last["subjectType"], "UserSession");
    assert!(last["changes"]["from"].is_string(), "{last}");

    let query = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";
    let email = company.email("anna");
    for password in ["wrong horse battery", PASSWORD] {
        let input = json!({"tenant": company.slug, "email": email, "password": password});
        Actor::nobody().ask(query, json!({"input": input})).await.unwrap();
    }
    let refused = trail(&company, json!({"action": "signInRefused"})).await;
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["actorKind"], "WORKER");
    assert_eq!(refused[0]["subjectId"], json!(company.anna_id));
    assert_eq!(refused[0]["changes"]["reason"], "password");

    let out = "mutation { signOut(input: {}) { userErrors { code } } }";
    company.anna.ask(out, json!({})).await;
    let entries = trail(&company, json!({"actorId": company.anna_id})).await;
    assert_eq!(actions(&entries), ["signOut", "signIn", "signIn"]);

    // A shut account's right password lets nobody in, and is noted as such.
    let users = company.admin.all("users", "id version email").await;
    let boris = users.iter().find(|user| user["id"] == json!(company.boris_id)).unwrap();
    let input = json!({"id": boris["id"], "version": boris["version"], "active": false});
    company.admin.does("updateUser", input, "user { id }").await;
    let input =
        json!({"tenant": company.slug, "email": company.email("boris"), "password": PASSWORD});
    Actor::nobody().ask(query, json!({"input": input})).await.unwrap();
    let filter = json!({"subjectId": company.boris_id, "action": "signInRefused"});
    assert_eq!(trail(&company, filter).await[0]["changes"]["reason"], "shut");
}

#[tokio::test]
async fn entries_are_found_by_record_kind_actor_time_field_and_text() {
    let company = Company::new().await;
    let customer = company.customer("Roga i Kopyta", &company.anna_id, json!({})).await;
    let query = "query($id: ID!) { customer(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": customer})).await;
    let input = json!({"id": customer, "version": told["customer"]["version"], "name": "Kopyta"});
    company.director.does("updateCustomer", input, "customer { id }").await;

    let of_record = trail(&company, json!({"subjectId": customer})).await;
    assert_eq!(actions(&of_record), ["updateCustomer", "createCustomer"]);
    let users = trail(&company, json!({"subjectType": "User"})).await;
    assert!(actions(&users).iter().all(|action| action == "createUser"), "{users:#?}");
    let workers = trail(&company, json!({"actorKind": "WORKER"})).await;
    assert!(!workers.is_empty() && workers.iter().all(|entry| entry["worker"].is_string()));

    for (filter, expected) in [
        (json!({"text": "roga"}), vec!["updateCustomer", "createCustomer"]),
        (json!({"text": "ROGA", "field": "name"}), vec!["updateCustomer", "createCustomer"]),
        (json!({"text": "100%"}), vec![]),
        (json!({"field": "name", "action": "updateCustomer"}), vec!["updateCustomer"]),
        (json!({"field": "nam"}), vec![]),
    ] {
        let mut of_record = filter.clone();
        of_record["subjectId"] = json!(customer);
        assert_eq!(actions(&trail(&company, of_record).await), expected, "{filter}");
        // Without a record a time of a month at most bounds the search.
        let day =
            |days: i64| format!("{}T00:00:00Z", house().today() + chrono::Duration::days(days));
        let mut of_month = filter.clone();
        (of_month["from"], of_month["to"]) = (json!(day(-29)), json!(day(2)));
        of_month["subjectType"] = json!("Customer");
        assert_eq!(actions(&trail(&company, of_month.clone()).await), expected, "{filter}");
        of_month["from"] = json!(day(-30));
        for endless in [filter.clone(), of_month] {
            let code = company.admin.denied(TRAIL, json!({"filter": endless})).await;
            assert_eq!(code, "BAD_USER_INPUT", "{endless}");
        }
    }
}

/// What custom fields hold is shown to some: nobody finds out by searching.
#[tokio::test]
async fn a_search_tells_nothing_of_hidden_fields() {
    let company = Company::new().await;
    let input = json!({"subject": "CUSTOMER", "key": "secret", "name": "Secret", "kind": "TEXT",
        "readRoles": ["manager"]});
    company.admin.does("createCustomField", input, "customField { id }").await;
    let fields = json!({"customFields": [{"key": "secret", "text": "hushed"}]});
    let input = {
        let mut input = json!({"name": "Open", "managerId": company.anna_id});
        stories::company::merge(&mut input, fields);
        input
    };
    let made = company.anna.does("createCustomer", input, "customer { id }").await;
    let customer = text(&made["customer"]["id"]);
    for filter in [
        json!({"subjectId": customer, "text": "hushed"}),
        json!({"subjectId": customer, "field": "customFields.secret"}),
    ] {
        assert!(trail(&company, filter.clone()).await.is_empty(), "{filter}");
    }
    assert_eq!(trail(&company, json!({"subjectId": customer, "text": "open"})).await.len(), 1);
    // Nor do seals: whoever does not see all of an entry gets neither its text nor its hash.
    let query = "{ auditSeals(first: 20) { nodes { entries { text leaf } } } }";
    for _ in 0..50 {
        house().seal_audit().await;
        let told = company.admin.ask(query, json!({})).await.to_string();
        assert!(!told.contains("hushed"), "{told}");
        if told.contains("null") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no entry was held back");
}

/// Whoever may read the entries of some people reads those of others nowhere.
#[tokio::test]
async fn a_narrow_reach_holds_in_histories_and_seals() {
    let company = Company::new().await;
    let rights = json!([{"object": "audit", "act": "read", "reach": "OWN"}]);
    let role = json!({"name": "looker", "title": "L", "includes": ["manager"], "rights": rights});
    company.admin.does("saveRole", role, "role { name }").await;
    let email = company.email("looker");
    let input = json!({"email": email, "name": "l", "password": PASSWORD, "roles": ["looker"]});
    let made = company.admin.does("createUser", input, "user { id }").await;
    // What a new role allows is known everywhere within a second.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let looker = Actor::sign_in(&company.slug, &email, PASSWORD).await;
    let customer = company.customer("Roga", &text(&made["user"]["id"]), json!({})).await;
    let input = json!({"id": customer, "version": 1, "name": "Kopyta"});
    looker.does("updateCustomer", input, "customer { id }").await;

    let query = "query($id: ID!) { customer(id: $id) { history { action changes } }
        auditTrail { nodes { action } } }";
    let told = looker.ask(query, json!({"id": customer})).await;
    let history = &told["customer"]["history"];
    assert_eq!(history[0]["changes"]["name"]["after"], "Kopyta", "{told}");
    assert_eq!(history[1], json!({"action": "createCustomer", "changes": null}), "{told}");
    let entries = told["auditTrail"]["nodes"].as_array().unwrap();
    assert_eq!(actions(entries), ["updateCustomer", "signIn"]);
    for query in [
        "{ auditSeals { nodes { number } } }",
        "{ auditSeals { nodes { entries { text } } } }",
        "{ auditSeals { totalCount { count } } }",
    ] {
        assert_eq!(looker.denied(query, json!({})).await, "FORBIDDEN", "{query}");
    }
}
