//! What a line costs and why: lists, breaks, discounts, limits, quotes and the documents they
//! become.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, Furniture};
use stories::house::Replica;

const QUOTE: &str = "query($input: PriceQuoteInput!) { priceQuote(input: $input) {
    total { net { amount } vat { amount } gross { amount } }
    lines { price { amount } listPrice { amount } priceSource discountPercent
            automaticDiscountPercent amount { amount } refusal { code }
            approvalReasons { kind limitPercent }
            priceExplanation { pricedOn steps { kind english russian recordName } } } } }";

const ORDER: &str = "order { id version lines { price { amount } priceSource priceIsManual
    discountPercent discountSource amount { amount }
    priceExplanation { pricedOn currency steps { kind english russian recordName before after } } } }";

/// A customer of Anna's on the wholesale list with 5 % of his own, and a rule of 7 % from 100 pcs.
struct Wholesale {
    at: Furniture,
    product: String,
    customer: String,
    list: String,
    agreement: Value,
    rule: Value,
}

async fn wholesale(company: &Company) -> Wholesale {
    let at = company.furnish().await;
    let product = company.product(&at, "DOOR", "1000.00").await;
    let input = json!({"name": "Wholesale", "currency": "RUB", "includesVat": false,
        "baseListId": at.price_list, "coefficient": "0.90", "roundingStep": "1.00"});
    let made = company.accounting.does("createPriceList", input, "priceList { id }").await;
    let list = text(&made["priceList"]["id"]);
    let customer = company.customer("Dveri", &company.anna_id, json!({})).await;
    let input = json!({"customerId": customer, "name": "Wholesale", "priceListId": list,
        "discountPercent": "5", "isDefault": true});
    let made = company.accounting.does("saveAgreement", input, "agreement { id version }").await;
    let agreement = made["agreement"].clone();
    let input = json!({"name": "From a hundred", "percent": "7", "quantityFrom": "100"});
    let selection = "discountRule { id version }";
    let made = company.accounting.does("createDiscountRule", input, selection).await;
    Wholesale { at, product, customer, list, agreement, rule: made["discountRule"].clone() }
}

fn asked(customer: &str, product: &str, quantity: &str) -> Value {
    json!({"customerId": customer, "lines": [{"productId": product, "quantity": quantity}]})
}

async fn quoted(company: &Company, input: Value) -> Value {
    let answer = company.anna.ask(QUOTE, json!({"input": input})).await;
    answer["priceQuote"]["lines"][0].clone()
}

fn amount(line: &Value) -> Decimal {
    number(&line["amount"]["amount"])
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[tokio::test]
async fn the_worked_case_comes_out_the_same_in_quotes_and_orders() {
    let company = Company::new().await;
    let case = wholesale(&company).await;
    let input = asked(&case.customer, &case.product, "120");

    let line = quoted(&company, input.clone()).await;
    assert_eq!(number(&line["price"]["amount"]), dec("900"));
    assert_eq!(
        (&line["discountPercent"], &line["priceSource"]),
        (&json!("7"), &json!("AGREEMENT_LIST"))
    );
    assert_eq!(amount(&line), dec("100440.00"));
    let made = company.anna.does("createSalesOrder", input.clone(), ORDER).await;
    let order = &made["order"];
    assert_eq!(amount(&order["lines"][0]), dec("100440.00"));
    assert_eq!(order["lines"][0]["discountSource"], "RULE");

    let input_sum = json!({"version": 0, "discountCombination": "SUM", "discountCap": "10"});
    let selection = "priceSettings { version discountCap }";
    company.accounting.does("updatePriceSettings", input_sum.clone(), selection).await;
    let code = company.accounting.refused("updatePriceSettings", input_sum, selection).await;
    assert_eq!(code, "STALE_VERSION");
    let line = quoted(&company, input.clone()).await;
    assert_eq!(amount(&line), dec("97200.00"));

    let mut typed = input.clone();
    typed["lines"][0]["discountPercent"] = json!("15");
    let line = quoted(&company, typed.clone()).await;
    assert_eq!(amount(&line), dec("91800.00"));
    assert_eq!(line["approvalReasons"][0]["kind"], "DISCOUNT_OVER_LIMIT");
    let code = company.anna.refused("createSalesOrder", typed.clone(), ORDER).await;
    assert_eq!(code, "DISCOUNT_OVER_LIMIT");
    let made = company.director.does("createSalesOrder", typed, ORDER).await;
    assert_eq!(amount(&made["order"]["lines"][0]), dec("91800.00"));
    let steps = made["order"]["lines"][0]["priceExplanation"]["steps"].as_array().unwrap();
    let typed = steps.iter().find(|step| step["kind"] == "MANUAL_DISCOUNT").unwrap();
    assert_eq!(typed["recordName"], "director");
}

#[tokio::test]
async fn an_explanation_stays_as_it_was_though_the_rules_have_changed() {
    let company = Company::new().await;
    let case = wholesale(&company).await;
    let input = asked(&case.customer, &case.product, "120");
    let made = company.anna.does("createSalesOrder", input, ORDER).await;
    let id = text(&made["order"]["id"]);
    let before = made["order"]["lines"][0].clone();
    let steps = before["priceExplanation"]["steps"].as_array().unwrap().clone();
    let kinds: Vec<&str> = steps.iter().filter_map(|step| step["kind"].as_str()).collect();
    let expected = [
        "HELD_NOTHING",
        "FOUND",
        "DERIVED",
        "ROUNDED",
        "DISCOUNT_MATCHED",
        "DISCOUNT_MATCHED",
        "DISCOUNTS_COMBINED",
        "SUMMED",
    ];
    assert_eq!(kinds, expected);
    assert!(steps.iter().all(|step| step["russian"] != step["english"]), "{steps:?}");

    let accounting = &company.accounting;
    let input = json!({"id": case.rule["id"], "version": case.rule["version"], "percent": "50",
        "name": "Half", "archived": true});
    accounting.does("updateDiscountRule", input, "discountRule { id }").await;
    let input = json!({"priceListId": case.at.price_list, "validFrom": "2000-01-01",
        "prices": [{"productId": case.product, "price": "1.00"}]});
    accounting.does("setPrices", input, "priceList { id }").await;
    let input = json!({"id": case.list, "version": 1, "name": "Renamed", "coefficient": "0.5"});
    accounting.does("updatePriceList", input, "priceList { id }").await;
    let input = json!({"id": case.agreement["id"], "version": case.agreement["version"],
        "customerId": case.customer, "discountPercent": "0"});
    accounting.does("saveAgreement", input, "agreement { id }").await;

    let fields = ORDER.replacen("order {", "node(id: $id) { ... on SalesOrder {", 1);
    let query = format!("query($id: ID!) {{ {fields} }} }}");
    let after = company.anna.ask(&query, json!({"id": id})).await;
    assert_eq!(after["node"]["lines"][0], before);
}

#[tokio::test]
async fn lists_follow_from_lists_but_never_in_a_ring() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "NAIL", "10.00").await;
    let accounting = &company.accounting;
    let derived = async |name: &str, base: &str, coefficient: &str, step: Value| {
        let input = json!({"name": name, "currency": "RUB", "includesVat": false,
            "baseListId": base, "coefficient": coefficient, "roundingStep": step,
            "roundingDirection": if step.is_null() { Value::Null } else { json!("UP") }});
        let made = accounting.does("createPriceList", input, "priceList { id }").await;
        text(&made["priceList"]["id"])
    };
    let first = derived("First", &at.price_list, "0.9", Value::Null).await;
    let second = derived("Second", &first, "1.25", Value::Null).await;
    let third = derived("Third", &second, "0.333333", json!("0.5")).await;
    // 10 × 0.9 = 9; × 1.25 = 11.25; × 0.333333 = 3.74999625 → 4.
    let query = "query($id: ID!) { node(id: $id) { ... on Product { currentPrices {
        price priceList { name } } } } }";
    let answer = company.anna.ask(query, json!({"id": product})).await;
    let prices: Vec<(String, Decimal)> = answer["node"]["currentPrices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row["priceList"]["name"]), number(&row["price"])))
        .collect();
    let expected = [("Base", "10"), ("First", "9"), ("Second", "11.25"), ("Third", "4")];
    assert_eq!(prices, expected.map(|(name, price)| (name.to_owned(), dec(price))));

    let input = json!({"id": first, "version": 1, "baseListId": third});
    let code = accounting.refused("updatePriceList", input, "priceList { id }").await;
    assert_eq!(code, "INVALID");
    let input = json!({"priceListId": third, "validFrom": "2000-01-01",
        "prices": [{"productId": product, "price": "1.00"}]});
    assert_eq!(accounting.refused("setPrices", input, "priceList { id }").await, "INVALID");
    let query = "query($id: ID!) { node(id: $id) { ... on PriceList { baseList { name }
        derivedLists { name } history { action } } } }";
    let answer = accounting.ask(query, json!({"id": second})).await;
    assert_eq!(answer["node"]["baseList"]["name"], "First");
    assert_eq!(answer["node"]["derivedLists"][0]["name"], "Third");
}

#[tokio::test]
async fn larger_quantities_later_days_and_agreed_prices() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "TEA", "10.00").await;
    let new = company.product(&at, "COFFEE", "10.00").await;
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01", "prices": [
        {"productId": product, "price": "9.00", "minQuantity": "10"},
        {"productId": product, "price": "8.00", "minQuantity": "100"}]});
    company.accounting.does("setPrices", input, "priceList { id }").await;
    let input = json!({"priceListId": at.price_list, "validFrom": "2020-01-01",
        "prices": [{"productId": new, "price": null}]});
    company.accounting.does("setPrices", input, "priceList { id }").await;
    let customer = company.customer("Chai", &company.anna_id, json!({})).await;
    for (quantity, price) in [("9.999", "10"), ("10", "9"), ("99", "9"), ("100", "8")] {
        let line = quoted(&company, asked(&customer, &product, quantity)).await;
        assert_eq!(number(&line["price"]["amount"]), dec(price), "{quantity}");
        assert_eq!(line["priceSource"], "DEFAULT_LIST");
    }
    let line = quoted(&company, asked(&customer, &new, "1")).await;
    assert_eq!(line["refusal"]["code"], "NO_PRICE");
    let mut earlier = asked(&customer, &new, "1");
    earlier["date"] = json!("2019-12-31");
    assert_eq!(number(&quoted(&company, earlier).await["price"]["amount"]), dec("10"));

    let input = json!({"customerId": customer, "name": "Agreed"});
    let made = company.accounting.does("saveAgreement", input, "agreement { id version }").await;
    let agreement = &made["agreement"];
    let input = json!({"agreementId": agreement["id"], "validFrom": "2000-01-01",
        "prices": [{"productId": product, "price": "7.77"}]});
    let made = company.accounting.does("setAgreementPrices", input, "agreement { id version }");
    let made = made.await;
    let agreement = &made["agreement"];
    let input = json!({"name": "Everything", "percent": "20"});
    company.accounting.does("createDiscountRule", input, "discountRule { id }").await;
    let mut agreed = asked(&customer, &product, "10");
    agreed["agreementId"] = agreement["id"].clone();
    let line = quoted(&company, agreed.clone()).await;
    assert_eq!(
        (&line["priceSource"], &line["discountPercent"]),
        (&json!("AGREEMENT_PRICE"), &json!("0"))
    );
    assert_eq!(amount(&line), dec("77.70"));

    let input = json!({"id": agreement["id"], "version": agreement["version"],
        "customerId": customer, "state": "CLOSED"});
    company.accounting.does("saveAgreement", input, "agreement { state }").await;
    let code = company.anna.refused("createSalesOrder", agreed, ORDER).await;
    assert_eq!(code, "AGREEMENT_NOT_IN_FORCE");
}

#[tokio::test]
async fn rules_hold_for_groups_below_sums_and_days() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let input = json!({"name": "Below", "parentId": at.group});
    let made = company.director.does("createProductGroup", input, "productGroup { id }").await;
    let below = Furniture { group: text(&made["productGroup"]["id"]), ..at.clone() };
    let product = company.product(&below, "LAMP", "100.00").await;
    let customer = company.customer("Svet", &company.anna_id, json!({})).await;
    let rule = async |input: Value| {
        company.accounting.does("createDiscountRule", input, "discountRule { id }").await;
    };
    rule(json!({"name": "Group", "percent": "3", "productGroupId": at.group})).await;
    rule(json!({"name": "Line", "percent": "4", "lineSumFrom": "1000"})).await;
    rule(json!({"name": "Document", "percent": "5", "documentSumFrom": "2000"})).await;
    rule(json!({"name": "Product", "percent": "6", "productId": product, "quantityFrom": "50"}))
        .await;
    rule(json!({"name": "Over", "percent": "99", "validTo": "2001-01-01"})).await;
    for (quantity, percent) in [("9", "3"), ("10", "4"), ("20", "5"), ("50", "6")] {
        let line = quoted(&company, asked(&customer, &product, quantity)).await;
        assert_eq!(line["discountPercent"], percent, "{quantity}");
    }
    let input = json!({"name": "Both", "percent": "1", "lineSumFrom": "1", "quantityFrom": "1"});
    let selection = "discountRule { id }";
    assert_eq!(company.accounting.refused("createDiscountRule", input, selection).await, "INVALID");
}

#[tokio::test]
async fn who_may_not_see_prices_asks_for_none() {
    let company = Company::new().await;
    let case = wholesale(&company).await;
    let input = json!({"input": asked(&case.customer, &case.product, "1")});
    assert_eq!(company.warehouse.denied(QUOTE, input.clone()).await, "FORBIDDEN");
    assert_eq!(company.boris.denied(QUOTE, input.clone()).await, "NOT_FOUND");
    company.receive(&case.at, None, &[(&case.product, "10", "500.00")]).await;
    let query = "query($input: PriceQuoteInput!) { priceQuote(input: $input) {
        profit { amount } marginPercent lines { profit { amount } } } }";
    let answer = company.anna.ask(query, input).await;
    // 900 − 5 % = 855 without VAT, bought for 500.
    assert_eq!(number(&answer["priceQuote"]["profit"]["amount"]), dec("355.00"));
    assert_eq!(answer["priceQuote"]["marginPercent"], "41.5205");
    let query = "{ discountRules { nodes { name } } }";
    assert_eq!(company.warehouse.denied(query, json!({})).await, "FORBIDDEN");
    let input = json!({"name": "Mine", "percent": "1"});
    let (mutation, selection) = ("createDiscountRule", "discountRule { id }");
    let query = format!(
        "mutation($input: CreateDiscountRuleInput!) {{ {mutation}(input: $input) {{ {selection} }} }}"
    );
    assert_eq!(company.anna.denied(&query, json!({"input": input})).await, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_do_not_grow_with_lines() {
    let replica = Replica::on_own_database().await;
    let company = Company::at(replica.house()).await;
    let case = wholesale(&company).await;
    let director = &company.director;
    let mut counts = Vec::new();
    for lines in [1, 100] {
        let line = json!({"productId": case.product, "quantity": "2"});
        let input = json!({"customerId": case.customer, "lines": vec![line; lines]});
        let variables = json!({"input": input});
        // Once for what is remembered of the caller.
        director.ask(QUOTE, variables.clone()).await;
        counts.push(replica.statements_of(|| director.ask(QUOTE, variables.clone())).await);
    }
    assert_eq!(counts[0], counts[1], "statements for 1 line and for 100");
    assert!(counts[0] < 16, "{counts:?}");
}
