//! Lists narrowed by custom fields, and a cost that does not grow with the rows.

use serde_json::{Value, json};
use stories::company::Company;
use stories::house::Replica;

use super::{change_field, field};

const CUSTOMERS: &str = "query($custom: [CustomFieldCondition!]) {
    customers(filter: {customFields: $custom}) { nodes { name } totalCount { count } } }";

async fn found(company: &Company, custom: Value) -> Vec<Value> {
    let told = company.director.ask(CUSTOMERS, json!({"custom": custom})).await;
    let nodes = told["customers"]["nodes"].as_array().unwrap();
    assert_eq!(told["customers"]["totalCount"]["count"], nodes.len());
    nodes.iter().map(|node| node["name"].clone()).collect()
}

#[tokio::test]
async fn lists_are_narrowed_by_fields_that_are_filterable() {
    let company = Company::new().await;
    let route = field(&company, "CUSTOMER", "route", "TEXT", json!({})).await;
    let visits = field(&company, "CUSTOMER", "visits", "NUMBER", json!({})).await;
    field(
        &company,
        "CUSTOMER",
        "lawyer",
        "REFERENCE",
        json!({"target": "USER", "isFilterable": true}),
    )
    .await;
    field(&company, "CUSTOMER", "since", "DATE", json!({"isFilterable": true})).await;
    for (name, route, visits, since) in [
        ("A", "Ёлка 1", "-3.5", "2026-01-31"),
        ("B", "елка 2", "10", "2026-02-01"),
        ("C", "Сосна", "9", "2026-03-01"),
    ] {
        let custom = json!([
            {"key": "route", "text": route}, {"key": "visits", "number": visits},
            {"key": "since", "date": since},
        ]);
        company.customer(name, &company.anna_id, json!({"customFields": custom})).await;
    }
    let custom = json!([{"key": "lawyer", "referenceId": company.boris_id}]);
    company.customer("D", &company.anna_id, json!({"customFields": custom})).await;

    // Not kept for filters yet: told so; then what is there already is found.
    let asked = json!([{"key": "route", "equals": "Сосна"}]);
    let code = company.director.denied(CUSTOMERS, json!({"custom": asked})).await;
    assert_eq!(code, "BAD_USER_INPUT");
    for id in [&route, &visits] {
        let changed = change_field(&company, id, json!({"isFilterable": true})).await;
        assert_eq!(changed["customField"]["isFilterable"], true);
    }
    for (custom, expected) in [
        (json!([{"key": "route", "equals": "сосна"}]), vec!["C"]),
        (json!([{"key": "route", "startsWith": "ЕЛК"}]), vec!["A", "B"]),
        (json!([{"key": "route", "in": ["сосна", "Елка 2"]}]), vec!["B", "C"]),
        (json!([{"key": "route", "isSet": true}]), vec!["A", "B", "C"]),
        (json!([{"key": "route", "isSet": false}]), vec!["D"]),
        // As numbers: 9 lies below 10, and −3.5 below both.
        (json!([{"key": "visits", "from": "9"}]), vec!["B", "C"]),
        (json!([{"key": "visits", "to": "9.0"}]), vec!["A", "C"]),
        (json!([{"key": "visits", "from": "-3.5", "to": "9"}]), vec!["A", "C"]),
        (json!([{"key": "visits", "equals": "10.00"}]), vec!["B"]),
        (json!([{"key": "since", "from": "2026-02-01", "to": "2026-02-28"}]), vec!["B"]),
        (json!([{"key": "lawyer", "referenceIds": [company.boris_id]}]), vec!["D"]),
        (
            json!([{"key": "route", "startsWith": "елка"}, {"key": "visits", "from": "0"}]),
            vec!["B"],
        ),
        (
            json!([{"key": "visits", "from": "0"}, {"key": "lawyer", "isSet": false}]),
            vec!["B", "C"],
        ),
        (json!([{"key": "route", "startsWith": "%"}]), vec![]),
    ] {
        assert_eq!(found(&company, custom.clone()).await, expected, "{custom}");
    }
    for custom in [
        json!([{"key": "visits", "equals": "many"}]),
        json!([{"key": "visits"}]),
        json!([{"key": "nothing", "equals": "a"}]),
    ] {
        let code = company.director.denied(CUSTOMERS, json!({"custom": custom})).await;
        assert_eq!(code, "BAD_USER_INPUT", "{custom}");
    }
    // What is changed later is found by what it is now.
    let told = company.director.ask("{ customers { nodes { id name version } } }", json!({})).await;
    let c = &told["customers"]["nodes"][2];
    let input = json!({"id": c["id"], "version": c["version"],
        "customFields": [{"key": "route", "text": "Берёза"}]});
    company.anna.does("updateCustomer", input, "customer { id }").await;
    assert!(found(&company, json!([{"key": "route", "equals": "Сосна"}])).await.is_empty());
    assert_eq!(found(&company, json!([{"key": "route", "equals": "береза"}])).await, ["C"]);
}

#[tokio::test]
async fn every_list_with_fields_is_narrowed() {
    let company = Company::new().await;
    let at = company.furnish().await;
    for subject in ["PRODUCT", "SALES_ORDER", "SHIPMENT", "GOODS_RECEIPT", "PAYMENT"] {
        field(&company, subject, "own", "TEXT", json!({"isFilterable": true})).await;
    }
    let fill = json!([{"key": "own", "text": "this"}]);
    let good = company.product(&at, "GOOD", "10.00").await;
    let input = json!({"recordId": good, "version": 1, "customFields": fill});
    company.director.does("setCustomFields", input, "record { id }").await;
    company.product(&at, "OTHER", "10.00").await;
    let lines = json!([{"productId": good, "quantity": "10", "unitCost": "5"}]);
    let input = json!({"lines": lines, "customFields": fill});
    let made = company.director.does("createGoodsReceipt", input, "goodsReceipt { id version }");
    let made = made.await["goodsReceipt"].clone();
    let input = json!({"id": made["id"], "version": made["version"]});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    company.receive(&at, None, &[(&good, "10", "5.00")]).await;
    let customer = company.customer("Buyer", &company.anna_id, json!({})).await;
    for custom in [fill.clone(), json!([])] {
        let more = json!({"customFields": custom});
        let order = stories::stock::draft(&company.anna, &customer, &[(&good, "2")], more).await;
        stories::stock::confirm(&company.anna, &order).await;
        let input = json!({"orderId": order.0, "customFields": custom});
        company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
        let input = json!({"customerId": customer, "amount": "5.00", "customFields": custom});
        company.accounting.does("recordPayment", input, "payment { id }").await;
    }
    let group = format!("groupId: \"{}\",", at.group);
    for (list, also) in [
        ("products", ""),
        ("products", group.as_str()),
        ("orders", ""),
        ("shipments", ""),
        ("goodsReceipts", ""),
        ("payments", ""),
    ] {
        for (asked, expected) in [("equals: \"THIS\"", 1), ("isSet: false", 1), ("in: []", 0)] {
            let query = format!(
                "{{ {list}(filter: {{{also} customFields: [{{key: \"own\", {asked}}}]}}) {{
                     nodes {{ id }} totalCount {{ count }} }} }}"
            );
            let told = company.director.ask(&query, json!({})).await;
            assert_eq!(told[list]["nodes"].as_array().map(Vec::len), Some(expected), "{query}");
            assert_eq!(told[list]["totalCount"]["count"], expected, "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_do_not_grow_with_cards() {
    let replica = Replica::on_own_database().await;
    let company = Company::at(replica.house()).await;
    let director = &company.director;
    field(&company, "CUSTOMER", "route", "TEXT", json!({})).await;
    field(&company, "CUSTOMER", "lawyer", "REFERENCE", json!({"target": "USER"})).await;
    let mut counts = Vec::new();
    for more in [1, 10] {
        for index in 0..more {
            let name = format!("Customer {more} {index}");
            let custom = json!([
                {"key": "route", "text": name}, {"key": "lawyer", "referenceId": company.anna_id},
            ]);
            company.customer(&name, &company.anna_id, json!({"customFields": custom})).await;
        }
        let query = "{ customers { nodes { name
            customFields { text field { name } reference { id } } } } }";
        let told = director.ask(query, json!({})).await;
        counts.push(replica.statements_of(|| director.ask(query, json!({}))).await);
        let nodes = told["customers"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|node| node["customFields"][1]["text"] == "anna"), "{told}");
    }
    assert_eq!(counts[0], counts[1], "statements for 1 customer and for 11");
}
