//! Web origins, as browsers write them (RFC 6454, 6.2).

use std::collections::BTreeSet;

use kernel::{Refusal, RefusalCode};
use serde_json::json;
use url::{Host, Origin, Url};

/// Origins of one tenant.
const MOST_ORIGINS: usize = 20;
/// Bytes: a scheme, a host name (RFC 1035, 2.3.4), a port.
const LONGEST_ORIGIN: usize = 8 + 253 + 6;

/// Why a list of origins is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OriginRule {
    TooMany,
    /// The origin at this place.
    Form(usize),
    /// The origin at this place could be anybody's on the way.
    Plain(usize),
}

impl From<OriginRule> for Refusal {
    fn from(rule: OriginRule) -> Self {
        match rule {
            OriginRule::TooMany => Self::new(
                RefusalCode::OutOfRange,
                "At most 20 origins can be listed.",
                "В списке не больше 20 адресов.",
            )
            .at(["origins"])
            .with(json!({ "most": MOST_ORIGINS })),
            OriginRule::Form(place) => Self::new(
                RefusalCode::Invalid,
                "An origin is a scheme, a host and perhaps a port: https://shop.example.",
                "Адрес — это схема, узел и, если нужно, порт: https://shop.example.",
            )
            .at(["origins".to_owned(), place.to_string()]),
            OriginRule::Plain(place) => Self::new(
                RefusalCode::Invalid,
                "An origin begins with https; http is for localhost only.",
                "Адрес начинается с https; http — только для localhost.",
            )
            .at(["origins".to_owned(), place.to_string()]),
        }
    }
}

/// The origins as browsers send them, each once, in order of the alphabet: case, a slash at the
/// end and the scheme's own port make no difference.
pub(crate) fn origins(given: &[String]) -> Result<BTreeSet<String>, OriginRule> {
    if given.len() > MOST_ORIGINS {
        return Err(OriginRule::TooMany);
    }
    given.iter().enumerate().map(|(place, text)| origin(text.trim(), place)).collect()
}

fn origin(text: &str, place: usize) -> Result<String, OriginRule> {
    let form = OriginRule::Form(place);
    let Ok(url) = Url::parse(text) else { return Err(form) };
    let Origin::Tuple(scheme, host, _) = url.origin() else { return Err(form) };
    // The parser lets a star stand in a name; here it would look as if it stood for any.
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
    if matches!(&host, Host::Domain(name) if !is_name(name)) {
        return Err(form);
    }
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && !text.ends_with(['?', '#', '@']);
    let written = url.origin().ascii_serialization();
    if !is_bare || written.len() > LONGEST_ORIGIN {
        return Err(form);
    }
    match scheme.as_str() {
        "https" => Ok(written),
        "http" if is_loopback(&host) => Ok(written),
        "http" => Err(OriginRule::Plain(place)),
        _ => Err(form),
    }
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<String, OriginRule> {
        let found = origins(&[text.to_owned()])?;
        Ok(found.into_iter().next().unwrap())
    }

    #[test]
    fn an_origin_is_kept_as_browsers_send_it() {
        for (given, kept) in [
            ("https://shop.example", "https://shop.example"),
            (" https://Shop.Example:443/ ", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://магазин.example", "https://xn--80aairftm.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(one(given).as_deref(), Ok(kept), "{given}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for given in [
            "",
            "*",
            "null",
            "shop.example",
            "https://",
            "https://*",
            "https://*.shop.example",
            "https://shop.example/path",
            "https://shop.example?x",
            "https://shop.example?",
            "https://shop.example#x",
            "https://anna@shop.example",
            "file:///etc",
            "data:text/html,x",
            "ftp://shop.example",
            "chrome-extension://abc",
        ] {
            assert_eq!(one(given), Err(OriginRule::Form(0)), "{given}");
        }
        assert_eq!(one("http://shop.example"), Err(OriginRule::Plain(0)));
        assert_eq!(one("http://localhost.example"), Err(OriginRule::Plain(0)));
    }

    #[test]
    fn a_list_holds_each_once_and_not_too_many() {
        let list =
            |texts: &[&str]| origins(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        let found = list(&["https://b.example", "https://a.example/", "https://A.example"]);
        assert_eq!(
            found.unwrap().into_iter().collect::<Vec<_>>(),
            ["https://a.example", "https://b.example"]
        );
        assert_eq!(list(&["https://a.example", "a"]), Err(OriginRule::Form(1)));
        let many: Vec<String> = (0..21).map(|n| format!("https://a{n}.example")).collect();
        assert_eq!(origins(&many), Err(OriginRule::TooMany));
        assert!(origins(&[]).unwrap().is_empty());
    }
}
