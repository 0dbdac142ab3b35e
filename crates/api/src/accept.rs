//! Content negotiation by the GraphQL-over-HTTP specification and RFC 9110, 12.5.1.

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

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

/// What each media range may be answered with, first the preferred one.
fn forms_of(range: &str) -> &'static [Form] {
    match range {
        "application/graphql-response+json" => &[Form::GraphqlJson],
        // The specification's audit expects application/json for those who do not choose.
        "application/json" | "application/*" | "*/*" => &[Form::Json],
        "text/event-stream" | "text/*" => &[Form::EventStream],
        _ => &[],
    }
}

/// The form the client likes best; `None` where it takes none of ours.
pub(crate) fn form(headers: &HeaderMap) -> Option<Form> {
    let mut named = false;
    let mut best: Option<(u16, Form)> = None;
    for value in headers.get_all(ACCEPT) {
        let Ok(value) = value.to_str() else { continue };
        for part in value.split(',').take(32).filter(|part| !part.trim().is_empty()) {
            named = true;
            let (range, weight) = media_range(part);
            if weight == 0 || !is_utf8(part) {
                continue;
            }
            for form in forms_of(&range) {
                if best.is_none_or(|(heaviest, _)| weight > heaviest) {
                    best = Some((weight, *form));
                }
            }
        }
    }
    if named { best.map(|(_, form)| form) } else { Some(Form::Json) }
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

/// The range in lower case and its weight in thousandths.
fn media_range(part: &str) -> (String, u16) {
    let mut pieces = part.split(';');
    let range = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
    let weight = pieces
        .find_map(|piece| piece.trim().strip_prefix("q=")?.parse::<f32>().ok())
        .map_or(1000, |weight| (weight.clamp(0.0, 1.0) * 1000.0) as u16);
    (range, weight)
}

fn is_utf8(part: &str) -> bool {
    let charset = part.split(';').skip(1).find_map(|piece| {
        let (name, value) = piece.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
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
