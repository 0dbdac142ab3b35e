//! Lots held back: a whole one, and a part of one.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{lots, stock, warehouse};

const LOT: &str = "lot { id blocked blockReason origin source { id }
    balances { onHand value { amount } } }
    reservations { order { id } lost heldInstead short }";

/// The lot as the warehouse is told of it: it may see no value.
const SEEN: &str = "lot { id blocked } reservations { order { id } lost heldInstead short }";

#[tokio::test]
async fn a_blocked_lot_is_held_for_nobody_and_shipped_to_nobody() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let south = warehouse(&company, "South").await;
    let milk = company.product(&at, "MILK", "20.00").await;
    company.receive(&at, Some("2026-03-01"), &[(&milk, "10", "5.00")]).await;
    company.receive(&at, Some("2026-03-02"), &[(&milk, "4", "6.00")]).await;
    let customer = company.customer("Milk", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&milk, "8")], json!({})).await;
    confirm(&company.anna, &order).await;
    // A part of the lot is on its way elsewhere: it is held back there too.
    let old = text(&lots(&company, &milk).await[0]["lot"]["id"]);
    let lines = json!([{"productId": milk, "quantity": "2", "lotId": old}]);
    let input = json!({"toId": south, "lines": lines});
    let asked = "stockTransfer { id version }";
    let made = company.warehouse.does("createStockTransfer", input, asked).await;
    let input = json!({"id": made["stockTransfer"]["id"], "version": 1});
    company.warehouse.does("sendStockTransfer", input, asked).await;

    let input = json!({"id": old, "reason": ""});
    assert_eq!(company.warehouse.refused("blockLot", input, SEEN).await, "REQUIRED");
    let input = json!({"id": old, "reason": "Sour"});
    assert_eq!(company.anna.tries("blockLot", input.clone(), SEEN).await.unwrap_err(), "FORBIDDEN");
    let payload = company.warehouse.does("blockLot", input.clone(), SEEN).await;
    assert_eq!(payload["lot"]["blocked"], true);
    let kept = &payload["reservations"][0];
    assert_eq!(kept["order"]["id"], order.0.as_str());
    let figure = |name: &str| number(&kept[name]);
    assert_eq!(figure("lost"), Decimal::from(8));
    assert_eq!(figure("heldInstead"), Decimal::from(4), "the other lot");
    assert_eq!(figure("short"), Decimal::from(4));
    let code = company.warehouse.refused("blockLot", input, SEEN).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let here = stock(&company, &milk, &at.warehouse).await;
    assert_eq!((here["onHand"].as_str(), here["available"].as_str()), (Some("12"), Some("0")));
    assert_eq!(stock(&company, &milk, &south).await["inTransitAvailable"], "0");
    let input = json!({"orderId": order.0});
    let code = company.warehouse.refused("shipSalesOrder", input.clone(), "shipment { id }").await;
    assert_eq!(code, "INSUFFICIENT_STOCK");
    house().verify(&company.slug).await;

    let payload = company.warehouse.does("unblockLot", json!({"id": old}), SEEN).await;
    assert_eq!(payload["lot"]["blocked"], false);
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_part_in_quarantine_takes_its_share_of_the_value_there_and_back() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "20.00").await;
    // Three pieces for 100.00: the shares are 33.33, 33.34 and 33.33.
    company.receive(&at, None, &[(&tea, "3", "33.3333")]).await;
    let customer = company.customer("Tea", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&tea, "2")], json!({})).await;
    confirm(&company.anna, &order).await;
    let lot = text(&lots(&company, &tea).await[0]["lot"]["id"]);
    let quarantine = |quantity: &str| json!({"lotId": lot, "warehouseId": at.warehouse, "quantity": quantity, "reason": "Wet"});
    let code = company.director.refused("quarantineGoods", quarantine("4"), LOT).await;
    assert_eq!(code, "INSUFFICIENT_STOCK");

    // The free piece goes first, so nobody loses anything.
    let payload = company.director.does("quarantineGoods", quarantine("1"), LOT).await;
    let first = &payload["lot"];
    assert_eq!(payload["reservations"].as_array().unwrap().len(), 0);
    assert_eq!(
        (first["blocked"].as_bool(), first["origin"].as_str()),
        (Some(true), Some("QUARANTINE"))
    );
    assert_eq!(first["source"]["id"], lot.as_str());
    assert_eq!(first["blockReason"], "Wet");
    assert_eq!(first["balances"][0]["value"]["amount"], "33.33");
    // The next one is held for the order.
    let payload = company.director.does("quarantineGoods", quarantine("1"), LOT).await;
    let kept = &payload["reservations"][0];
    assert_eq!((number(&kept["lost"]), number(&kept["short"])), (Decimal::ONE, Decimal::ONE));
    assert_eq!(payload["lot"]["balances"][0]["value"]["amount"], "33.34");
    let left = lots(&company, &tea).await;
    let values: Vec<&Value> = left.iter().map(|row| &row["value"]["amount"]).collect();
    assert_eq!(values.len(), 3);
    house().verify(&company.slug).await;

    let input = json!({"lotId": first["id"], "warehouseId": at.warehouse});
    let payload = company.director.does("releaseQuarantine", input.clone(), LOT).await;
    assert_eq!(payload["lot"]["id"], lot.as_str());
    assert_eq!(payload["lot"]["balances"][0]["onHand"], "2");
    assert_eq!(payload["lot"]["balances"][0]["value"]["amount"], "66.66");
    let code = company.director.refused("releaseQuarantine", input, LOT).await;
    assert_eq!(code, "INSUFFICIENT_STOCK");
    let input = json!({"lotId": lot});
    assert_eq!(company.director.refused("releaseQuarantine", input, LOT).await, "INVALID");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn pieces_that_an_order_holds_are_not_released_under_it() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "20.00").await;
    company.receive(&at, None, &[(&tea, "5", "10.00")]).await;
    let lot = text(&lots(&company, &tea).await[0]["lot"]["id"]);
    let input = json!({"lotId": lot, "warehouseId": at.warehouse, "quantity": "5",
        "reason": "Wet"});
    let part = company.director.does("quarantineGoods", input, LOT).await["lot"]["id"].clone();
    company.warehouse.does("unblockLot", json!({"id": part}), SEEN).await;
    let customer = company.customer("Tea", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&tea, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let release = async |quantity: Option<&str>| {
        let input = json!({"lotId": part, "warehouseId": at.warehouse, "quantity": quantity});
        company.director.tries("releaseQuarantine", input, LOT).await
    };
    assert_eq!(release(None).await.unwrap_err(), "IN_USE");
    assert_eq!(release(Some("2")).await.unwrap_err(), "IN_USE");
    let here = stock(&company, &tea, &at.warehouse).await;
    assert_eq!((here["reserved"].as_str(), here["available"].as_str()), (Some("4"), Some("1")));
    // The free one goes; the others do when nobody holds them.
    release(Some("1")).await.unwrap();
    house().verify(&company.slug).await;
    let input = json!({"id": order.0, "reason": "coffee now"});
    company.anna.does("cancelSalesOrder", input, "order { id }").await;
    let payload = release(None).await.unwrap();
    assert_eq!(payload["lot"]["balances"][0]["onHand"], "5");
    house().verify(&company.slug).await;
}
