//! Goods of a story: products with prices, receipts, orders.

use serde_json::{Value, json};

use crate::actor::{Actor, text};
use crate::company::{Company, Furniture, merge};

impl Company {
    /// A product with a price from long ago, without VAT.
    pub async fn product(&self, at: &Furniture, sku: &str, price: &str) -> String {
        let input = json!({
            "sku": sku, "name": format!("Product {sku}"), "groupId": at.group, "unit": "pcs",
        });
        let payload = self.director.does("createProduct", input, "product { id }").await;
        let id = text(&payload["product"]["id"]);
        let input = json!({
            "priceListId": at.price_list, "validFrom": "2000-01-01",
            "prices": [{"productId": id, "price": price}],
        });
        self.director.does("setPrices", input, "priceList { id }").await;
        id
    }

    /// Goods come in: (product, quantity, unit cost), on a date or today.
    pub async fn receive(
        &self,
        at: &Furniture,
        date: Option<&str>,
        goods: &[(&str, &str, &str)],
    ) -> String {
        let lines: Vec<Value> = goods
            .iter()
            .map(|(product, quantity, cost)| {
                json!({"productId": product, "quantity": quantity, "unitCost": cost})
            })
            .collect();
        let mut input = json!({"warehouseId": at.warehouse, "lines": lines});
        if let Some(date) = date {
            merge(&mut input, json!({"date": date}));
        }
        let selection = "goodsReceipt { id version }";
        let payload = self.director.does("createGoodsReceipt", input, selection).await;
        let receipt = &payload["goodsReceipt"];
        let input = json!({"id": receipt["id"], "version": receipt["version"]});
        let posted = self.director.does("postGoodsReceipt", input, "goodsReceipt { id state }");
        assert_eq!(posted.await["goodsReceipt"]["state"], "POSTED");
        text(&receipt["id"])
    }
}

/// A draft order: (product, quantity) lines, with other fields set.
pub async fn draft(
    actor: &Actor,
    customer: &str,
    lines: &[(&str, &str)],
    more: Value,
) -> (String, i64) {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(product, quantity)| json!({"productId": product, "quantity": quantity}))
        .collect();
    let mut input = json!({"customerId": customer, "lines": lines});
    merge(&mut input, more);
    let payload = actor.does("createSalesOrder", input, "order { id version }").await;
    (text(&payload["order"]["id"]), payload["order"]["version"].as_i64().unwrap())
}

/// Confirms an order; gives the payload with what was reserved and what is short.
pub async fn confirm(actor: &Actor, order: &(String, i64)) -> Value {
    let input = json!({"id": order.0, "version": order.1});
    let selection = "order { id state version number }
        availability { line { id } available reserved short }";
    actor.does("confirmSalesOrder", input, selection).await
}
