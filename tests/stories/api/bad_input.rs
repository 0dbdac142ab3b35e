//! Bad input of any kind gets a clear error and changes nothing.

use std::time::Duration;

use serde_json::{Value, json};
use stories::company::Company;
use stories::house::house;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Answer {
    status: u16,
    kind: String,
    body: Value,
}

async fn post(token: Option<&str>, kind: &str, accept: &str, body: Vec<u8>) -> Answer {
    let mut request = reqwest::Client::new()
        .post(format!("{}/graphql", house().url()))
        .header("content-type", kind)
        .header("accept", accept)
        .body(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    let kind = answer.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned());
    Answer {
        status: answer.status().as_u16(),
        kind: kind.unwrap_or_default(),
        body: answer.json().await.unwrap_or(Value::Null),
    }
}

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

#[tokio::test]
async fn what_is_no_request_is_answered_with_what_is_wrong() {
    let company = Company::new().await;
    let token = Some(company.director.token.as_str());
    let big = format!("{{\"query\": \"{{ viewer {{ __typename }} }} #{}\"}}", "x".repeat(3 << 20));
    for (body, kind, status) in [
        (b"{\"query\": ".to_vec(), JSON, 400),
        (b"{\"query\": \"\xff\xfe\"}".to_vec(), JSON, 400),
        (b"{}".to_vec(), JSON, 400),
        (b"[]".to_vec(), JSON, 400),
        (b"{\"query\": 5}".to_vec(), JSON, 400),
        (b"{\"query\": \"{ viewer { __typename } }\", \"variables\": []}".to_vec(), JSON, 400),
        (b"[{\"query\": \"{ viewer { __typename } }\"}]".to_vec(), JSON, 400),
        (b"{\"query\": \"{ viewer { __typename } \"}".to_vec(), JSON, 400),
        (b"{\"query\": \"{ viewer { nothing } }\"}".to_vec(), JSON, 400),
        (b"query={viewer{name}}".to_vec(), "application/x-www-form-urlencoded", 415),
        (big.into_bytes(), JSON, 413),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = post(token, kind, GRAPHQL, body).await;
        assert_eq!(answer.status, status, "{shown}: {}", answer.body);
        if status == 400 {
            assert!(answer.body["errors"][0]["message"].is_string(), "{shown}: {}", answer.body);
            assert!(answer.kind.starts_with(GRAPHQL), "{shown}: {}", answer.kind);
        }
    }
    let answer =
        post(token, JSON, "image/png", b"{\"query\": \"{ viewer { __typename } }\"}".to_vec());
    assert_eq!(answer.await.status, 406);
    // The older media type answers 200 to whatever is well-formed GraphQL over HTTP.
    let body = b"{\"query\": \"{ viewer { nothing } }\"}".to_vec();
    let answer = post(token, JSON, JSON, body).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body["errors"].is_array());
    let body = b"{\"query\": \"{ viewer { __typename } }\"}".to_vec();
    let answer = post(Some("nonsense"), JSON, GRAPHQL, body).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn mutations_do_not_come_by_get() {
    let company = Company::new().await;
    let get = async |query: &str| {
        let mut url = reqwest::Url::parse(&format!("{}/graphql", house().url())).unwrap();
        url.query_pairs_mut().append_pair("query", query);
        let request = reqwest::Client::new().get(url).bearer_auth(&company.admin.token);
        request.header("accept", GRAPHQL).send().await.unwrap().status().as_u16()
    };
    assert_eq!(get("{ viewer { __typename } }").await, 200);
    let mutation = "mutation { createDepartment(input: {name: \"By GET\"}) { department { id } } }";
    assert_eq!(get(mutation).await, 405);
    assert!(company.admin.all("departments", "id").await.is_empty());
}

#[tokio::test]
async fn values_that_cannot_be_are_refused_with_their_place() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    let query = "mutation($input: CreateSalesOrderInput!) { createSalesOrder(input: $input) {
        order { id } userErrors { code field } } }";
    let line = |quantity: Value| json!({"productId": good, "quantity": quantity});
    for (quantity, name) in [
        (json!("-1"), "negative"),
        (json!("0"), "zero"),
        (json!("0.0001"), "too many places"),
        (json!("1e400"), "too large an exponent"),
        (json!("999999999999999999999999999999"), "too many digits"),
        (json!("NaN"), "no number"),
        (json!(""), "empty"),
        (json!([1]), "a list"),
    ] {
        let input = json!({"customerId": customer, "lines": [line(quantity)]});
        let answer = company.anna.send(query, json!({"input": input})).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        let refused = answer["data"]["createSalesOrder"]["userErrors"][0]["field"].is_array();
        assert!(code == Some("BAD_USER_INPUT") || refused, "{name}: {answer}");
    }
    for (field, value) in [
        ("date", json!("2024-02-31")),
        ("date", json!("31.01.2024")),
        ("date", json!("+99999-01-01")),
        ("customerId", json!(good)),
        ("customerId", json!("nonsense")),
        ("unknown", json!(1)),
    ] {
        let mut input = json!({"customerId": customer, "lines": [line(json!("1"))]});
        input[field] = value;
        let answer = company.anna.send(query, json!({"input": input})).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        assert_eq!(code, Some("BAD_USER_INPUT"), "{field}: {answer}");
    }
    let input = json!({"customerId": customer, "lines": []});
    assert_eq!(company.anna.refused("createSalesOrder", input, "order { id }").await, "NO_LINES");
    let query = "mutation($input: CreateCustomerInput!) { createCustomer(input: $input) {
        customer { id } userErrors { code } } }";
    for name in ["", "   ", "a\u{0}b", "a\u{7}b", &"x".repeat(10_000)] {
        let answer = company.director.send(query, json!({"input": {"name": name}})).await;
        let refused = answer["data"]["createCustomer"]["userErrors"][0]["code"].is_string();
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        assert!(refused || code == Some("BAD_USER_INPUT"), "{name:.20}: {answer}");
    }
    assert!(company.director.all("orders", "id").await.is_empty());
}

#[tokio::test]
async fn queries_without_measure_are_refused_before_they_run() {
    let company = Company::new().await;
    let (down, up) = ("{ parent ".repeat(60), " }".repeat(60));
    let deep = format!("{{ productGroups {{ nodes {down} {{ id }} {up} }} }}");
    let wide = format!(
        "{{ {} }}",
        (0..2000).map(|i| format!("a{i}: viewer {{ __typename }} ")).collect::<String>()
    );
    let costly = "{ orders(first: 250) { nodes { customer { orders(first: 250) { nodes {
        customer { orders(first: 250) { nodes { id } } } } } } } } }"
        .to_owned();
    let too_many = "{ orders(first: 1000) { nodes { id } } }".to_owned();
    for query in [deep, wide, costly, too_many] {
        let answer = company.director.send(&query, json!({})).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        assert!(
            matches!(code, Some("QUERY_TOO_COSTLY" | "BAD_USER_INPUT")),
            "{:.80}: {answer}",
            query
        );
    }
    let told = company.director.send("{ viewer { __typename } }", json!({})).await;
    let cost = &told["extensions"]["cost"];
    for part in ["requested", "actual", "available", "restoreRate"] {
        assert!(cost[part].is_number(), "{told}");
    }
}

#[tokio::test]
async fn errors_speak_the_clients_language_and_tell_an_attacker_nothing() {
    let company = Company::new().await;
    let ask = async |language: &str, body: Value| -> Value {
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", house().url()))
            .bearer_auth(&company.director.token)
            .header("accept-language", language);
        request.json(&body).send().await.unwrap().json().await.unwrap()
    };
    let query = "mutation { createCustomer(input: {name: \" \"}) { userErrors { message code } } }";
    let message = async |language: &str| {
        let told = ask(language, json!({"query": query})).await;
        told["data"]["createCustomer"]["userErrors"][0]["message"].as_str().unwrap().to_owned()
    };
    let (english, russian) = (message("en").await, message("ru-RU,ru;q=0.9").await);
    assert!(english.is_ascii() && !russian.is_ascii(), "{english} / {russian}");
}

#[tokio::test]
async fn a_request_that_never_ends_is_ended() {
    let address = house().url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\n\
        content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{\"query\""
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(45), stream.read_to_end(&mut answer));
    ended.await.expect("the server gave up waiting").unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}
