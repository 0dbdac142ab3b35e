//! What those who run the program ask it, on an address of its own: is it alive, may it get
//! requests, how is it doing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::future::BoxFuture;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::shutdown::Shutdown;

/// A balancer asks often and waits little.
const READY_LIMIT: Duration = Duration::from_secs(2);

/// Asks what the server depends on; an error says what is missing, without secrets.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What the admin address answers from.
#[derive(Clone)]
pub struct Admin {
    pub ready: Readiness,
    pub metrics: PrometheusHandle,
    pub shutdown: Shutdown,
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").field("shutdown", &self.shutdown).finish_non_exhaustive()
    }
}

impl Admin {
    /// `/livez`: the process answers. `/readyz`: it may get requests; no longer once stopping has
    /// begun. `/metrics`: Prometheus text.
    pub fn router(self) -> Router {
        Router::new()
            .route("/livez", get(|| async { "alive\n" }))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .with_state(self)
    }
}

async fn readyz(State(admin): State<Admin>) -> Response {
    if admin.shutdown.has_begun() {
        return unavailable("stopping");
    }
    match tokio::time::timeout(READY_LIMIT, (admin.ready)()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(missing)) => unavailable(&missing),
        Err(_) => unavailable("no answer in time"),
    }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    let text = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (text, admin.metrics.render()).into_response()
}

fn unavailable(why: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tower::ServiceExt;

    use super::*;

    async fn status(admin: &Admin, path: &str) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).unwrap();
        admin.clone().router().oneshot(request).await.unwrap().status()
    }

    fn admin(answer: Result<(), String>) -> Admin {
        let ready: Readiness = Arc::new(move || {
            let answer = answer.clone();
            Box::pin(async { answer })
        });
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        Admin { ready, metrics, shutdown: Shutdown::default() }
    }

    #[tokio::test]
    async fn a_server_is_ready_while_its_database_answers_and_it_is_not_stopping() {
        let well = admin(Ok(()));
        assert_eq!(status(&well, "/readyz").await, StatusCode::OK);
        well.shutdown.begin();
        assert_eq!(status(&well, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(&well, "/livez").await, StatusCode::OK);
        assert_eq!(status(&well, "/metrics").await, StatusCode::OK);

        let ill = admin(Err("the database does not answer".to_owned()));
        assert_eq!(status(&ill, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(&ill, "/livez").await, StatusCode::OK);
    }
}
