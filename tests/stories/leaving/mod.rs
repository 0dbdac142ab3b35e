//! A manager leaves.

mod hand_over;
mod rights;
mod spread;

use std::time::Duration;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD, merge};

/// What a hand-over is asked for.
const HANDED: &str = "handOver { id state signIn whole version moved { kind count }
    heirs { load customers documents user { id } } }";

/// Somebody of a role, with his id.
async fn person(company: &Company, mailbox: &str, roles: &[&str]) -> (Actor, String) {
    let email = company.email(mailbox);
    let input = json!({"email": email, "name": mailbox, "password": PASSWORD, "roles": roles});
    let made = company.admin.does("createUser", input, "user { id }").await;
    let actor = Actor::sign_in(&company.slug, &email, PASSWORD).await;
    (actor, text(&made["user"]["id"]))
}

/// The uuid in a global id.
fn plain(id: &str) -> uuid::Uuid {
    use base64::Engine;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let text = String::from_utf8(engine.decode(id).unwrap()).unwrap();
    text.split_once(':').unwrap().1.parse().unwrap()
}

async fn tenant_of(company: &Company) -> uuid::Uuid {
    let told = company.director.ask("{ viewer { tenant { id } } }", json!({})).await;
    plain(told["viewer"]["tenant"]["id"].as_str().unwrap())
}

/// Hands over and waits until all is moved.
async fn hand_over(actor: &Actor, parties: Value, more: Value) -> Value {
    let mut input = json!({"parties": parties});
    merge(&mut input, more);
    let made = actor.does("handOver", input, HANDED).await;
    let id = made["handOver"]["id"].clone();
    let query = format!("query($id: ID!) {{ {} }}", HANDED.replacen(' ', "(id: $id) ", 1));
    for _ in 0..200 {
        let told = actor.ask(&query, json!({"id": id})).await;
        if told["handOver"]["state"] == "DONE" {
            return told["handOver"].clone();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was handed over");
}

fn moved(told: &Value, kind: &str) -> i64 {
    let counts = told["moved"].as_array().unwrap();
    let found = counts.iter().find(|count| count["kind"] == kind);
    found.map_or(0, |count| count["count"].as_i64().unwrap())
}
