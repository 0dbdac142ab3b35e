//! What a role may not read is absent for it: in lists, single records, nested objects, fields.

use std::time::Duration;

use serde_json::json;
use stories::company::{Company, merge};
use stories::stock::{confirm, draft};

#[tokio::test]
async fn a_manager_sees_her_own_customers_and_their_documents_only() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let lamp = company.product(&at, "LAMP", "10.00").await;
    company.receive(&at, None, &[(&lamp, "10", "5.00")]).await;
    let hers = company.customer("Hers", &company.anna_id, json!({})).await;
    let his = company.customer("His", &company.boris_id, json!({})).await;
    let order = draft(&company.boris, &his, &[(&lamp, "1")], json!({})).await;
    confirm(&company.boris, &order).await;

    let names = company.anna.all("customers", "name").await;
    assert_eq!(names, [json!({"name": "Hers"})]);
    assert!(company.anna.all("orders", "id").await.is_empty());
    for query in
        ["query($id: ID!) { customer(id: $id) { id } }", "query($id: ID!) { node(id: $id) { id } }"]
    {
        let code = company.anna.denied(query, json!({"id": his})).await;
        assert_eq!(code, "NOT_FOUND", "{query}");
    }
    let query = "query($id: ID!) { order(id: $id) { id } }";
    assert_eq!(company.anna.denied(query, json!({"id": order.0})).await, "NOT_FOUND");
    let lines = json!([{"productId": lamp, "quantity": "1"}]);
    let input = json!({"customerId": his, "lines": lines});
    let tried = company.anna.tries("createSalesOrder", input, "order { id }").await;
    assert_eq!(tried.unwrap_err(), "UNKNOWN_REFERENCE");
    draft(&company.anna, &hers, &[(&lamp, "1")], json!({})).await;
    let report = "{ salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
        dimensions: [CUSTOMER]}) { rows { customer { name } } } }";
    let told = company.anna.ask(report, json!({})).await;
    assert_eq!(told["salesReport"]["rows"], json!([]));
}

#[tokio::test]
async fn the_warehouse_sees_goods_and_no_money() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let vase = company.product(&at, "VASE", "10.00").await;
    company.receive(&at, None, &[(&vase, "10", "5.00")]).await;
    let customer = company.customer("Flowers", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&vase, "1")], json!({})).await;

    let id = json!({"id": order.0});
    let query = "query($id: ID!) { order(id: $id) { state customer { name } lines { quantity } } }";
    company.warehouse.ask(query, id.clone()).await;
    for (query, id) in [
        ("query($id: ID!) { order(id: $id) { total { gross { amount } } } }", &order.0),
        ("query($id: ID!) { order(id: $id) { lines { price { amount } } } }", &order.0),
        ("query($id: ID!) { customer(id: $id) { creditLimit { amount } } }", &customer),
        ("query($id: ID!) { product(id: $id) { currentPrices { price } } }", &vase),
        ("query($id: ID!) { product(id: $id) { lots { unitCost { amount } } } }", &vase),
    ] {
        let code = company.warehouse.denied(query, json!({"id": id})).await;
        assert_eq!(code, "FORBIDDEN", "{query}");
    }
    for query in [
        "{ payments { nodes { id } } }",
        "{ receivablesAgeing { totals { total { amount } } } }",
        "{ dashboard { asOf } }",
        "{ auditTrail { nodes { action } } }",
    ] {
        assert_eq!(company.warehouse.denied(query, json!({})).await, "FORBIDDEN", "{query}");
    }
}

#[tokio::test]
async fn a_changed_role_holds_within_a_second() {
    let company = Company::new().await;
    let query = "{ customers { nodes { id } } }";
    company.anna.ask(query, json!({})).await;
    let give = async |role: &str| {
        let users = company.admin.all("users", "id version email").await;
        let email = company.email("anna");
        let anna = users.iter().find(|user| user["email"] == email.as_str()).unwrap();
        let input = json!({"id": anna["id"], "version": anna["version"], "roles": [role]});
        company.admin.does("updateUser", input, "user { roles }").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    give("admin").await;
    assert_eq!(company.anna.denied(query, json!({})).await, "FORBIDDEN");

    let mut input = json!({
        "name": "reader", "title": "Reads customers", "includes": [],
        "rights": [{"object": "customer", "act": "read", "reach": "ALL"}],
    });
    let made = company.admin.does("saveRole", input.clone(), "role { name version }").await;
    give("reader").await;
    company.anna.ask(query, json!({})).await;
    let code = company.anna.denied("{ products { nodes { id } } }", json!({})).await;
    assert_eq!(code, "FORBIDDEN");

    let rights = json!([{"object": "product", "act": "read", "reach": "ALL"}]);
    merge(&mut input, json!({"version": made["role"]["version"], "rights": rights}));
    company.admin.does("saveRole", input, "role { name }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(company.anna.denied(query, json!({})).await, "FORBIDDEN");
    company.anna.ask("{ products { nodes { id } } }", json!({})).await;
}

#[tokio::test]
async fn a_role_without_rights_is_given_and_taken_in() {
    let company = Company::new().await;
    for (name, includes) in [("vip", json!([])), ("vip_lead", json!(["vip"]))] {
        let role = json!({"name": name, "title": name, "includes": includes, "rights": [],
            "maxDiscount": "20"});
        company.admin.does("saveRole", role, "role { name }").await;
    }
    let users = company.admin.all("users", "id version").await;
    let anna = users.iter().find(|user| user["id"] == company.anna_id.as_str()).unwrap();
    let roles = json!(["manager", "vip"]);
    let input = json!({"id": anna["id"], "version": anna["version"], "roles": roles});
    let made = company.admin.does("updateUser", input, "user { roles discountLimit }").await;
    assert_eq!(made["user"], json!({"roles": roles, "discountLimit": "20"}));
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let company = Company::new().await;
    let users = company.admin.all("users", "id version roles").await;
    let admin = users.iter().find(|user| user["roles"] == json!(["admin"])).unwrap();
    for change in [json!({"roles": ["director"]}), json!({"active": false})] {
        let mut input = json!({"id": admin["id"], "version": admin["version"]});
        merge(&mut input, change);
        let code = company.admin.refused("updateUser", input, "user { id }").await;
        assert_eq!(code, "LAST_ADMIN");
    }
}
