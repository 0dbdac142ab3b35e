//! Something special happens only when those have agreed whom the tenant's rules ask.

mod agreements;
mod by_letter;
mod credit;
mod currencies;
mod deciding;
mod kinds;
mod policies;
mod signatures;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD, merge};

/// Well over the time that a worker takes to move a document on.
const PATIENCE: Duration = Duration::from_secs(15);

/// A further person of a company.
async fn person(company: &Company, mailbox: &str, role: &str) -> (Actor, String) {
    let email = company.email(mailbox);
    let input = json!({"email": email, "name": mailbox, "password": PASSWORD, "roles": [role]});
    let made = company.admin.does("createUser", input, "user { id }").await;
    let actor = Actor::sign_in_at(&company.admin.url, &company.slug, &email, PASSWORD).await;
    (actor, text(&made["user"]["id"]))
}

/// A head of sales whose team Anna and Boris are in.
async fn head(company: &Company) -> (Actor, String) {
    let (_, id) = person(company, "olga", "head_of_sales").await;
    let input = json!({"name": "Sales", "headId": id,
        "memberIds": [company.anna_id, company.boris_id]});
    company.admin.does("saveTeam", input, "team { id }").await;
    let url = &company.admin.url;
    let olga = Actor::sign_in_at(url, &company.slug, &company.email("olga"), PASSWORD).await;
    (olga, id)
}

/// A rule that asks one of a role, with the director where he is not there.
pub async fn rule(company: &Company, kind: &str, role: &str, more: Value) {
    let mut input = json!({"name": format!("{kind} {role}"), "kind": kind, "isOn": true,
        "steps": [{"approvers": [{"role": role}]}], "fallback": {"role": "director"}});
    merge(&mut input, more);
    company.admin.does("saveApprovalRule", input, "approvalRule { id isOn }").await;
}

/// A draft of Anna's with one line at a discount.
async fn discounted(
    actor: &Actor,
    customer: &str,
    product: &str,
    (quantity, discount): (&str, &str),
) -> (String, i64) {
    let lines = json!([{"productId": product, "quantity": quantity,
        "discountPercent": discount}]);
    let input = json!({"customerId": customer, "lines": lines});
    let made = actor.does("createSalesOrder", input, "order { id version }").await;
    (text(&made["order"]["id"]), made["order"]["version"].as_i64().unwrap())
}

const SEEN: &str = "order { id state number version }
    approvalRequest { id state reasons { kind measure } steps { needed state } }
    availability { reserved short } warnings { code }
    credit { limit { amount } exposure { amount } free { amount } }";

async fn confirms(actor: &Actor, order: &str) -> Value {
    actor.does("confirmSalesOrder", json!({"id": order}), SEEN).await
}

/// The request that a payload shows.
fn request(payload: &Value) -> String {
    text(&payload["approvalRequest"]["id"])
}

async fn decides(actor: &Actor, request: &str, verdict: &str) -> Value {
    decides_saying(actor, request, verdict, "As agreed").await
}

/// Decides a request with a comment; the request.
pub async fn decides_saying(actor: &Actor, request: &str, verdict: &str, comment: &str) -> Value {
    let input = json!({"ids": [request], "verdict": verdict, "comment": comment});
    let selection = "approvalRequests { id state }";
    actor.does("decideApprovals", input, selection).await["approvalRequests"][0].clone()
}

async fn refused(actor: &Actor, request: &str) -> String {
    let input = json!({"ids": [request], "verdict": "APPROVE"});
    actor.refused("decideApprovals", input, "approvalRequests { id }").await
}

async fn order(actor: &Actor, id: &str) -> Value {
    let query = "query($id: ID!) { order(id: $id) { id state number version
        reservationsExpireAt availableTransitions lines { reserved }
        approvalRequest { id } approvalRequests { id state closeReason followRefusal } } }";
    actor.ask(query, json!({"id": id})).await["order"].clone()
}

/// Waits until an order has come to a state.
async fn comes_to(actor: &Actor, id: &str, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let seen = order(actor, id).await;
        if seen["state"] == state {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "it is not {state}: {seen}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a shipment has come to a state.
pub async fn shipment_comes_to(actor: &Actor, id: &str, state: &str) -> Value {
    let query = "query($id: ID!) { shipment(id: $id) { id state number date
        approvalRequests { state followRefusal } } }";
    let begun = Instant::now();
    loop {
        let seen = actor.ask(query, json!({"id": id})).await["shipment"].take();
        if seen["state"] == state {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "it is not {state}: {seen}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn inbox(actor: &Actor) -> Vec<String> {
    let rows = actor.all("approvalInbox", "id").await;
    rows.iter().map(|row| text(&row["id"])).collect()
}
