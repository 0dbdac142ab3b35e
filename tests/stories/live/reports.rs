//! Figures equal documents at every moment, on every replica, with Redis and without.

use rust_decimal::Decimal;
use serde_json::json;
use stories::actor::{Actor, number};
use stories::company::{Company, Furniture};
use stories::house::{Replica, house};
use stories::stock::{confirm, draft};

async fn sell(company: &Company, customer: &str, product: &str) {
    let order = draft(&company.anna, customer, &[(product, "1")], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderId": order.0});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
}

async fn stand(company: &Company) -> (Furniture, String, String) {
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "1000", "4.00")]).await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    (at, good, customer)
}

/// Revenue by the report, by the dashboard, and what is owed.
async fn figures(director: &Actor) -> [Decimal; 3] {
    let query = "{ salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
            dimensions: [MONTH]}) { totals { revenue { amount } } }
        dashboard { revenueByMonth { revenue { amount } } ageing { total { amount } } } }";
    let told = director.ask(query, json!({})).await;
    let months = told["dashboard"]["revenueByMonth"].as_array().unwrap();
    let debts = told["dashboard"]["ageing"].as_array().unwrap();
    [
        number(&told["salesReport"]["totals"]["revenue"]["amount"]),
        months.iter().map(|month| number(&month["revenue"]["amount"])).sum(),
        debts.iter().map(|bucket| number(&bucket["total"]["amount"])).sum(),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_follow_each_posting_on_every_replica_and_when_redis_dies() {
    let first = Replica::with_own_redis().await;
    let second = first.twin().await;
    let company = Company::at(first.house()).await;
    let (_, good, customer) = stand(&company).await;
    let here = Actor::at(&first.url(), "director", &company.director.token);
    let there = Actor::at(&second.url(), "director", &company.director.token);
    let anna = Actor::at(&first.url(), "anna", &company.anna.token);
    let warehouse = Actor::at(&first.url(), "warehouse", &company.warehouse.token);
    let sell_here = async || {
        let order = draft(&anna, &customer, &[(&good, "1")], json!({})).await;
        confirm(&anna, &order).await;
        let input = json!({"orderId": order.0});
        warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    };
    for sold in 1..=5_i64 {
        sell_here().await;
        let expected = [Decimal::new(sold * 1000, 2); 3];
        assert_eq!(figures(&there).await, expected, "after sale {sold}");
        assert_eq!(figures(&here).await, expected, "after sale {sold}");
    }
    first.kill_redis();
    for sold in 6..=7_i64 {
        sell_here().await;
        let expected = [Decimal::new(sold * 1000, 2); 3];
        assert_eq!(figures(&there).await, expected, "after sale {sold}, without Redis");
        assert_eq!(figures(&here).await, expected, "after sale {sold}, without Redis");
    }
    first.house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_serve_the_same_subscriptions() {
    let second = Replica::beside_the_house().await;
    let company = Company::new().await;
    let (_, good, customer) = stand(&company).await;
    let mut socket =
        stories::socket::Socket::signed_in_at(&second.url(), &company.anna.token).await;
    let query = "subscription { documentChanged { cursor document { ... on SalesOrder { id } } } }";
    socket.subscribe("1", query, json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let order = draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
    let event = socket.event().await;
    assert_eq!(event["documentChanged"]["document"]["id"], order.0.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_equal_documents_while_sales_go_on() {
    let company = Company::new().await;
    let (_, good, customer) = stand(&company).await;
    let sales = async {
        for _ in 0..15 {
            sell(&company, &customer, &good).await;
        }
    };
    let looks = async {
        let mut last = Decimal::ZERO;
        for _ in 0..15 {
            let query = "{ salesReport(input: {from: \"2010-01-01\", to: \"2035-01-01\",
                dimensions: [PRODUCT]}) { totals { quantity revenue { amount } } } }";
            let told = company.director.ask(query, json!({})).await;
            let totals = &told["salesReport"]["totals"];
            let (pieces, revenue) =
                (number(&totals["quantity"]), number(&totals["revenue"]["amount"]));
            assert_eq!(revenue, pieces * Decimal::from(10), "a half-posted sale was seen");
            assert!(revenue >= last, "a figure went back");
            last = revenue;
        }
    };
    tokio::join!(sales, looks);
    assert_eq!(figures(&company.director).await, [Decimal::new(15_000, 2); 3]);
    house().verify(&company.slug).await;
}
