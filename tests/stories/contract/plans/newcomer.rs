//! A company that has just come: the planner's statistics know the others and not it, and take
//! what it has for next to nothing.

use serde_json::json;
use sqlx::{Connection, PgConnection};
use stories::company::Company;
use stories::house::Replica;
use stories::stock::{confirm, draft};

use super::MOST_ROWS;
use super::watch::Watched;

/// Products of the company.
const PRODUCTS: usize = 10;
/// Lots of each of its products in a receipt.
const LOTS: usize = 20;
/// Its receipts; together they bring 600 lots.
const RECEIPTS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_statistics_do_not_know_sells_by_keys_as_well() {
    let mut watched = Watched::start().await;
    let server = Replica::on(&watched.owner_url()).await;
    stocked(&server, 1).await;
    let mut owner = PgConnection::connect(&watched.owner_url()).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(&mut owner).await.unwrap();

    let (newcomer, products, customer) = stocked(&server, RECEIPTS).await;
    watched.watch().await;
    let mut wrong = Vec::new();
    for _ in 0..7 {
        let lines: Vec<(&str, &str)> = products[..5].iter().map(|id| (id.as_str(), "3")).collect();
        let order = draft(&newcomer.director, &customer, &lines, json!({})).await;
        confirm(&newcomer.director, &order).await;
        let input = json!({"orderId": order.0});
        newcomer.director.does("shipSalesOrder", input, "shipment { id }").await;
    }
    for plan in watched.plans() {
        for scan in plan.scans.iter().filter(|scan| scan.rows > MOST_ROWS) {
            wrong.push(format!("{} rows of {} in {}", scan.rows, scan.table, plan.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A company with some lots of each product, one piece in a lot, and a customer.
async fn stocked(server: &Replica, receipts: usize) -> (Company, Vec<String>, String) {
    let company = Company::at(server.house()).await;
    let at = company.furnish().await;
    let mut products = Vec::new();
    for n in 0..PRODUCTS {
        products.push(company.product(&at, &format!("SKU-{n}"), "10.00").await);
    }
    let goods: Vec<(&str, &str, &str)> =
        (0..PRODUCTS * LOTS).map(|n| (products[n % PRODUCTS].as_str(), "1", "7.00")).collect();
    for _ in 0..receipts {
        company.receive(&at, None, &goods).await;
    }
    let customer = company.customer("Domostroy", &company.anna_id, json!({})).await;
    (company, products, customer)
}
