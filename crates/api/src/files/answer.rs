//! Answers about files: JSON in the form of GraphQL's errors, with the API's codes, and statuses
//! that say the same.

use async_graphql::{ServerError, Value};
use axum::Json;
use axum::response::{IntoResponse, Response};
use db::CommandError;
use graph::{ErrorCode, Failure};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use kernel::{Language, Refusal, RefusalCode};
use serde_json::json;

/// Why there is no file.
#[derive(Debug)]
pub(super) struct Refused {
    status: Option<StatusCode>,
    failure: Failure,
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self { status: None, failure: error.into() }
    }
}

impl Refused {
    /// A request that cannot be understood, with a status of its own.
    pub(super) fn with_status(
        status: StatusCode,
        en: impl Into<String>,
        ru: impl Into<String>,
    ) -> Self {
        Self { status: Some(status), failure: Failure::bad_input(en, ru) }
    }

    /// A form that cannot be understood.
    pub(super) fn form(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self::with_status(StatusCode::BAD_REQUEST, en, ru)
    }

    /// The answer in one language.
    pub(super) fn into_response(self, language: Language) -> Response {
        let refusal = refusal(&self.failure).map(|refusal| (refusal.code, refusal.field.clone()));
        let mut error = self.failure.into_server_error(language);
        if let Some((code, field)) = &refusal {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("code", code.as_str());
            if let Some(field) = field {
                extensions.set("field", field.clone());
            }
        }
        let by_code = || refusal.map_or_else(|| by_error(&error), |(code, _)| by_refusal(code));
        let status = self.status.unwrap_or_else(by_code);
        let retry_after = retry_after_s(&error);
        let mut response = (status, Json(json!({ "errors": [error] }))).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn refusal(failure: &Failure) -> Option<&Refusal> {
    match failure {
        Failure::Command(error) => match &**error {
            CommandError::Refused(refusal) => Some(refusal),
            _ => None,
        },
        Failure::Told(_) => None,
    }
}

fn by_refusal(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalCode::FileTypeNotAllowed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn by_error(error: &ServerError) -> StatusCode {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let Some(Value::String(code)) = code else { return StatusCode::INTERNAL_SERVER_ERROR };
    let is = |known: ErrorCode| code == known.as_str();
    if is(ErrorCode::Unauthenticated) {
        StatusCode::UNAUTHORIZED
    } else if is(ErrorCode::Forbidden) {
        StatusCode::FORBIDDEN
    } else if is(ErrorCode::NotFound) {
        StatusCode::NOT_FOUND
    } else if is(ErrorCode::RateLimited) {
        StatusCode::TOO_MANY_REQUESTS
    } else if is(ErrorCode::Unavailable) {
        StatusCode::SERVICE_UNAVAILABLE
    } else if is(ErrorCode::Internal) {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::BAD_REQUEST
    }
}

fn retry_after_s(error: &ServerError) -> Option<u64> {
    let Value::Object(details) = error.extensions.as_ref()?.get("details")? else { return None };
    match details.get("retryAfterMs")? {
        Value::Number(ms) => ms.as_u64().map(|ms| ms.div_ceil(1000)),
        _ => None,
    }
}
