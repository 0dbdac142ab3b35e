//! Thousands of subscribers on one process: what each costs, and how soon each is told.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::cases::Row;
use crate::company::Company;
use crate::process::Program;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens so many sockets, posts one document, and waits until each has heard of it.
///
/// # Errors
/// When a socket cannot be opened or does not hear.
pub async fn measure(program: &Program, company: &Company, count: usize) -> Result<Vec<Row>> {
    let before = program.resident_bytes()?;
    let opening = futures::stream::iter(0..count).map(|_| subscribe(program, company));
    let sockets: Vec<Result<Socket>> = opening.buffer_unordered(64).collect().await;
    let sockets: Vec<Socket> = sockets.into_iter().collect::<Result<_>>()?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let each = program.resident_bytes()?.saturating_sub(before) / sockets.len() as u64;

    let listening: Vec<_> = sockets
        .into_iter()
        .map(|mut socket| {
            tokio::spawn(async move {
                let heard = next(&mut socket).await.map(|_| Instant::now());
                (heard, socket)
            })
        })
        .collect();
    let posted = Instant::now();
    company.drafts(1).await?;
    let mut delays = Vec::with_capacity(count);
    let mut open = Vec::with_capacity(count);
    for listener in listening {
        let (heard, socket) = listener.await?;
        delays.push(heard?.duration_since(posted));
        open.push(socket);
    }
    delays.sort_unstable();
    ensure!(delays.len() == count, "{} of {count} heard", delays.len());
    let most = delays.get(count * 99 / 100).context("no delays")?;
    let last = delays.last().context("no delays")?;
    drop(open);
    Ok(vec![
        Row {
            case: "5,000 subscribers: memory each",
            figure: format!("{:.1} KB", each as f64 / 1000.0),
            against: "resident memory before and after".to_owned(),
            ratio: None,
            target: "20 KB",
        },
        Row {
            case: "5,000 subscribers: told within",
            figure: format!("99 %: {} ms, all: {} ms", most.as_millis(), last.as_millis()),
            against: "from sending the mutation".to_owned(),
            ratio: None,
            target: "99 % in 1 s",
        },
    ])
}

async fn subscribe(program: &Program, company: &Company) -> Result<Socket> {
    let url = format!("{}/graphql/ws", program.url.replacen("http", "ws", 1));
    let mut request = url.into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let (mut socket, _) =
        tokio_tungstenite::connect_async_with_config(request, Some(config), true).await?;
    let token = format!("Bearer {}", company.token);
    let init = json!({"type": "connection_init", "payload": {"authorization": token}});
    socket.send(Message::text(init.to_string())).await?;
    ensure!(next(&mut socket).await?["type"] == "connection_ack", "not let in");
    let query = "subscription { documentChanged { cursor kind } }";
    let start = json!({"type": "subscribe", "id": "1", "payload": {"query": query}});
    socket.send(Message::text(start.to_string())).await?;
    Ok(socket)
}

async fn next(socket: &mut Socket) -> Result<Value> {
    let heard = async {
        while let Some(message) = socket.next().await {
            if let Message::Text(text) = message? {
                return Ok(serde_json::from_str(&text)?);
            }
        }
        bail!("the socket was closed")
    };
    tokio::time::timeout(Duration::from_secs(30), heard).await.context("nothing was heard")?
}
