//! Trying out: what a posting would do, by the posting itself, and nothing of it stays.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::socket::Socket;
use stories::stock::{confirm, draft};

/// Everything that a posting would leave a mark on.
async fn world(company: &Company, order: &str, product: &str, customer: &str) -> Value {
    let query = "query($order: ID!, $product: ID!, $customer: ID!) {
        order(id: $order) {
            state version number lines { reserved shipped } shipments { id state number }
            payments { id state } history { action }
        }
        product(id: $product) { stock { onHand reserved available } lots { movements { quantity } } }
        customer(id: $customer) { version history { action } }
        receivables { nodes { open { amount } } }
        debtAgeing: receivablesAgeing { totals { total { amount } } }
    }";
    let variables = json!({"order": order, "product": product, "customer": customer});
    let seen = company.director.ask(query, variables).await;
    let trail = company.admin.ask("{ auditTrail(first: 1) { nodes { number } } }", json!({})).await;
    json!([seen, trail])
}

fn actions(payload: &Value) -> Vec<&str> {
    let effects = payload["simulation"]["effects"].as_array().unwrap();
    effects.iter().map(|effect| effect["action"].as_str().unwrap()).collect()
}

const SIMULATION: &str = "simulation { effects { action subjectType subjectId } }";

#[tokio::test]
async fn simulate_leaves_no_trace() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "8", "7.00")]).await;
    let customer = company.customer("Domostroy", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&good, "10")], json!({})).await;
    let mut socket = Socket::signed_in(&company.director.token).await;
    let query = "subscription { documentChanged(kinds: [SALES_ORDER, SHIPMENT, PAYMENT]) { document { ... on SalesOrder { id state }
        ... on Shipment { id } ... on Payment { id } } } }";
    socket.subscribe("1", query, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;

    // Confirming: what would be held, what is short, what number it would get.
    let before = world(&company, &order.0, &good, &customer).await;
    let tried = json!({
        "id": order.0, "version": order.1, "simulate": true, "idempotencyKey": "confirm once",
    });
    let selection = format!(
        "order {{ id state number lines {{ reserved short }} }}
         availability {{ reserved short }} {SIMULATION}"
    );
    let told = company.anna.does("confirmSalesOrder", tried, &selection).await;
    assert_eq!(told["order"]["state"], "CONFIRMED");
    assert_eq!(number(&told["order"]["lines"][0]["reserved"]), Decimal::from(8));
    assert_eq!(number(&told["availability"][0]["short"]), Decimal::from(2));
    assert!(actions(&told).contains(&"confirmSalesOrder"), "{told}");
    assert_eq!(told["simulation"]["effects"][0]["subjectId"], order.0.as_str());
    assert_eq!(world(&company, &order.0, &good, &customer).await, before);

    // The key was not used up, and the number is still to be had.
    let done = json!({"id": order.0, "version": order.1, "idempotencyKey": "confirm once"});
    let confirmed = company.anna.does("confirmSalesOrder", done, &selection).await;
    assert_eq!(confirmed["order"]["number"], told["order"]["number"]);
    assert_eq!(confirmed["simulation"], Value::Null);

    company.receive(&at, None, &[(&good, "2", "7.00")]).await;

    // Shipping: revenue, cost, the shipment's own number; twice in one operation the same.
    let before = world(&company, &order.0, &good, &customer).await;
    let shipment = "shipment { number state cost { amount } total { net { amount } } }";
    let query = format!(
        "mutation($input: ShipSalesOrderInput!) {{
            one: shipSalesOrder(input: $input) {{ {shipment} {SIMULATION} userErrors {{ code }} }}
            two: shipSalesOrder(input: $input) {{ {shipment} {SIMULATION} userErrors {{ code }} }}
        }}"
    );
    let input = json!({"orderId": order.0, "simulate": true});
    let told = company.director.ask(&query, json!({"input": input})).await;
    assert_eq!(told["one"]["shipment"], told["two"]["shipment"]);
    let first = &told["one"]["shipment"];
    assert_eq!((&first["state"], &first["cost"]["amount"]), (&json!("POSTED"), &json!("70.00")));
    assert_eq!(world(&company, &order.0, &good, &customer).await, before);

    // Money: what it would settle. And a refusal is a refusal.
    let pay = json!({"orderId": order.0, "amount": "30.00", "simulate": true});
    let selection = format!("payment {{ id state advance {{ amount }} }} {SIMULATION}");
    let told = company.accounting.does("recordPayment", pay, &selection).await;
    assert_eq!(told["payment"]["advance"]["amount"], "30.00");
    assert_eq!(world(&company, &order.0, &good, &customer).await, before);
    let nothing = json!({"orderId": order.0, "simulate": true,
        "lines": [{"orderLineId": order.0, "quantity": "1"}]});
    company.director.tries("shipSalesOrder", nothing, shipment).await.unwrap_err();
    assert_eq!(world(&company, &order.0, &good, &customer).await, before);

    let input = json!({"orderId": order.0});
    let shipped = company.director.does("shipSalesOrder", input, "shipment { id number }").await;
    assert_eq!(shipped["shipment"]["number"], first["number"]);
    let before = world(&company, &order.0, &good, &customer).await;
    let input = json!({"id": shipped["shipment"]["id"], "reason": "broken", "simulate": true});
    let selection = format!("shipment {{ state order {{ state }} }} {SIMULATION}");
    let told = company.director.does("reverseShipment", input, &selection).await;
    assert_eq!(told["shipment"]["state"], "REVERSED");
    assert_eq!(world(&company, &order.0, &good, &customer).await, before);

    // Only what was done was told: the confirmation, then the shipment.
    let event = socket.event().await;
    assert_eq!(event["documentChanged"]["document"]["id"], order.0.as_str());
    loop {
        let event = socket.event().await;
        let id = text(&event["documentChanged"]["document"]["id"]);
        assert!(id == order.0 || id == text(&shipped["shipment"]["id"]), "{event}");
        if id != order.0 {
            break;
        }
    }
    house().verify(&company.slug).await;
}

/// What would be done to a colleague's order is told to who may see that order.
#[tokio::test]
async fn effects_are_told_within_ones_reach() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "5", "7.00")]).await;
    let hers = company.customer("Domostroy", &company.anna_id, json!({})).await;
    let his = company.customer("Dvor", &company.boris_id, json!({})).await;
    let holds = draft(&company.anna, &hers, &[(&good, "5")], json!({})).await;
    confirm(&company.anna, &holds).await;
    let waits = draft(&company.boris, &his, &[(&good, "5")], json!({})).await;
    confirm(&company.boris, &waits).await;
    let tried = json!({"id": holds.0, "reason": "only a try", "simulate": true});
    for (actor, sees) in [(&company.director, true), (&company.anna, false)] {
        let told = actor.does("cancelSalesOrder", tried.clone(), SIMULATION).await;
        assert!(actions(&told).contains(&"cancelSalesOrder"), "{}: {told}", actor.name);
        let mut effects = told["simulation"]["effects"].as_array().unwrap().iter();
        let is_told = effects.any(|effect| effect["subjectId"] == waits.0.as_str());
        assert_eq!(is_told, sees, "{}: {told}", actor.name);
    }
}
