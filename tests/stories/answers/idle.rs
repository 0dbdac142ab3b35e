//! What expires soon, and what does not leave.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::stock::{confirm, draft};

use super::{days_ago, figure, only};

#[tokio::test]
async fn what_expires_is_told_in_time() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let input = json!({"sku": "YOG", "name": "Yoghurt", "groupId": at.group, "unit": "pcs",
        "tracksExpiry": true, "minShelfLifeDays": 3});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let yoghurt = text(&made["product"]["id"]);
    let lines: Vec<Value> = [("4", -2_i64), ("5", 5), ("6", 40)]
        .iter()
        .map(|(quantity, days)| {
            json!({"productId": yoghurt, "quantity": quantity, "unitCost": "2.00",
                   "expiresOn": days_ago(-*days)})
        })
        .collect();
    let input = json!({"lines": lines, "date": days_ago(20)});
    let made = company.director.does("createGoodsReceipt", input, "goodsReceipt { id version }");
    let made = made.await["goodsReceipt"].clone();
    let input = json!({"id": made["id"], "version": made["version"]});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;

    let query = "query($days: Int, $filter: IdleStockFilter, $first: Int, $after: String) {
        expiringStock(withinDays: $days, filter: $filter, first: $first, after: $after) {
        nodes { onHand daysLeft expiresOn soldUntil value { amount } product { sku } }
        totalCount { count } pageInfo { endCursor } } }";
    let ask = async |variables: Value| {
        company.director.ask(query, variables).await["expiringStock"].clone()
    };
    let told = ask(json!({})).await;
    let days: Vec<i64> =
        told["nodes"].as_array().unwrap().iter().map(|n| n["daysLeft"].as_i64().unwrap()).collect();
    assert_eq!(days, [-2, 5], "{told}");
    assert_eq!(told["nodes"][1]["soldUntil"], days_ago(-2).as_str());
    assert_eq!(figure(&told["nodes"][1]["value"]), Decimal::from(10));
    assert_eq!(told["totalCount"]["count"], 2);
    assert_eq!(ask(json!({"days": 60})).await["totalCount"]["count"], 3);
    assert_eq!(ask(json!({"days": 0})).await["totalCount"]["count"], 1);
    let first = ask(json!({"days": 60, "first": 1})).await;
    let after = &first["pageInfo"]["endCursor"];
    let next = ask(json!({"days": 60, "first": 1, "after": after})).await;
    assert_eq!(next["nodes"][0]["daysLeft"], 5);
    let elsewhere = json!({"filter": {"products": [yoghurt], "warehouses": [at.warehouse]}});
    assert_eq!(ask(elsewhere).await["totalCount"]["count"], 2);
    assert_eq!(company.director.denied(query, json!({"days": -1})).await, "BAD_USER_INPUT");

    // What has gone expires no more.
    let customer = company.customer("Cafe", &company.anna_id, json!({})).await;
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01",
        "prices": [{"productId": yoghurt, "price": "9.00"}]});
    company.director.does("setPrices", input, "priceList { id }").await;
    let order = draft(&company.anna, &customer, &[(&yoghurt, "5")], json!({})).await;
    confirm(&company.anna, &order).await;
    company.warehouse.does("shipSalesOrder", json!({"orderId": order.0}), "shipment { id }").await;
    assert_eq!(ask(json!({})).await["totalCount"]["count"], 1);
}

#[tokio::test]
async fn what_does_not_leave_is_told_with_its_cover() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let [dead, slow, quick, new] = ["DEAD", "SLOW", "QUICK", "NEW"];
    let mut goods = Vec::new();
    for sku in [dead, slow, quick] {
        let id = company.product(&at, sku, "10.00").await;
        company.receive(&at, Some(&days_ago(300)), &[(&id, "100", "3.00")]).await;
        goods.push(id);
    }
    let fresh = company.product(&at, new, "10.00").await;
    company.receive(&at, Some(&days_ago(10)), &[(&fresh, "100", "3.00")]).await;
    let customer = company.customer("Shop", &company.anna_id, json!({})).await;
    for (product, pieces, day) in
        [(&goods[1], "20", 120), (&goods[2], "40", 120), (&goods[2], "40", 5)]
    {
        let date = json!({"date": days_ago(day)});
        let order = draft(&company.director, &customer, &[(product, pieces)], date.clone()).await;
        confirm(&company.director, &order).await;
        let input = json!({"orderId": order.0, "date": days_ago(day)});
        company.director.does("shipSalesOrder", input, "shipment { id }").await;
    }
    let query = "query($condition: SlowStockCondition) { slowStock(condition: $condition) {
        nodes { product { sku } onHand value { amount } lyingSince lastOutOn gone daysOfCover }
        totalCount { count } } }";
    let ask = async |condition: Value| {
        let told = company.director.ask(query, json!({"condition": condition})).await;
        told["slowStock"].clone()
    };
    let skus = |told: &Value| -> Vec<String> {
        let nodes = told["nodes"].as_array().unwrap().iter();
        nodes.map(|node| text(&node["product"]["sku"])).collect()
    };
    let told = ask(Value::Null).await;
    assert_eq!(skus(&told), [dead, slow]);
    assert_eq!(told["totalCount"]["count"], 2);
    let [first, second] = [&told["nodes"][0], &told["nodes"][1]];
    assert_eq!(figure(&first["value"]), Decimal::from(300));
    assert!(first["lastOutOn"].is_null() && first["daysOfCover"].is_null());
    assert_eq!(first["lyingSince"], days_ago(300).as_str());
    assert_eq!(second["lastOutOn"], days_ago(120).as_str());
    // 80 left, 20 sold in a year: four years.
    assert_eq!(number(&second["daysOfCover"]), Decimal::from(1_460));
    assert_eq!(skus(&ask(json!({"idleDays": 130})).await), [dead]);
    assert_eq!(skus(&ask(json!({"coverOverDays": 365})).await), [dead, slow, new]);
    let month = json!({"coverOverDays": 10, "measuredDays": 30, "idleDays": 0});
    assert_eq!(skus(&ask(month).await), [dead, slow, quick, new]);
    let short = json!({"coverOverDays": 20, "measuredDays": 30});
    assert_eq!(skus(&ask(short).await), [dead, slow, new]);

    // A shipment undone was no sale.
    let shipped = company.director.all("shipments", "id date").await;
    let last = shipped.iter().find(|one| one["date"] == days_ago(120).as_str()).unwrap();
    let input = json!({"id": last["id"], "reason": "never left"});
    company.director.does("reverseShipment", input, "shipment { id }").await;
    let plain = "{ slowStock(condition: {idleDays: 90}) { nodes { product { sku } } } }";
    let told = company.warehouse.ask(plain, json!({})).await["slowStock"].clone();
    assert!(skus(&told).contains(&dead.to_owned()), "{told}");
    assert_eq!(company.anna.denied(plain, json!({})).await, "FORBIDDEN");
    let filter = "query($f: IdleStockFilter) { slowStock(filter: $f) { nodes { onHand } } }";
    let one = json!({"f": {"products": [goods[0]], "warehouses": [at.warehouse]}});
    assert_eq!(only(&company.director.ask(filter, one).await["slowStock"])["onHand"], "100");
}
