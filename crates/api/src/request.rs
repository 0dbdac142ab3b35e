//! Reading a GraphQL request: body limits and time, JSON, parameters.

use std::time::Duration;

use async_graphql::Variables;
use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use graph::Failure;
use http::StatusCode;
use http_body_util::BodyExt;
use serde::Deserialize;

/// Largest body.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;
/// Of a larger body so much is read and thrown away: a client that is still sending when the
/// connection closes sees a broken connection in place of the answer.
const MOST_SWALLOWED: usize = 16 * 1024 * 1024;
/// How long a client may take to send its body; tests do not wait that long.
const BODY_TIME: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 15 });

/// The parameters of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with the member `query`")]
pub(crate) struct Params {
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) operation_name: Option<String>,
    #[serde(default)]
    pub(crate) variables: Option<Variables>,
    // Nothing is read from it, but something else than an object is an error of the client.
    #[serde(default)]
    #[allow(dead_code)]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A request that cannot be read, with its HTTP status.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) status: StatusCode,
    pub(crate) failure: Failure,
}

impl Unread {
    pub(crate) fn new(status: StatusCode, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { status, failure: Failure::bad_input(en, ru) }
    }
}

/// Reads a body to its end, within its limits.
pub(crate) async fn body(body: Body) -> Result<Bytes, Unread> {
    // One that says beforehand that it is far too large is not waited for.
    if body.size_hint().lower() > MOST_SWALLOWED as u64 {
        return Err(too_large());
    }
    tokio::time::timeout(BODY_TIME, collect(body)).await.unwrap_or_else(|_| {
        Err(Unread::new(
            StatusCode::REQUEST_TIMEOUT,
            "the body did not come within 15 seconds",
            "тело запроса не пришло за 15 секунд",
        ))
    })
}

async fn collect(mut body: Body) -> Result<Bytes, Unread> {
    let (mut read, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let broke_off = |_| {
            let (en, ru) = ("the body broke off", "тело запроса оборвалось");
            Unread::new(StatusCode::BAD_REQUEST, en, ru)
        };
        let Ok(piece) = frame.map_err(broke_off)?.into_data() else { continue };
        length += piece.len();
        if length <= LARGEST_BODY {
            read.extend_from_slice(&piece);
        } else if length > MOST_SWALLOWED {
            break;
        }
    }
    if length > LARGEST_BODY { Err(too_large()) } else { Ok(read.freeze()) }
}

fn too_large() -> Unread {
    Unread::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the body is larger than 1 MiB",
        "тело запроса больше 1 МиБ",
    )
}

/// Reads the parameters of a JSON body.
pub(crate) fn json(bytes: &[u8]) -> Result<Params, Unread> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Unread::new(
            StatusCode::BAD_REQUEST,
            "batches are not taken: send one request at a time",
            "пакеты запросов не принимаются: отправляйте по одному",
        ));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let (en, ru) = if error.is_data() {
            ("the parameters are wrong", "неверные параметры")
        } else {
            ("the body is not JSON in UTF-8", "тело запроса — не JSON в UTF-8")
        };
        Unread::new(StatusCode::BAD_REQUEST, format!("{en}: {error}"), format!("{ru}: {error}"))
    })
}

/// The parameters of an address, each JSON value as text.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Address {
    pub(crate) query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Address {
    pub(crate) fn params(self) -> Result<Params, Unread> {
        let Some(query) = self.query else {
            return Err(Unread::new(
                StatusCode::BAD_REQUEST,
                "the parameter query is missing",
                "нет параметра query",
            ));
        };
        Ok(Params {
            query,
            operation_name: self.operation_name.filter(|name| !name.is_empty()),
            variables: object(self.variables, "variables")?,
            extensions: object(self.extensions, "extensions")?,
        })
    }
}

fn object<T: serde::de::DeserializeOwned>(
    text: Option<String>,
    name: &str,
) -> Result<Option<T>, Unread> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text).map_err(|error| {
        Unread::new(
            StatusCode::BAD_REQUEST,
            format!("the parameter {name} is not a JSON object: {error}"),
            format!("параметр {name} — не объект JSON: {error}"),
        )
    })
}
