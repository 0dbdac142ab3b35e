//! A client of subscriptions, by the `graphql-transport-ws` sub-protocol.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::house::house;

/// How long a story waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(10);

/// One open socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a socket said last.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message of the protocol.
    Message(Value),
    /// The server closed with this code.
    Closed(u16),
    /// Nothing within the time.
    Silence,
}

impl Socket {
    /// Opens a socket at the house's server, without `connection_init`.
    pub async fn open() -> Self {
        Self::open_at(&house().url()).await
    }

    /// Opens a socket at another server, without `connection_init`.
    pub async fn open_at(url: &str) -> Self {
        let url = format!("{}/graphql/ws", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (stream, _) = connect_async(request).await.unwrap();
        Self { stream }
    }

    /// Opens a socket and signs in on it.
    pub async fn signed_in(token: &str) -> Self {
        Self::signed_in_at(&house().url(), token).await
    }

    /// As [`Socket::signed_in`] at another server.
    pub async fn signed_in_at(url: &str, token: &str) -> Self {
        let mut socket = Self::open_at(url).await;
        let payload = json!({"authorization": format!("Bearer {token}")});
        socket.say(json!({"type": "connection_init", "payload": payload})).await;
        let heard = socket.hear().await;
        assert!(matches!(&heard, Heard::Message(m) if m["type"] == "connection_ack"), "{heard:?}");
        socket
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Starts a subscription under an id.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say(json!({"type": "subscribe", "id": id, "payload": payload})).await;
    }

    /// The next message, the close code, or silence after ten seconds.
    pub async fn hear(&mut self) -> Heard {
        self.hear_within(PATIENCE).await
    }

    /// The next message, the close code, or silence after the time.
    pub async fn hear_within(&mut self, patience: Duration) -> Heard {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let Ok(next) = tokio::time::timeout_at(deadline, self.stream.next()).await else {
                return Heard::Silence;
            };
            match next {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] == "ping" {
                        self.say(json!({"type": "pong"})).await;
                        continue;
                    }
                    return Heard::Message(message);
                }
                Some(Ok(Message::Close(frame))) => {
                    return Heard::Closed(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(1006),
            }
        }
    }

    /// The data of the next event of any subscription on this socket.
    pub async fn event(&mut self) -> Value {
        self.event_within(PATIENCE).await
    }

    /// As [`Self::event`], of work in the background: the house has two workers for the files of
    /// all stories, and it waits for its turn.
    pub async fn event_within(&mut self, patience: Duration) -> Value {
        match self.hear_within(patience).await {
            Heard::Message(mut message) if message["type"] == "next" => {
                assert!(message["payload"]["errors"].is_null(), "{message}");
                message["payload"]["data"].take()
            }
            other => panic!("no event but {other:?}"),
        }
    }
}
