//! One listening address and the connections that came through it.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tower::ServiceExt;

use super::proxies::Proxies;
use crate::shutdown::Shutdown;

/// How long requests under way may take once stopping has begun.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// How long a client may take to send its head: slow senders must not hold connections.
const HEAD_LIMIT: Duration = Duration::from_secs(15);
/// Longest head of a request; tokens and keys are below 4 KiB.
const HEAD_LIMIT_BYTES: usize = 32 * 1024;
/// After a failed accept (no file descriptors left), to let some close.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound address.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    address: SocketAddr,
    proxies: Proxies,
}

/// Why a door cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}; choose another address with {flag}")]
pub struct DoorError {
    address: SocketAddr,
    flag: &'static str,
    source: std::io::Error,
}

impl Door {
    /// Binds an address; connections wait until [`Door::serve`].
    ///
    /// # Errors
    /// When the address is in use or not ours, naming the `flag` that sets it.
    pub async fn open(address: SocketAddr, flag: &'static str) -> Result<Self, DoorError> {
        let failed = |source| DoorError { address, flag, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, proxies: Proxies::default() })
    }

    /// Takes the word of these proxies for the address of who is asking.
    #[must_use]
    pub fn trusting(self, proxies: &[IpNet]) -> Self {
        Self { proxies: Proxies::new(proxies), ..self }
    }

    /// The bound address, with the port that the system chose for port 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until stopping begins; then takes nothing new and lets requests under way finish,
    /// up to ten seconds.
    pub async fn serve(self, router: Router, shutdown: Shutdown) {
        // Each connection holds a sender: when the last is dropped, the receiver knows.
        let (open, mut all_closed) = mpsc::channel::<()>(1);
        while let Some(accepted) = shutdown.unless_begun(self.listener.accept()).await {
            match accepted {
                Ok((stream, peer)) => {
                    let (router, shutdown, open) = (router.clone(), shutdown.clone(), open.clone());
                    let proxies = self.proxies.clone();
                    tokio::spawn(async move {
                        serve_connection(stream, (peer, proxies), router, &shutdown).await;
                        drop(open);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop((self.listener, open));
        if tokio::time::timeout(DRAIN_LIMIT, all_closed.recv()).await.is_err() {
            tracing::warn!("requests were still under way when the time to finish was over");
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    (peer, proxies): (SocketAddr, Proxies),
    router: Router,
    shutdown: &Shutdown,
) {
    // Answers are small: waiting to fill a packet costs up to 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let service = router.map_request(move |mut request: Request<Incoming>| {
        let client = proxies.client(peer, request.headers());
        request.extensions_mut().insert(ConnectInfo(client));
        request.map(Body::new)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(HEAD_LIMIT_BYTES);
    builder.http2().timer(TokioTimer::new()).enable_connect_protocol();
    let service = TowerToHyperService::new(service);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";

    async fn who(ConnectInfo(client): ConnectInfo<SocketAddr>) -> String {
        client.ip().to_string()
    }

    #[tokio::test]
    async fn behind_a_trusted_proxy_the_client_has_an_address_of_its_own() {
        let here: IpNet = "127.0.0.1/32".parse().unwrap();
        for (proxies, expected) in [(vec![], "127.0.0.1"), (vec![here], "203.0.113.7")] {
            let door = Door::open("127.0.0.1:0".parse().unwrap(), "--listen").await.unwrap();
            let address = door.address();
            let shutdown = Shutdown::default();
            let router = Router::new().route("/", get(who));
            let serving = tokio::spawn(door.trusting(&proxies).serve(router, shutdown.clone()));
            let mut client = TcpStream::connect(address).await.unwrap();
            let ask = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\
                        x-forwarded-for: 192.0.2.9, 203.0.113.7\r\n\r\n";
            client.write_all(ask).await.unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            assert!(answer.ends_with(&format!("\r\n\r\n{expected}")), "{answer}");
            shutdown.begin();
            serving.await.unwrap();
        }
    }

    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "done"
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_and_a_new_one_is_not_taken() {
        let door = Door::open("127.0.0.1:0".parse().unwrap(), "--listen").await.unwrap();
        let address = door.address();
        let shutdown = Shutdown::default();
        let router = Router::new().route("/", get(slow));
        let serving = tokio::spawn(door.serve(router, shutdown.clone()));

        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(ASK).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        shutdown.begin();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
        serving.await.unwrap();
        TcpStream::connect(address).await.unwrap_err();
    }

    #[tokio::test]
    async fn an_address_in_use_is_named_with_the_flag_that_changes_it() {
        let first = Door::open("127.0.0.1:0".parse().unwrap(), "--listen").await.unwrap();
        let refusal = Door::open(first.address(), "--listen").await.unwrap_err().to_string();
        assert!(refusal.contains(&first.address().to_string()), "{refusal}");
        assert!(refusal.contains("--listen"), "{refusal}");
    }
}
