//! Who pays before goods are reserved has them reserved when he has paid: not earlier, not twice,
//! and not never.

use std::time::{Duration, Instant};

use futures::future::join_all;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number};
use stories::company::Company;
use stories::house::{Replica, house};
use stories::stock::draft;

/// Well over the second that a worker may take to look and to hold.
const PATIENCE: Duration = Duration::from_secs(10);
/// Two looks of the worker: what has not come by then does not come.
const TWO_LOOKS: Duration = Duration::from_millis(1_200);

/// A customer who pays 30 % before goods are reserved.
async fn prepaying(company: &Company, name: &str) -> String {
    let steps = json!([
        {"percent": "30", "moment": "BEFORE_RESERVE"},
        {"percent": "70", "moment": "AFTER_SHIPMENT", "days": 30},
    ]);
    let agreement = json!({"agreement": {"paymentSteps": steps}});
    company.customer(name, &company.anna_id, agreement).await
}

async fn confirm(actor: &Actor, order: &(String, i64)) -> Value {
    let input = json!({"id": order.0, "version": order.1});
    let selection = "order { version awaitedPayment { amount currency } }
        availability { reserved short } warnings { code message details }";
    actor.does("confirmSalesOrder", input, selection).await
}

async fn pay(company: &Company, order: &str, amount: &str) -> Value {
    let input = json!({"orderId": order, "amount": amount});
    let payload = company.accounting.does("recordPayment", input, "payment { id version }").await;
    payload["payment"].clone()
}

async fn look(actor: &Actor, order: &str) -> Value {
    let query = "query($id: ID!) { order(id: $id) {
        state awaitedPayment { amount } lines { reserved short }
        history { action actorKind } } }";
    actor.ask(query, json!({"id": order})).await["order"].clone()
}

fn reserved(order: &Value) -> Decimal {
    order["lines"].as_array().unwrap().iter().map(|line| number(&line["reserved"])).sum()
}

/// How often the worker held goods for the order.
fn held(order: &Value) -> usize {
    let entries = order["history"].as_array().unwrap().iter();
    entries.filter(|entry| entry["action"] == "holdPaidOrder").count()
}

/// Waits until the order waits for no money.
async fn until_held(actor: &Actor, order: &str) -> Value {
    let begun = Instant::now();
    loop {
        let seen = look(actor, order).await;
        if seen["awaitedPayment"].is_null() {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing was held: {seen}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn goods_are_held_when_the_prepayment_is_complete() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let doors = company.product(&at, "DOORS", "100.00").await;
    company.receive(&at, None, &[(&doors, "10", "60.00")]).await;
    let customer = prepaying(&company, "Prepaying").await;
    let other = company.customer("Quick", &company.anna_id, json!({})).await;

    let order = draft(&company.anna, &customer, &[(&doors, "8")], json!({})).await;
    let told = confirm(&company.anna, &order).await;
    assert_eq!(number(&told["availability"][0]["reserved"]), Decimal::ZERO);
    assert_eq!(number(&told["availability"][0]["short"]), Decimal::from(8));
    assert_eq!(told["warnings"][0]["code"], "PREPAYMENT_DUE", "{told}");
    assert_eq!(number(&told["order"]["awaitedPayment"]["amount"]), Decimal::from(240));

    // Goods that wait for money are anybody's.
    let rival = draft(&company.anna, &other, &[(&doors, "4")], json!({})).await;
    let rival = confirm(&company.anna, &rival).await;
    assert_eq!(number(&rival["availability"][0]["reserved"]), Decimal::from(4));
    assert_eq!(rival["warnings"], json!([]));
    assert!(rival["order"]["awaitedPayment"].is_null());

    pay(&company, &order.0, "239.99").await;
    // Money without a word what it is for does not count for the order.
    let loose = json!({"customerId": customer, "amount": "500.00"});
    company.accounting.does("recordPayment", loose, "payment { id }").await;
    tokio::time::sleep(TWO_LOOKS).await;
    let seen = look(&company.anna, &order.0).await;
    assert_eq!((reserved(&seen), held(&seen)), (Decimal::ZERO, 0));
    assert_eq!(number(&seen["awaitedPayment"]["amount"]), Decimal::new(1, 2));
    let ship = json!({"orderId": order.0});
    let code = company.warehouse.refused("shipSalesOrder", ship.clone(), "shipment { id }").await;
    assert_eq!(code, "PREPAYMENT_DUE");

    let last = pay(&company, &order.0, "0.01").await;
    let seen = until_held(&company.anna, &order.0).await;
    assert_eq!(reserved(&seen), Decimal::from(6), "what the other order left");
    assert_eq!(number(&seen["lines"][0]["short"]), Decimal::from(2));
    let entry = &seen["history"][0];
    assert_eq!(
        (entry["action"].as_str(), entry["actorKind"].as_str()),
        (Some("holdPaidOrder"), Some("WORKER"))
    );
    house().verify(&company.slug).await;

    // Held is held: money taken back closes the way out of the house, not the shelf.
    let input = json!({"id": last["id"], "version": last["version"]});
    company.accounting.does("reversePayment", input, "payment { id }").await;
    tokio::time::sleep(TWO_LOOKS).await;
    let seen = look(&company.anna, &order.0).await;
    assert_eq!((reserved(&seen), held(&seen)), (Decimal::from(6), 1));
    let code = company.warehouse.refused("shipSalesOrder", ship, "shipment { id }").await;
    assert_eq!(code, "PREPAYMENT_DUE");

    // The goods that were short are nobody's business of a second payment; they come with a receipt.
    pay(&company, &order.0, "100.00").await;
    tokio::time::sleep(TWO_LOOKS).await;
    let seen = look(&company.anna, &order.0).await;
    assert_eq!((reserved(&seen), held(&seen)), (Decimal::from(6), 1));
    company.receive(&at, None, &[(&doors, "5", "61.00")]).await;
    let seen = look(&company.anna, &order.0).await;
    assert_eq!((reserved(&seen), held(&seen)), (Decimal::from(8), 1));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn who_has_paid_before_or_wants_no_goods_any_more_does_not_wait() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let locks = company.product(&at, "LOCKS", "50.00").await;
    company.receive(&at, None, &[(&locks, "10", "20.00")]).await;
    let customer = prepaying(&company, "Early").await;

    let early = draft(&company.anna, &customer, &[(&locks, "4")], json!({})).await;
    pay(&company, &early.0, "60.00").await;
    let told = confirm(&company.anna, &early).await;
    assert_eq!(number(&told["availability"][0]["reserved"]), Decimal::from(4));
    assert_eq!(told["warnings"], json!([]));
    assert!(told["order"]["awaitedPayment"].is_null());

    let given_up = draft(&company.anna, &customer, &[(&locks, "6")], json!({})).await;
    let told = confirm(&company.anna, &given_up).await;
    assert_eq!(number(&told["order"]["awaitedPayment"]["amount"]), Decimal::from(90));
    let input = json!({
        "id": given_up.0, "version": told["order"]["version"], "reason": "too dear",
    });
    let selection = "order { state awaitedPayment { amount } }";
    let told = company.anna.does("cancelSalesOrder", input, selection).await;
    assert!(told["order"]["awaitedPayment"].is_null(), "{told}");
    pay(&company, &given_up.0, "300.00").await;
    tokio::time::sleep(TWO_LOOKS).await;
    let seen = look(&company.anna, &given_up.0).await;
    assert_eq!((reserved(&seen), held(&seen)), (Decimal::ZERO, 0));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn money_of_another_customer_pays_nothing_of_an_order_that_changed_hands() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolts = company.product(&at, "BOLTS", "50.00").await;
    company.receive(&at, None, &[(&bolts, "10", "20.00")]).await;
    let customer = prepaying(&company, "First").await;
    let heir = prepaying(&company, "Second").await;

    let order = draft(&company.anna, &customer, &[(&bolts, "4")], json!({})).await;
    let strange = pay(&company, &order.0, "60.00").await;
    let input = json!({"id": order.0, "version": order.1, "customerId": heir});
    let told = company.anna.does("updateSalesOrder", input, "order { version }").await;
    let order = (order.0, told["order"]["version"].as_i64().unwrap());
    let told = confirm(&company.anna, &order).await;
    assert_eq!(number(&told["availability"][0]["reserved"]), Decimal::ZERO);
    assert_eq!(number(&told["order"]["awaitedPayment"]["amount"]), Decimal::from(60));
    // Too little of his own is too little, whatever else names the order.
    pay(&company, &order.0, "59.00").await;
    tokio::time::sleep(TWO_LOOKS).await;
    let seen = look(&company.anna, &order.0).await;
    assert_eq!((reserved(&seen), held(&seen)), (Decimal::ZERO, 0));
    assert_eq!(number(&seen["awaitedPayment"]["amount"]), Decimal::ONE);
    pay(&company, &order.0, "1.00").await;
    let seen = until_held(&company.anna, &order.0).await;
    assert_eq!(reserved(&seen), Decimal::from(4));

    // It settles nothing of the shipment either, and can be given back.
    let input = json!({"orderId": order.0});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let input = json!({"paymentId": strange["id"], "amount": "60.00", "reason": "another's"});
    company.accounting.does("refundCustomer", input, "refund { id }").await;
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_hold_once_whatever_comes_first() {
    let _second = Replica::beside_the_house().await;
    let company = Company::new().await;
    let at = company.furnish().await;
    let lamps = company.product(&at, "LAMPS", "10.00").await;
    company.receive(&at, None, &[(&lamps, "30", "4.00"), (&lamps, "30", "5.00")]).await;
    let customer = prepaying(&company, "Many").await;

    let mut orders = Vec::new();
    for _ in 0..24 {
        orders.push(draft(&company.anna, &customer, &[(&lamps, "3")], json!({})).await);
    }
    // The payment meets the confirmation before, after and in the middle of it.
    join_all(orders.iter().map(|order| async {
        tokio::join!(confirm(&company.anna, order), pay(&company, &order.0, "9.00"));
    }))
    .await;
    let mut all = Decimal::ZERO;
    for order in &orders {
        let seen = until_held(&company.anna, &order.0).await;
        assert!(reserved(&seen) <= Decimal::from(3), "held twice: {seen}");
        assert!(held(&seen) <= 1, "held twice: {seen}");
        all += reserved(&seen);
    }
    assert_eq!(all, Decimal::from(60), "all there is, and no more");
    house().verify(&company.slug).await;
}

/// Goods lost while the order waits for money are made good, and no more is held or missed.
#[tokio::test]
async fn who_waits_for_money_gets_back_what_he_lost_at_most() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let doors = company.product(&at, "DOORS", "100.00").await;
    company.receive(&at, None, &[(&doors, "10", "60.00")]).await;
    let customer = prepaying(&company, "Prepaying").await;
    let order = draft(&company.anna, &customer, &[(&doors, "10")], json!({})).await;
    pay(&company, &order.0, "300.00").await;
    confirm(&company.anna, &order).await;
    let query = "query($id: ID!) { order(id: $id) { version lines {
        id reserved demand { quantity } reservations { lot { id } } } } }";
    let seen = async || company.anna.ask(query, json!({"id": order.0})).await["order"].take();
    let before = seen().await;
    let lines = json!([{"orderLineId": before["lines"][0]["id"], "quantity": "20"}]);
    let input = json!({"id": order.0, "version": before["version"], "lines": lines});
    let told = company.anna.does("changeSalesOrder", input, "warnings { code }").await;
    assert_eq!(told["warnings"][0]["code"], "PREPAYMENT_DUE");

    // The older of these lots goes first, and then the four of the other.
    company.receive(&at, Some("2026-03-01"), &[(&doors, "12", "60.00")]).await;
    company.receive(&at, None, &[(&doors, "4", "60.00")]).await;
    for again in [10, 4] {
        let lost = seen().await["lines"][0]["reservations"][0]["lot"]["id"].take();
        let input = json!({"id": lost, "reason": "Scratched"});
        let selection = "reservations { lost heldInstead }";
        let told = company.warehouse.does("blockLot", input, selection).await;
        let kept = &told["reservations"][0];
        assert_eq!(number(&kept["lost"]), Decimal::from(10));
        assert_eq!(number(&kept["heldInstead"]), Decimal::from(again));
        let line = seen().await["lines"][0].take();
        assert_eq!(number(&line["reserved"]), Decimal::from(again), "no more than was lost");
        assert!(line["demand"].is_null(), "it waits for money, not for goods: {line}");
    }
    house().verify(&company.slug).await;
}

/// Nor does a hand hold what is to be paid first, or put the order into the queue.
#[tokio::test]
async fn nothing_is_held_by_hand_before_it_is_paid() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let doors = company.product(&at, "DOORS", "100.00").await;
    company.receive(&at, None, &[(&doors, "10", "60.00")]).await;
    let customer = prepaying(&company, "Prepaying").await;
    let order = draft(&company.anna, &customer, &[(&doors, "8")], json!({})).await;
    confirm(&company.anna, &order).await;

    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let line = company.anna.ask(query, json!({"id": order.0})).await["order"]["lines"][0].take();
    let query = "{ lots(first: 10) { nodes { id product { id } } } }";
    let lots = company.director.ask(query, json!({})).await["lots"]["nodes"].take();
    let lot = lots.as_array().unwrap().iter().find(|lot| lot["product"]["id"] == doors);
    let picks = json!([{"lotId": lot.unwrap()["id"], "warehouseId": at.warehouse,
        "quantity": "8"}]);
    let input = json!({"orderLineId": line["id"], "lots": picks});
    let code = company.anna.refused("reserveLots", input, "order { id }").await;
    assert_eq!(code, "PREPAYMENT_DUE");
    let nothing = json!({"orderLineId": line["id"], "lots": []});
    company.anna.does("reserveLots", nothing, "order { id }").await;
    let query = "query($id: ID!) { order(id: $id) { lines { demand { quantity } } } }";
    let seen = company.anna.ask(query, json!({"id": order.0})).await["order"].take();
    assert!(seen["lines"][0]["demand"].is_null(), "it waits for money, not for goods: {seen}");
    house().verify(&company.slug).await;

    // Another's goods are not moved to it either.
    let other = company.customer("Quick", &company.anna_id, json!({})).await;
    let rival = draft(&company.anna, &other, &[(&doors, "8")], json!({})).await;
    confirm(&company.anna, &rival).await;
    let query = "query($id: ID!) { order(id: $id) { lines { reservations { id } } } }";
    let held = company.anna.ask(query, json!({"id": rival.0})).await["order"].take();
    let input = json!({"reservationId": held["lines"][0]["reservations"][0]["id"],
        "toOrderLineId": line["id"], "reason": "He is in a hurry"});
    let code = company.director.refused("moveReservation", input, "fromOrder { id }").await;
    assert_eq!(code, "PREPAYMENT_DUE");
    house().verify(&company.slug).await;
}
