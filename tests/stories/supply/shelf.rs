//! Goods that have too little of their life left are neither offered in place of others nor
//! counted on a shelf.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::house::house;
use stories::stock::draft;

const FILL: &str = "{ supplyPlan { unmet { quantity forShelf product { sku } } } }";

#[tokio::test]
async fn goods_that_cannot_be_sold_any_more_are_no_stock() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "10.00").await;
    let input = json!({"sku": "CREAM", "name": "Cream", "groupId": at.group, "unit": "pcs",
        "tracksExpiry": true, "minShelfLifeDays": 30});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let cream = text(&made["product"]["id"]);
    let receive = async |days: i64| {
        let expires = (house().today() + chrono::Duration::days(days)).to_string();
        let lines = json!([{"productId": cream, "quantity": "9", "unitCost": "5",
            "expiresOn": expires}]);
        let selection = "goodsReceipt { id version }";
        let made = company.director.does("createGoodsReceipt", json!({"lines": lines}), selection);
        let receipt = made.await["goodsReceipt"].clone();
        let input = json!({"id": receipt["id"], "version": receipt["version"]});
        company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    };
    let customer = company.customer("Cafe", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&milk, "1")], json!({})).await;
    let alternatives = async || {
        let query = "query($id: ID!) { order(id: $id) { lines { alternatives { sku } } } }";
        let told = company.anna.ask(query, json!({"id": order.0})).await;
        told["order"]["lines"][0]["alternatives"].clone()
    };
    let point = json!([{"productId": cream, "reorderAt": "5", "target": "8"}]);
    let selection = "reorderPoints { id }";
    company.director.does("setReorderPoints", json!({"points": point}), selection).await;
    let plan = async || -> Value {
        company.director.ask(FILL, json!({})).await["supplyPlan"]["unmet"].clone()
    };
    let lacks = json!([{"quantity": "8", "forShelf": "8", "product": {"sku": "CREAM"}}]);

    receive(10).await;
    assert_eq!(alternatives().await, json!([]), "it lasts, but not long enough to be sold");
    assert_eq!(plan().await, lacks);
    receive(40).await;
    assert_eq!(alternatives().await, json!([{"sku": "CREAM"}]));
    assert_eq!(plan().await, json!([]));
    house().verify(&company.slug).await;
}
