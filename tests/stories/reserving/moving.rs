//! Goods held for one order given to another.

use futures::future::join_all;
use rust_decimal::Decimal;
use serde_json::json;
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{held, line, parts, receive_lots, reservations};

const BOTH: &str = "fromOrder { id history { action changes } } toOrder { id history { action } }";

#[tokio::test]
async fn a_reservation_goes_to_another_order_with_right_and_reason() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "10.00").await;
    let oil = company.product(&at, "OIL", "10.00").await;
    receive_lots(&company, &at.warehouse, &milk, &[("A", "10", Some(5))]).await;
    receive_lots(&company, &at.warehouse, &oil, &[("O", "10", None)]).await;
    let hers = company.customer("Hers", &company.anna_id, json!({})).await;
    let his = company.customer("His", &company.boris_id, json!({})).await;
    let giver = draft(&company.anna, &hers, &[(&milk, "10")], json!({})).await;
    confirm(&company.anna, &giver).await;
    let taker = draft(&company.boris, &his, &[(&milk, "6")], json!({})).await;
    confirm(&company.boris, &taker).await;
    let taking = line(&company.boris, &taker.0).await;
    let reservation = reservations(&company.anna, &giver.0).await[0]["id"].clone();
    let input = |quantity: serde_json::Value, reason: &str| {
        json!({"reservationId": reservation, "toOrderLineId": taking, "quantity": quantity,
               "reason": reason})
    };
    let mv = "moveReservation";
    let anna = company.anna.tries(mv, input(json!("4"), "asked"), BOTH).await;
    assert_eq!(anna.unwrap_err(), "FORBIDDEN");
    assert_eq!(company.director.refused(mv, input(json!("4"), ""), BOTH).await, "REQUIRED");
    // All of it is more than the other line lacks.
    let code = company.director.refused(mv, input(json!(null), "asked"), BOTH).await;
    assert_eq!(code, "EXCEEDS_ORDER");
    let told = company.director.does(mv, input(json!("4"), "he is in a hurry"), BOTH).await;
    assert_eq!(told["fromOrder"]["history"][0]["action"], "moveReservation");
    assert_eq!(told["toOrder"]["history"][0]["action"], "moveReservation");
    let why = told["fromOrder"]["history"][0]["changes"].to_string();
    assert!(why.contains("he is in a hurry"), "{why}");
    assert_eq!(held(&company.anna, &giver.0).await, parts(&[("A", 6)]));
    assert_eq!(held(&company.boris, &taker.0).await, parts(&[("A", 4)]));
    house().verify(&company.slug).await;

    // Not to other goods, not within one order, not where the lot would not last.
    let other = draft(&company.anna, &hers, &[(&oil, "12"), (&milk, "3")], json!({})).await;
    confirm(&company.anna, &other).await;
    let wrong = json!({"reservationId": reservation, "quantity": "1", "reason": "x",
        "toOrderLineId": line(&company.anna, &other.0).await});
    assert_eq!(company.director.refused(mv, wrong, BOTH).await, "INVALID");
    let own = json!({"reservationId": reservation, "quantity": "1", "reason": "x",
        "toOrderLineId": line(&company.anna, &giver.0).await});
    assert_eq!(company.director.refused(mv, own, BOTH).await, "INVALID");
    let late = (house().today() + chrono::Duration::days(9)).to_string();
    let late = json!({"requestedShipDate": late});
    let late = draft(&company.anna, &hers, &[(&milk, "2")], late).await;
    confirm(&company.anna, &late).await;
    let unfit = json!({"reservationId": reservation, "quantity": "1", "reason": "x",
        "toOrderLineId": line(&company.anna, &late.0).await});
    assert_eq!(company.director.refused(mv, unfit, BOTH).await, "LOT_UNFIT");
    let input = json!({"id": other.0, "reason": "no"});
    company.anna.does("cancelSalesOrder", input, "order { id }").await;
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goods_go_to_and_fro_between_two_orders_without_a_deadlock() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "10.00").await;
    receive_lots(&company, &at.warehouse, &milk, &[("A", "40", None)]).await;
    let customer = company.customer("Both", &company.anna_id, json!({})).await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        let order = draft(&company.anna, &customer, &[(&milk, "30")], json!({})).await;
        confirm(&company.anna, &order).await;
        orders.push(order.0);
    }
    let lines = [line(&company.anna, &orders[0]).await, line(&company.anna, &orders[1]).await];
    let tries = (0..40).map(|n| {
        let (company, orders, lines) = (&company, &orders, &lines);
        async move {
            let from = n % 2;
            let Some(one) = reservations(&company.director, &orders[from]).await.pop() else {
                return "EMPTY".to_owned();
            };
            let input = json!({"reservationId": one["id"], "toOrderLineId": lines[1 - from],
                "quantity": "1", "reason": "to and fro"});
            match company.director.tries("moveReservation", input, BOTH).await {
                Ok(_) => "DONE".to_owned(),
                Err(code) => code,
            }
        }
    });
    let told = join_all(tries).await;
    let is_known =
        |code: &String| matches!(code.as_str(), "DONE" | "EMPTY" | "NOT_FOUND" | "EXCEEDS_ORDER");
    assert!(told.iter().all(is_known), "{told:?}");
    assert!(told.iter().any(|code| code == "DONE"), "{told:?}");
    let mut all = Decimal::ZERO;
    for order in &orders {
        let sum: Decimal = held(&company.anna, order).await.iter().map(|part| part.1).sum();
        assert!(sum <= Decimal::from(30));
        all += sum;
    }
    assert_eq!(all, Decimal::from(40));
    house().verify(&company.slug).await;
}
