//! Which web pages may read answers (the Fetch standard, 3.2). Tokens travel in headers, never in
//! cookies, so a page gets at nothing that it has no token for; the tenant's list keeps tokens
//! that were lost from being used out of anybody's page.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::Api;
use crate::gate::bearer;

/// How long a browser remembers what it was told.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Answers preflights for every origin that somebody lists, and lets a page read what its own
/// tenant's caller is answered only where this tenant, or the server, lists the page's origin.
pub(crate) fn layer(api: &Arc<Api>) -> CorsLayer {
    let api = Arc::clone(api);
    let is_allowed = move |origin: HeaderValue, parts: &Parts| {
        let token = bearer(&parts.headers).ok().flatten().map(str::to_owned);
        async move { allows(&api, &origin, token.as_deref()).await }
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::async_predicate(is_allowed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, ACCEPT_LANGUAGE])
        .expose_headers([RETRY_AFTER])
        .max_age(REMEMBERED)
}

async fn allows(api: &Api, origin: &HeaderValue, token: Option<&str>) -> bool {
    if api.config.origins.contains(origin) {
        return true;
    }
    let Ok(origin) = origin.to_str() else { return false };
    // Most origins are nobody's: no token is looked at for them.
    if !api.gate.lists_origin(origin, None) {
        return false;
    }
    let Some(token) = token else { return true };
    match api.gate.admit(token).await {
        Ok(admitted) => api.gate.lists_origin(origin, Some(admitted.scope.tenant())),
        // The answer is a refusal, which the page of some tenant may read.
        Err(_) => true,
    }
}
