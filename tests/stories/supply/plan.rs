//! One question says what to buy, one answer buys it.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::imports::colleague;
use stories::stock::{confirm, draft};

use super::{sells, supplier};

const PLAN: &str = "query($input: SupplyPlanInput) { supplyPlan(input: $input) {
    purchases { need { quantity forShelf neededBy product { id } warehouse { id } demands { id } }
        offer { quantity isLate expectedOn supplier { id name } amount { amount currency } }
        otherOffers { supplier { name } } }
    unmet { quantity product { sku } } } }";

#[tokio::test]
async fn what_orders_miss_and_shelves_lack_is_proposed_and_ordered_at_once() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let nut = company.product(&at, "NUT", "10.00").await;
    let rare = company.product(&at, "RARE", "10.00").await;
    let cheap = supplier(&company, "Cheap", json!({"leadTimeDays": 30})).await;
    let quick = supplier(&company, "Quick", json!({"leadTimeDays": 2})).await;
    sells(&company, &cheap, &bolt, "2", json!({"lotMultiple": "10"})).await;
    sells(&company, &quick, &bolt, "3", json!({})).await;
    sells(&company, &quick, &nut, "1", json!({"minimumLot": "50"})).await;
    let customer = company.customer("Stroy", &company.anna_id, json!({})).await;
    let soon = (house().today() + chrono::Duration::days(10)).to_string();
    let late = (house().today() + chrono::Duration::days(60)).to_string();
    let order = async |product: &str, quantity: &str, day: &str| {
        let more = json!({"requestedShipDate": day});
        let order = draft(&company.anna, &customer, &[(product, quantity)], more).await;
        confirm(&company.anna, &order).await;
    };
    order(&bolt, "7", &soon).await;
    order(&rare, "1", &late).await;

    let point = json!([{"productId": nut, "warehouseId": at.warehouse, "reorderAt": "5",
        "target": "20"}]);
    let selection = "reorderPoints { id target product { sku } }";
    let told = buyer.does("setReorderPoints", json!({"points": point}), selection).await;
    assert_eq!(told["reorderPoints"][0]["product"]["sku"], "NUT");
    assert_eq!(buyer.all("reorderPoints", "reorderAt").await, [json!({"reorderAt": "5"})]);

    let plan = buyer.ask(PLAN, json!({})).await["supplyPlan"].clone();
    assert_eq!(plan["unmet"], json!([{"quantity": "1", "product": {"sku": "RARE"}}]));
    let purchases = plan["purchases"].as_array().unwrap();
    assert_eq!(purchases.len(), 2, "{plan}");
    let of = |product: &str| {
        purchases.iter().find(|one| one["need"]["product"]["id"] == product).unwrap()
    };
    // The cheap one would be late.
    let bolts = of(&bolt);
    assert_eq!(bolts["offer"]["supplier"]["name"], "Quick");
    assert_eq!(bolts["offer"]["isLate"], false);
    assert_eq!(bolts["otherOffers"][0]["supplier"]["name"], "Cheap");
    assert_eq!(number(&bolts["offer"]["quantity"]), Decimal::from(7));
    let nuts = of(&nut);
    assert_eq!(number(&nuts["need"]["forShelf"]), Decimal::from(20));
    assert_eq!(number(&nuts["offer"]["quantity"]), Decimal::from(50), "the least it sells");

    let demand = bolts["need"]["demands"][0]["id"].clone();
    let only = json!({"input": {"demandIds": [demand]}});
    let told = buyer.ask(PLAN, only).await["supplyPlan"].clone();
    assert_eq!(told["purchases"].as_array().unwrap().len(), 1, "no shelves beside named demands");

    let chosen: Vec<Value> = purchases
        .iter()
        .map(|one| {
            json!({"supplierId": one["offer"]["supplier"]["id"],
                "productId": one["need"]["product"]["id"],
                "warehouseId": one["need"]["warehouse"]["id"],
                "quantity": one["offer"]["quantity"]})
        })
        .collect();
    let input = json!({"purchases": chosen, "placedAs": "ORDERED", "idempotencyKey": "plan-1"});
    let selection = "purchaseOrders { id state supplier { name } lines { quantity } }";
    let told = buyer.does("orderSupply", input.clone(), selection).await;
    let orders = told["purchaseOrders"].as_array().unwrap().clone();
    assert_eq!(orders.len(), 1, "one supplier, one order");
    assert_eq!(
        (text(&orders[0]["state"]), orders[0]["lines"].as_array().unwrap().len()),
        ("ORDERED".to_owned(), 2)
    );
    let again = buyer.does("orderSupply", input, selection).await;
    assert_eq!(again["purchaseOrders"][0]["id"], orders[0]["id"]);
    let plan = buyer.ask(PLAN, json!({})).await["supplyPlan"].clone();
    assert_eq!(plan["purchases"], json!([]), "all is on its way");
    house().verify(&company.slug).await;
    assert_eq!(company.anna.denied(PLAN, json!({})).await, "FORBIDDEN");
}
