//! The API over HTTP: GraphQL by POST, GET, server-sent events and WebSocket, the public keys,
//! files of records, single-purpose links, and an IDE for browsers. Here stand authentication, limits, cost and
//! transports; what is answered stands in `graph`.
//!
//! Invariants: a tenant comes from a token or key and from nothing else; nothing is executed that
//! was not weighed first; every wait on a client has a limit.

// Resolvers nest deeper than the default lets the compiler look.
#![recursion_limit = "512"]

mod accept;
mod answer;
mod buckets;
mod cors;
mod documents;
mod files;
mod gate;
mod gate_identity;
mod http_graphql;
mod ide;
mod limits;
mod links;
mod operation;
mod order;
mod request;
mod sse;
#[cfg(test)]
mod tests;
mod ws;

use std::sync::Arc;

use axum::extract::State;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use graph::{Graph, Services};
use http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

pub use buckets::Rate;
pub use gate::{Admitted, Denied, Gate};
pub use gate_identity::IdentityGate;

use buckets::Buckets;
use documents::Documents;
use limits::Shape;

/// Answers below this size are not worth compressing.
const COMPRESS_FROM_BYTES: u16 = 4 * 1024;

/// How the API behaves.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Whether those who have not signed in may read the schema; for the demo.
    pub open_introspection: bool,
    /// Origins whose pages may call the API for every tenant; each tenant lists its own besides.
    pub origins: Vec<HeaderValue>,
    /// The buckets of cost points.
    pub rate: Rate,
}

/// The schema's own text cannot be read back: a defect of the program.
#[derive(Debug, thiserror::Error)]
#[error("the schema cannot be read back")]
pub struct BrokenSchema;

/// What the routes answer from.
pub(crate) struct Api {
    pub(crate) graph: Graph,
    pub(crate) services: Services,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) config: Config,
    pub(crate) shape: Shape,
    pub(crate) documents: Documents,
    pub(crate) buckets: Buckets,
    pub(crate) stopping: CancellationToken,
}

/// The routes of the API. Open sockets and event streams close when `stopping` is cancelled.
///
/// # Errors
/// [`BrokenSchema`], which a test rules out.
pub fn router(
    graph: Graph,
    services: Services,
    gate: Arc<dyn Gate>,
    config: Config,
    stopping: CancellationToken,
) -> Result<Router, BrokenSchema> {
    let shape = Shape::read(&graph.sdl()).ok_or(BrokenSchema)?;
    let (documents, buckets) = (Documents::new(), Buckets::new(config.rate));
    let api = Api { graph, services, gate, config, shape, documents, buckets, stopping };
    let api = Arc::new(api);
    let large =
        SizeAbove::new(COMPRESS_FROM_BYTES).and(NotForContentType::const_new("text/event-stream"));
    Ok(Router::new()
        .route("/graphql", get(http_graphql::get).post(http_graphql::post))
        .route("/graphql/ws", any(ws::upgrade))
        .route("/graphql/ide.js", get(ide::script))
        .route("/graphql/ide.css", get(ide::style))
        .route("/.well-known/jwks.json", get(jwks))
        .fallback(http_graphql::nowhere)
        .method_not_allowed_fallback(http_graphql::other_method)
        .layer(CompressionLayer::new().compress_when(large))
        // Behind the compression: a file is sent as it is, whole or by ranges of its bytes.
        .merge(files::router())
        .merge(links::router())
        .layer(map_response(guard))
        .layer(cors::layer(&api))
        .with_state(api))
}

async fn jwks(State(api): State<Arc<Api>>) -> Response {
    let fresh = [(CACHE_CONTROL, "public, max-age=300")];
    (StatusCode::OK, fresh, Json(api.gate.jwks())).into_response()
}

/// Headers that keep browsers from guessing and telling.
async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
