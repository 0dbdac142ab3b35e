//! "Why was this discount given?" is one query.

use serde_json::json;
use stories::actor::{Actor, text};
use stories::company::Company;
use stories::house::Replica;
use stories::stock::{confirm, draft};

const STORY: &str = "query($id: ID!) { explain(id: $id) {
    order { number }
    lines { orderLine { quantity } discountPercent discountIsManual discountByName
        discountBy { name } pricedAt priceExplanation { steps { kind english recordName } } }
    gates { kind entry { user { name } } warnings { code message } }
    payments { amount { amount } }
    events { entry { action recordedAt user { name } } reason } } }";

#[tokio::test]
async fn why_this_discount() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "100.00").await;
    let plain = company.product(&at, "PLAIN", "10.00").await;
    company.receive(&at, None, &[(&good, "10", "50.00"), (&plain, "10", "5.00")]).await;
    let limit = json!({"creditLimit": "10", "creditLimitCurrency": "RUB"});
    let customer = company.customer("Dom", &company.anna_id, limit).await;
    let query = "query($id: ID!) { customer(id: $id) { agreements { id version name } } }";
    let told = company.director.ask(query, json!({"id": customer})).await;
    let agreement = &told["customer"]["agreements"][0];
    let input = json!({"id": agreement["id"], "version": agreement["version"],
        "customerId": customer, "name": agreement["name"], "discountPercent": "3",
        "creditPolicy": "WARN", "isDefault": true});
    company.accounting.does("saveAgreement", input, "agreement { id }").await;

    let lines = json!([
        {"productId": good, "quantity": "2", "discountPercent": "9"},
        {"productId": plain, "quantity": "1"},
    ]);
    let input = json!({"customerId": customer, "lines": lines});
    let made = company.anna.does("createSalesOrder", input, "order { id version }").await;
    let order = (made["order"]["id"].as_str().unwrap().to_owned(), 1);
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0, "amount": "50"});
    company.accounting.does("recordPayment", input, "payment { id }").await;

    let told = company.director.ask(STORY, json!({"id": order.0})).await;
    let story = &told["explain"];
    let typed = &story["lines"][0];
    assert_eq!(
        (&typed["discountPercent"], &typed["discountIsManual"]),
        (&json!("9"), &json!(true))
    );
    assert_eq!(typed["discountBy"]["name"], "anna");
    assert_eq!(typed["discountByName"], "anna");
    assert!(typed["pricedAt"].is_string());
    let kinds: Vec<&str> = typed["priceExplanation"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"DISCOUNT_MATCHED") && kinds.contains(&"MANUAL_DISCOUNT"), "{kinds:?}");
    // The agreement's own discount is nobody's doing.
    let ruled = &story["lines"][1];
    assert_eq!((&ruled["discountPercent"], &ruled["discountBy"]), (&json!("3"), &json!(null)));
    // The credit gate let it through with a word.
    let gate = &story["gates"][0];
    assert_eq!(
        (&gate["kind"], &gate["entry"]["user"]["name"]),
        (&json!("CONFIRM"), &json!("anna"))
    );
    assert_eq!(gate["warnings"][0]["code"], "CREDIT_LIMIT_EXCEEDED", "{story:#}");
    assert_eq!(story["payments"][0]["amount"]["amount"], "50.00");
    assert_eq!(story["events"][0]["entry"]["action"], "createSalesOrder");

    // The warehouse sees the order and no money; another manager and the neighbour see nothing.
    let told = company.warehouse.ask(STORY, json!({"id": order.0})).await;
    let story = &told["explain"];
    for hidden in ["discountPercent", "discountIsManual", "discountBy", "priceExplanation"] {
        assert!(story["lines"][0][hidden].is_null(), "{hidden}: {story:#}");
    }
    assert_eq!((&story["gates"], &story["payments"]), (&json!([]), &json!([])));
    assert_eq!(company.boris.denied(STORY, json!({"id": order.0})).await, "NOT_FOUND");
    // A partner that sees debts and no terms learns of the gate, and not what the limit is.
    let scopes = json!(["orders:read", "payments:read", "events:read"]);
    let input = json!({"name": "bank", "scopes": scopes});
    let key = company.admin.does("createApiKey", input, "secret").await;
    let bank = Actor::with_token("bank", &text(&key["secret"]));
    let query = "query($id: ID!) { explain(id: $id) { gates { warnings { code message } } } }";
    for (actor, sees) in [(&company.director, true), (&bank, false)] {
        let told = actor.ask(query, json!({"id": order.0})).await;
        let warning = &told["explain"]["gates"][0]["warnings"][0];
        assert_eq!(warning["code"], "CREDIT_LIMIT_EXCEEDED", "{}: {told}", actor.name);
        let message = text(&warning["message"]);
        let has_figures = message.contains(|letter: char| letter.is_ascii_digit());
        assert_eq!(has_figures, sees, "{}: {message}", actor.name);
    }
    let neighbour = Company::new().await;
    assert_eq!(neighbour.director.denied(STORY, json!({"id": order.0})).await, "NOT_FOUND");
}

/// As many statements for fifty lines as for three.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_order_takes_no_more_statements() {
    let server = Replica::on_own_database().await;
    let company = Company::at(server.house()).await;
    let at = company.furnish().await;
    let customer = company.customer("Dom", &company.anna_id, json!({})).await;
    let mut goods = Vec::new();
    for n in 0..50 {
        goods.push(company.product(&at, &format!("G{n}"), "10.00").await);
    }
    let lines: Vec<(&str, &str, &str)> =
        goods.iter().map(|good| (good.as_str(), "9", "5")).collect();
    company.receive(&at, None, &lines).await;
    let mut costs = Vec::new();
    for count in [3, 50] {
        let lines: Vec<(&str, &str)> =
            goods[..count].iter().map(|good| (good.as_str(), "1")).collect();
        let order = draft(&company.anna, &customer, &lines, json!({})).await;
        confirm(&company.anna, &order).await;
        let create = json!({"orders": [order.0]});
        let made = company.warehouse.does("createPickTask", create, "pickTask { id }").await;
        company
            .warehouse
            .does("takePickTask", json!({"id": made["pickTask"]["id"]}), "pickTask { id }")
            .await;
        let query = "query($id: ID!) { explain(id: $id) {
            lines { orderLine { product { name } quantity } discountPercent discountBy { name }
                priceExplanation { steps { kind } }
                goods { state quantity warehouse { name } lot { number } }
                picks { quantity picked lot { number } pickTask { number taker { name } } } }
            gates { kind warnings { code } entry { user { name } } }
            payments { number } events { reason entry { action user { name } } } } }";
        let ask = || company.director.ask(query, json!({"id": order.0}));
        assert_eq!(ask().await["explain"]["lines"].as_array().unwrap().len(), count);
        costs.push(server.statements_of(ask).await);
    }
    // People are asked for in three places of the query, and together where that falls into one
    // moment: so much may differ, and none of it by lines.
    assert!(costs[1] <= costs[0] + 2, "statements for 3 and for 50 lines: {costs:?}");
    eprintln!("an order explains itself in {} statements", costs[0]);
}
