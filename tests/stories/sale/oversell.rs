//! Goods promised to one are never sold to another.

use futures::future::join_all;
use rust_decimal::Decimal;
use serde_json::json;
use stories::actor::number;
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_reserve_exactly_the_last_hundred_pieces() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bricks = company.product(&at, "BRICKS", "20.00").await;
    company.receive(&at, None, &[(&bricks, "60", "11.00")]).await;
    company.receive(&at, None, &[(&bricks, "40", "12.00")]).await;
    let customer = company.customer("Everybody", &company.anna_id, json!({})).await;

    let mut orders = Vec::new();
    for _ in 0..64 {
        orders.push(draft(&company.anna, &customer, &[(&bricks, "3")], json!({})).await);
    }
    let answers = join_all(orders.iter().map(|order| confirm(&company.anna, order))).await;
    let mut reserved = Decimal::ZERO;
    let mut short = Decimal::ZERO;
    for answer in &answers {
        assert_eq!(answer["order"]["state"], "CONFIRMED", "{answer}");
        reserved += number(&answer["availability"][0]["reserved"]);
        short += number(&answer["availability"][0]["short"]);
    }
    assert_eq!(reserved, Decimal::from(100));
    assert_eq!(short, Decimal::from(64 * 3 - 100));

    let query = "query($id: ID!) { product(id: $id) { stock { onHand reserved available } } }";
    let told = company.director.ask(query, json!({"id": bricks})).await;
    assert_eq!(number(&told["product"]["stock"][0]["reserved"]), Decimal::from(100));
    assert_eq!(number(&told["product"]["stock"][0]["available"]), Decimal::ZERO);
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_products_in_opposite_order_do_not_meet_in_a_deadlock() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let left = company.product(&at, "LEFT", "1.00").await;
    let right = company.product(&at, "RIGHT", "1.00").await;
    company.receive(&at, None, &[(&left, "500", "1.00"), (&right, "500", "1.00")]).await;
    let customer = company.customer("Both", &company.anna_id, json!({})).await;
    let mut orders = Vec::new();
    for index in 0..40 {
        let lines = if index % 2 == 0 {
            [(left.as_str(), "2"), (right.as_str(), "2")]
        } else {
            [(right.as_str(), "2"), (left.as_str(), "2")]
        };
        orders.push(draft(&company.anna, &customer, &lines, json!({})).await);
    }
    let work = orders.iter().map(|order| async {
        confirm(&company.anna, order).await;
        let input = json!({"orderId": order.0});
        company.warehouse.does("shipSalesOrder", input, "shipment { id state }").await
    });
    for shipped in join_all(work).await {
        assert_eq!(shipped["shipment"]["state"], "POSTED");
    }
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_is_not_there_is_not_shipped() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tiles = company.product(&at, "TILES", "7.00").await;
    company.receive(&at, None, &[(&tiles, "5", "4.00")]).await;
    let customer = company.customer("Plitka", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&tiles, "8")], json!({})).await;
    let answer = confirm(&company.anna, &order).await;
    assert_eq!(number(&answer["availability"][0]["short"]), Decimal::from(3));

    let input = json!({"orderId": order.0});
    let code = company.warehouse.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "INSUFFICIENT_STOCK");

    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let line = company.anna.ask(query, json!({"id": order.0})).await["order"]["lines"][0].clone();
    let input = json!({
        "orderId": order.0, "lines": [{"orderLineId": line["id"], "quantity": "9"}],
    });
    let code = company.warehouse.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "EXCEEDS_ORDER");
    house().verify(&company.slug).await;
}
