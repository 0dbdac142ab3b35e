//! Writing an answer: its form and its HTTP status.

use async_graphql::{Response as Answer, ServerError, Value};
use axum::body::Body;
use axum::response::Response;
use graph::{ErrorCode, Failure};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use kernel::Language;

use crate::accept::Form;
use crate::request::Unread;

/// An answer to a request that was not executed.
pub(crate) fn refusal(error: ServerError) -> Answer {
    Answer::from_errors(vec![error])
}

/// An answer to a request that could not be read.
pub(crate) fn unread(unread: Unread, form: Form, language: Language) -> Response {
    let answer = refusal(unread.failure.into_server_error(language));
    let mut response = written(&answer, form);
    *response.status_mut() = unread.status;
    if unread.status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// An answer to a request that was understood.
pub(crate) fn written(answer: &Answer, form: Form) -> Response {
    let not_executed = is_not_executed(answer);
    let mut response = Response::new(Body::from(json(answer)));
    let content_type = match form {
        Form::Json | Form::EventStream => "application/json; charset=utf-8",
        Form::GraphqlJson => "application/graphql-response+json; charset=utf-8",
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let code = answer.errors.first().and_then(code);
    if not_executed {
        *response.status_mut() = status(code.as_deref(), form);
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = retry_after(answer) {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// The answer as JSON; one that was not executed has no `data` (the specification, 7.1).
pub(crate) fn json(answer: &Answer) -> Vec<u8> {
    let written = if is_not_executed(answer) {
        let mut parts = serde_json::Map::new();
        let value = |value| serde_json::to_value(value);
        parts.insert("errors".into(), value(&answer.errors).unwrap_or_default());
        if let Ok(extensions) = serde_json::to_value(&answer.extensions)
            && extensions.as_object().is_some_and(|map| !map.is_empty())
        {
            parts.insert("extensions".into(), extensions);
        }
        serde_json::to_vec(&parts)
    } else {
        serde_json::to_vec(answer)
    };
    // GraphQL values always have a JSON form.
    written.unwrap_or_default()
}

/// Whether the request was refused before any field was resolved.
pub(crate) fn is_not_executed(answer: &Answer) -> bool {
    !answer.errors.is_empty()
        && answer.data == Value::Null
        && answer.errors.iter().all(|error| error.path.is_empty())
}

fn status(code: Option<&str>, form: Form) -> StatusCode {
    let is = |known: ErrorCode| code == Some(known.as_str());
    if is(ErrorCode::Unauthenticated) {
        StatusCode::UNAUTHORIZED
    } else if form == Form::Json && !is(ErrorCode::Unavailable) && !is(ErrorCode::Internal) {
        // Clients of the old form take any other status for a failure of the transport.
        StatusCode::OK
    } else if is(ErrorCode::RateLimited) {
        StatusCode::TOO_MANY_REQUESTS
    } else if is(ErrorCode::Forbidden) {
        StatusCode::FORBIDDEN
    } else if is(ErrorCode::Unavailable) {
        StatusCode::SERVICE_UNAVAILABLE
    } else if is(ErrorCode::Internal) {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::BAD_REQUEST
    }
}

fn code(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

fn retry_after(answer: &Answer) -> Option<u64> {
    let details = answer.errors.first()?.extensions.as_ref()?.get("details")?;
    let Value::Object(details) = details else { return None };
    match details.get("retryAfterMs")? {
        Value::Number(ms) => ms.as_u64().map(|ms| ms.div_ceil(1000)),
        _ => None,
    }
}

/// Out of time: the same as any other passing trouble.
pub(crate) fn out_of_time() -> Failure {
    Failure::told(
        ErrorCode::Unavailable,
        "the request took more than 30 seconds and was given up",
        "запрос выполнялся дольше 30 секунд и прерван",
    )
}
