//! Two cards of one company become one: both histories stay, every figure is told under the card
//! that stays, and the old card leads there.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::{Company, Furniture};
use stories::house::house;
use stories::stock::{confirm, draft};

pub const SALES: &str = "salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
    dimensions: [CUSTOMER]}) { totals { revenue { amount } } rows { customer { name }
    revenue { amount } } }";

/// A card with its version.
pub async fn version(actor: &Actor, id: &str) -> Value {
    let query = "query($id: ID!) { customer(id: $id) { version } }";
    actor.ask(query, json!({"id": id})).await["customer"]["version"].clone()
}

/// What merging one card into another takes.
pub async fn merging(actor: &Actor, duplicate: &str, into: &str) -> Value {
    json!({
        "duplicateId": duplicate, "duplicateVersion": version(actor, duplicate).await,
        "intoId": into, "intoVersion": version(actor, into).await,
        "reason": "One company, found by its telephone",
    })
}

/// Merges one card into another, as the director does.
pub async fn merge(company: &Company, duplicate: &str, into: &str) -> Value {
    let input = merging(&company.director, duplicate, into).await;
    let selection = "customer { id name mergedCards { id name } }";
    company.director.does("mergeCustomers", input, selection).await["customer"].clone()
}

/// Sells and ships so many pieces; gives the order and the shipment.
async fn sell(company: &Company, customer: &str, good: &str, quantity: &str) -> (String, Value) {
    let order = draft(&company.anna, customer, &[(good, quantity)], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0});
    let selection = "shipment { id version }";
    let shipped = company.warehouse.does("shipSalesOrder", input, selection).await;
    (order.0, shipped["shipment"].clone())
}

/// Goods to sell, and two cards of one company, both Anna's.
pub async fn twins(company: &Company) -> (Furniture, String, String, String) {
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "1000", "4.00")]).await;
    let own = json!({"externalReference": "C-1", "tags": ["vip"]});
    let into = company.customer("Romashka", &company.anna_id, own).await;
    let more = json!({
        "externalReference": "C-2", "tags": ["Vip", "north"], "phone": "+7 495 123-45-67",
        "inn": "7707083893", "contacts": [{"name": "Ivan", "email": "ivan@flowers.example"}],
    });
    let duplicate = company.customer("Flower shop", &company.anna_id, more).await;
    (at, good, duplicate, into)
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_twin_with_orders_debt_and_an_advance_is_merged_and_nothing_is_lost() {
    let company = Company::new().await;
    let (_, good, duplicate, into) = twins(&company).await;
    sell(&company, &into, &good, "1").await;
    let (old_order, old_shipment) = sell(&company, &duplicate, &good, "3").await;
    let under_way = draft(&company.anna, &duplicate, &[(&good, "2")], json!({})).await;
    confirm(&company.anna, &under_way).await;
    let open = draft(&company.anna, &duplicate, &[(&good, "4")], json!({})).await;
    let input = json!({"customerId": duplicate, "orderId": open.0, "amount": "7.00"});
    let paid = company.accounting.does("recordPayment", input, "payment { id version }").await;
    let figures = format!(
        "{{ {SALES} dashboard {{ topCustomers {{ customer {{ name }} revenue {{ amount }} }}
            ageing {{ total {{ amount }} advances {{ amount }} }} }}
           receivablesAgeing {{ totals {{ total {{ amount }} advances {{ amount }} }}
            rows {{ customer {{ name }} buckets {{ total {{ amount }} }} }} }} }}"
    );
    let before = company.director.ask(&figures, json!({})).await;
    assert_eq!(before["salesReport"]["rows"].as_array().unwrap().len(), 2, "{before}");

    let stays = merge(&company, &duplicate, &into).await;
    assert_eq!(stays["mergedCards"][0]["id"], json!(duplicate));

    // Every total is what it was, and there is one customer.
    let after = company.director.ask(&figures, json!({})).await;
    for at in ["/salesReport/totals", "/dashboard/ageing", "/receivablesAgeing/totals"] {
        assert_eq!(before.pointer(at), after.pointer(at), "{at}");
    }
    let one = json!([{"customer": {"name": "Romashka"}, "revenue": {"amount": "40.00"}}]);
    assert_eq!(after["salesReport"]["rows"], one);
    assert_eq!(after["dashboard"]["topCustomers"], one);
    assert_eq!(after["receivablesAgeing"]["rows"].as_array().unwrap().len(), 1, "{after}");
    for asked in [&duplicate, &into] {
        let query = "query($ids: [ID!]) { salesReport(input: {from: \"2010-01-01\",
            to: \"2035-01-01\", filter: {customers: $ids}}) { totals { revenue { amount } } } }";
        let told = company.director.ask(query, json!({"ids": [asked]})).await;
        assert_eq!(told["salesReport"]["totals"]["revenue"]["amount"], "40.00", "{asked}");
    }
    let query = "query($id: ID!) { customer(id: $id) { tags inn phone contacts { name }
        orders { nodes { id } } shipments { nodes { id } } payments { nodes { id } }
        receivables(open: true) { nodes { open { amount } } } agreements { name isDefault } } }";
    let told = company.anna.ask(query, json!({"id": into})).await["customer"].clone();
    let many = |edge: &str| told[edge]["nodes"].as_array().unwrap().len();
    assert_eq!(
        (many("orders"), many("shipments"), many("payments"), many("receivables")),
        (4, 2, 1, 2)
    );
    assert_eq!(told["tags"], json!(["vip", "north"]));
    assert_eq!((&told["inn"], &told["phone"]), (&json!("7707083893"), &json!("+7 495 123-45-67")));
    assert_eq!(names(&told["contacts"]), ["Ivan"]);
    let defaults = told["agreements"].as_array().unwrap().iter();
    assert_eq!(defaults.filter(|agreement| agreement["isDefault"] == true).count(), 1);
    assert_eq!(names(&told["agreements"]), ["Standard", "Standard (Flower shop)"]);
    house().verify(&company.slug).await;

    // Work goes on under the card that stays.
    let input = json!({"orderId": under_way.0});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let query = "query($id: ID!) { order(id: $id) { version customer { name } } }";
    let read = company.anna.ask(query, json!({"id": open.0})).await["order"].clone();
    assert_eq!(read["customer"]["name"], "Romashka");
    let open = (open.0, read["version"].as_i64().unwrap());
    confirm(&company.anna, &open).await;
    let shipped =
        company.warehouse.does("shipSalesOrder", json!({"orderId": open.0}), "shipment { id }");
    shipped.await;
    // What was posted before is taken back as it was posted.
    let query = "query($s: ID!, $p: ID!) { shipment(id: $s) { version } payment(id: $p) {
        version } }";
    let ids = json!({"s": old_shipment["id"], "p": paid["payment"]["id"]});
    let read = company.director.ask(query, ids).await;
    let input = json!({
        "id": old_shipment["id"], "version": read["shipment"]["version"], "reason": "Broken",
    });
    company.director.does("reverseShipment", input, "shipment { id }").await;
    let query = "query($id: ID!) { payment(id: $id) { version } }";
    let read = company.director.ask(query, json!({"id": paid["payment"]["id"]})).await;
    let input = json!({"id": paid["payment"]["id"], "version": read["payment"]["version"]});
    company.director.does("reversePayment", input, "payment { id }").await;
    let told = company.director.ask(&format!("{{ {SALES} }}"), json!({})).await;
    let revenue = &told["salesReport"]["rows"][0]["revenue"]["amount"];
    assert_eq!(number(revenue), Decimal::from(70), "{told}");
    assert_eq!(told["salesReport"]["rows"].as_array().unwrap().len(), 1);
    house().verify(&company.slug).await;

    // Why, years later: on both cards and on each document, in one query.
    let query = "query($id: ID!, $order: ID!) {
        customer(id: $id) { history { action } mergedCards { history { action } } }
        order(id: $order) { history { action } } }";
    let told = company.director.ask(query, json!({"id": into, "order": old_order})).await;
    for at in ["/customer/history", "/customer/mergedCards/0/history", "/order/history"] {
        let entries = told.pointer(at).unwrap().as_array().unwrap();
        assert!(entries.iter().any(|entry| entry["action"] == "mergeCustomers"), "{at}: {told}");
    }
    let query = "query($id: ID!) { auditTrail(filter: {subjectId: $id, action: \"mergeCustomers\"})
        { nodes { changes } } }";
    let told = company.director.ask(query, json!({"id": duplicate})).await;
    let changes = &told["auditTrail"]["nodes"][0]["changes"];
    assert_eq!(changes["reason"], "One company, found by its telephone", "{told}");
    assert_eq!(changes["moved"]["orders"], 3, "{told}");
}

#[tokio::test]
async fn the_old_card_leads_to_the_other_by_whatever_it_was_known() {
    let company = Company::new().await;
    let (_, _, duplicate, into) = twins(&company).await;
    merge(&company, &duplicate, &into).await;
    let card = "... on Customer { name archivedAt mergedAt mergedInto { id name mergedInto { id } }
        orders { nodes { id } } }";
    let query =
        format!("query($id: ID!) {{ node(id: $id) {{ {card} }} customer(id: $id) {{ {card} }} }}");
    for actor in [&company.anna, &company.director] {
        let told = actor.ask(&query, json!({"id": duplicate})).await;
        assert_eq!(told["node"], told["customer"]);
        let old = &told["customer"];
        assert_eq!(old["name"], "Flower shop", "what it said stays");
        assert!(old["archivedAt"].is_string() && old["mergedAt"].is_string(), "{told}");
        assert_eq!(old["mergedInto"]["id"], json!(into));
        assert!(old["mergedInto"]["mergedInto"].is_null());
    }
    let list = "query($filter: CustomerFilter) { customers(filter: $filter) { nodes { name } } }";
    for (filter, found) in [
        (json!({}), vec!["Romashka"]),
        (json!({"externalReference": "C-2"}), vec!["Romashka"]),
        (json!({"archived": "ONLY"}), vec!["Flower shop"]),
    ] {
        let told = company.anna.ask(list, json!({"filter": filter})).await;
        assert_eq!(names(&told["customers"]["nodes"]), found, "{filter}");
    }
    for typed in ["Flower", "7707083893", "1234567", "ivan@flowers.example"] {
        let query = "query($text: String!) { customers(search: $text) { nodes { name } } }";
        let told = company.anna.ask(query, json!({"text": typed})).await;
        assert_eq!(names(&told["customers"]["nodes"]), ["Romashka"], "{typed}");
    }
    let query = "query($input: CustomerDuplicatesInput!) { customerDuplicates(input: $input) {
        customer { name } } }";
    for input in [json!({"name": "Flower shop"}), json!({"phone": "8 495 1234567"})] {
        let told = company.anna.ask(query, json!({"input": input})).await;
        let found = json!([{"customer": {"name": "Romashka"}}]);
        assert_eq!(told["customerDuplicates"], found, "{input}");
    }
}

#[tokio::test]
async fn a_chain_leads_to_its_end_in_one_step() {
    let company = Company::new().await;
    let (_, _, first, second) = twins(&company).await;
    let third = company.customer("Bouquet", &company.anna_id, json!({})).await;
    merge(&company, &first, &second).await;
    let stays = merge(&company, &second, &third).await;
    let cards: Vec<&str> = names(&stays["mergedCards"]);
    assert_eq!(cards, ["Romashka", "Flower shop"]);
    let query = "query($id: ID!) { customer(id: $id) { mergedInto { name } } }";
    for card in [&first, &second] {
        let told = company.anna.ask(query, json!({"id": card})).await;
        assert_eq!(told["customer"]["mergedInto"]["name"], "Bouquet");
    }
    // Round in a circle, and into a card that leads on.
    for (duplicate, into) in [(&third, &first), (&first, &third), (&third, &second)] {
        let input = merging(&company.director, duplicate, into).await;
        let code = company.director.refused("mergeCustomers", input, "customer { id }").await;
        assert_eq!(code, "MERGED", "{duplicate} into {into}");
    }
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_repeat_with_the_same_key_answers_the_same() {
    let company = Company::new().await;
    let (_, _, duplicate, into) = twins(&company).await;
    let mut input = merging(&company.director, &duplicate, &into).await;
    input["idempotencyKey"] = json!("merge-1");
    for _ in 0..2 {
        let told = company.director.does("mergeCustomers", input.clone(), "customer { id }").await;
        assert_eq!(text(&told["customer"]["id"]), into);
    }
}
