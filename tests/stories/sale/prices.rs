//! Who may set which price, and what a price is when nobody sets one.

use rust_decimal::Decimal;
use serde_json::json;
use stories::actor::number;
use stories::company::Company;

#[tokio::test]
async fn a_manager_gives_discounts_within_his_limit_and_no_price_of_his_own() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let door = company.product(&at, "DOOR", "1000.00").await;
    let customer = company.customer("Dveri", &company.anna_id, json!({})).await;
    let with = |line: serde_json::Value| {
        let mut input = json!({"customerId": customer, "lines": [{"productId": door,
            "quantity": "1"}]});
        stories::company::merge(&mut input["lines"][0], line);
        input
    };
    let selection = "order { lines { listPrice { amount } price { amount } discountPercent
        amount { amount } } }";

    let plain = company.anna.does("createSalesOrder", with(json!({})), selection).await;
    assert_eq!(number(&plain["order"]["lines"][0]["amount"]["amount"]), Decimal::new(100_000, 2));
    let input = with(json!({"discountPercent": "10"}));
    let within = company.anna.does("createSalesOrder", input, selection).await;
    assert_eq!(number(&within["order"]["lines"][0]["amount"]["amount"]), Decimal::new(90_000, 2));

    let input = with(json!({"discountPercent": "10.01"}));
    let code = company.anna.refused("createSalesOrder", input.clone(), selection).await;
    assert_eq!(code, "DISCOUNT_OVER_LIMIT");
    company.director.does("createSalesOrder", input, selection).await;

    let input = with(json!({"price": "999.00"}));
    let code = company.anna.refused("createSalesOrder", input.clone(), selection).await;
    assert_eq!(code, "PRICE_NOT_ALLOWED");
    let own = company.director.does("createSalesOrder", input, selection).await;
    let line = &own["order"]["lines"][0];
    assert_eq!(number(&line["price"]["amount"]), Decimal::from(999));
    assert_eq!(number(&line["listPrice"]["amount"]), Decimal::from(1000));
}

#[tokio::test]
async fn goods_without_a_price_are_not_sold_for_nothing() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let input = json!({"sku": "NEW", "name": "New", "groupId": at.group, "unit": "pcs"});
    let payload = company.director.does("createProduct", input, "product { id }").await;
    let customer = company.customer("First", &company.anna_id, json!({})).await;
    let lines = json!([{"productId": payload["product"]["id"], "quantity": "1"}]);
    let input = json!({"customerId": customer, "lines": lines});
    let code = company.anna.refused("createSalesOrder", input, "order { id }").await;
    assert_eq!(code, "NO_PRICE");
}
