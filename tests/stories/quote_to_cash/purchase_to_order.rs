//! Purchase to order: what the stock does not cover is bought for the order, and goes when it comes.

use serde_json::json;
use stories::imports::colleague;

use super::Shop;
use crate::supply::{ordered, received, sells, supplier};

#[tokio::test]
async fn purchase_to_order() {
    let shop = Shop::on_route("Purchase to order", json!({})).await;
    let company = &shop.company;
    let buyer = colleague(company, "purchasing").await;
    let zavod = supplier(company, "Zavod", json!({"leadTimeDays": 5})).await;
    sells(company, &zavod, &shop.pump, "640", json!({"lotMultiple": "4"})).await;
    company.receive(&shop.at, None, &[(&shop.pump, "4", "600.00")]).await;

    let quote = shop.accepted_quote().await;
    let (order, held) = shop.confirmed_order(&quote).await;
    assert_eq!(order["coverBy"], "PURCHASE");
    assert_eq!(held, [["4", "6"], ["7", "0"]]);

    // The buyer makes a purchase order of what is missing: nobody tells him what, how much, of whom
    // at what price and by when.
    let demands = buyer.all("demands", "id quantity state product { sku }").await;
    let missing: Vec<_> =
        demands.iter().map(|one| (&one["product"]["sku"], &one["quantity"])).collect();
    assert_eq!(missing, [(&json!("PUMP"), &json!("6"))]);
    let input = json!({"supplierId": zavod, "demandIds": [demands[0]["id"]]});
    let bought = ordered(&buyer, input).await;
    let line = &bought["lines"][0];
    assert_eq!((&line["quantity"], &line["price"]["amount"]), (&json!("8"), &json!("640.00")));

    // What lies here goes at once: 4 × 950.00 and the hoses.
    let first = shop.picked(&order).await;
    shop.shipped(&first, "IN_FULFILMENT").await;
    assert_eq!(shop.debts(&order).await, [("4825.97".into(), "4825.97".into(), 0)]);
    let figures = ["4021.64", "2486.42", "1535.22", "0", "1535.22", "38.17"];
    assert_eq!(shop.figures(&first).await, figures);

    // What comes is held for whoever waits for it; two that the lot brought besides are free.
    received(&company.warehouse, &bought, json!({})).await;
    assert_eq!(shop.in_stock(&shop.pump).await, ["8", "6"]);
    let second = shop.picked(&order).await;
    shop.shipped(&second, "COMPLETED").await;
    assert_eq!(shop.in_stock(&shop.pump).await, ["2", "0"]);
    let figures = ["5700", "3840", "1860", "0", "1860", "32.63"];
    assert_eq!(shop.figures(&second).await, figures);
    shop.delivered(&first, "500.00").await;
    shop.delivered(&second, "300.00").await;

    // Cost 4 × 600 + 6 × 640 + 86.42 = 6 326.42, profit 3 395.22 (34.924 %), less 800.00.
    let figures = ["9721.64", "6326.42", "3395.22", "800", "2595.22", "34.92"];
    assert_eq!(shop.reported().await, figures);
    assert_eq!(shop.owed().await, ["11665.97", "0", "0", "11665.97"]);
    let invoice = shop.invoice(&order, None).await;
    assert_eq!(super::three(&invoice), ["9721.64", "1944.33", "11665.97"]);
    shop.paid_by_bank(&invoice, "11665.97").await;
    let debts = [("4825.97".into(), "0".into(), 0), ("6840".into(), "0".into(), 0)];
    assert_eq!(shop.debts(&order).await, debts);
    assert_eq!(shop.owed().await, ["0", "0", "0", "0"]);
    let shipment = json!({"state": "POSTED", "deliveries": [{"state": "DELIVERED"}],
        "receivables": [{"state": "SETTLED"}]});
    let chain = json!({"state": "COMPLETED",
        "invoices": [{"state": "PAID", "payments": [{"amount": {"amount": "11665.97"}}]}],
        "shipments": [shipment, shipment]});
    shop.is_whole(&quote, chain).await;
    let query = "query($id: ID!) { purchaseOrder(id: $id) { state } }";
    let told = buyer.ask(query, json!({"id": bought["id"]})).await;
    assert_eq!(told["purchaseOrder"]["state"], "RECEIVED");
}
