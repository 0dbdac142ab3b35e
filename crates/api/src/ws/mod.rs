//! `/graphql/ws`: operations over a WebSocket by the graphql-transport-ws sub-protocol. One task
//! a socket and 4 KiB buffers, so that thousands of quiet sockets cost little.

mod message;
mod socket;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use http::{Extensions, HeaderMap};

use crate::Api;
use crate::http_graphql::language;
use socket::Socket;

/// Buffers of a socket; the default of 128 KiB would be most of what it costs.
const BUFFER_BYTES: usize = 4 * 1024;
/// Longest message of a client.
const LARGEST_MESSAGE: usize = 256 * 1024;

/// Takes a socket.
pub(crate) async fn upgrade(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: WebSocketUpgrade,
) -> Response {
    let address = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let language = language(&headers);
    upgrade
        .protocols([message::PROTOCOL])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * LARGEST_MESSAGE)
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
        .on_upgrade(move |stream| Socket::new(api, stream, language, address).serve())
}
