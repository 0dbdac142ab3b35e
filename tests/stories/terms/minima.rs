//! Prices below a product's minimum, and margins that are thin or unknown.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::stock::draft;

const QUOTE: &str = "query($input: PriceQuoteInput!) { priceQuote(input: $input) {
    lines { approvalReasons { kind message } } } }";
const MARGIN: &str = "query($input: PriceQuoteInput!) { priceQuote(input: $input) {
    marginPercent lines { marginPercent profit { amount } } } }";

/// A product at 100.00 with minima, and a customer of Anna's.
async fn shop(company: &Company, minima: Value) -> (String, String) {
    let at = company.furnish().await;
    let product = company.product(&at, "OIL", "100.00").await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": product})).await;
    let mut input = json!({"id": product, "version": told["product"]["version"]});
    stories::company::merge(&mut input, minima);
    company.director.does("updateProduct", input, "product { id }").await;
    company.receive(&at, None, &[(&product, "10", "60.00")]).await;
    let customer = company.customer("Cook", &company.anna_id, json!({})).await;
    (product, customer)
}

fn asked(customer: &str, product: &str, discount: &str) -> Value {
    json!({"customerId": customer, "lines": [{"productId": product, "quantity": "1",
        "discountPercent": discount}]})
}

async fn reasons(company: &Company, input: &Value) -> Vec<String> {
    let told = company.anna.ask(QUOTE, json!({"input": input})).await;
    let reasons = told["priceQuote"]["lines"][0]["approvalReasons"].as_array().unwrap().clone();
    reasons.iter().map(|reason| text(&reason["kind"])).collect()
}

#[tokio::test]
async fn a_price_below_the_minimum_needs_somebody_above() {
    let company = Company::new().await;
    let (product, customer) = shop(&company, json!({"minPrice": "95.00"})).await;
    let (good, low) = (asked(&customer, &product, "5"), asked(&customer, &product, "5.01"));
    assert_eq!(reasons(&company, &good).await, Vec::<String>::new());
    assert_eq!(reasons(&company, &low).await, ["PRICE_BELOW_MINIMUM"]);
    // A partner who only asks for prices does not find out the minimum by asking often enough.
    let input = json!({"name": "shop", "scopes": ["catalog:read", "customers:read"]});
    let key = company.admin.does("createApiKey", input, "secret").await;
    let shop = stories::actor::Actor::with_token("shop", &text(&key["secret"]));
    let told = shop.ask(QUOTE, json!({"input": low})).await;
    assert_eq!(told["priceQuote"]["lines"][0]["approvalReasons"], json!([]), "{told}");

    company.anna.does("createSalesOrder", good, "order { id }").await;
    let code = company.anna.refused("createSalesOrder", low.clone(), "order { id }").await;
    assert_eq!(code, "PRICE_BELOW_MINIMUM");
    let made = company.director.does("createSalesOrder", low, "order { id version }").await;
    // Nor does she get there by the back door: the order's prices are found anew.
    let input = json!({"id": made["order"]["id"], "version": made["order"]["version"],
        "comment": "cheap"});
    let code = company.anna.refused("updateSalesOrder", input, "order { id }").await;
    assert_eq!(code, "PRICE_BELOW_MINIMUM");
}

#[tokio::test]
async fn an_agreement_does_not_carry_an_order_below_the_minimum_but_an_agreed_price_does() {
    let company = Company::new().await;
    let (product, customer) = shop(&company, json!({"minPrice": "95.00"})).await;
    let input = json!({"customerId": customer, "name": "Cheap", "discountPercent": "9"});
    let made = company.accounting.does("saveAgreement", input, "agreement { id }").await;
    let (order, version) = draft(&company.anna, &customer, &[(&product, "1")], json!({})).await;
    let input = json!({"id": order, "version": version, "agreementId": made["agreement"]["id"]});
    let code = company.anna.refused("updateSalesOrder", input.clone(), "order { id }").await;
    assert_eq!(code, "PRICE_BELOW_MINIMUM");
    let prices = json!({"agreementId": made["agreement"]["id"], "validFrom": "2000-01-01",
        "prices": [{"productId": product, "price": "80.00"}]});
    company.accounting.does("setAgreementPrices", prices, "agreement { id }").await;
    company.anna.does("updateSalesOrder", input, "order { id }").await;
}

#[tokio::test]
async fn a_thin_or_unknown_margin_fires_its_rule_and_tells_no_figure() {
    let company = Company::new().await;
    // Bought for 60: at 100 the margin is 40 %, at 92 it is 34.78 %.
    let (product, customer) = shop(&company, json!({"minMarginPercent": "35"})).await;
    assert_eq!(reasons(&company, &asked(&customer, &product, "7")).await, Vec::<String>::new());
    let thin = asked(&customer, &product, "8");
    assert_eq!(reasons(&company, &thin).await, ["MARGIN_BELOW_MINIMUM"]);
    let code = company.anna.refused("createSalesOrder", thin.clone(), "order { id }").await;
    assert_eq!(code, "MARGIN_BELOW_MINIMUM");
    let told = company.anna.ask(MARGIN, json!({"input": thin})).await;
    assert_eq!(told["priceQuote"]["lines"][0]["marginPercent"], "34.7826");

    // A tenant may hide cost from those who sell: the rule holds for them, without a figure.
    let input = json!({"name": "seller", "title": "Sells", "includes": [], "rights": [
        {"object": "price", "act": "read", "reach": "ALL"},
        {"object": "product", "act": "read", "reach": "ALL"},
        {"object": "terms", "act": "read", "reach": "ALL"},
        {"object": "customer", "act": "read", "reach": "ALL"}]});
    company.admin.does("saveRole", input, "role { name }").await;
    // A role takes hold within a second.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let email = company.email("vera");
    let input = json!({"email": email, "name": "vera", "roles": ["seller"],
        "password": stories::company::PASSWORD});
    company.admin.does("createUser", input, "user { id }").await;
    let slug = &company.slug;
    let password = stories::company::PASSWORD;
    let vera = stories::actor::Actor::sign_in(slug, &email, password).await;
    let told = vera.ask(QUOTE, json!({"input": thin})).await;
    let reason = &told["priceQuote"]["lines"][0]["approvalReasons"][0];
    assert_eq!(reason["kind"], "MARGIN_BELOW_MINIMUM");
    assert!(!text(&reason["message"]).contains(|letter: char| letter.is_ascii_digit()), "{told}");
    assert_eq!(vera.denied(MARGIN, json!({"input": thin})).await, "FORBIDDEN");
}

#[tokio::test]
async fn an_unknown_cost_is_no_margin() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "NEW", "100.00").await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": product})).await;
    let input = json!({"id": product, "version": told["product"]["version"],
        "minMarginPercent": "1"});
    company.director.does("updateProduct", input, "product { id }").await;
    let customer = company.customer("First", &company.anna_id, json!({})).await;
    let input = json!({"customerId": customer, "lines": [{"productId": product,
        "quantity": "1"}]});
    assert_eq!(reasons(&company, &input).await, ["MARGIN_BELOW_MINIMUM"]);
    let code = company.anna.refused("createSalesOrder", input.clone(), "order { id }").await;
    assert_eq!(code, "MARGIN_BELOW_MINIMUM");
    company.receive(&at, None, &[(&product, "1", "99.00")]).await;
    company.anna.does("createSalesOrder", input, "order { id }").await;
}
