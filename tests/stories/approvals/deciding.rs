//! Many at once, too late, from next door, and by whom.

use std::time::{Duration, Instant};

use kernel::Clock;
use serde_json::json;
use stories::actor::text;
use stories::company::Company;
use stories::house::{Replica, house};
use stories::socket::Socket;

use super::{
    PATIENCE, comes_to, confirms, decides, discounted, head, inbox, refused, request, rule,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_decided_at_once_and_each_that_is_not_is_told() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "50", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    rule(&company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    let mut socket = Socket::signed_in(&company.director.token).await;
    let query = "subscription { approvalRequested { approvalRequest { id mayDecide } } }";
    socket.subscribe("a", query, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (mut orders, mut asked) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let (id, _) = discounted(&company.anna, &cook, &oil, ("1", "15")).await;
        asked.push(request(&confirms(&company.anna, &id).await));
        orders.push(id);
    }
    let heard = socket.event().await;
    let told = &heard["approvalRequested"]["approvalRequest"];
    assert_eq!((&told["id"], &told["mayDecide"]), (&json!(asked[0]), &json!(true)));
    assert_eq!(inbox(&company.director).await, asked);
    decides(&company.director, &asked[1], "APPROVE").await;
    let input = json!({"ids": asked, "verdict": "APPROVE", "idempotencyKey": "all"});
    let query = "mutation($input: DecideApprovalsInput!) { decideApprovals(input: $input) {
        approvalRequests { id state } userErrors { code field } } }";
    let told = company.director.ask(query, json!({"input": input})).await;
    let told_again = company.director.ask(query, json!({"input": input})).await;
    assert_eq!(told, told_again);
    let payload = &told["decideApprovals"];
    assert_eq!(
        payload["userErrors"],
        json!([{"code": "ILLEGAL_TRANSITION", "field": ["ids", "1"]}])
    );
    for id in &orders {
        comes_to(&company.anna, id, "CONFIRMED").await;
    }
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_decides_in_time_comes_to_the_fallback() {
    let clock = Clock::system();
    let server = Replica::with_clock(clock.clone()).await;
    let company = Company::at(server.house()).await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "50", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    head(&company).await;
    let steps = json!([{"approvers": [{"role": "head_of_sales"}], "escalateAfterMinutes": 5}]);
    rule(&company, "DISCOUNT_OVER_LIMIT", "head_of_sales", json!({"steps": steps})).await;
    let (id, _) = discounted(&company.anna, &cook, &oil, ("1", "15")).await;
    let one = request(&confirms(&company.anna, &id).await);
    assert_eq!(refused(&company.director, &one).await, "NOT_APPROVER");
    clock.advance(chrono::Duration::minutes(6));
    let begun = Instant::now();
    while inbox(&company.director).await.is_empty() {
        assert!(begun.elapsed() < PATIENCE, "it has not escalated");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let query = "query($id: ID!) { approvalRequest(id: $id) { steps { escalatedAt
        approvers { role isFallback isAsked } } } }";
    let told = company.director.ask(query, json!({"id": one})).await;
    let step = &told["approvalRequest"]["steps"][0];
    assert!(step["escalatedAt"].is_string());
    assert_eq!(
        step["approvers"][1],
        json!({"role": "director", "isFallback": true,
        "isAsked": true})
    );
    decides(&company.director, &one, "APPROVE").await;
    comes_to(&company.anna, &id, "CONFIRMED").await;
    server.house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_see_it_does_not_decide_it() {
    let (company, neighbour) = tokio::join!(Company::new(), Company::new());
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "50", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    rule(&company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    let (id, _) = discounted(&company.anna, &cook, &oil, ("1", "15")).await;
    let one = request(&confirms(&company.anna, &id).await);

    let input = json!({"ids": [one], "verdict": "APPROVE"});
    let denied = |actor: &stories::actor::Actor| {
        let (actor, input) = (actor.clone(), input.clone());
        async move { actor.tries("decideApprovals", input, "approvalRequests { id }").await }
    };
    assert_eq!(denied(&neighbour.director).await.unwrap_err(), "NOT_FOUND");
    assert_eq!(denied(&company.anna).await.unwrap_err(), "FORBIDDEN");
    let query = "query($id: ID!) { approvalRequest(id: $id) { id } }";
    assert_eq!(company.boris.denied(query, json!({"id": one})).await, "NOT_FOUND");
    assert_eq!(neighbour.director.denied(query, json!({"id": one})).await, "NOT_FOUND");
    assert!(company.boris.all("approvalRequests", "id").await.is_empty());
    let (olga, _) = head(&company).await;
    assert_eq!(olga.all("approvalRequests", "id").await.len(), 1, "her team's");
    assert_eq!(refused(&olga, &one).await, "NOT_APPROVER");
    let withdraw = json!({"id": one});
    let tried = company.boris.tries("withdrawApproval", withdraw, "approvalRequest { id }").await;
    assert_eq!(tried.unwrap_err(), "NOT_FOUND");
    let query = "{ approvalRules { nodes { name isOn } } }";
    assert_eq!(company.anna.denied(query, json!({})).await, "FORBIDDEN");
    // A tenant begins with a rule of each kind, all off.
    let told = neighbour.admin.ask(query, json!({})).await;
    let rules = told["approvalRules"]["nodes"].as_array().unwrap().clone();
    assert_eq!(rules.len(), 7);
    assert!(rules.iter().all(|one| one["isOn"] == false));
    assert!(rules.iter().all(|one| !text(&one["name"]).is_empty()));
}
