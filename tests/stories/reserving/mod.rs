//! Reservations worked on by hand and by time.

mod expiry;
mod lots;
mod moving;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::Company;

/// What an order holds: lots by number with quantities, in the order of numbers.
async fn held(actor: &Actor, order: &str) -> Vec<(String, Decimal)> {
    let rows = reservations(actor, order).await;
    let row = |row: &Value| (text(&row["lot"]["number"]), number(&row["quantity"]));
    let mut rows: Vec<(String, Decimal)> = rows.iter().map(row).collect();
    rows.sort();
    rows
}

/// The reservations of an order.
async fn reservations(actor: &Actor, order: &str) -> Vec<Value> {
    let query = "query($id: ID!) { order(id: $id) { lines { reservations {
        id quantity warehouse { id name } lot { id number } } } } }";
    let told = actor.ask(query, json!({"id": order})).await;
    let lines = told["order"]["lines"].as_array().unwrap().iter();
    lines.flat_map(|line| line["reservations"].as_array().unwrap().clone()).collect()
}

/// The first line of an order.
async fn line(actor: &Actor, order: &str) -> Value {
    let query = "query($id: ID!) { order(id: $id) { version lines { id } } }";
    actor.ask(query, json!({"id": order})).await["order"]["lines"][0]["id"].clone()
}

/// Lots with numbers come in: (number, quantity, the days until they expire), into a warehouse.
async fn receive_lots(
    company: &Company,
    warehouse: &str,
    product: &str,
    lots: &[(&str, &str, Option<i64>)],
) {
    let today = stories::house::house().today();
    let lines: Vec<Value> = lots
        .iter()
        .map(|(number, quantity, days)| {
            let expires = days.map(|days| (today + chrono::Duration::days(days)).to_string());
            json!({"productId": product, "quantity": quantity, "unitCost": "5.00",
                   "lotNumber": number, "expiresOn": expires})
        })
        .collect();
    let input = json!({"warehouseId": warehouse, "lines": lines});
    let made = company.director.does("createGoodsReceipt", input, "goodsReceipt { id version }");
    let made = made.await["goodsReceipt"].clone();
    let input = json!({"id": made["id"], "version": made["version"]});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
}

/// The id of the lot with a number.
async fn lot(company: &Company, number: &str) -> String {
    let query = "query($n: String) { lots(filter: {number: $n}) { nodes { id } } }";
    let told = company.director.ask(query, json!({"n": number})).await;
    text(&told["lots"]["nodes"][0]["id"])
}

fn parts(list: &[(&str, i64)]) -> Vec<(String, Decimal)> {
    list.iter().map(|(lot, pieces)| ((*lot).to_owned(), Decimal::from(*pieces))).collect()
}
