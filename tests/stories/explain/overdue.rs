//! "Who approved shipping with overdue debt?" is one query, and answers the same for ever.

use chrono::{DateTime, Duration, Utc};
use kernel::Clock;
use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::house::Replica;
use stories::stock::{confirm, draft};

use crate::approvals::{decides_saying, shipment_comes_to};

const STORY: &str = "query($id: ID!) { explain(id: $id) {
    shipment { number }
    gates { kind entry { recordedAt user { name } } }
    approvals { state requestedAt requestedBy { name } customer { name } shipment { number }
        reasons { kind ruleName measure circumstances details currency }
        decisions { verdict comment decidedAt user { name } } }
    events { entry { action user { name } } } } }";

fn time(value: &Value) -> DateTime<Utc> {
    text(value).parse().unwrap()
}

fn kinds(story: &Value) -> Vec<&str> {
    let gates = story["gates"].as_array().unwrap().iter();
    gates.map(|gate| gate["kind"].as_str().unwrap()).collect()
}

/// A company where a debt of 300 is twenty days overdue, at a server with a clock; its client, and
/// the goods that he buys.
async fn with_overdue_client(server: &Replica) -> (Company, String, String) {
    let company = Company::at(server.house()).await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    let past = (server.house().today() - Duration::days(20)).to_string();
    company.receive(&at, Some(&past), &[(&tea, "50", "60.00")]).await;
    let input = json!({"name": "Late payers", "kind": "SHIPMENT_WITH_OVERDUE_DEBT", "isOn": true,
        "steps": [{"approvers": [{"role": "director"}]}], "fallback": {"role": "director"}});
    company.admin.does("saveApprovalRule", input, "approvalRule { id }").await;
    let terms = json!({"creditLimit": "100000", "agreement": {"creditPolicy": "APPROVE"}});
    let client = company.customer("Late", &company.anna_id, terms).await;
    let dated = json!({"date": past});
    let old = draft(&company.director, &client, &[(&tea, "3")], dated).await;
    confirm(&company.director, &old).await;
    let input = json!({"orderId": old.0, "date": past});
    company.director.does("shipSalesOrder", input, "shipment { id }").await;
    (company, client, tea)
}

async fn asks_to_ship(keeper: &Actor, order: &str) -> (String, String) {
    let selection = "shipment { id state } approvalRequest { id }";
    let input = json!({"orderId": order});
    let told = keeper.does("shipSalesOrder", input, selection).await;
    assert_eq!(told["shipment"]["state"], "PENDING_APPROVAL", "{told}");
    (text(&told["shipment"]["id"]), text(&told["approvalRequest"]["id"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_let_it_ship() {
    let clock = Clock::system();
    let server = Replica::with_clock(clock.clone()).await;
    let (company, client, tea) = with_overdue_client(&server).await;
    let order = draft(&company.anna, &client, &[(&tea, "5")], json!({})).await;
    confirm(&company.anna, &order).await;
    let (before, asked_on) = (clock.now(), server.house().today());
    let (shipment, request) = asks_to_ship(&company.warehouse, &order.0).await;

    // While it waits the gate is shut, and nobody has said anything.
    let told = company.director.ask(STORY, json!({"id": shipment})).await;
    let story = &told["explain"];
    assert_eq!(kinds(story), ["CONFIRM"], "{story:#}");
    assert_eq!(story["approvals"][0]["state"], "PENDING");
    assert_eq!(story["approvals"][0]["decisions"], json!([]));

    // The next day the director agrees …
    clock.advance(Duration::days(1));
    let again = async |name: &str| {
        let url = server.url();
        Actor::sign_in_at(&url, &company.slug, &company.email(name), PASSWORD).await
    };
    let director = again("director").await;
    let began = Clock::system().now();
    let said = "Paid tomorrow: their director has given his word";
    decides_saying(&director, &request, "APPROVE", said).await;
    let posted = shipment_comes_to(&director, &shipment, "POSTED").await;
    assert_eq!(posted["date"], json!(server.house().today()), "goods leave when they may");
    let after = clock.now();

    // … and three days later everything has changed: the debt is paid, another shipment was let go
    // by another word, and the rule has another name.
    clock.advance(Duration::days(3));
    let (director, anna, keeper) =
        (again("director").await, again("anna").await, again("warehouse").await);
    let accounting = again("accounting").await;
    let input = json!({"customerId": client, "amount": "300.00"});
    accounting.does("recordPayment", input, "payment { id }").await;
    let another = draft(&anna, &client, &[(&tea, "2")], json!({})).await;
    confirm(&anna, &another).await;
    let (second, request) = asks_to_ship(&keeper, &another.0).await;
    decides_saying(&director, &request, "APPROVE", "He has paid the old debt").await;
    shipment_comes_to(&director, &second, "POSTED").await;

    let told = director.ask(STORY, json!({"id": shipment})).await;
    let story = &told["explain"];
    assert_eq!(kinds(story), ["CONFIRM", "SHIP"], "{story:#}");
    let asked = story["approvals"].as_array().unwrap();
    assert_eq!(asked.len(), 1, "what was said of another shipment is not told here: {asked:#?}");
    let asked = &asked[0];
    assert_eq!(
        (&asked["state"], &asked["requestedBy"]["name"], &asked["customer"]["name"]),
        (&json!("APPROVED"), &json!("warehouse"), &json!("Late"))
    );
    assert_eq!(asked["shipment"]["number"], story["shipment"]["number"]);
    // On which facts, as they were when it was asked.
    let reason = json!({"kind": "SHIPMENT_WITH_OVERDUE_DEBT", "ruleName": "Late payers",
        "measure": "20", "currency": "RUB",
        "circumstances": [{"name": "OVERDUE_AMOUNT", "value": "300.00"},
            {"name": "DAYS_OVERDUE", "value": "20"}],
        "details": {"overdue": "300.00", "days": "20",
            "since": asked_on - Duration::days(20)}});
    assert_eq!(asked["reasons"], json!([reason]));
    // Who, when, and with which words.
    let words = asked["decisions"].as_array().unwrap();
    assert_eq!(words.len(), 1);
    assert_eq!(
        (&words[0]["user"]["name"], &words[0]["verdict"], &words[0]["comment"]),
        (&json!("director"), &json!("APPROVE"), &json!(said))
    );
    let (requested, decided) = (time(&asked["requestedAt"]), time(&words[0]["decidedAt"]));
    assert!(before <= requested && requested + Duration::hours(23) < decided && decided <= after);
    let left = &story["gates"][1]["entry"];
    assert_eq!(left["user"]["name"], "warehouse", "he had asked, and it went in his name");
    // The audit trail has the time of the database, which no story moves.
    let recorded = time(&left["recordedAt"]);
    assert!(began <= recorded && recorded <= Clock::system().now());

    // Asked about its order, the same is told; about the other one, the other word.
    let told = director.ask(STORY, json!({"id": order.0})).await;
    assert_eq!(told["explain"]["approvals"], json!([asked]));
    let told = director.ask(STORY, json!({"id": second})).await;
    let other = &told["explain"]["approvals"];
    assert_eq!(other.as_array().unwrap().len(), 1);
    assert_eq!(other[0]["decisions"][0]["comment"], "He has paid the old debt");
    // Of the first shipment five at 100.00 are overdue since it left three days ago.
    assert_eq!(other[0]["reasons"][0]["details"]["overdue"], "500.00");
    assert_eq!(other[0]["reasons"][0]["measure"], "3");

    // The storekeeper learns who agreed, and no figure of what the client owes; whoever does not see
    // the client learns nothing.
    let told = keeper.ask(STORY, json!({"id": shipment})).await;
    let asked = &told["explain"]["approvals"][0];
    assert_eq!(asked["decisions"][0]["user"]["name"], "director");
    for hidden in ["measure", "circumstances", "details"] {
        assert!(asked["reasons"][0][hidden].is_null(), "{hidden}: {asked:#}");
    }
    let boris = again("boris").await;
    assert_eq!(boris.denied(STORY, json!({"id": shipment})).await, "NOT_FOUND");
    let neighbour = Company::at(server.house()).await;
    assert_eq!(neighbour.director.denied(STORY, json!({"id": shipment})).await, "NOT_FOUND");
    server.house().verify(&company.slug).await;
}
