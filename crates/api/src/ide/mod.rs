//! The page that a browser gets at `/graphql`: an editor, variables, a token, answers, live
//! subscriptions, and the schema's documentation. Its own few hundred lines instead of GraphiQL's
//! two megabytes: everything is served by the program, nothing by a CDN.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};

/// Scripts and styles come from here only, and the page talks to nobody else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const BRIEFLY: &str = "public, max-age=300";

pub(crate) fn page() -> Response {
    let headers =
        [(CONTENT_TYPE, HTML), (CONTENT_SECURITY_POLICY, POLICY), (X_FRAME_OPTIONS, "DENY")];
    (headers, include_str!("ide.html")).into_response()
}

pub(crate) async fn script() -> Response {
    ([(CONTENT_TYPE, SCRIPT), (CACHE_CONTROL, BRIEFLY)], include_str!("ide.js")).into_response()
}

pub(crate) async fn style() -> Response {
    ([(CONTENT_TYPE, STYLE), (CACHE_CONTROL, BRIEFLY)], include_str!("ide.css")).into_response()
}
