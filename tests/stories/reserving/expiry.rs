//! Goods held for orders nobody pays are free again when their time has come.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::company::Company;
use stories::house::{Replica, house};
use stories::stock::{confirm, draft};

use super::{held, parts, receive_lots};

/// Well over the second that a worker may take to look and to let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// A customer who pays half before goods leave.
async fn prepaying(company: &Company, name: &str) -> String {
    let steps = json!([
        {"percent": "50", "moment": "BEFORE_SHIPMENT"},
        {"percent": "50", "moment": "AFTER_SHIPMENT", "days": 30},
    ]);
    company.customer(name, &company.anna_id, json!({"agreement": {"paymentSteps": steps}})).await
}

async fn look(actor: &Actor, order: &str) -> Value {
    let query = "query($id: ID!) { order(id: $id) {
        state reservationsExpireAt history { action actorKind } } }";
    actor.ask(query, json!({"id": order})).await["order"].clone()
}

fn soon(seconds: i64) -> String {
    (kernel::Clock::system().now() + chrono::Duration::seconds(seconds)).to_rfc3339()
}

async fn expires(company: &Company, order: &str, at: Value) -> Value {
    let input = json!({"orderId": order, "expiresAt": at});
    let told = company.anna.does("setReservationExpiry", input, "order { reservationsExpireAt }");
    told.await["order"]["reservationsExpireAt"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unpaid_goods_go_when_the_time_has_come_and_paid_ones_stay() {
    // Two replicas look at the same time: goods go once.
    let _second = Replica::beside_the_house().await;
    let company = Company::new().await;
    let at = company.furnish().await;
    let doors = company.product(&at, "DOORS", "100.00").await;
    receive_lots(&company, &at.warehouse, &doors, &[("D", "20", None)]).await;
    let customer = prepaying(&company, "Slow").await;
    let later = company.customer("Later", &company.anna_id, json!({})).await;

    let settings = "{ reservationSettings { unpaidHours version } }";
    let told = company.anna.ask(settings, json!({})).await;
    assert_eq!(told["reservationSettings"], json!({"unpaidHours": null, "version": 0}));
    let input = json!({"version": 0, "unpaidHours": 48});
    let change = "updateReservationSettings";
    let anna = company.anna.tries(change, input.clone(), "userErrors { code }").await;
    assert_eq!(anna.unwrap_err(), "FORBIDDEN");
    company.admin.does(change, input.clone(), "").await;
    assert_eq!(company.admin.refused(change, input, "").await, "STALE_VERSION");
    let wrong = json!({"version": 1, "unpaidHours": 0});
    assert_eq!(company.admin.refused(change, wrong, "").await, "OUT_OF_RANGE");

    let mut orders = Vec::new();
    for who in [&customer, &customer, &later] {
        let order = draft(&company.anna, who, &[(&doors, "4")], json!({})).await;
        confirm(&company.anna, &order).await;
        orders.push(order.0);
    }
    let [unpaid, paid, trusted] = [&orders[0], &orders[1], &orders[2]];
    // In two days, for those who are to pay before.
    let at_time = look(&company.anna, unpaid).await["reservationsExpireAt"].clone();
    let at_time: chrono::DateTime<chrono::Utc> = at_time.as_str().unwrap().parse().unwrap();
    let hours = (at_time - kernel::Clock::system().now()).num_minutes();
    assert!((47 * 60..=48 * 60).contains(&hours), "{hours} minutes");
    assert!(look(&company.anna, trusted).await["reservationsExpireAt"].is_null());

    let input = json!({"orderId": paid, "amount": "200.00"});
    company.accounting.does("recordPayment", input, "payment { id }").await;
    let late = json!({"orderId": unpaid, "expiresAt": soon(-1)});
    let code = company.anna.refused("setReservationExpiry", late, "order { id }").await;
    assert_eq!(code, "OUT_OF_RANGE");
    for order in [unpaid, paid] {
        expires(&company, order, json!(soon(2))).await;
    }
    let begun = Instant::now();
    while !held(&company.anna, unpaid).await.is_empty() {
        assert!(begun.elapsed() < PATIENCE, "goods are still held");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(begun.elapsed() > Duration::from_millis(1_500), "too early");
    let seen = look(&company.anna, unpaid).await;
    assert_eq!(
        (&seen["state"], &seen["reservationsExpireAt"]),
        (&json!("CONFIRMED"), &Value::Null)
    );
    assert_eq!(seen["history"][0], json!({"action": "releaseUnpaidOrder", "actorKind": "WORKER"}));
    let times = seen["history"].as_array().unwrap().iter();
    assert_eq!(times.filter(|entry| entry["action"] == "releaseUnpaidOrder").count(), 1);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(held(&company.anna, paid).await, parts(&[("D", 4)]), "half of it is paid");
    assert!(look(&company.anna, paid).await["reservationsExpireAt"].is_null());
    assert_eq!(held(&company.anna, trusted).await, parts(&[("D", 4)]));
    house().verify(&company.slug).await;

    // Who wants to wait for one order says so; who does not, takes the time away.
    expires(&company, trusted, json!(soon(2))).await;
    assert!(expires(&company, trusted, Value::Null).await.is_null());
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    assert_eq!(held(&company.anna, trusted).await, parts(&[("D", 4)]));
    // Goods held by hand expire again as well, and the order waits for its money still.
    let query = "query($id: ID!) { order(id: $id) { lines { id } awaitedPayment { amount } } }";
    let waits = company.anna.ask(query, json!({"id": unpaid})).await["order"].take();
    let query = "{ lots(first: 10) { nodes { id number } } }";
    let lots = company.director.ask(query, json!({})).await["lots"]["nodes"].take();
    let lot = lots.as_array().unwrap().iter().find(|lot| lot["number"] == "D").unwrap();
    let pick = json!({"lotId": lot["id"], "warehouseId": at.warehouse, "quantity": "1"});
    let input = json!({"orderLineId": waits["lines"][0]["id"], "lots": [pick]});
    let selection = "order { reservationsExpireAt awaitedPayment { amount } }";
    let told = company.anna.does("reserveLots", input, selection).await["order"].take();
    assert!(told["reservationsExpireAt"].is_string(), "{told}");
    assert_eq!(told["awaitedPayment"], waits["awaitedPayment"]);
    assert_eq!(held(&company.anna, unpaid).await, parts(&[("D", 1)]));
    house().verify(&company.slug).await;
    // Held anew, it is to be paid in two days again.
    let input = json!({"id": unpaid});
    let told = company.anna.does("reserveSalesOrder", input, "order { reservationsExpireAt }");
    assert!(told.await["order"]["reservationsExpireAt"].is_string());
    let input = json!({"id": unpaid, "reason": "never came"});
    let told = company.anna.does("cancelSalesOrder", input, "order { reservationsExpireAt }");
    assert!(told.await["order"]["reservationsExpireAt"].is_null());
    house().verify(&company.slug).await;
}
