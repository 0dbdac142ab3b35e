//! Who sees quotes and works with them.

use serde_json::{Value, json};
use stories::company::Company;
use stories::house::house;
use stories::stock::draft;

use super::{QUOTE, Shop, quote_now, sum};

const ONE: &str = "query($id: ID!) { quote(id: $id) { id } }";
const MARGIN: &str = "query($id: ID!) { quote(id: $id) { profit { amount } marginPercent
    lines { cost { amount } } } }";

#[tokio::test]
async fn a_quote_is_its_managers_and_those_above_him() {
    let shop = Shop::at(house()).await;
    let company = &shop.company;
    let quote = shop.draft(json!({})).await;
    let id = json!({"id": quote["id"]});
    // Boris has customers of his own; nobody tells him that this one is there.
    assert_eq!(company.boris.denied(ONE, id.clone()).await, "NOT_FOUND");
    assert!(company.boris.all("quotes", "id").await.is_empty());
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert_eq!(company.boris.denied(node, id.clone()).await, "NOT_FOUND");
    for (mutation, input) in [
        ("sendQuote", json!({"id": quote["id"]})),
        ("acceptQuote", json!({"id": quote["id"]})),
        ("cancelQuote", json!({"id": quote["id"], "reason": "x"})),
        ("copyQuote", json!({"id": quote["id"]})),
        ("reviseQuote", json!({"id": quote["id"]})),
        ("updateQuote", json!({"id": quote["id"], "version": 1, "comment": "x"})),
    ] {
        let told = company.boris.tries(mutation, input, "quote { id }").await;
        assert_eq!(told, Err("NOT_FOUND".to_owned()), "{mutation}");
    }
    let input =
        json!({"customerId": shop.client, "lines": [{"productId": shop.lamp, "quantity": "1"}]});
    let told = company.boris.refused("createQuote", input.clone(), "quote { id }").await;
    assert_eq!(told, "UNKNOWN_REFERENCE");
    // Accounting reads, the warehouse does neither.
    assert_eq!(company.accounting.all("quotes", "id").await.len(), 1);
    let told = company.accounting.tries("createQuote", input.clone(), "quote { id }").await;
    assert_eq!(told, Err("FORBIDDEN".to_owned()));
    assert_eq!(company.warehouse.denied(ONE, id.clone()).await, "FORBIDDEN");
    assert_eq!(company.director.all("quotes", "id").await.len(), 1);
    // An accepted one gives Boris no order either.
    company.anna.does("acceptQuote", id, "quote { id }").await;
    let input = json!({"quoteId": quote["id"]});
    let told = company.boris.tries("createSalesOrderFromQuote", input, "order { id }").await;
    assert_eq!(told, Err("NOT_FOUND".to_owned()));
}

/// Who has left is responsible for nothing new: whoever looks after the client now is.
#[tokio::test]
async fn what_follows_a_leavers_documents_is_not_his() {
    let shop = Shop::at(house()).await;
    let Company { admin, director, anna, anna_id, boris_id, .. } = &shop.company;
    let (offered, _) = shop.offered(json!({})).await;
    let (quote, bought) = (shop.draft(json!({})).await, shop.draft(json!({})).await);
    anna.does("acceptQuote", json!({"id": bought["id"]}), "quote { id }").await;
    let order = draft(anna, &shop.client, &[(&shop.lamp, "1")], json!({})).await;
    let query = "query($id: ID!) { customer(id: $id) { version } }";
    let client = director.ask(query, json!({"id": shop.client})).await["customer"].take();
    let input = json!({"id": shop.client, "version": client["version"], "managerId": boris_id});
    director.does("updateCustomer", input, "customer { id }").await;
    let manager = async |mutation: &str, input: Value, document: &str| {
        let selection = format!("{document} {{ manager {{ name }} }}");
        director.does(mutation, input, &selection).await[document]["manager"]["name"].take()
    };
    let copied = json!({"id": offered["id"]});
    assert_eq!(manager("copyQuote", copied.clone(), "quote").await, "anna", "she is there");

    let users = admin.all("users", "id version").await;
    let user = users.iter().find(|user| user["id"] == anna_id.as_str()).unwrap();
    let input = json!({"id": anna_id, "version": user["version"], "active": false});
    admin.does("updateUser", input, "user { id }").await;
    let changed = |id: &Value, version: &Value| json!({"id": id, "version": version, "comment": "Call first"});
    for (mutation, input, document) in [
        ("copyQuote", copied.clone(), "quote"),
        ("reviseQuote", copied, "quote"),
        ("updateQuote", changed(&quote["id"], &quote["version"]), "quote"),
        ("createSalesOrderFromQuote", json!({"quoteId": bought["id"]}), "order"),
        ("updateSalesOrder", changed(&json!(order.0), &json!(order.1)), "order"),
    ] {
        assert_eq!(manager(mutation, input, document).await, "boris", "{mutation}");
    }
    // Where the customer's manager has left too, whoever writes looks after it.
    let users = admin.all("users", "id version").await;
    let user = users.iter().find(|user| user["id"] == boris_id.as_str()).unwrap();
    let input = json!({"id": boris_id, "version": user["version"], "active": false});
    admin.does("updateUser", input, "user { id }").await;
    let copied = json!({"id": offered["id"]});
    assert_eq!(manager("copyQuote", copied, "quote").await, "director");
    house().verify(&shop.company.slug).await;
}

#[tokio::test]
async fn a_neighbour_sees_nothing_of_it() {
    let shop = Shop::at(house()).await;
    let quote = shop.draft(json!({})).await;
    let neighbour = Company::new().await;
    let id = json!({"id": quote["id"]});
    assert_eq!(neighbour.director.denied(ONE, id.clone()).await, "NOT_FOUND");
    for mutation in ["sendQuote", "acceptQuote", "copyQuote", "reviseQuote", "createQuoteLink"] {
        let told = neighbour.director.tries(mutation, id.clone(), "quote { id }").await;
        assert_eq!(told, Err("NOT_FOUND".to_owned()), "{mutation}");
    }
    let input = json!({"quoteId": quote["id"]});
    let told = neighbour.director.tries("createSalesOrderFromQuote", input, "order { id }").await;
    assert_eq!(told, Err("NOT_FOUND".to_owned()));
    assert_eq!(quote_now(&shop.company.anna, &quote["id"]).await["state"], "DRAFT");
}

#[tokio::test]
async fn margin_is_for_who_sees_cost() {
    let shop = Shop::at(house()).await;
    let company = &shop.company;
    company.receive(&shop.at, None, &[(&shop.lamp, "100", "60"), (&shop.shade, "100", "4")]).await;
    let quote = shop.draft(json!({})).await;
    let id = json!({"id": quote["id"]});
    let told = company.anna.ask(MARGIN, id.clone()).await["quote"].take();
    assert_eq!(sum(&told["profit"]["amount"]), "400", "the shade is not chosen yet");
    assert_eq!(told["marginPercent"], "40");
    assert_eq!(sum(&told["lines"][1]["cost"]["amount"]), "20");
    let input = json!({"name": "seller", "title": "Seller", "includes": [], "rights": [
        {"object": "quote", "act": "read", "reach": "ALL"},
        {"object": "price", "act": "read", "reach": "ALL"}]});
    company.admin.does("saveRole", input, "role { name }").await;
    let input = json!({"email": company.email("vera"), "name": "vera",
        "password": stories::company::PASSWORD, "roles": ["seller"]});
    company.admin.does("createUser", input, "user { id }").await;
    let vera = stories::actor::Actor::sign_in(
        &company.slug,
        &company.email("vera"),
        stories::company::PASSWORD,
    )
    .await;
    let answer = vera.send(MARGIN, id).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    assert!(answer["data"]["quote"]["profit"].is_null());
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_found_by_number() {
    let shop = Shop::at(house()).await;
    let anna = &shop.company.anna;
    let (sent, _) = shop.offered(json!({"externalReference": "site-1"})).await;
    let draft = shop.draft(json!({})).await;
    let list = "query($filter: QuoteFilter) { quotes(filter: $filter) {
        nodes { id } totalCount { count } } }";
    for (filter, found) in [
        (json!({}), vec![&draft, &sent]),
        (json!({"state": ["SENT"]}), vec![&sent]),
        (json!({"state": ["DRAFT", "SENT"]}), vec![&draft, &sent]),
        (json!({"customer": shop.client, "state": ["DRAFT"]}), vec![&draft]),
        (json!({"number": sent["number"]}), vec![&sent]),
        (json!({"search": "site"}), vec![&sent]),
        (json!({"validTo": "2001-01-01"}), vec![]),
    ] {
        let told = anna.ask(list, json!({"filter": filter})).await["quotes"].take();
        let ids: Vec<_> = told["nodes"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        let expected: Vec<_> = found.iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, expected, "{filter}");
    }
    let customer = "query($id: ID!) { customer(id: $id) { quotes(first: 1) {
        nodes { id } totalCount { count } } } }";
    let told = anna.ask(customer, json!({"id": shop.client})).await["customer"]["quotes"].take();
    assert_eq!((&told["nodes"][0]["id"], &told["totalCount"]["count"]), (&draft["id"], &json!(2)));
    let input = json!({"customerId": shop.client, "externalReference": "site-1",
        "lines": [{"productId": shop.lamp, "quantity": "1"}]});
    assert_eq!(anna.refused("createQuote", input, QUOTE).await, "TAKEN");
}
