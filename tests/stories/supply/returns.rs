//! Goods that go back to who delivered them.

use rust_decimal::Decimal;
use serde_json::json;
use stories::actor::number;
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::demand::look;
use super::step;

#[tokio::test]
async fn free_goods_of_a_receipt_go_back_at_their_value_and_can_come_again() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tile = company.product(&at, "TILE", "10.00").await;
    let receipt = company.receive(&at, None, &[(&tile, "10", "3.33")]).await;
    let customer = company.customer("Stroy", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&tile, "4")], json!({})).await;
    confirm(&company.anna, &order).await;

    let input = json!({"receiptId": receipt, "reason": "cracked"});
    let selection = "supplierReturn { id version state lines { quantity lot { id } } }";
    let made = company.warehouse.does("createSupplierReturn", input, selection).await;
    let drafted = &made["supplierReturn"];
    assert_eq!(number(&drafted["lines"][0]["quantity"]), Decimal::from(6), "all that is free");
    let selection = "supplierReturn { id version state number movements { kind quantity } }";
    let posted =
        step(&company.warehouse, "postSupplierReturn", drafted, json!({}), selection).await;
    let posted = &posted["supplierReturn"];
    assert_eq!(posted["state"], "POSTED");
    assert_eq!(posted["movements"][0]["kind"], "SUPPLIER_RETURN");
    let query =
        "query($id: ID!) { goodsReceipt(id: $id) { supplierReturns { total { amount } } } }";
    let told = company.director.ask(query, json!({"id": receipt})).await;
    let total = &told["goodsReceipt"]["supplierReturns"][0]["total"]["amount"];
    assert_eq!(number(total), Decimal::new(1998, 2));
    house().verify(&company.slug).await;

    // What is held for an order does not go back.
    let query = "query($id: ID!) { goodsReceipt(id: $id) { lines { id } } }";
    let told = company.director.ask(query, json!({"id": receipt})).await;
    let line = &told["goodsReceipt"]["lines"][0]["id"];
    let lines = json!([{"receiptLineId": line, "quantity": "1"}]);
    let input = json!({"receiptId": receipt, "reason": "cracked", "lines": lines});
    let selection = "supplierReturn { id version }";
    let made = company.warehouse.does("createSupplierReturn", input, selection).await;
    let second = &made["supplierReturn"];
    let input = json!({"id": second["id"], "version": second["version"]});
    let code = company.warehouse.refused("postSupplierReturn", input, "supplierReturn { id }");
    assert_eq!(code.await, "INSUFFICIENT_STOCK");
    step(&company.warehouse, "cancelSupplierReturn", second, json!({}), "supplierReturn { id }")
        .await;

    // Sent back by mistake: the goods lie in their lot again, for whoever waits by then.
    let later = draft(&company.anna, &customer, &[(&tile, "2")], json!({})).await;
    confirm(&company.anna, &later).await;
    assert_eq!(look(&company.anna, &later.0).await["lines"][0]["demand"]["state"], "OPEN");
    let tried = company.warehouse.tries(
        "reverseSupplierReturn",
        json!({"id": posted["id"], "version": posted["version"]}),
        "supplierReturn { id }",
    );
    assert_eq!(tried.await.unwrap_err(), "FORBIDDEN");
    let selection = "supplierReturn { state reversedOn }";
    step(&company.accounting, "reverseSupplierReturn", posted, json!({}), selection).await;
    let told = look(&company.anna, &later.0).await;
    assert_eq!(told["lines"][0]["demand"]["state"], "RESERVED");
    let told = company.warehouse.all("supplierReturns", "state reason").await;
    assert_eq!(told.len(), 2);
    house().verify(&company.slug).await;
}
