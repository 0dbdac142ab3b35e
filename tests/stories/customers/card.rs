//! Tax numbers, tags, addresses, people and how they are reached.

use serde_json::json;
use stories::company::Company;

#[tokio::test]
async fn a_company_from_abroad_has_a_vat_number_and_tags() {
    let company = Company::new().await;
    let input = json!({
        "name": "Blumen", "vatId": "de 123 456 789", "tags": ["VIP", " vip ", "Опт"],
    });
    let made = company.anna.does("createCustomer", input, "customer { id version vatId tags }");
    let made = made.await["customer"].clone();
    assert_eq!(made["vatId"], "DE123456789");
    assert_eq!(made["tags"], json!(["VIP", "Опт"]));
    company.anna.does("createCustomer", json!({"name": "Other"}), "customer { id }").await;

    let query = "query($f: CustomerFilter) { customers(filter: $f) { nodes { name } } }";
    for filter in [json!({"tags": ["vip", "опт"]}), json!({"vatId": "DE123456789"})] {
        let told = company.anna.ask(query, json!({"f": filter})).await;
        assert_eq!(told["customers"]["nodes"], json!([{"name": "Blumen"}]), "{filter}");
    }
    let told = company.anna.ask("{ customers(search: \"de1234\") { nodes { name } } }", json!({}));
    assert_eq!(told.await["customers"]["nodes"], json!([{"name": "Blumen"}]));

    let input = json!({"id": made["id"], "version": made["version"], "tags": ["New"]});
    company.anna.does("updateCustomer", input, "customer { tags }").await;
    let told = company.anna.ask(query, json!({"f": {"tags": ["VIP"]}})).await;
    assert_eq!(told["customers"]["nodes"], json!([]));
    let query = "query($id: ID!) { customer(id: $id) { history { action changes } } }";
    let told = company.director.ask(query, json!({"id": made["id"]})).await;
    let noted = &told["customer"]["history"][0]["changes"]["tags"];
    assert_eq!(*noted, json!({"before": ["VIP", "Опт"], "after": ["New"]}));

    for (vat_id, why) in [("DE12", "INVALID"), ("RU7707083893", "INVALID")] {
        let input = json!({"name": "Bad", "vatId": vat_id});
        assert_eq!(company.anna.refused("createCustomer", input, "customer { id }").await, why);
    }
}

#[tokio::test]
async fn a_person_is_reached_in_several_ways() {
    let company = Company::new().await;
    let customer = company.customer("Flowers", &company.anna_id, json!({})).await;
    let input = json!({
        "customerId": customer, "name": "Ivan", "position": "Buyer", "birthday": "1980-02-29",
        "consent": {"state": "GIVEN", "since": "2020-01-01", "how": "paper form"},
        "channels": [
            {"kind": "PHONE", "value": "+7 900 111-11-11", "comment": "mobile"},
            {"kind": "PHONE", "value": "8 (900) 222-22-22"},
            {"kind": "EMAIL", "value": "Ivan@flowers.example"},
            {"kind": "TELEGRAM", "value": "t.me/ivan_flowers"},
        ],
    });
    let fields = "contactPerson { id version phone email birthday consent { state since how }
        channels { kind value comment isMain } }";
    let made = company.anna.does("addContactPerson", input, fields).await["contactPerson"].clone();
    assert_eq!(made["phone"], "+7 900 111-11-11");
    assert_eq!(made["email"], "Ivan@flowers.example");
    assert_eq!(made["birthday"], "1980-02-29");
    assert_eq!(made["consent"]["state"], "GIVEN");
    assert_eq!(made["channels"][1]["isMain"], false);
    assert_eq!(made["channels"][3]["value"], "@ivan_flowers");

    // The company is found by any of them.
    for search in ["8 900 222-22-22", "ivan@flowers", "ivan_flow"] {
        let query = "query($s: String) { customers(search: $s) { nodes { name } } }";
        let told = company.anna.ask(query, json!({"s": search})).await;
        assert_eq!(told["customers"]["nodes"], json!([{"name": "Flowers"}]), "{search}");
    }
    // Another main telephone takes the place of the old one; the rest stays.
    let input = json!({
        "id": made["id"], "version": made["version"], "phone": "+7 900 333-33-33",
        "consent": {"state": "WITHDRAWN", "since": "2021-01-01", "how": "letter"},
    });
    let after = company.anna.does("updateContactPerson", input, fields).await;
    let after = after["contactPerson"].clone();
    assert_eq!(after["phone"], "+7 900 333-33-33");
    assert_eq!(after["channels"].as_array().map(Vec::len), Some(4));
    assert_eq!(after["consent"]["state"], "WITHDRAWN");
    let query = "{ customers(search: \"79001111111\") { nodes { name } } }";
    let told = company.anna.ask(query, json!({})).await;
    assert_eq!(told["customers"]["nodes"], json!([]));

    let with = |more: serde_json::Value| {
        let mut input = json!({"customerId": customer, "name": "Petr"});
        stories::company::merge(&mut input, more);
        input
    };
    for more in [
        json!({"channels": [{"kind": "PHONE", "value": "x"}]}),
        json!({"phone": "112", "channels": []}),
        json!({"consent": {"state": "GIVEN", "since": "2200-01-01", "how": "form"}}),
        json!({"channels": [
            {"kind": "EMAIL", "value": "a@b.ru"}, {"kind": "EMAIL", "value": "A@B.ru"},
        ]}),
    ] {
        let code =
            company.anna.refused("addContactPerson", with(more.clone()), "contactPerson { id }");
        assert_eq!(code.await, "INVALID", "{more}");
    }
}

#[tokio::test]
async fn one_delivery_address_is_the_default() {
    let company = Company::new().await;
    let customer = company.customer("Flowers", &company.anna_id, json!({})).await;
    let mut ids = Vec::new();
    for (name, is_default) in [("Shop", false), ("Depot", true)] {
        let input = json!({
            "customerId": customer, "name": name, "address": "Street 1", "isDefault": is_default,
        });
        let made = company.anna.does("addDeliveryAddress", input, "deliveryAddress { id version }");
        ids.push(made.await["deliveryAddress"].clone());
    }
    let query = "query($id: ID!) { customer(id: $id) {
        deliveryAddresses { name isDefault version customer { name } } } }";
    let told = company.warehouse.ask(query, json!({"id": customer})).await;
    let owner = json!({"name": "Flowers"});
    assert_eq!(
        told["customer"]["deliveryAddresses"],
        json!([
            {"name": "Depot", "isDefault": true, "version": 1, "customer": owner},
            {"name": "Shop", "isDefault": false, "version": 2, "customer": owner},
        ])
    );
    let input = json!({"id": ids[0]["id"], "version": 1});
    let code = company.anna.refused("removeDeliveryAddress", input, "customer { id }").await;
    assert_eq!(code, "STALE_VERSION");
    let input = json!({"id": ids[1]["id"], "version": 1});
    company.anna.does("removeDeliveryAddress", input.clone(), "customer { id }").await;
    let told = company.anna.ask(query, json!({"id": customer})).await;
    assert_eq!(told["customer"]["deliveryAddresses"].as_array().map(Vec::len), Some(1));
    // Not another manager's.
    let input = json!({"customerId": customer, "name": "His", "address": "Street 2"});
    let denied = company.boris.tries("addDeliveryAddress", input, "deliveryAddress { id }").await;
    assert_eq!(denied.unwrap_err(), "NOT_FOUND");
}

#[tokio::test]
async fn the_warehouse_reads_name_and_address_only() {
    let company = Company::new().await;
    let more = json!({
        "inn": "7707083893", "phone": "+7 900 555-55-55", "address": "Street 1", "tags": ["VIP"],
        "contacts": [{"name": "Ivan", "phone": "+7 900 666-66-66"}],
    });
    let customer = company.customer("Flowers", &company.anna_id, more).await;
    let id = json!({"id": customer});
    let query = "query($id: ID!) { customer(id: $id) { name address deliveryAddresses { name } } }";
    company.warehouse.ask(query, id.clone()).await;
    for field in [
        "inn",
        "kpp",
        "vatId",
        "phone",
        "email",
        "tags",
        "contacts { name }",
        "contracts { number }",
    ] {
        let query = format!("query($id: ID!) {{ customer(id: $id) {{ {field} }} }}");
        assert_eq!(company.warehouse.denied(&query, id.clone()).await, "FORBIDDEN", "{field}");
    }
    // What is not read is not found by either.
    let query = "query($s: String) { customers(search: $s) { nodes { name } } }";
    for (search, finds) in [("flow", 1), ("7707083893", 0), ("79005555555", 0), ("79006666666", 0)]
    {
        let told = company.warehouse.ask(query, json!({"s": search})).await;
        let found = told["customers"]["nodes"].as_array().map(Vec::len);
        assert_eq!(found, Some(finds), "{search}");
    }
    let query = "{ customers(filter: {inn: \"7707083893\"}) { nodes { name } } }";
    assert_eq!(company.warehouse.denied(query, json!({})).await, "FORBIDDEN");
    let query = "{ customerDuplicates(input: {phone: \"79005555555\"}) { score } }";
    assert_eq!(company.warehouse.denied(query, json!({})).await, "FORBIDDEN");
}
