//! The graphql-transport-ws sub-protocol over a real socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::HeaderValue;
use kernel::Clock;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Doorman, routes};
use crate::Config;
use crate::gate::{Gate, ended};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open() -> (SocketAddr, Doorman) {
    let (router, doorman) = routes(Config::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, doorman)
}

async fn dial(address: SocketAddr) -> Socket {
    let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    connect_async(request).await.unwrap().0
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

/// The next message of the protocol, or the code the socket was closed with.
async fn hear(socket: &mut Socket) -> Result<Value, u16> {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap();
        match message.unwrap().unwrap() {
            Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
            Message::Close(frame) => return Err(frame.unwrap().code.into()),
            _ => {}
        }
    }
}

async fn enter(address: SocketAddr, token: &str) -> Socket {
    let mut socket = dial(address).await;
    let payload = json!({"authorization": format!("Bearer {token}")});
    say(&mut socket, json!({"type": "connection_init", "payload": payload})).await;
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "connection_ack"})));
    socket
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({"type": "subscribe", "id": id, "payload": {"query": query}})
}

#[tokio::test]
async fn operations_run_over_a_socket() {
    let (address, _) = open().await;
    let mut socket = enter(address, "good").await;
    say(&mut socket, json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "pong", "payload": {"n": 1}})));

    say(&mut socket, subscribe("a", "{ viewer { tenant { baseCurrency } } }")).await;
    let next = hear(&mut socket).await.unwrap();
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("a")), "{next}");
    assert_eq!(next["payload"]["data"]["viewer"]["tenant"]["baseCurrency"], "RUB");
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "complete", "id": "a"})));

    for wrong in ["{ nothing }", "{ viewer {", "subscription { stockChanged { nothing } }"] {
        say(&mut socket, subscribe("b", wrong)).await;
        let error = hear(&mut socket).await.unwrap();
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("b")), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "BAD_USER_INPUT", "{error}");
    }
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_by_the_close_code() {
    let (address, _) = open().await;
    let init =
        |token: &str| json!({"type": "connection_init", "payload": {"Authorization": token}});
    for (said, code) in [
        (vec![json!({"type": "hello"})], 4400),
        (vec![subscribe("1", "{ __typename }")], 4401),
        (vec![init("Bearer bad")], 4403),
        (vec![json!({"type": "connection_init"})], 4403),
        (vec![init("Bearer good"), init("Bearer good")], 4429),
    ] {
        let mut socket = dial(address).await;
        for message in &said {
            say(&mut socket, message.clone()).await;
        }
        let closed = loop {
            if let Err(code) = hear(&mut socket).await {
                break code;
            }
        };
        assert_eq!(closed, code, "{said:?}");
    }
    let nothing_offered = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
    let mut stranger = connect_async(nothing_offered).await.unwrap().0;
    assert_eq!(hear(&mut stranger).await, Err(4406));
}

#[tokio::test]
async fn two_operations_may_not_share_an_id() {
    let (address, _) = open().await;
    let mut socket = enter(address, "good").await;
    // Without a database this one waits for its tenant's events.
    let waits = "subscription { documentChanged { cursor } }";
    say(&mut socket, subscribe("1", waits)).await;
    say(&mut socket, subscribe("1", waits)).await;
    assert_eq!(hear(&mut socket).await, Err(4409));
}

#[tokio::test]
async fn a_socket_closes_with_its_token() {
    let (address, doorman) = open().await;
    let mut socket = enter(address, "good").await;
    doorman.revoke("good");
    assert_eq!(hear(&mut socket).await, Err(4403));

    let soon = Clock::system().now() + Duration::from_millis(300);
    doorman.let_in("short", Some(soon));
    let mut socket = enter(address, "short").await;
    assert_eq!(hear(&mut socket).await, Err(4403));
}

#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let (address, _) = open().await;
    let mut socket = enter(address, "good").await;
    socket.close(None).await.unwrap();
    // Without the answer the stream would end in an error.
    while let Some(message) = socket.next().await {
        message.unwrap();
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_told_of() {
    let (address, _) = open().await;
    let mut socket = enter(address, "good").await;
    let large = json!({"type": "ping", "payload": {"x": "x".repeat(300 * 1024)}});
    say(&mut socket, large).await;
    assert_eq!(hear(&mut socket).await, Err(4400));
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_closed() {
    let (address, _) = open().await;
    let mut socket = dial(address).await;
    let closed = tokio::time::timeout(Duration::from_secs(15), socket.next()).await.unwrap();
    let Some(Ok(Message::Close(Some(frame)))) = closed else { panic!("{closed:?}") };
    assert_eq!(u16::from(frame.code), 4408);
}

/// What changed before anybody watched is not told of: whoever begins to watch looks first.
#[tokio::test]
async fn a_token_that_went_before_anybody_watched_has_ended() {
    let doorman = Doorman::new();
    doorman.let_in("good", None);
    let admitted = doorman.admit("good").await.unwrap();
    let watching = ended(Arc::new(doorman.clone()), Arc::from("good"), admitted);
    doorman.revoke("good");
    tokio::time::timeout(Duration::from_secs(5), watching).await.unwrap();
}
