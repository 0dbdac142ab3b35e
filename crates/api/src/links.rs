//! `/l/{token}`: single-purpose links. `GET` shows and changes nothing, since mail programs open
//! links by themselves; `POST` decides. What is shown stands in `pages`; here stand the limits and
//! what browsers are told.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::response::Response;
use axum::routing::get;
use db::CommandError;
use http::header::{
    CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, VARY, X_FRAME_OPTIONS,
};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use identity::LinkError;
use kernel::Language;
use pages::{Form, Page, Visit};

use crate::Api;
use crate::http_graphql::language;
use crate::request;

/// Nothing but the page's own style is let in, no page may frame it, and its form leads back here.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        "default-src 'none'; style-src {}; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
        *pages::STYLE_SOURCE
    );
    HeaderValue::from_str(&policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
});

/// The routes.
pub(crate) fn router() -> Router<Arc<Api>> {
    Router::new().route("/l/{token}", get(show).post(decide))
}

async fn show(
    State(api): State<Arc<Api>>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let language = language(&parts.headers);
    answer(&api, &token, &parts, None, language).await
}

async fn decide(
    State(api): State<Arc<Api>>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let language = language(&parts.headers);
    match request::body(body).await {
        Ok(body) => answer(&api, &token, &parts, Some(Form::read(&body)), language).await,
        Err(unread) => page(unread.status, pages::unavailable(language), language),
    }
}

/// Opens the link and shows, or decides where there is a form.
async fn answer(
    api: &Api,
    token: &str,
    parts: &Parts,
    form: Option<Form>,
    language: Language,
) -> Response {
    let Some(identity) = api.services.identity() else {
        return page(StatusCode::NOT_FOUND, pages::gone(language), language);
    };
    let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let scope = match identity.open_link(token, address).await {
        Ok(scope) => scope,
        Err(error) => return closed(&error, language),
    };
    let visit = Visit { db: &api.services.db, scope: &scope, language };
    let done = match form {
        None => pages::show(&visit).await,
        Some(form) => pages::decide(&visit, &form).await,
    };
    match done {
        Ok(Page { is_done, html }) => {
            let status = if is_done { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            page(status, html, language)
        }
        Err(CommandError::Fault(fault)) => {
            tracing::error!(%fault, "a link could not be served");
            page(StatusCode::SERVICE_UNAVAILABLE, pages::unavailable(language), language)
        }
        Err(_) => page(StatusCode::NOT_FOUND, pages::gone(language), language),
    }
}

fn closed(error: &LinkError, language: Language) -> Response {
    match error {
        LinkError::Gone => page(StatusCode::NOT_FOUND, pages::gone(language), language),
        LinkError::Throttled { wait_ms } => {
            let mut response = page(StatusCode::TOO_MANY_REQUESTS, pages::busy(language), language);
            response.headers_mut().insert(RETRY_AFTER, wait_ms.div_ceil(1_000).into());
            response
        }
        LinkError::Unavailable(fault) => {
            tracing::warn!(%fault, "a link could not be opened");
            page(StatusCode::SERVICE_UNAVAILABLE, pages::unavailable(language), language)
        }
    }
}

/// A page. That it is not kept and tells nobody where it was stands on every answer of the API.
fn page(status: StatusCode, html: String, language: Language) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let told = match language {
        Language::En => "en",
        Language::Ru => "ru",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(told));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.insert(VARY, HeaderValue::from_static("accept-language"));
    response
}
