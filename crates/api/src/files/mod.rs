//! `/files`: the bytes of what hangs on records, in and out. Who may is asked of `graph` each
//! time; what a file may be is decided by the crate `files`.

mod answer;
mod disposition;
mod download;
mod upload;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use graph::{Failure, Session};
use http::request::Parts;

use crate::Api;
use crate::gate::bearer;
use crate::http_graphql::{denial, language};
use crate::operation::Client;

/// The routes.
pub(crate) fn router() -> Router<Arc<Api>> {
    Router::new().route("/files", post(upload::post)).route("/files/{id}", get(download::get))
}

/// Lets in whoever has signed in, for so many points of cost.
async fn enter(api: &Api, parts: &Parts, cost: u64) -> Result<Session, Failure> {
    let token = bearer(&parts.headers).map_err(denial)?.ok_or_else(Failure::unauthenticated)?;
    let admitted = api.gate.admit(token).await.map_err(denial)?;
    let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let (scope, language) = (admitted.scope.clone(), language(&parts.headers));
    let client = Client { admitted: Some(admitted), token: None, language, address };
    api.charge(&client.payers(), cost)?;
    Ok(Session::new(api.services.clone(), Some(scope), language).from_address(address))
}
