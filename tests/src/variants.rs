//! Goods in variants: a shirt in two colours and three sizes.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::actor::{Actor, text};
use crate::company::{Company, Furniture};

/// A shirt with its variants.
pub struct Wardrobe {
    /// The product.
    pub shirt: String,
    /// The attribute of the group.
    pub colour: Value,
    /// The attribute of the product.
    pub size: Value,
    /// The ids of the variants by what names show: `Red, M`.
    pub variants: HashMap<String, String>,
}

impl Wardrobe {
    /// The id of a variant.
    pub fn of(&self, values: &str) -> &str {
        &self.variants[values]
    }

    /// The id of a choice by its text.
    pub fn choice(attribute: &Value, value: &str) -> Value {
        let choices = attribute["choices"].as_array().unwrap();
        let found = choices.iter().find(|choice| choice["value"] == value);
        found.unwrap_or_else(|| panic!("{attribute} has no {value}"))["id"].clone()
    }
}

impl Company {
    /// A shirt at 10.00 in two colours and three sizes.
    pub async fn wardrobe(&self, at: &Furniture) -> Wardrobe {
        let shirt = self.product(at, "SHIRT", "10.00").await;
        let input = json!({"id": shirt, "version": 1, "hasVariants": true});
        self.director.does("updateProduct", input, "product { id }").await;
        let input = json!({"groupId": at.group, "name": "Colour", "kind": "CHOICE",
            "choices": ["Red", "Blue"]});
        let colour = self.attribute(input).await;
        let input = json!({"productId": shirt, "name": "Size", "kind": "CHOICE", "place": 1,
            "choices": ["S", "M", "L"]});
        let size = self.attribute(input).await;
        let made = self.director.does(
            "generateProductVariants",
            json!({"productId": shirt}),
            "productVariants { id values { shown } }",
        );
        let made = made.await;
        let named = |variant: &Value| {
            let values = variant["values"].as_array().unwrap();
            let shown: Vec<String> = values.iter().map(|value| text(&value["shown"])).collect();
            (shown.join(", "), text(&variant["id"]))
        };
        let variants = made["productVariants"].as_array().unwrap().iter().map(named).collect();
        Wardrobe { shirt, colour, size, variants }
    }

    /// What variants differ by.
    pub async fn attribute(&self, input: Value) -> Value {
        let selection = "productAttribute { id version choices { id value archived } }";
        let made = self.director.does("createProductAttribute", input, selection).await;
        made["productAttribute"].clone()
    }

    /// Goods of variants come in: (variant, quantity, unit cost), on a date or today.
    pub async fn receive_variants(
        &self,
        at: &Furniture,
        date: Option<&str>,
        (product, goods): (&str, &[(&str, &str, &str)]),
    ) {
        let line = |(variant, quantity, cost): &(&str, &str, &str)| {
            json!({"productId": product, "variantId": variant, "quantity": quantity,
                "unitCost": cost})
        };
        let lines: Vec<Value> = goods.iter().map(line).collect();
        let mut input = json!({"warehouseId": at.warehouse, "lines": lines});
        if let Some(date) = date {
            input["date"] = json!(date);
        }
        let selection = "goodsReceipt { id version }";
        let payload = self.director.does("createGoodsReceipt", input, selection).await;
        let receipt = &payload["goodsReceipt"];
        let input = json!({"id": receipt["id"], "version": receipt["version"]});
        self.director.does("postGoodsReceipt", input, "goodsReceipt { id state }").await;
    }
}

/// A draft order of one product's variants: (variant, quantity) lines.
pub async fn draft_variants(
    actor: &Actor,
    customer: &str,
    (product, lines): (&str, &[(&str, &str)]),
) -> (String, i64) {
    let line = |(variant, quantity): &(&str, &str)| json!({"productId": product, "variantId": variant, "quantity": quantity});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    let input = json!({"customerId": customer, "lines": lines});
    let payload = actor.does("createSalesOrder", input, "order { id version }").await;
    (text(&payload["order"]["id"]), payload["order"]["version"].as_i64().unwrap())
}
