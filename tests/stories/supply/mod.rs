//! What orders miss, and how it gets into the house.

mod assembling;
mod demand;
mod pegging;
mod plan;
mod promise;
mod purchase;
mod returns;
mod shelf;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::Company;

/// A supplier that sells a product: its id.
pub async fn supplier(company: &Company, name: &str, more: Value) -> String {
    let mut input = json!({"name": name});
    stories::company::merge(&mut input, more);
    let made = company.director.does("createSupplier", input, "supplier { id }").await;
    text(&made["supplier"]["id"])
}

/// Says that a supplier sells a product at a price, with more fields set.
pub async fn sells(company: &Company, supplier: &str, product: &str, price: &str, more: Value) {
    let mut input = json!({"supplierId": supplier, "productId": product});
    stories::company::merge(&mut input, more);
    let made = company.director.does("createSupplierItem", input, "supplierItem { id }").await;
    let item = &made["supplierItem"]["id"];
    let prices = json!([{"validFrom": "2020-01-01", "price": price}]);
    let input = json!({"supplierItemId": item, "prices": prices});
    company.director.does("setSupplierPrices", input, "supplierItem { id }").await;
}

/// Does a step with a document: its id and version as they were told last.
async fn step(actor: &Actor, mutation: &str, of: &Value, more: Value, selection: &str) -> Value {
    let mut input = json!({"id": of["id"], "version": of["version"]});
    stories::company::merge(&mut input, more);
    actor.does(mutation, input, selection).await
}

const ORDERED: &str = "purchaseOrder { id version state number lines { id quantity received awaited
    expectedOn price { amount currency } } }";

/// A purchase order that is ordered: as `ORDERED` selects it.
pub async fn ordered(actor: &Actor, input: Value) -> Value {
    let made = actor.does("createPurchaseOrder", input, "purchaseOrder { id version }").await;
    let order = &made["purchaseOrder"];
    step(actor, "orderPurchaseOrder", order, json!({}), ORDERED).await["purchaseOrder"].clone()
}

/// A receipt on the basis of a purchase order, posted: the receipt with its lines.
pub async fn received(actor: &Actor, order: &Value, more: Value) -> Value {
    let mut input = json!({"purchaseOrderId": order["id"]});
    stories::company::merge(&mut input, more);
    let made = actor.does("createGoodsReceipt", input, "goodsReceipt { id version }").await;
    let selection = "goodsReceipt { id version state lines { id quantity } }";
    let posted = step(actor, "postGoodsReceipt", &made["goodsReceipt"], json!({}), selection).await;
    posted["goodsReceipt"].clone()
}
