//! Pages of other origins: who may read what.

use axum::Router;
use axum::body::Body;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE, ORIGIN,
};
use http::{HeaderValue, Request};
use tower::ServiceExt;

use super::routes;
use crate::Config;

/// Tenants `good` and `other` each list a shop of their own; the server lists one for all.
fn shops() -> Router {
    let origins = vec![HeaderValue::from_static("https://all.example")];
    let (routes, doorman) = routes(Config { origins, ..Config::default() });
    doorman.let_in("other", None);
    doorman.list("https://good.example", "good");
    doorman.list("https://other.example", "other");
    routes
}

/// The origin that may read the answer.
async fn reader(request: Request<Body>) -> Option<String> {
    let response = shops().oneshot(request).await.unwrap();
    let varies = response.headers().get_all("vary").iter().any(|vary| {
        vary.to_str().unwrap().split(',').any(|name| name.trim().eq_ignore_ascii_case("origin"))
    });
    assert!(varies, "a cache must tell origins apart");
    assert!(!response.headers().contains_key("access-control-allow-credentials"));
    let allowed = response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN)?;
    Some(allowed.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_page_is_answered_before_anybody_is_known() {
    for (origin, is_allowed) in [
        ("https://good.example", true),
        ("https://other.example", true),
        ("https://all.example", true),
        ("https://nobody.example", false),
        ("https://good.example.evil.example", false),
        ("http://good.example", false),
        ("null", false),
    ] {
        let preflight = Request::options("/graphql")
            .header(ORIGIN, origin)
            .header(ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .body(Body::empty())
            .unwrap();
        assert_eq!(reader(preflight).await.as_deref() == Some(origin), is_allowed, "{origin}");
    }
}

#[tokio::test]
async fn a_page_reads_what_its_own_tenant_is_answered() {
    for (token, origin, is_allowed) in [
        (Some("good"), "https://good.example", true),
        (Some("good"), "https://all.example", true),
        (Some("good"), "https://other.example", false),
        (Some("other"), "https://good.example", false),
        (Some("good"), "https://nobody.example", false),
        // Signing in, and learning that a token is over.
        (None, "https://good.example", true),
        (None, "https://nobody.example", false),
        (Some("bad"), "https://good.example", true),
        (Some("bad"), "https://nobody.example", false),
    ] {
        let mut request = Request::post("/graphql")
            .header(CONTENT_TYPE, "application/json")
            .header(ORIGIN, origin);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from("{\"query\": \"{ __typename }\"}")).unwrap();
        let read = reader(request).await;
        assert_eq!(read.as_deref() == Some(origin), is_allowed, "{token:?} {origin} {read:?}");
    }
}
