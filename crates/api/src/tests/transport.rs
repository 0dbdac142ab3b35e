//! GraphQL over HTTP: statuses, forms, limits.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::request::Builder;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{read, routes, send};
use crate::{Config, Rate};

const GRAPHQL: &str = "application/graphql-response+json";
const VIEWER: &str = "{ viewer { tenant { baseCurrency } } }";

fn post() -> Builder {
    Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, GRAPHQL)
        .header(AUTHORIZATION, "Bearer good")
}

async fn ask(query: &str) -> Response {
    send(post().body(Body::from(json!({"query": query}).to_string())).unwrap()).await
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_signed_in_client_is_answered_with_the_cost() {
    let response = ask(VIEWER).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], format!("{GRAPHQL}; charset=utf-8"));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let answer = read(response).await;
    assert_eq!(answer["data"]["viewer"]["tenant"]["baseCurrency"], "RUB", "{answer}");
    let cost = &answer["extensions"]["cost"];
    assert_eq!((&cost["requested"], &cost["restoreRate"]), (&json!(2), &json!(5000)), "{cost}");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_with_a_reason() {
    let large = json!({"query": VIEWER, "variables": {"x": "x".repeat(1024 * 1024)}}).to_string();
    for (body, status) in [
        (b"{ not json".to_vec(), 400),
        (b"{\"query\": \"\xff\xfe\"}".to_vec(), 400),
        (b"".to_vec(), 400),
        (b"null".to_vec(), 400),
        (b"{}".to_vec(), 400),
        (b"{\"query\": 5}".to_vec(), 400),
        (json!({"query": VIEWER, "variables": [1]}).to_string().into_bytes(), 400),
        (json!({"query": VIEWER, "variables": "x"}).to_string().into_bytes(), 400),
        (json!({"query": VIEWER, "operationName": 5}).to_string().into_bytes(), 400),
        (json!({"query": VIEWER, "operationName": "Other"}).to_string().into_bytes(), 400),
        (json!({"query": VIEWER, "extensions": [1]}).to_string().into_bytes(), 400),
        (json!([{"query": VIEWER}]).to_string().into_bytes(), 400),
        (json!({"query": "{ viewer {"}).to_string().into_bytes(), 400),
        (json!({"query": "{ nothing }"}).to_string().into_bytes(), 400),
        (json!({"query": VIEWER, "variables": {"x": "\0"}}).to_string().into_bytes(), 400),
        (b"[".repeat(10_000), 400),
        (large.into_bytes(), 413),
    ] {
        let text = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let response = send(post().body(Body::from(body)).unwrap()).await;
        assert_eq!(response.status().as_u16(), status, "{text}");
        let answer = read(response).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{text}: {answer}");
        assert!(answer.get("data").is_none(), "{answer}");
    }
}

#[tokio::test]
async fn media_types_are_negotiated() {
    let body = || Body::from(json!({"query": VIEWER}).to_string());
    let plain = Request::post("/graphql").header(CONTENT_TYPE, "text/plain").body(body()).unwrap();
    assert_eq!(send(plain).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let none = Request::post("/graphql").body(body()).unwrap();
    assert_eq!(send(none).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let image = Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "image/png")
        .body(body())
        .unwrap();
    assert_eq!(send(image).await.status(), StatusCode::NOT_ACCEPTABLE);

    // The old form: what was understood is answered with 200, but for who is asking.
    for (token, status) in [(Some("Bearer good"), 200), (None, 401)] {
        let mut request =
            Request::post("/graphql").header(CONTENT_TYPE, "application/json; charset=utf-8");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, token);
        }
        let body = Body::from(json!({"query": "{ nothing }"}).to_string());
        let response = send(request.body(body).unwrap()).await;
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
        assert_eq!(response.status().as_u16(), status);
    }
}

#[tokio::test]
async fn wrong_tokens_get_401_and_no_token_gets_no_data() {
    for (token, query) in [
        (Some("Bearer bad"), "{ __typename }"),
        (Some("Basic Z29vZA=="), "{ __typename }"),
        (Some("Bearer"), "{ __typename }"),
        (None, VIEWER),
        (None, "{ __schema { types { name } } }"),
        (None, "query Q { ...f } fragment f on Query { viewer { tenant { id } } }"),
    ] {
        let mut request = Request::post("/graphql")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, GRAPHQL);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, token);
        }
        let body = Body::from(json!({"query": query}).to_string());
        let response = send(request.body(body).unwrap()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{token:?} {query}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(code(&read(response).await), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_demo_shows_its_schema_to_everybody() {
    let config = Config { open_introspection: true, ..Config::default() };
    let request = Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(json!({"query": "{ __schema { types { name } } }"}).to_string()))
        .unwrap();
    let answer = read(routes(config).0.oneshot(request).await.unwrap()).await;
    assert!(answer["data"]["__schema"]["types"].as_array().unwrap().len() > 10);
}

#[tokio::test]
async fn queries_may_come_by_address_but_nothing_that_changes() {
    let get = |path: &str| {
        Request::builder()
            .method(Method::GET)
            .uri(path)
            .header(ACCEPT, GRAPHQL)
            .header(AUTHORIZATION, "Bearer good")
            .body(Body::empty())
            .unwrap()
    };
    let viewer = "/graphql?query=query%20Q%20%7B%20viewer%20%7B%20tenant%20%7B%20id%20%7D%20%7D%20%7D\
                  &operationName=Q&variables=%7B%7D";
    let response = send(get(viewer)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(read(response).await["data"]["viewer"]["tenant"]["id"].is_string());
    for (path, status) in [
        ("/graphql?query=mutation%20%7B%20signOut%20%7B%20__typename%20%7D%20%7D", 405),
        ("/graphql?query=%7B%20viewer&variables=%7B", 400),
        ("/graphql?query=%7B%20__typename%20%7D&variables=%5B1%5D", 400),
        ("/graphql", 400),
    ] {
        let response = send(get(path)).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        if status == 405 {
            assert_eq!(response.headers()["allow"], "POST");
        }
    }
    let put = Request::put("/graphql").body(Body::empty()).unwrap();
    assert_eq!(send(put).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_browser_gets_a_page_that_needs_nobody_else() {
    let request = Request::get("/graphql")
        .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .body(Body::empty())
        .unwrap();
    let response = send(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let page = response.into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(!page.contains("https://") && !page.contains("http://"), "{page}");
    for asset in ["/graphql/ide.js", "/graphql/ide.css"] {
        assert!(page.contains(asset));
        let response = send(Request::get(asset).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{asset}");
    }
}

#[tokio::test]
async fn public_keys_are_served() {
    let request = Request::get("/.well-known/jwks.json").body(Body::empty()).unwrap();
    assert_eq!(read(send(request).await).await, json!({"keys": []}));
}

#[tokio::test]
async fn what_is_not_there_is_told_as_json() {
    for (method, path, status, allowed) in [
        (Method::GET, "/", 404, None),
        (Method::POST, "/graphql/", 404, None),
        (Method::PUT, "/graphql", 405, Some("GET,HEAD,POST")),
        (Method::DELETE, "/.well-known/jwks.json", 405, Some("GET,HEAD")),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = send(request).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
        let allow = response.headers().get("allow").map(|allow| allow.to_str().unwrap());
        assert_eq!(allow, allowed, "{path}");
        assert!(!code(&read(response).await).is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_compressed_body_is_not_taken() {
    for (coding, status) in [("gzip", 415), ("br", 415), ("identity", 200), ("Identity", 200)] {
        let body = Body::from(json!({"query": VIEWER}).to_string());
        let request = post().header("content-encoding", coding).body(body).unwrap();
        assert_eq!(send(request).await.status().as_u16(), status, "{coding}");
    }
}

#[tokio::test]
async fn a_wrong_variable_is_told_before_anything_is_done() {
    let query = "query($n: Int!, $ids: [ID!]!) { viewer { tenant { id } } nodes(ids: $ids) { id }
        customers(first: $n) { nodes { id } } }";
    for variables in [
        json!({"ids": []}),
        json!({"n": null, "ids": []}),
        json!({"n": 2_147_483_648_i64, "ids": []}),
        json!({"n": 1, "ids": [null]}),
        json!({"n": 1, "ids": {}}),
    ] {
        let body = json!({"query": query, "variables": variables}).to_string();
        let response = send(post().body(Body::from(body)).unwrap()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{variables}");
        let answer = read(response).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
        assert!(answer.get("data").is_none(), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_heard_out_within_reason() {
    for (pieces, status) in [(1, 200), (2, 413), (1_000_000, 413)] {
        let begin = format!("{{\"query\": \"{VIEWER}\"}}");
        let piece = Bytes::from(" ".repeat(768 * 1024));
        let rest = stream::iter((0..pieces).map(move |_| piece.clone()));
        let body = futures::StreamExt::chain(stream::iter([Bytes::from(begin)]), rest);
        let body = Body::from_stream(futures::StreamExt::map(body, Ok::<_, std::io::Error>));
        let response = send(post().body(body).unwrap()).await;
        assert_eq!(response.status().as_u16(), status, "{pieces}");
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let half = stream::once(async { Ok::<_, std::io::Error>(Bytes::from("{\"query\":")) });
    let body = Body::from_stream(futures::StreamExt::chain(half, stream::pending()));
    let answering = send(post().body(body).unwrap());
    let response = tokio::time::timeout(Duration::from_secs(5), answering).await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn what_costs_too_much_is_refused_before_it_runs() {
    let aliases = (0..101).map(|n| format!("a{n}: __typename ")).collect::<String>();
    let deep = format!("{{ viewer {}{} }}", "{ tenant ".repeat(25), "}".repeat(25));
    let bomb = (0..30)
        .map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }} ", n + 1, n + 1))
        .collect::<String>();
    let bomb = format!("{{ ...f0 }} {bomb} fragment f30 on Query {{ __typename }}");
    let schema = "{ __schema { types { fields { type { fields { type { fields { type { fields \
                  { name } } } } } } } } } }";
    for query in [
        format!("{{ {aliases} }}"),
        format!("{{ __typename {} }}", "@skip(if: false) ".repeat(51)),
        format!(
            "{{ {} }}",
            (0..51).map(|n| format!("a{n}: viewer {{ __typename }} ")).collect::<String>()
        ),
        deep,
        bomb.replace("{ ...f0 }", "{ nothing { ...f0 } }"),
        bomb,
        schema.to_owned(),
        "{".repeat(60),
    ] {
        let response = ask(&query).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(code(&read(response).await), "QUERY_TOO_COSTLY", "{query}");
    }
}

#[tokio::test]
async fn an_empty_bucket_says_when_to_come_back() {
    let config = Config { rate: Rate { capacity: 3, restore_per_s: 1 }, ..Config::default() };
    let (routes, _) = routes(config);
    let request = || post().body(Body::from(json!({"query": VIEWER}).to_string())).unwrap();
    let first = routes.clone().oneshot(request()).await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let second = routes.oneshot(request()).await.unwrap();
    assert_eq!(second.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(second.headers().contains_key("retry-after"));
    let answer = read(second).await;
    assert_eq!(code(&answer), "RATE_LIMITED", "{answer}");
    assert_eq!(answer["extensions"]["cost"]["available"], 1, "{answer}");
}

#[tokio::test]
async fn events_come_as_a_stream_that_completes() {
    let request = Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "text/event-stream")
        .header(AUTHORIZATION, "Bearer good")
        .body(Body::from(json!({"query": VIEWER}).to_string()))
        .unwrap();
    let response = send(request).await;
    assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
    let text = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert!(text.starts_with(":\n\nevent: next\ndata: {\"data\":{\"viewer\""), "{text:?}");
    assert!(text.trim_end().ends_with("event: complete\ndata:"), "{text:?}");

    let subscription = "subscription { stockChanged { cursor } }";
    let response = ask(subscription).await;
    assert_eq!(response.status(), StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn messages_are_in_the_clients_language() {
    let request = Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header("accept-language", "ru-RU,ru;q=0.9")
        .body(Body::from(json!({"query": VIEWER}).to_string()))
        .unwrap();
    let answer = read(send(request).await).await;
    assert_eq!(answer["errors"][0]["message"], "сначала войдите в систему");
}
