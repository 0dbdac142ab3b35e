//! Values of every type, and what is refused.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;

use super::{HELD, change_field, field, pairs, refused_at, told};

/// A field of each type on customers.
async fn of_each_type(company: &Company) -> String {
    let choices = json!([{"key": "a", "name": "Alpha"}, {"key": "b", "name": "Beta"}]);
    field(company, "CUSTOMER", "code", "TEXT", json!({"place": 1, "pattern": "[A-Z]{2}\\d+"}))
        .await;
    field(
        company,
        "CUSTOMER",
        "visits",
        "NUMBER",
        json!({"place": 2, "scale": 1, "least": "0", "most": "31"}),
    )
    .await;
    field(company, "CUSTOMER", "since", "DATE", json!({"place": 3})).await;
    let class =
        field(company, "CUSTOMER", "class", "CHOICE", json!({"place": 4, "choices": choices}));
    let class = class.await;
    field(company, "CUSTOMER", "vip", "BOOLEAN", json!({"place": 5})).await;
    let to_users = json!({"place": 6, "target": "USER"});
    field(company, "CUSTOMER", "lawyer", "REFERENCE", to_users).await;
    let to_customers = json!({"place": 7, "target": "CUSTOMER"});
    field(company, "CUSTOMER", "parent", "REFERENCE", to_customers).await;
    class
}

#[tokio::test]
async fn a_card_holds_values_of_every_type() {
    let company = Company::new().await;
    of_each_type(&company).await;
    let parent = company.customer("Parent", &company.anna_id, json!({})).await;
    let input = json!({"name": "Flowers", "customFields": [
        {"key": "vip", "boolean": true},
        {"key": "code", "text": " AB12 "},
        {"key": "visits", "number": "4.50"},
        {"key": "since", "date": "2020-02-29"},
        {"key": "class", "choice": "b"},
        {"key": "lawyer", "referenceId": company.boris_id},
        {"key": "parent", "referenceId": parent},
    ]});
    let fields = "customer { id version customFields { key text number date boolean
        choice { key name } reference { id __typename } field { name kind isRequired } } }";
    let made = company.anna.does("createCustomer", input, fields).await["customer"].clone();
    let expected = pairs(&[
        ("code", "AB12"),
        ("visits", "4.5"),
        ("since", "2020-02-29"),
        ("class", "Beta"),
        ("vip", "true"),
        ("lawyer", "boris"),
        ("parent", "Parent"),
    ]);
    assert_eq!(told(&made), expected);
    let held = &made["customFields"];
    assert_eq!(held[1]["number"], "4.5");
    assert_eq!(held[2]["date"], "2020-02-29");
    assert_eq!(held[3]["choice"], json!({"key": "b", "name": "Beta"}));
    assert_eq!(held[4]["boolean"], true);
    assert_eq!(held[5]["reference"], json!({"id": company.boris_id, "__typename": "User"}));
    assert_eq!(held[6]["reference"]["id"], json!(parent));
    assert_eq!(held[0]["field"], json!({"name": "code", "kind": "TEXT", "isRequired": false}));

    // What is not named stays, null empties.
    let input = json!({"id": made["id"], "version": made["version"], "customFields": [
        {"key": "code", "text": "CD34"}, {"key": "vip"}, {"key": "visits", "number": "5"},
    ]});
    let changed = company.anna.does("updateCustomer", input.clone(), fields).await;
    let changed = &changed["customer"];
    assert_eq!(changed["version"], 2);
    let expected = pairs(&[
        ("code", "CD34"),
        ("visits", "5"),
        ("since", "2020-02-29"),
        ("class", "Beta"),
        ("lawyer", "boris"),
        ("parent", "Parent"),
    ]);
    assert_eq!(told(changed), expected);
    let code = company.anna.refused("updateCustomer", input, "customer { id }").await;
    assert_eq!(code, "STALE_VERSION");

    // One row of the history, with the customer's own changes.
    let query = "query($id: ID!) { customer(id: $id) { history { action changes } } }";
    let told = company.director.ask(query, json!({"id": made["id"]})).await;
    let history = told["customer"]["history"].as_array().unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(
        history[0]["changes"],
        json!({
            "customFields.code": {"before": "AB12", "after": "CD34"},
            "customFields.vip": {"before": "true", "after": null},
            "customFields.visits": {"before": "4.5", "after": "5"},
        })
    );
    assert_eq!(history[1]["changes"]["name"]["after"], "Flowers");
    assert_eq!(history[1]["changes"]["customFields.class"]["after"], "b");
}

#[tokio::test]
async fn wrong_values_are_refused_by_their_paths() {
    let (company, neighbour) = tokio::join!(Company::new(), Company::new());
    of_each_type(&company).await;
    let foreign = neighbour.customer("Foreign", &neighbour.anna_id, json!({})).await;
    let boris_own = company.customer("Of Boris", &company.boris_id, json!({})).await;
    for (value, code, member) in [
        (json!({"key": "code", "number": "1"}), "INVALID", "number"),
        (json!({"key": "code", "text": "ab"}), "INVALID", "text"),
        (json!({"key": "visits", "number": "32"}), "OUT_OF_RANGE", "number"),
        (json!({"key": "visits", "number": "0.25"}), "OUT_OF_RANGE", "number"),
        (json!({"key": "class", "choice": "c"}), "INVALID", "choice"),
        (json!({"key": "nothing", "text": "a"}), "UNKNOWN_REFERENCE", "key"),
        (json!({"key": "lawyer", "referenceId": boris_own}), "INVALID", "referenceId"),
        (json!({"key": "parent", "referenceId": foreign}), "UNKNOWN_REFERENCE", "referenceId"),
        // There, but not for her.
        (json!({"key": "parent", "referenceId": boris_own}), "UNKNOWN_REFERENCE", "referenceId"),
    ] {
        let input =
            json!({"name": "Bad", "customFields": [{"key": "vip", "boolean": true}, value]});
        let refused = refused_at(&company.anna, "createCustomer", input.clone()).await;
        let path = ["customFields", "1", member].map(str::to_owned).to_vec();
        assert_eq!(refused, (code.to_owned(), path), "{input}");
    }
    let twice = json!({"name": "Bad", "customFields": [
        {"key": "vip", "boolean": true}, {"key": "vip", "boolean": false},
    ]});
    assert_eq!(refused_at(&company.anna, "createCustomer", twice).await.0, "INVALID");
    let both =
        json!({"name": "Bad", "customFields": [{"key": "vip", "boolean": true, "text": "a"}]});
    assert_eq!(refused_at(&company.anna, "createCustomer", both).await.0, "INVALID");
    // Nothing of all that was written.
    let told = company.director.ask("{ customers { nodes { name } } }", json!({})).await;
    assert_eq!(told["customers"]["nodes"], json!([{"name": "Of Boris"}]));
}

#[tokio::test]
async fn what_is_required_is_asked_of_new_records_only() {
    let company = Company::new().await;
    let old = company.customer("Old", &company.anna_id, json!({})).await;
    field(&company, "CUSTOMER", "route", "TEXT", json!({"isRequired": true})).await;
    let input = json!({"name": "New"});
    let refused = refused_at(&company.anna, "createCustomer", input).await;
    assert_eq!(refused, ("REQUIRED".to_owned(), vec!["customFields".to_owned()]));
    let input = json!({"name": "New", "customFields": [{"key": "route", "text": "North"}]});
    let made = company.anna.does("createCustomer", input, "customer { id version }").await;
    let made = &made["customer"];

    // Older records are changed without it; once there, it is not taken away.
    let input = json!({"id": old, "version": 1, "phone": "112"});
    company.anna.does("updateCustomer", input, "customer { id }").await;
    let input = json!({"id": made["id"], "version": made["version"],
        "customFields": [{"key": "route", "text": "  "}]});
    let refused = refused_at(&company.anna, "updateCustomer", input).await;
    assert_eq!(refused, ("REQUIRED".to_owned(), vec!["customFields".to_owned(), "0".to_owned()]));
}

#[tokio::test]
async fn an_archived_choice_stays_where_it_is() {
    let company = Company::new().await;
    let class = of_each_type(&company).await;
    let with = |key: &str| json!({"name": key, "customFields": [{"key": "class", "choice": key}]});
    let held = format!("customer {{ id version {HELD} }}");
    let made = company.anna.does("createCustomer", with("a"), &held).await["customer"].clone();

    let changed = change_field(&company, &class, json!({"choices": [{"key": "b", "name": "Bee"}]}));
    let expected = json!([{"key": "b", "isArchived": false}, {"key": "a", "isArchived": true}]);
    assert_eq!(changed.await["customField"]["choices"], expected);
    let refused = refused_at(&company.anna, "createCustomer", with("a")).await;
    assert_eq!(refused.0, "ARCHIVED");
    let input = json!({"id": made["id"], "version": made["version"], "phone": "112",
        "customFields": [{"key": "class", "choice": "a"}]});
    let after = company.anna.does("updateCustomer", input, &held).await;
    assert_eq!(told(&after["customer"]), pairs(&[("class", "Alpha")]));

    // An archived field shows nothing, takes nothing and loses nothing.
    change_field(&company, &class, json!({"archived": true})).await;
    let query = format!("query($id: ID!) {{ customer(id: $id) {{ {HELD} }} }}");
    let shown = company.anna.ask(&query, json!({"id": made["id"]})).await;
    assert_eq!(told(&shown["customer"]), []);
    assert_eq!(refused_at(&company.anna, "createCustomer", with("b")).await.0, "ARCHIVED");
    change_field(&company, &class, json!({"archived": false})).await;
    let shown = company.anna.ask(&query, json!({"id": made["id"]})).await;
    assert_eq!(told(&shown["customer"]), pairs(&[("class", "Alpha")]));
}

#[tokio::test]
async fn fields_are_made_by_administrators_and_bounded() {
    let company = Company::new().await;
    let plain = |more: Value| {
        let mut input = json!({"subject": "PRODUCT", "key": "own", "name": "Own", "kind": "TEXT"});
        stories::company::merge(&mut input, more);
        input
    };
    let input = plain(json!({}));
    let query = "mutation($input: CreateCustomFieldInput!) {
        createCustomField(input: $input) { userErrors { code } } }";
    for actor in [&company.anna, &company.director, &company.warehouse] {
        assert_eq!(actor.denied(query, json!({"input": input})).await, "FORBIDDEN");
    }
    for (more, code, member) in [
        (json!({"key": "Own"}), "INVALID", "key"),
        (json!({"name": " "}), "REQUIRED", "name"),
        (json!({"pattern": "("}), "INVALID", "pattern"),
        (json!({"scale": 2}), "INVALID", "scale"),
        (json!({"maxLength": 251, "isFilterable": true}), "OUT_OF_RANGE", "isFilterable"),
        (json!({"kind": "REFERENCE"}), "REQUIRED", "target"),
        (json!({"kind": "CHOICE"}), "REQUIRED", "choices"),
        (json!({"readRoles": ["nobody"]}), "UNKNOWN_REFERENCE", "readRoles"),
        (json!({"writeRoles": ["scope:nothing"]}), "UNKNOWN_REFERENCE", "writeRoles"),
    ] {
        let refused = refused_at(&company.admin, "createCustomField", plain(more.clone())).await;
        assert_eq!(refused, (code.to_owned(), vec![member.to_owned()]), "{more}");
    }
    let made = company.admin.does("createCustomField", input.clone(), "customField { id }").await;
    assert_eq!(refused_at(&company.admin, "createCustomField", input).await.0, "TAKEN");
    // The same key on another kind of record is another field.
    field(&company, "PAYMENT", "own", "TEXT", json!({})).await;
    let told = company
        .admin
        .ask(
            "{ customFields(filter: {subject: PRODUCT}) { nodes { key subject history { action } }
               totalCount { count } } }",
            json!({}),
        )
        .await;
    let nodes = &told["customFields"]["nodes"];
    assert_eq!(nodes.as_array().map(Vec::len), Some(1));
    assert_eq!(nodes[0]["subject"], "PRODUCT");
    assert_eq!(nodes[0]["history"][0]["action"], "createCustomField");
    let id = text(&made["customField"]["id"]);
    let told = company.admin.ask("query($id: ID!) { node(id: $id) { id } }", json!({"id": id}));
    assert_eq!(told.await["node"]["id"], json!(id));
}
