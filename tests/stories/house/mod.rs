//! What the warehouse does with goods between their coming and their going: they are moved, held
//! back, written off and counted.

mod counts;
mod landed;
mod lots;
mod supply;
mod transfers;
mod write_offs;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::Company;

/// A second warehouse beside the company's own.
async fn warehouse(company: &Company, name: &str) -> String {
    let input = json!({"name": name});
    let payload = company.director.does("createWarehouse", input, "warehouse { id }").await;
    text(&payload["warehouse"]["id"])
}

/// What lies of a product in a warehouse, as the director sees it; null where nothing does.
async fn stock(company: &Company, product: &str, warehouse: &str) -> Value {
    let query = "query($products: [ID!], $warehouses: [ID!]) {
        stock(products: $products, warehouses: $warehouses) { nodes {
            onHand reserved available inTransit inTransitAvailable
            value { amount } inTransitValue { amount }
            lots { onHand lot { id blocked } } } } }";
    let asked = json!({"products": [product], "warehouses": [warehouse]});
    company.director.ask(query, asked).await["stock"]["nodes"][0].clone()
}

/// The lots of a product with what is left of them, by unit cost.
async fn lots(company: &Company, product: &str) -> Vec<Value> {
    let query = "query($id: ID!) { product(id: $id) { stock { lots {
        onHand reserved value { amount }
        lot { id unitCost { amount } blocked number } } } } }";
    let told = company.director.ask(query, json!({"id": product})).await;
    let rows = told["product"]["stock"].as_array().unwrap().clone();
    rows.iter().flat_map(|row| row["lots"].as_array().unwrap().clone()).collect()
}

/// A document's id and version out of a payload.
fn document(of: &Value) -> (String, i64) {
    (text(&of["id"]), of["version"].as_i64().unwrap())
}

/// Does the next thing with a document; gives the payload.
async fn step(actor: &Actor, mutation: &str, of: &(String, i64), more: Value, ask: &str) -> Value {
    let mut input = json!({"id": of.0, "version": of.1});
    stories::company::merge(&mut input, more);
    actor.does(mutation, input, ask).await
}
