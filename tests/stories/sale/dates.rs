//! Documents take a date in any open period, by right, and the past stays possible.

use kernel::Clock;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number};
use stories::company::{Company, PASSWORD};
use stories::house::{Replica, house};
use stories::stock::{confirm, draft};

fn days_ago(days: i64) -> String {
    (house().today() - chrono::Duration::days(days)).to_string()
}

#[tokio::test]
async fn a_back_dated_shipment_takes_only_what_was_there_on_its_day() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sand = company.product(&at, "SAND", "10.00").await;
    company.receive(&at, Some(&days_ago(20)), &[(&sand, "5", "4.00")]).await;
    company.receive(&at, Some(&days_ago(5)), &[(&sand, "5", "6.00")]).await;
    let customer = company.customer("Beach", &company.anna_id, json!({})).await;

    let date = json!({"date": days_ago(15)});
    let order = draft(&company.director, &customer, &[(&sand, "8")], date).await;
    confirm(&company.director, &order).await;
    // On that day only five pieces were there: the rest would have been missing until the second
    // receipt.
    let input = json!({"orderId": order.0, "date": days_ago(10)});
    let code = company.director.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "NEGATIVE_BALANCE");
    let input = json!({"orderId": order.0, "date": days_ago(3)});
    let shipped = company.director.does("shipSalesOrder", input, "shipment { cost { amount } }");
    // 5 at 4.00 and 3 at 6.00.
    let cost = number(&shipped.await["shipment"]["cost"]["amount"]);
    assert_eq!(cost, Decimal::new(3_800, 2));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn the_past_needs_a_right_and_a_closed_period_is_shut_for_everyone() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let lime = company.product(&at, "LIME", "10.00").await;
    company.receive(&at, Some(&days_ago(40)), &[(&lime, "9", "4.00")]).await;
    let customer = company.customer("Pobelka", &company.anna_id, json!({})).await;
    let lines = json!([{"productId": lime, "quantity": "1"}]);

    let input = json!({"customerId": customer, "lines": lines, "date": days_ago(2)});
    let code = company.anna.refused("createSalesOrder", input, "order { id }").await;
    assert_eq!(code, "BACKDATING_NOT_ALLOWED");

    let date = json!({"date": days_ago(35)});
    let order = draft(&company.director, &customer, &[(&lime, "1")], date).await;
    confirm(&company.director, &order).await;
    let organizations = company.director.all("organizations", "id version").await;
    let organization: &Value = &organizations[0];
    let input = json!({
        "organizationId": organization["id"],
        "closedUntil": days_ago(30),
    });
    company.accounting.does("closePeriod", input, "organization { closedUntil }").await;
    let input = json!({"orderId": order.0, "date": days_ago(31)});
    let code = company.director.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "PERIOD_CLOSED");
    let input = json!({"orderId": order.0, "date": days_ago(29)});
    company.director.does("shipSalesOrder", input, "shipment { id }").await;
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_draft_that_is_posted_the_next_day_leaves_the_next_day() {
    let clock = Clock::system();
    let server = Replica::with_clock(clock.clone()).await;
    let company = Company::at(server.house()).await;
    let at = company.furnish().await;
    let chalk = company.product(&at, "CHALK", "10.00").await;
    let yesterday = server.house().today();
    let long_ago = yesterday - chrono::Duration::days(9);
    company.receive(&at, Some(&long_ago.to_string()), &[(&chalk, "9", "4.00")]).await;
    let customer = company.customer("School", &company.anna_id, json!({})).await;
    let dated = json!({"date": long_ago});
    let order = draft(&company.director, &customer, &[(&chalk, "9")], dated).await;
    confirm(&company.director, &order).await;
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let told = company.director.ask(query, json!({"id": order.0})).await;
    let line = &told["order"]["lines"][0]["id"];
    let written = async |actor: &Actor, more: Value| {
        let mut input = json!({"orderId": order.0,
            "lines": [{"orderLineId": line, "quantity": "3"}]});
        stories::company::merge(&mut input, more);
        actor.does("createShipment", input, "shipment { id date }").await["shipment"].take()
    };
    let evening = written(&company.warehouse, json!({})).await;
    let papers = written(&company.director, json!({})).await;
    let late = written(&company.director, json!({"date": long_ago})).await;
    assert_eq!(evening["date"], json!(yesterday));

    clock.advance(chrono::Duration::days(1));
    let again = async |name: &str| {
        Actor::sign_in_at(&server.url(), &company.slug, &company.email(name), PASSWORD).await
    };
    let (keeper, director) = (again("warehouse").await, again("director").await);
    let selection = "shipment { state date receivables { date } }";
    let posted = director.does("postShipment", json!({"id": papers["id"]}), selection).await;
    let debt = json!([{"date": yesterday}]);
    assert_eq!(posted["shipment"]["date"], json!(yesterday), "who may post into the past does");
    assert_eq!(posted["shipment"]["receivables"], debt);
    let posted = keeper.does("postShipment", json!({"id": evening["id"]}), "shipment { date }");
    let today = json!(server.house().today());
    assert_eq!(posted.await["shipment"]["date"], today, "who may not leaves today");
    let told = director
        .ask(
            "query($id: ID!) { shipment(id: $id) { date receivables { date dueOn }
            movements { date } } }",
            json!({"id": evening["id"]}),
        )
        .await;
    assert_eq!(told["shipment"]["receivables"], json!([{"date": today, "dueOn": today}]));
    assert_eq!(told["shipment"]["movements"], json!([{"date": today}]));
    // What was dated into the past on purpose is not moved.
    let code = keeper.refused("postShipment", json!({"id": late["id"]}), "shipment { id }").await;
    assert_eq!(code, "BACKDATING_NOT_ALLOWED");
    server.house().verify(&company.slug).await;
}
