//! Goods that are no more.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{document, lots, step, stock};

const WRITE_OFF: &str = "writeOff { id version number state reason heldGoods
    lines { quantity lot { id } } movements { kind quantity } }
    reservations { order { id } lost heldInstead short }";

async fn written(actor: &Actor, lines: Value, more: Value) -> (String, i64) {
    let mut input = json!({"reason": "Broken", "lines": lines});
    stories::company::merge(&mut input, more);
    let payload = actor.does("createWriteOff", input, WRITE_OFF).await;
    document(&payload["writeOff"])
}

#[tokio::test]
async fn expired_goods_go_first_and_held_ones_stay() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let eggs = company.product(&at, "EGGS", "20.00").await;
    let lines = json!([
        {"productId": eggs, "quantity": "5", "unitCost": "2.00"},
        {"productId": eggs, "quantity": "5", "unitCost": "3.00", "expiresOn": "2020-01-01"},
    ]);
    let input = json!({"lines": lines, "warehouseId": at.warehouse});
    let made = company.director.does("createGoodsReceipt", input, "goodsReceipt { id }").await;
    let input = json!({"id": made["goodsReceipt"]["id"], "version": 1});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    let customer = company.customer("Eggs", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&eggs, "3")], json!({})).await;
    confirm(&company.anna, &order).await;

    let wanted = |quantity: &str| json!([{"productId": eggs, "quantity": quantity}]);
    let too_much = written(&company.warehouse, wanted("8"), json!({})).await;
    let input = json!({"id": too_much.0, "version": too_much.1});
    let code = company.warehouse.refused("postWriteOff", input, WRITE_OFF).await;
    assert_eq!(code, "INSUFFICIENT_STOCK", "three are held");
    let payload = step(&company.warehouse, "cancelWriteOff", &too_much, json!({}), WRITE_OFF).await;
    assert_eq!(payload["writeOff"]["state"], "CANCELLED");

    let six = written(&company.warehouse, wanted("6"), json!({})).await;
    let payload = step(&company.warehouse, "postWriteOff", &six, json!({}), WRITE_OFF).await;
    let posted = &payload["writeOff"];
    assert_eq!(posted["state"], "POSTED");
    assert!(posted["number"].as_str().is_some());
    let query = "query($id: ID!) { writeOff(id: $id) { total { amount } } }";
    let told = company.director.ask(query, json!({"id": six.0})).await;
    assert_eq!(told["writeOff"]["total"]["amount"], "17.00", "5 × 3 expired, 1 × 2");
    assert_eq!(company.warehouse.denied(query, json!({"id": six.0})).await, "FORBIDDEN");
    let here = stock(&company, &eggs, &at.warehouse).await;
    assert_eq!(
        (here["onHand"].as_str(), here["value"]["amount"].as_str()),
        (Some("4"), Some("8.00"))
    );
    house().verify(&company.slug).await;

    let six = document(posted);
    let input = json!({"id": six.0, "version": six.1});
    let code = company.warehouse.tries("reverseWriteOff", input, WRITE_OFF).await;
    assert_eq!(code.unwrap_err(), "FORBIDDEN");
    let payload = step(&company.accounting, "reverseWriteOff", &six, json!({}), WRITE_OFF).await;
    assert_eq!(payload["writeOff"]["state"], "REVERSED");
    let here = stock(&company, &eggs, &at.warehouse).await;
    assert_eq!(
        (here["onHand"].as_str(), here["value"]["amount"].as_str()),
        (Some("10"), Some("25.00"))
    );
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn held_goods_go_where_the_write_off_says_so() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let vases = company.product(&at, "VASES", "20.00").await;
    company.receive(&at, Some("2026-03-01"), &[(&vases, "5", "10.00")]).await;
    company.receive(&at, Some("2026-03-02"), &[(&vases, "2", "11.00")]).await;
    let customer = company.customer("Vases", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&vases, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let old = text(&lots(&company, &vases).await[0]["lot"]["id"]);
    let lines = json!([{"productId": vases, "quantity": "4", "lotId": old}]);

    let stay = written(&company.warehouse, lines.clone(), json!({})).await;
    let input = json!({"id": stay.0, "version": stay.1});
    let code = company.warehouse.refused("postWriteOff", input, WRITE_OFF).await;
    assert_eq!(code, "INSUFFICIENT_STOCK");
    let go =
        step(&company.warehouse, "updateWriteOff", &stay, json!({"heldGoods": "GO"}), WRITE_OFF)
            .await;
    let go = document(&go["writeOff"]);
    let payload = step(&company.warehouse, "postWriteOff", &go, json!({}), WRITE_OFF).await;
    let kept = &payload["reservations"][0];
    assert_eq!(number(&kept["lost"]), Decimal::from(3));
    assert_eq!(number(&kept["heldInstead"]), Decimal::from(2));
    assert_eq!(number(&kept["short"]), Decimal::ONE);
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_blocked_lot_is_written_off_by_name_and_no_past_is_changed() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let paint = company.product(&at, "PAINT", "20.00").await;
    company.receive(&at, Some("2026-03-01"), &[(&paint, "6", "10.00")]).await;
    let lot = text(&lots(&company, &paint).await[0]["lot"]["id"]);
    let input = json!({"id": lot, "reason": "Dry"});
    company.warehouse.does("blockLot", input, "lot { id }").await;

    let any = json!([{"productId": paint, "quantity": "1"}]);
    let unnamed = written(&company.director, any, json!({})).await;
    let input = json!({"id": unnamed.0, "version": unnamed.1});
    let code = company.director.refused("postWriteOff", input, WRITE_OFF).await;
    assert_eq!(code, "INSUFFICIENT_STOCK");
    let named = json!([{"productId": paint, "quantity": "6", "lotId": lot}]);
    let past = json!({"date": "2026-02-01"});
    let too_early = written(&company.director, named.clone(), past).await;
    let input = json!({"id": too_early.0, "version": too_early.1});
    let code = company.director.refused("postWriteOff", input, WRITE_OFF).await;
    assert_eq!(code, "NEGATIVE_BALANCE");
    let now = written(&company.director, named, json!({})).await;
    step(&company.director, "postWriteOff", &now, json!({}), WRITE_OFF).await;
    assert_eq!(lots(&company, &paint).await.len(), 0);
    house().verify(&company.slug).await;
}
