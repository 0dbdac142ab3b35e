//! `GET /files/{id}`: a file, whole or by a range, to whoever may see the record it hangs on.

use std::ops::Range;
use std::sync::Arc;

use async_graphql::{InputType, Value};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use graph::{AnyId, ErrorCode, Failure, Session};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_range_header::parse_range_header;

use super::answer::Refused;
use super::{disposition, enter};
use crate::Api;
use crate::http_graphql::language;

/// Points of cost of a file.
const COST: u64 = 10;

/// `GET /files/{id}`, and `HEAD`.
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let answer = async {
        let session = enter(&api, &parts, COST).await?;
        send(&session, id, &parts.method, &parts.headers).await
    };
    answer.await.unwrap_or_else(|refused: Refused| refused.into_response(language(&parts.headers)))
}

async fn send(
    session: &Session,
    id: String,
    method: &Method,
    asked: &HeaderMap,
) -> Result<Response, Refused> {
    let id = AnyId::parse(Some(Value::String(id))).map_err(|_| Failure::not_found())?;
    let found = graph::files::download(session, &id).await?;
    let file = found.row();
    let size = u64::try_from(file.size_bytes).unwrap_or_default();
    let etag = format!("\"{}\"", file.sha256);
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = headers(file, &etag);
    if is_known(asked, &etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let range = match wanted(asked, size, &etag) {
        Wanted::All => None,
        Wanted::Part(range) => Some(range),
        Wanted::Outside => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            put(response.headers_mut(), CONTENT_RANGE, format!("bytes */{size}"));
            return Ok(response);
        }
    };
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    response.headers_mut().insert(CONTENT_LENGTH, length.into());
    if let Some(range) = &range {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = range.end - 1;
        put(response.headers_mut(), CONTENT_RANGE, format!("bytes {}-{last}/{size}", range.start));
    }
    if method != Method::HEAD {
        let bytes = session.files()?.read(session.scope()?.tenant(), file.id, range).await;
        *response.body_mut() = Body::from_stream(bytes.map_err(|error| unread(&error))?);
    }
    Ok(response)
}

/// What a browser may do with it: keep it for this user, ask again each time, and save it.
fn headers(file: &files::Attachment, etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, ETAG, etag.to_owned());
    put(&mut headers, CONTENT_TYPE, file.content_type.clone());
    headers.insert(CONTENT_DISPOSITION, disposition::attachment(&file.name));
    let fixed = [
        // Rights are checked at each download, also where the bytes are there already.
        (CACHE_CONTROL, "private, no-cache"),
        (VARY, "authorization"),
        (ACCEPT_RANGES, "bytes"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers
}

fn put(headers: &mut HeaderMap, name: http::HeaderName, value: String) {
    // Hexadecimal digits, numbers, and types of our own list.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// Whether the client has this content already (RFC 9110, 13.1.2).
fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    let values = asked.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Which bytes are asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Part(Range<u64>),
    /// A range beyond the end.
    Outside,
}

/// A range that cannot be read, several at once, or one of another content: all of it is sent
/// (RFC 9110, 14.2).
fn wanted(asked: &HeaderMap, size: u64, etag: &str) -> Wanted {
    let Some(range) = asked.get(RANGE).and_then(|value| value.to_str().ok()) else {
        return Wanted::All;
    };
    if asked.get(IF_RANGE).is_some_and(|value| value != etag) {
        return Wanted::All;
    }
    let Ok(parsed) = parse_range_header(range) else { return Wanted::All };
    match parsed.validate(size).as_deref() {
        Ok([one]) => Wanted::Part(*one.start()..*one.end() + 1),
        Ok(_) => Wanted::All,
        Err(_) => Wanted::Outside,
    }
}

/// The row is there and its bytes cannot be read: the store is away, or has lost them.
fn unread(error: &files::StoreFault) -> Failure {
    tracing::error!(%error, "a file could not be read");
    Failure::told(
        ErrorCode::Unavailable,
        "the file cannot be read now, try again",
        "файл сейчас не прочитать, повторите позже",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn ranges() {
        for (range, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=5-", Wanted::Part(5..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=0-1,4-5", Wanted::All),
            ("pages=1-2", Wanted::All),
            ("bytes=10-12", Wanted::Outside),
        ] {
            assert_eq!(wanted(&asks(RANGE, range), 10, "\"a\""), expected, "{range}");
        }
        let mut stale = asks(RANGE, "bytes=0-0");
        stale.insert(IF_RANGE, HeaderValue::from_static("\"b\""));
        assert_eq!(wanted(&stale, 10, "\"a\""), Wanted::All);
    }

    #[test]
    fn a_known_content_is_known_by_any_of_its_tags() {
        for (tags, known) in
            [("\"a\"", true), ("\"b\", W/\"a\"", true), ("*", true), ("\"b\"", false), ("a", false)]
        {
            assert_eq!(is_known(&asks(IF_NONE_MATCH, tags), "\"a\""), known, "{tags}");
        }
    }
}
