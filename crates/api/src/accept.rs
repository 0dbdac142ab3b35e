//! Content negotiation by the GraphQL-over-HTTP specification and RFC 9110, 12.5.1.

use std::cmp::Reverse;

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `application/graphql-response+json`: the status tells what happened.
    GraphqlJson,
    /// `application/json`: 200 for every answer to a request that was understood.
    Json,
    /// `text/event-stream`.
    EventStream,
}

/// Our forms with their media types, first the one for those who do not choose: the
/// specification's audit expects application/json.
const FORMS: [(Form, &str); 3] = [
    (Form::Json, "application/json"),
    (Form::GraphqlJson, "application/graphql-response+json"),
    (Form::EventStream, "text/event-stream"),
];
/// Media ranges that are looked at.
const MOST_RANGES: usize = 32;

/// How closely a media range names a media type; `None` where it does not.
fn closeness(range: &str, media_type: &str) -> Option<u8> {
    match range.strip_suffix("/*") {
        _ if range == media_type => Some(2),
        Some("*") => Some(0),
        Some(family) => {
            (media_type.split_once('/').map(|parts| parts.0) == Some(family)).then_some(1)
        }
        None => None,
    }
}

/// The form the client likes best; `None` where it takes none of ours. What a form weighs is said
/// by the range that names it most closely; of equal weights the closer name wins, then the
/// earlier one.
pub(crate) fn form(headers: &HeaderMap) -> Option<Form> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let parts = values.flat_map(|value| value.split(',')).filter(|part| !part.trim().is_empty());
    let ranges: Vec<_> = parts.take(MOST_RANGES).map(|part| (part, media_range(part))).collect();
    if ranges.is_empty() {
        return Some(Form::Json);
    }
    let liking = |media_type: &str| {
        let named = ranges.iter().enumerate().filter(|(_, (part, _))| is_utf8(part));
        named
            .filter_map(|(place, (_, (range, weight)))| {
                Some((closeness(range, media_type)?, Reverse(place), *weight))
            })
            .max()
            .filter(|(_, _, weight)| *weight > 0)
            .map(|(close, place, weight)| (weight, close, place))
    };
    let liked = FORMS.iter().filter_map(|(form, media_type)| Some((liking(media_type)?, *form)));
    // The first of those that are liked best.
    liked.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, form)| form)
}

/// Whether a browser asks for a page.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| media_range(part).0 == "text/html")
}

/// Whether a body is JSON in UTF-8.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    media_range(value).0 == "application/json" && is_utf8(value)
}

/// Whether a body comes as it is, not compressed.
pub(crate) fn is_plain(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    codings.all(|coding| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// The range in lower case and its weight in thousandths.
fn media_range(part: &str) -> (String, u16) {
    let mut pieces = part.split(';');
    let range = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
    let weight = pieces
        .find_map(|piece| {
            let (name, value) = piece.split_once('=')?;
            let is_weight = name.trim().eq_ignore_ascii_case("q");
            is_weight.then(|| value.trim().parse::<f32>().ok()).flatten()
        })
        .map_or(1000, |weight| (weight.clamp(0.0, 1.0) * 1000.0) as u16);
    (range, weight)
}

fn is_utf8(part: &str) -> bool {
    let charset = part.split(';').skip(1).find_map(|piece| {
        let (name, value) = piece.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    // Without its hyphen it is not registered, but often written.
    charset.is_none_or(|charset| {
        charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, value.parse().unwrap());
        form(&headers)
    }

    #[test]
    fn the_form_the_client_likes_best_is_taken() {
        assert_eq!(form(&HeaderMap::new()), Some(Form::Json));
        for (value, expected) in [
            ("*/*", Some(Form::Json)),
            ("application/json", Some(Form::Json)),
            ("application/json; charset=utf-8", Some(Form::Json)),
            ("application/graphql-response+json", Some(Form::GraphqlJson)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Form::GraphqlJson)),
            ("application/json;q=0.5, application/graphql-response+json", Some(Form::GraphqlJson)),
            ("text/event-stream", Some(Form::EventStream)),
            ("text/html, */*;q=0.8", Some(Form::Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;Q=0", None),
            ("application/json; q = 0", None),
            ("application/json;q=0, */*", Some(Form::GraphqlJson)),
            ("*/*, application/json;q=0", Some(Form::GraphqlJson)),
            ("*/*;q=0.1, application/graphql-response+json;q=0", Some(Form::Json)),
            ("application/*;q=0, */*", Some(Form::EventStream)),
            ("*/*, text/event-stream", Some(Form::EventStream)),
            ("text/*;q=0.2, application/json;q=0.1", Some(Form::EventStream)),
            ("application/json; charset=utf-16", None),
            ("image/png, application/xml", None),
        ] {
            assert_eq!(accept(value), expected, "{value}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=\"UTF-8\"", true),
            ("application/json;charset=utf8", true),
            ("application/json; charset=koi8-r", false),
            ("text/plain", false),
            ("application/graphql", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            assert_eq!(is_json(&headers), expected, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
