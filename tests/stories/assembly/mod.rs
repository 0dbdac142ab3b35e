//! Goods put together of others, and taken apart: to the kopeck, and traced both ways.

mod apart;
mod bills;
mod together;

use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::Company;

/// What stories look at of an assembly order.
const ORDER: &str = "assemblyOrder { id version number state quantity
    labour { amount } goodsCost { amount } total { amount } availableTransitions
    lines { id product { sku } quantity cost { amount } lots { lot { id } quantity } }
    movements { kind quantity value { amount } lot { id number } } }";

/// A bill: so many finished goods of (product, quantity) components.
pub(crate) async fn bill(
    company: &Company,
    product: &str,
    (yields, rate): (&str, &str),
    components: &[(&str, &str)],
) -> String {
    let parts: Vec<Value> = components
        .iter()
        .map(|(product, quantity)| json!({"productId": product, "quantity": quantity}))
        .collect();
    let first = json!({"validFrom": "2000-01-01", "yields": yields, "labourRate": rate,
        "components": parts});
    let input = json!({"name": "Usual", "productId": product, "firstVersion": first});
    let made = company.director.does("createBillOfMaterials", input, "billOfMaterials { id }");
    text(&made.await["billOfMaterials"]["id"])
}

/// Writes an assembly order down and posts it.
async fn assemble(actor: &Actor, input: Value) -> Value {
    let made = actor.does("createAssemblyOrder", input, "assemblyOrder { id version }").await;
    let made = &made["assemblyOrder"];
    let input = json!({"id": made["id"], "version": made["version"]});
    actor.does("postAssemblyOrder", input, ORDER).await["assemblyOrder"].clone()
}

/// What lies of a product: (on hand, value).
async fn stock(company: &Company, product: &str) -> (String, String) {
    let query = "query($p: [ID!]) { stock(products: $p) { nodes { onHand value { amount } } } }";
    let told = company.director.ask(query, json!({"p": [product]})).await;
    match told["stock"]["nodes"].as_array().unwrap().first() {
        Some(row) => (text(&row["onHand"]), amount(&row["value"])),
        None => ("0".to_owned(), "0".to_owned()),
    }
}

/// An amount of money without the zeros of its currency.
fn amount(money: &Value) -> String {
    number(&money["amount"]).normalize().to_string()
}
