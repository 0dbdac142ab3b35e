//! Web pages of a tenant's own origins.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::company::Company;
use stories::house::house;

const LIST: &str = "{ viewer { tenant { webOrigins { origins version } } } }";
const TENANT: &str = "tenant { webOrigins { origins version } }";

/// The origin that may read what the caller is answered.
async fn reader(caller: &Actor, origin: &str) -> Option<String> {
    let asked = reqwest::Client::new()
        .post(format!("{}/graphql", house().url()))
        .bearer_auth(&caller.token)
        .header("origin", origin)
        .json(&json!({"query": "{ __typename }"}));
    let answer = asked.send().await.unwrap();
    let allowed = answer.headers().get("access-control-allow-origin")?;
    Some(allowed.to_str().unwrap().to_owned())
}

/// Waits until a change holds.
async fn becomes(caller: &Actor, origin: &str, expected: Option<&str>) {
    let until = Instant::now() + Duration::from_secs(5);
    while reader(caller, origin).await.as_deref() != expected {
        assert!(Instant::now() < until, "{origin} did not become {expected:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_tenant_lists_its_own_pages() {
    let (company, neighbour) = (Company::new().await, Company::new().await);
    let origin = format!("https://{}.example", company.slug);
    assert_eq!(reader(&company.anna, &origin).await, None);
    let input = json!({"origins": [format!("{origin}:443/")], "version": 0});
    let set = company.admin.does("setWebOrigins", input.clone(), TENANT).await;
    let expected = json!({"origins": [origin], "version": 1});
    assert_eq!(set["tenant"]["webOrigins"], expected);
    let seen = company.anna.ask(LIST, json!({})).await;
    assert_eq!(seen["viewer"]["tenant"]["webOrigins"], expected);
    becomes(&company.anna, &origin, Some(&origin)).await;
    assert_eq!(reader(&neighbour.anna, &origin).await, None);
    let unseen = neighbour.admin.ask(LIST, json!({})).await;
    assert_eq!(unseen["viewer"]["tenant"]["webOrigins"], json!({"origins": [], "version": 0}));

    let trail = "{ auditTrail(filter: {action: \"setWebOrigins\"}) { nodes { changes } } }";
    let told = company.admin.ask(trail, json!({})).await;
    let changes = &told["auditTrail"]["nodes"][0]["changes"];
    assert_eq!(*changes, json!({"before": [], "after": [origin]}), "{told}");

    let stale = company.admin.refused("setWebOrigins", input, TENANT).await;
    assert_eq!(stale, "STALE_VERSION");
    let none = json!({"origins": [], "version": 1});
    company.admin.does("setWebOrigins", none, TENANT).await;
    becomes(&company.anna, &origin, None).await;
}

#[tokio::test]
async fn only_origins_are_listed_and_only_by_the_admin() {
    let company = Company::new().await;
    for wrong in ["*", "null", "http://shop.example", "https://shop.example/path", "shop"] {
        let input = json!({"origins": ["https://a.example", wrong], "version": 0});
        let code = company.admin.refused("setWebOrigins", input, TENANT).await;
        assert_eq!(code, "INVALID", "{wrong}");
    }
    let mutation = "mutation($input: SetWebOriginsInput!) { setWebOrigins(input: $input) {
        userErrors { code } } }";
    let input: Value = json!({"input": {"origins": ["https://a.example"], "version": 0}});
    for actor in [&company.anna, &company.director, &company.accounting] {
        assert_eq!(actor.denied(mutation, input.clone()).await, "FORBIDDEN", "{}", actor.name);
    }
}
