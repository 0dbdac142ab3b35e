//! A simple sale stays simple: three mutations. And what it leaves behind is true everywhere.

use rust_decimal::Decimal;
use serde_json::json;
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

#[tokio::test]
async fn three_mutations_sell_and_every_figure_follows() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let nails = company.product(&at, "NAILS", "100.00").await;
    // The worked case of the domain: lots of 10 at 50.00 and 10 at 60.00, 15 are shipped.
    company.receive(&at, None, &[(&nails, "10", "50.00")]).await;
    company.receive(&at, None, &[(&nails, "10", "60.00")]).await;
    let customer = company.customer("Domostroy", &company.anna_id, json!({})).await;

    let order = draft(&company.anna, &customer, &[(&nails, "15")], json!({})).await;
    let confirmed = confirm(&company.anna, &order).await;
    assert_eq!(confirmed["order"]["state"], "CONFIRMED");
    assert_eq!(number(&confirmed["availability"][0]["reserved"]), Decimal::from(15));
    assert_eq!(number(&confirmed["availability"][0]["short"]), Decimal::ZERO);

    let input = json!({"orderId": order.0});
    let selection = "shipment { id state number order { id state } }";
    let shipped = company.warehouse.does("shipSalesOrder", input, selection).await;
    assert_eq!(shipped["shipment"]["state"], "POSTED");
    assert_eq!(shipped["shipment"]["order"]["state"], "COMPLETED");

    let input = json!({
        "customerId": customer, "orderId": order.0, "amount": "1500.00", "currency": "RUB",
        "method": "BANK",
    });
    company.accounting.does("recordPayment", input, "payment { id state }").await;

    let query = "query($order: ID!, $shipment: ID!, $product: ID!) {
        order(id: $order) {
            state total { net { amount } gross { amount } }
            lines { quantity amount { amount } shipped product { sku } }
            shipments { id } payments { id }
        }
        shipment(id: $shipment) { cost { amount } total { net { amount } } }
        product(id: $product) { stock { onHand reserved available } }
        receivablesAgeing { totals { total { amount } } }
    }";
    let ids = json!({"order": order.0, "shipment": shipped["shipment"]["id"], "product": nails});
    let told = company.director.ask(query, ids).await;
    assert_eq!(number(&told["order"]["total"]["gross"]["amount"]), Decimal::new(150_000, 2));
    assert_eq!(told["order"]["lines"][0]["product"]["sku"], "NAILS");
    assert_eq!(told["order"]["shipments"].as_array().unwrap().len(), 1);
    assert_eq!(told["order"]["payments"].as_array().unwrap().len(), 1);
    assert_eq!(number(&told["shipment"]["cost"]["amount"]), Decimal::new(80_000, 2));
    assert_eq!(number(&told["shipment"]["total"]["net"]["amount"]), Decimal::new(150_000, 2));
    assert_eq!(number(&told["product"]["stock"][0]["onHand"]), Decimal::from(5));
    assert_eq!(number(&told["product"]["stock"][0]["reserved"]), Decimal::ZERO);
    for totals in told["receivablesAgeing"]["totals"].as_array().unwrap() {
        assert_eq!(number(&totals["total"]["amount"]), Decimal::ZERO);
    }
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn cancelling_frees_what_was_held() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let paint = company.product(&at, "PAINT", "10.00").await;
    company.receive(&at, None, &[(&paint, "4", "6.00")]).await;
    let customer = company.customer("Malyar", &company.anna_id, json!({})).await;

    let first = draft(&company.anna, &customer, &[(&paint, "4")], json!({})).await;
    let first = confirm(&company.anna, &first).await;
    let second = draft(&company.anna, &customer, &[(&paint, "3")], json!({})).await;
    let second = confirm(&company.anna, &second).await;
    assert_eq!(number(&second["availability"][0]["short"]), Decimal::from(3));

    let order = &first["order"];
    let input = json!({"id": order["id"], "version": order["version"], "reason": "changed mind"});
    let cancelled = company.anna.does("cancelSalesOrder", input, "order { id state }").await;
    assert_eq!(cancelled["order"]["state"], "CANCELLED");

    // The second one waited for three; the rest is anybody's.
    let third = draft(&company.anna, &customer, &[(&paint, "4")], json!({})).await;
    let third = confirm(&company.anna, &third).await;
    assert_eq!(number(&third["availability"][0]["reserved"]), Decimal::ONE);

    // What is over is over: the state is named, and what it allows.
    let input = json!({"id": order["id"]});
    let code = company.anna.refused("confirmSalesOrder", input, "order { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn the_same_request_twice_is_done_once() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let glue = company.product(&at, "GLUE", "5.00").await;
    company.receive(&at, None, &[(&glue, "50", "3.00")]).await;
    let customer = company.customer("Stolyar", &company.anna_id, json!({})).await;

    let lines = json!([{"productId": glue, "quantity": "2"}]);
    let input = json!({"customerId": customer, "lines": lines, "idempotencyKey": "order-1"});
    let one = company.anna.does("createSalesOrder", input.clone(), "order { id }").await;
    let two = company.anna.does("createSalesOrder", input.clone(), "order { id }").await;
    assert_eq!(text(&one["order"]["id"]), text(&two["order"]["id"]));

    let mut other = input;
    other["lines"][0]["quantity"] = json!("3");
    let query = "mutation($input: CreateSalesOrderInput!) { createSalesOrder(input: $input) {
        order { id } userErrors { code } } }";
    let code = company.anna.denied(query, json!({"input": other})).await;
    assert_eq!(code, "IDEMPOTENCY_MISMATCH");
    assert_eq!(company.anna.all("orders", "id").await.len(), 1);
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let company = Company::new().await;
    let customer = company.customer("Old name", &company.anna_id, json!({})).await;
    let input = json!({"id": customer, "version": 1, "name": "New name"});
    company.anna.does("updateCustomer", input, "customer { id version }").await;
    let input = json!({"id": customer, "version": 1, "name": "Newer name"});
    let code = company.anna.refused("updateCustomer", input, "customer { id }").await;
    assert_eq!(code, "STALE_VERSION");
    let query = "query($id: ID!) { customer(id: $id) { name version } }";
    let told = company.anna.ask(query, json!({"id": customer})).await;
    assert_eq!(told["customer"], json!({"name": "New name", "version": 2}));
}
