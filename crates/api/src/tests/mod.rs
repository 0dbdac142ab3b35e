//! The routes without a database: what clients send, and what they get.

mod pages;
mod sockets;
mod transport;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use access::{Actor, Origin, RightSet, Scope, TenantFacts};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use db::{Db, DbConfig};
use graph::{Graph, Services};
use http::Request;
use http_body_util::BodyExt;
use kernel::{Clock, Currency, DateTime, TenantId, UserId, Utc};
use live::Live;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{Admitted, Config, Denied, Gate, router};

/// A gate that lets in whom the test names.
#[derive(Clone)]
struct Doorman {
    tokens: Arc<Mutex<HashMap<String, Admitted>>>,
    changes: watch::Sender<u64>,
    origins: Arc<Mutex<Vec<(String, TenantId)>>>,
}

#[async_trait]
impl Gate for Doorman {
    async fn admit(&self, bearer: &str) -> Result<Admitted, Denied> {
        let admitted = self.tokens.lock().unwrap().get(bearer).cloned();
        let admitted = admitted.ok_or(Denied::Unauthenticated)?;
        if admitted.expires_at.is_some_and(|end| end <= self.now()) {
            return Err(Denied::Unauthenticated);
        }
        Ok(admitted)
    }

    fn changes(&self, _: TenantId) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn lists_origin(&self, origin: &str, tenant: Option<TenantId>) -> bool {
        let listed = self.origins.lock().unwrap();
        listed.iter().any(|(one, by)| one == origin && tenant.is_none_or(|tenant| tenant == *by))
    }

    fn jwks(&self) -> Value {
        serde_json::json!({"keys": []})
    }

    fn now(&self) -> DateTime<Utc> {
        Clock::system().now()
    }
}

impl Doorman {
    fn new() -> Self {
        Self { tokens: Arc::default(), changes: watch::Sender::new(0), origins: Arc::default() }
    }

    fn let_in(&self, token: &str, expires_at: Option<DateTime<Utc>>) {
        let user = UserId::new();
        let scope = Scope::verified(Origin {
            tenant: TenantId::new(),
            actor: Actor::User(user),
            session: None,
            rights: Arc::new(RightSet::everything()),
            team: Arc::from([]),
            customer: None,
            facts: TenantFacts {
                zone: chrono_tz::Europe::Moscow,
                base_currency: Currency::parse("RUB").unwrap(),
            },
        });
        let admitted = Admitted { scope, expires_at, actor: user.0 };
        self.tokens.lock().unwrap().insert(token.to_owned(), admitted);
    }

    /// The tenant of a token lists an origin.
    fn list(&self, origin: &str, token: &str) {
        let tenant = self.tokens.lock().unwrap()[token].scope.tenant();
        self.origins.lock().unwrap().push((origin.to_owned(), tenant));
    }

    fn revoke(&self, token: &str) {
        self.tokens.lock().unwrap().remove(token);
        self.changes.send_modify(|count| *count += 1);
    }
}

/// The routes with one token, `good`; connections to the database are made when they are first
/// needed, and here none is.
fn routes(config: Config) -> (Router, Doorman) {
    let doorman = Doorman::new();
    doorman.let_in("good", None);
    let address = "postgres://nobody@127.0.0.1:1/none";
    let db = Db::new(&DbConfig::new(address, address), Clock::system(), None).unwrap();
    let services = Services::new(db, Live::in_memory());
    let gate = Arc::new(doorman.clone());
    let stopping = CancellationToken::new();
    (router(Graph::new(), services, gate, config, stopping).unwrap(), doorman)
}

async fn send(request: Request<Body>) -> Response {
    routes(Config::default()).0.oneshot(request).await.unwrap()
}

async fn read(response: Response) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&bytes)))
}
