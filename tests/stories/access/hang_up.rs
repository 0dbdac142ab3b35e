//! Clients that hang up at any moment: no foreign row is ever seen, and nothing is done by half.
//! sqlx gives a connection back with its transaction open when `begin` is cancelled; this story
//! would find out if ours ever did. And the other way round: a database that hangs up.

use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::Rng;
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use stories::actor::{Actor, number};
use stories::company::Company;
use stories::house::{Replica, house};
use stories::stock::{confirm, draft};

const ROUNDS: usize = 60;

struct Side {
    company: Company,
    product: String,
    customer: String,
}

async fn side(name: &str) -> Side {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, name, "10.00").await;
    company.receive(&at, None, &[(&product, "100000", "5.00")]).await;
    let customer = company.customer(name, &company.anna_id, json!({})).await;
    Side { company, product, customer }
}

/// Asks and hangs up within a few milliseconds; answers that come in time hold only own rows.
async fn reads_and_hangs_up(actor: Actor, own: &str) -> usize {
    let query = "{ customers { nodes { name orders { nodes { state } } } }
        products { nodes { sku stock { onHand } } } }";
    let started = Instant::now();
    actor.ask(query, json!({})).await;
    // About half of the clients hang up, at any moment of the request.
    let usual = u64::try_from(started.elapsed().as_micros()).unwrap();
    let mut answered = 0;
    for _ in 0..ROUNDS {
        let patience = Duration::from_micros(rand::rng().random_range(200..usual * 4));
        if let Ok(told) = tokio::time::timeout(patience, actor.ask(query, json!({}))).await {
            answered += 1;
            let customers = told["customers"]["nodes"].as_array().unwrap();
            let products = told["products"]["nodes"].as_array().unwrap();
            assert!(!customers.is_empty() && customers.iter().all(|row| row["name"] == own));
            assert!(!products.is_empty() && products.iter().all(|row| row["sku"] == own));
        }
    }
    answered
}

/// Sells one piece at a time and hangs up somewhere on the way.
async fn sells_and_hangs_up(side: &Side) {
    for _ in 0..ROUNDS / 4 {
        let patience = Duration::from_micros(rand::rng().random_range(500..400_000));
        let sale = async {
            let lines = [(side.product.as_str(), "1")];
            let order = draft(&side.company.anna, &side.customer, &lines, json!({})).await;
            confirm(&side.company.anna, &order).await;
            let input = json!({"orderId": order.0});
            side.company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
        };
        let _ = tokio::time::timeout(patience, sale).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_hang_up_leave_nothing_half_done_and_see_nothing_foreign() {
    let (east, west) = tokio::join!(side("EAST"), side("WEST"));
    let mut work = Vec::new();
    for _ in 0..4 {
        work.push(reads_and_hangs_up(east.company.director.clone(), "EAST"));
        work.push(reads_and_hangs_up(west.company.director.clone(), "WEST"));
    }
    let sales = join_all([&east, &west, &east, &west].map(sells_and_hangs_up));
    let (answered, _) = tokio::join!(join_all(work), sales);
    let answered: usize = answered.into_iter().sum();
    assert!(answered > 0 && answered < 8 * ROUNDS, "{answered} answers: no race was run");

    // What was begun is finished: give the last commands a moment, then count.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for side in [&east, &west] {
        house().verify(&side.company.slug).await;
        let query = "query($id: ID!) { product(id: $id) { stock { onHand } } salesReport(input: {
            from: \"2010-01-01\", to: \"2035-01-01\", dimensions: [PRODUCT]}) {
            totals { quantity } } }";
        let told = side.company.director.ask(query, json!({"id": side.product})).await;
        let left = number(&told["product"]["stock"][0]["onHand"]);
        let sold = number(&told["salesReport"]["totals"]["quantity"]);
        assert_eq!(left + sold, Decimal::from(100_000));
    }
}

#[tokio::test]
async fn a_database_that_hangs_up_on_all_costs_few_answers() {
    let server = Replica::on_own_database().await;
    let company = Company::at(server.house()).await;
    let query = "{ customers { nodes { name } } }";
    let ask = || company.director.send(query, json!({}));
    join_all((0..8).map(|_| ask())).await;
    let mut login = PgConnection::connect(&server.house().app_url).await.unwrap();
    let hang_up = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename = current_user and pid <> pg_backend_pid()";
    let ended = sqlx::query(hang_up).execute(&mut login).await.unwrap().rows_affected();
    assert!(ended >= 2, "{ended} connections were there to be ended");
    let mut lost = 0;
    for _ in 0..10 {
        let told = ask().await;
        if told["errors"].is_array() {
            assert_eq!(told["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{told}");
            lost += 1;
        }
    }
    // The first to find out loses its answer; all the other connections are not tried.
    assert!(lost <= 1, "{lost} answers were lost");
}
