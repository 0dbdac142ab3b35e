//! Credit: the agreement's policy decides whether, a rule decides who.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::house::house;
use stories::stock::draft;

use super::{
    PATIENCE, comes_to, confirms, decides, discounted, inbox, order, request, rule,
    shipment_comes_to,
};

/// A customer with a limit whose agreement says what a gate does.
async fn limited(company: &Company, name: &str, limit: &str, policy: &str) -> String {
    let terms = json!({"creditLimit": limit, "agreement": {"creditPolicy": policy}});
    company.customer(name, &company.anna_id, terms).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_orders_cannot_share_the_last_of_the_limit() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    company.receive(&at, None, &[(&tea, "100", "60.00")]).await;
    let blocked = limited(&company, "Blocked", "1000.00", "BLOCK").await;
    let mut orders = Vec::new();
    for _ in 0..8 {
        orders.push(draft(&company.anna, &blocked, &[(&tea, "6")], json!({})).await.0);
    }
    let anna = &company.anna;
    let tries = orders.iter().map(|id| async move {
        anna.tries("confirmSalesOrder", json!({"id": id}), "order { state }").await
    });
    let told = join_all(tries).await;
    assert_eq!(told.iter().filter(|one| one.is_ok()).count(), 1, "{told:?}");
    for one in told.into_iter().filter_map(Result::err) {
        assert_eq!(one, "CREDIT_LIMIT_EXCEEDED");
    }
    house().verify(&company.slug).await;

    // Where somebody may agree, the second waits for him, with the figures of that moment.
    rule(&company, "CREDIT_LIMIT_EXCEEDED", "accounting", json!({})).await;
    let asked = limited(&company, "Asked", "1000.00", "APPROVE").await;
    let first = draft(&company.anna, &asked, &[(&tea, "6")], json!({})).await.0;
    let second = draft(&company.anna, &asked, &[(&tea, "6")], json!({})).await.0;
    let (one, two) =
        tokio::join!(confirms(&company.anna, &first), confirms(&company.anna, &second));
    let states = [&one["order"]["state"], &two["order"]["state"]];
    assert!(states.contains(&&json!("CONFIRMED")), "{states:?}");
    assert!(states.contains(&&json!("PENDING_APPROVAL")), "{states:?}");
    let (told, id) = if one["approvalRequest"].is_null() { (two, second) } else { (one, first) };
    assert_eq!(
        told["approvalRequest"]["reasons"],
        json!([{"kind": "CREDIT_LIMIT_EXCEEDED", "measure": "200"}])
    );
    assert_eq!(told["credit"]["limit"]["amount"], "1000.00");
    assert_eq!(told["credit"]["exposure"]["amount"], "1200.00");
    assert_eq!(told["credit"]["free"]["amount"], "-200.00");
    // Nobody confirms a third meanwhile by counting on the one that waits.
    let third = draft(&company.anna, &asked, &[(&tea, "3")], json!({})).await.0;
    let told_third = confirms(&company.anna, &third).await;
    assert_eq!(told_third["order"]["state"], "CONFIRMED");
    // What is owed is worse now by more than a tenth: the word of before is not enough any more.
    decides(&company.accounting, &request(&told), "APPROVE").await;
    let begun = Instant::now();
    let again = loop {
        let seen = order(&company.anna, &id).await;
        let waits = &seen["approvalRequest"]["id"];
        if waits.is_string() && *waits != json!(request(&told)) {
            assert_eq!(seen["state"], "PENDING_APPROVAL");
            assert_eq!(seen["approvalRequests"][1]["state"], "OUTDATED");
            break text(waits);
        }
        assert!(begun.elapsed() < PATIENCE, "{seen}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    decides(&company.accounting, &again, "APPROVE").await;
    comes_to(&company.anna, &id, "CONFIRMED").await;
    // And it ships on the same word.
    let shipped = company
        .warehouse
        .does("shipSalesOrder", json!({"orderId": id}), "shipment { state } approvalRequest { id }")
        .await;
    assert_eq!(shipped["shipment"]["state"], "POSTED");
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copy_and_reopen_do_not_slip_past_credit() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    company.receive(&at, None, &[(&tea, "100", "60.00")]).await;
    let customer = limited(&company, "Edge", "1000.00", "BLOCK").await;
    let first = draft(&company.anna, &customer, &[(&tea, "7")], json!({})).await.0;
    confirms(&company.anna, &first).await;
    let copied = company
        .anna
        .does(
            "copySalesOrder",
            json!({"id": first}),
            "order { id state number lines { quantity } }",
        )
        .await;
    assert_eq!(copied["order"]["state"], "DRAFT");
    assert!(copied["order"]["number"].is_null());
    assert_eq!(copied["order"]["lines"][0]["quantity"], "7");
    let copy = text(&copied["order"]["id"]);
    let code = company.anna.refused("confirmSalesOrder", json!({"id": copy}), "order { id }").await;
    assert_eq!(code, "CREDIT_LIMIT_EXCEEDED");

    // Closed short after one piece, the rest of the limit is free and taken by the copy …
    let lines = |order: Value| order["order"]["lines"][0]["id"].clone();
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let line = lines(company.anna.ask(query, json!({"id": first})).await);
    let part = json!([{"orderLineId": line, "quantity": "1"}]);
    let shipped = company
        .warehouse
        .does("shipSalesOrder", json!({"orderId": first, "lines": part}), "shipment { id }")
        .await;
    let input = json!({"id": first, "reason": "enough"});
    company.anna.does("closeSalesOrder", input, "order { state }").await;
    assert_eq!(confirms(&company.anna, &copy).await["order"]["state"], "CONFIRMED");
    // … so that the reversal, which opens the order again, does not let it hold or ship anew.
    let input = json!({"id": shipped["shipment"]["id"], "reason": "a mistake"});
    company.director.does("reverseShipment", input, "shipment { state }").await;
    assert_eq!(order(&company.anna, &first).await["state"], "CONFIRMED");
    let input = json!({"id": first});
    let code = company.anna.refused("reserveSalesOrder", input, "order { id }").await;
    assert_eq!(code, "CREDIT_LIMIT_EXCEEDED");
    let input = json!({"orderId": first, "lines": part});
    let code = company.warehouse.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "CREDIT_LIMIT_EXCEEDED");
    house().verify(&company.slug).await;
}

/// Money that a draft has got is the draft's: another order is not confirmed on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_of_a_draft_is_no_credit_for_another_order() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    company.receive(&at, None, &[(&tea, "100", "60.00")]).await;
    let customer = limited(&company, "Edge", "0", "BLOCK").await;
    let first = draft(&company.anna, &customer, &[(&tea, "5")], json!({})).await.0;
    let input = json!({"orderId": first, "amount": "500.00"});
    company.accounting.does("recordPayment", input, "payment { id }").await;
    let second = draft(&company.anna, &customer, &[(&tea, "5")], json!({})).await.0;
    let input = json!({"id": second});
    let code = company.anna.refused("confirmSalesOrder", input.clone(), "order { id }").await;
    assert_eq!(code, "CREDIT_LIMIT_EXCEEDED");
    // The draft itself is paid; given up, its money is as good as free.
    let told = confirms(&company.anna, &first).await;
    assert_eq!(told["order"]["state"], "CONFIRMED");
    let input_of_first = json!({"id": first, "reason": "He takes the other"});
    company.anna.does("cancelSalesOrder", input_of_first, "order { state }").await;
    assert_eq!(confirms(&company.anna, &second).await["order"]["state"], "CONFIRMED");
    house().verify(&company.slug).await;
}

/// An order that is given up takes with it what somebody is asked about its shipment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_about_a_cancelled_order() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    company.receive(&at, None, &[(&tea, "100", "60.00")]).await;
    rule(&company, "SHIPMENT_BEFORE_PAYMENT", "director", json!({})).await;
    let steps = json!([{"percent": "100", "moment": "BEFORE_SHIPMENT"}]);
    let terms = json!({"agreement": {"paymentSteps": steps}});
    let customer = company.customer("Paying", &company.anna_id, terms).await;
    let id = draft(&company.anna, &customer, &[(&tea, "5")], json!({})).await.0;
    confirms(&company.anna, &id).await;
    let selection = "shipment { id state } approvalRequest { id }";
    let told = company.warehouse.does("shipSalesOrder", json!({"orderId": id}), selection).await;
    assert_eq!(told["shipment"]["state"], "PENDING_APPROVAL");
    assert_eq!(inbox(&company.director).await, [request(&told)]);
    let input = json!({"id": id, "reason": "He changed his mind"});
    company.anna.does("cancelSalesOrder", input, "order { state }").await;
    assert!(inbox(&company.director).await.is_empty());
    assert_eq!(super::refused(&company.director, &request(&told)).await, "ILLEGAL_TRANSITION");
    let shipment = text(&told["shipment"]["id"]);
    shipment_comes_to(&company.warehouse, &shipment, "DRAFT").await;
    house().verify(&company.slug).await;
}

/// Who sells and keeps the warehouse sees all requests, and debts and terms of his own customers.
async fn sells_and_keeps(company: &Company) -> Actor {
    let email = company.email("pavel");
    let roles = ["manager", "warehouse"];
    let input = json!({"email": email, "name": "pavel", "password": PASSWORD, "roles": roles});
    company.admin.does("createUser", input, "user { id }").await;
    Actor::sign_in(&company.slug, &email, PASSWORD).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_for_who_sees_debts_and_terms_of_the_customer() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    company.receive(&at, None, &[(&tea, "100", "60.00")]).await;
    rule(&company, "CREDIT_LIMIT_EXCEEDED", "accounting", json!({})).await;
    rule(&company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    let pavel = sells_and_keeps(&company).await;

    // Why somebody has to agree.
    let asked = limited(&company, "Asked", "1000.00", "APPROVE").await;
    let over = draft(&company.anna, &asked, &[(&tea, "12")], json!({})).await.0;
    let one = request(&confirms(&company.anna, &over).await);
    let query = "query($id: ID!) { approvalRequest(id: $id) {
        reasons { message measure circumstances details } } }";
    let reason = async |actor: &Actor| {
        let told = actor.ask(query, json!({"id": one})).await;
        told["approvalRequest"]["reasons"][0].clone()
    };
    assert_eq!(reason(&company.anna).await["measure"], "200");
    for actor in [&pavel, &company.warehouse] {
        let plain = json!({"message": "The credit limit would be exceeded.", "measure": null,
            "circumstances": null, "details": null});
        assert_eq!(reason(actor).await, plain, "{}", actor.name);
    }

    // And why an order does not go on after all: another one has taken the limit meanwhile.
    let blocked = limited(&company, "Blocked", "1000.00", "BLOCK").await;
    let (waits, _) = discounted(&company.anna, &blocked, &tea, ("10", "15")).await;
    let two = request(&confirms(&company.anna, &waits).await);
    let other = draft(&company.anna, &blocked, &[(&tea, "5")], json!({})).await.0;
    assert_eq!(confirms(&company.anna, &other).await["order"]["state"], "CONFIRMED");
    decides(&company.director, &two, "APPROVE").await;
    comes_to(&company.anna, &waits, "DRAFT").await;
    let query = "query($id: ID!) { approvalRequest(id: $id) { followRefusal } }";
    for (actor, sees) in [
        (&company.anna, true),
        (&company.accounting, true),
        (&pavel, false),
        (&company.warehouse, false),
    ] {
        let told = actor.ask(query, json!({"id": two})).await;
        let told = text(&told["approvalRequest"]["followRefusal"]);
        let has_figures = told.contains(|letter: char| letter.is_ascii_digit());
        assert_eq!(has_figures, sees, "{}: {told}", actor.name);
    }
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overdue_client_ships_only_with_the_director() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    let past = (house().today() - chrono::Duration::days(20)).to_string();
    company.receive(&at, Some(&past), &[(&tea, "100", "60.00")]).await;
    rule(&company, "SHIPMENT_WITH_OVERDUE_DEBT", "director", json!({})).await;
    let customer = limited(&company, "Late", "100000.00", "APPROVE").await;
    // What left twenty days ago was due at once, and is not paid.
    let old = draft(&company.director, &customer, &[(&tea, "1")], json!({"date": past})).await.0;
    company.director.does("confirmSalesOrder", json!({"id": old}), "order { id }").await;
    let input = json!({"orderId": old, "date": past});
    company.director.does("shipSalesOrder", input, "shipment { id }").await;

    let fresh = draft(&company.anna, &customer, &[(&tea, "5")], json!({})).await.0;
    assert_eq!(confirms(&company.anna, &fresh).await["order"]["state"], "CONFIRMED");
    let selection = "shipment { id state number } approvalRequest { id reasons { kind measure } }";
    let told = company.warehouse.does("shipSalesOrder", json!({"orderId": fresh}), selection).await;
    assert_eq!(told["shipment"]["state"], "PENDING_APPROVAL");
    assert!(told["shipment"]["number"].is_null());
    // The storekeeper learns that somebody must agree, and no figure of the customer's debts.
    let reasons = &told["approvalRequest"]["reasons"];
    assert_eq!(*reasons, json!([{"kind": "SHIPMENT_WITH_OVERDUE_DEBT", "measure": null}]));
    let one = request(&told);
    let asked = json!({"id": one});
    let query = "query($id: ID!) { approvalRequest(id: $id) { reasons { measure details } } }";
    let seen = company.director.ask(query, asked).await;
    assert_eq!(seen["approvalRequest"]["reasons"][0]["measure"], "20");
    assert_eq!(super::refused(&company.accounting, &one).await, "NOT_APPROVER");
    house().verify(&company.slug).await;
    decides(&company.director, &one, "APPROVE").await;
    let id = text(&told["shipment"]["id"]);
    let posted = shipment_comes_to(&company.warehouse, &id, "POSTED").await;
    assert!(posted["number"].is_string());
    assert_eq!(order(&company.anna, &fresh).await["state"], "COMPLETED");
    // Who approved shipping with overdue debt? One question.
    let query = "query { approvalRequests(filter: {kind: [SHIPMENT_WITH_OVERDUE_DEBT]}) { nodes {
        customer { name } requestedBy { name } decisions { user { name } comment } } } }";
    let told = company.director.ask(query, json!({})).await;
    let found = &told["approvalRequests"]["nodes"][0];
    assert_eq!(found["customer"]["name"], "Late");
    assert_eq!(found["requestedBy"]["name"], "warehouse");
    assert_eq!(found["decisions"][0]["user"]["name"], "director");
    house().verify(&company.slug).await;

    // A policy that blocks asks nobody.
    let blocked = limited(&company, "Shut", "100000.00", "BLOCK").await;
    let old = draft(&company.director, &blocked, &[(&tea, "1")], json!({"date": past})).await.0;
    company.director.does("confirmSalesOrder", json!({"id": old}), "order { id }").await;
    let input = json!({"orderId": old, "date": past});
    company.director.does("shipSalesOrder", input, "shipment { id }").await;
    let fresh = draft(&company.anna, &blocked, &[(&tea, "5")], json!({})).await.0;
    confirms(&company.anna, &fresh).await;
    let input = json!({"orderId": fresh});
    let code = company.warehouse.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "OVERDUE_DEBT");
}
