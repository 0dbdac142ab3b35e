//! Signing in, staying signed in, and being signed out.

use std::time::Duration;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};

const SIGN_IN: &str = "mutation($input: SignInInput!) { signIn(input: $input) {
    accessToken refreshToken expiresAt userErrors { code message field } } }";
const REFRESH: &str = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) {
    accessToken refreshToken userErrors { code } } }";
const WHO: &str = "{ viewer { user { name roles } tenant { slug baseCurrency timeZone } } }";

async fn sign_in(company: &Company, mailbox: &str, password: &str) -> Value {
    let input = json!({
        "tenant": company.slug, "email": company.email(mailbox), "password": password,
    });
    let data = Actor::nobody().ask(SIGN_IN, json!({"input": input})).await.unwrap();
    data["signIn"].clone()
}

async fn refresh(token: &Value) -> Value {
    let data = Actor::nobody().ask(REFRESH, json!({"input": {"refreshToken": token}})).await;
    data.unwrap()["refreshSession"].clone()
}

#[tokio::test]
async fn who_signs_in_is_who_he_is() {
    let company = Company::new().await;
    let told = company.anna.ask(WHO, json!({})).await;
    assert_eq!(told["viewer"]["tenant"]["slug"], company.slug.as_str());
    assert_eq!(told["viewer"]["tenant"]["baseCurrency"], "RUB");
    assert_eq!(told["viewer"]["user"]["roles"], json!(["manager"]));
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_look_the_same() {
    let company = Company::new().await;
    let wrong = sign_in(&company, "anna", "not her password").await;
    let unknown = sign_in(&company, "nobody", PASSWORD).await;
    assert_eq!(wrong["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    assert_eq!(wrong, unknown);
    assert!(wrong["accessToken"].is_null());
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let company = Company::new().await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        let answer = sign_in(&company, "boris", "guess").await;
        codes.push(text(&answer["userErrors"][0]["code"]));
    }
    assert_eq!(codes.first().map(String::as_str), Some("WRONG_CREDENTIALS"));
    assert_eq!(codes.last().map(String::as_str), Some("THROTTLED"), "{codes:?}");
    // The others of the company sign in as before.
    assert!(sign_in(&company, "anna", PASSWORD).await["accessToken"].is_string());
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let company = Company::new().await;
    let first = sign_in(&company, "anna", PASSWORD).await;
    let second = refresh(&first["refreshToken"]).await;
    let third = refresh(&second["refreshToken"]).await;
    assert!(third["accessToken"].is_string());
    // The first is not the last predecessor any more: somebody has stolen it.
    let reused = refresh(&first["refreshToken"]).await;
    assert_eq!(reused["userErrors"][0]["code"], "INVALID_TOKEN");
    let after = refresh(&third["refreshToken"]).await;
    assert_eq!(after["userErrors"][0]["code"], "INVALID_TOKEN");
    let anna = Actor::with_token("anna", &text(&third["accessToken"]));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(anna.denied(WHO, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_answer_lost_on_the_way_does_not_end_the_session() {
    let company = Company::new().await;
    let first = sign_in(&company, "anna", PASSWORD).await;
    refresh(&first["refreshToken"]).await;
    let again = refresh(&first["refreshToken"]).await;
    assert!(again["accessToken"].is_string(), "{again}");
}

#[tokio::test]
async fn signing_out_ends_the_session_within_a_second() {
    let company = Company::new().await;
    let other = Actor::sign_in(&company.slug, &company.email("anna"), PASSWORD).await;
    company.anna.does("signOut", json!({"everywhere": false}), "").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(company.anna.denied(WHO, json!({})).await, "UNAUTHENTICATED");
    other.ask(WHO, json!({})).await;
}

#[tokio::test]
async fn a_spoilt_token_is_nobodys() {
    let company = Company::new().await;
    let token = &company.anna.token;
    let (head, signature) = token.rsplit_once('.').unwrap();
    for spoilt in [
        format!("{head}."),
        format!("{head}.{}", signature.chars().rev().collect::<String>()),
        "obr_x_y_z".to_owned(),
        "x".repeat(5000),
    ] {
        let actor = Actor::with_token("spoilt", &spoilt);
        assert_eq!(actor.denied(WHO, json!({})).await, "UNAUTHENTICATED", "{spoilt}");
    }
}

#[tokio::test]
async fn a_partners_key_does_what_its_scopes_say_until_it_is_revoked() {
    let company = Company::new().await;
    let at = company.furnish().await;
    company.product(&at, "SHELF", "10.00").await;
    let mine = company.customer("Mine", &company.anna_id, json!({})).await;
    let other = company.customer("Other", &company.anna_id, json!({})).await;
    let input = json!({
        "name": "shop", "scopes": ["catalog:read", "customers:read", "orders:read"],
        "customerId": mine,
    });
    let made = company.admin.does("createApiKey", input, "apiKey { id } secret").await;
    let shop = Actor::with_token("shop", &text(&made["secret"]));

    assert_eq!(shop.all("products", "sku").await.len(), 1);
    let seen = shop.all("customers", "name").await;
    assert_eq!(seen, [json!({"name": "Mine"})]);
    let query = "query($id: ID!) { customer(id: $id) { name } }";
    assert_eq!(shop.denied(query, json!({"id": other})).await, "NOT_FOUND");
    let stock = "{ stock { nodes { onHand } } }";
    assert_eq!(shop.denied(stock, json!({})).await, "FORBIDDEN");

    let input = json!({"id": made["apiKey"]["id"]});
    company.admin.does("revokeApiKey", input, "apiKey { id }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(shop.denied("{ products { nodes { sku } } }", json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_key_is_bound_to_a_customer_that_is_there() {
    let (company, neighbour) = tokio::join!(Company::new(), Company::new());
    let theirs = neighbour.customer("Theirs", &neighbour.anna_id, json!({})).await;
    let own = company.customer("Own", &company.anna_id, json!({})).await;
    let input = |customer: &str| json!({"name": "shop", "scopes": ["customers:read"], "customerId": customer});
    let code = company.admin.refused("createApiKey", input(&theirs), "secret").await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
    // Nothing was written: the name is free.
    company.admin.does("createApiKey", input(&own), "secret").await;
}
