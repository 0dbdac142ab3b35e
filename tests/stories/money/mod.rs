//! Invoices, payments, refunds, corrections: what customers are asked for, pay and get back.

mod acts;
mod bank;
mod corrections;
mod currency;
mod invoices;
mod play;
mod play_model;
mod rights;
mod statement;
mod tax_invoices;
mod two_times;

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, Furniture};
use stories::stock::{confirm, draft};

/// A shipped order: its customer, order and shipment, and the shipment's one line.
pub struct Sale {
    pub customer: String,
    pub order: String,
    pub shipment: String,
    pub line: String,
}

/// Ships pieces at a hundred each, without VAT, to a new customer of Anna's.
pub async fn sale(company: &Company, at: &Furniture, pieces: &str) -> Sale {
    let sku = format!("S{}", &uuid::Uuid::new_v4().simple().to_string()[..10]);
    let goods = company.product(at, &sku, "100").await;
    company.receive(at, None, &[(&goods, pieces, "50")]).await;
    let customer = company.customer(&format!("Buyer {sku}"), &company.anna_id, json!({})).await;
    sell(company, &customer, &goods, pieces).await
}

/// Ships pieces of goods that are there to a customer.
pub async fn sell(company: &Company, customer: &str, goods: &str, pieces: &str) -> Sale {
    let order = draft(&company.anna, customer, &[(goods, pieces)], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0});
    let told =
        company.warehouse.does("shipSalesOrder", input, "shipment { id lines { id } }").await;
    let shipment = &told["shipment"];
    Sale {
        customer: customer.to_owned(),
        order: order.0,
        shipment: text(&shipment["id"]),
        line: text(&shipment["lines"][0]["id"]),
    }
}

/// Records money of a customer, or for an order or invoice; gives the payment.
pub async fn pay(company: &Company, amount: &str, more: Value) -> Value {
    let mut input = json!({"amount": amount});
    stories::company::merge(&mut input, more);
    let selection = "payment { id version amount { amount } advance { amount } }";
    company.accounting.does("recordPayment", input, selection).await["payment"].clone()
}

/// An amount, as people write it.
pub fn plain(money: &Value) -> String {
    number(&money["amount"]).normalize().to_string()
}

/// What a customer owes less what he has paid ahead, over all currencies of one.
pub async fn balance(company: &Company, customer: &str, more: &str) -> String {
    let query = format!(
        "query($id: ID!) {{ receivablesAgeing(customerId: $id{more}) {{
            totals {{ total {{ amount }} advances {{ amount }} balance {{ amount }} }} }} }}"
    );
    let told = company.accounting.ask(&query, json!({"id": customer})).await;
    match told["receivablesAgeing"]["totals"].get(0) {
        Some(totals) => plain(&totals["balance"]),
        None => "0".to_owned(),
    }
}

/// Makes a shipment's one line cheaper by an amount, and posts that.
pub async fn correct(company: &Company, sale: &Sale, amount: &str) -> String {
    let lines = json!([{"shipmentLineId": sale.line, "amount": amount}]);
    let input = json!({"shipmentId": sale.shipment, "reason": "agreed", "lines": lines});
    let selection = "priceCorrection { id }";
    let made = company.accounting.does("createPriceCorrection", input, selection).await;
    let id = text(&made["priceCorrection"]["id"]);
    let posted = company.accounting.does(
        "postPriceCorrection",
        json!({"id": id}),
        "priceCorrection { state number creditNote { number } }",
    );
    let posted = posted.await;
    assert_eq!(posted["priceCorrection"]["state"], "POSTED");
    assert!(posted["priceCorrection"]["creditNote"]["number"].is_string());
    id
}
