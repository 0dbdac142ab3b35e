//! The header that has browsers save a file and not show it (RFC 6266).

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in an extended value: `attr-char` of RFC 8187, 3.2.1.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// `attachment` under a name: in ASCII for old clients, and as it is for the others.
pub(super) fn attachment(name: &str) -> HeaderValue {
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let exact = utf8_percent_encode(name, ATTR_CHAR);
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    // Both forms hold visible ASCII only.
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"))
}

/// What every client reads alike in a quoted string; some decode a per cent sign even there.
fn is_plain(c: char) -> bool {
    (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        for (name, expected) in [
            ("a b.pdf", "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"),
            (
                "цена.csv",
                "attachment; filename=\"____.csv\"; \
                          filename*=UTF-8''%D1%86%D0%B5%D0%BD%D0%B0.csv",
            ),
            (
                "a\"; x=\r\n'%41.txt",
                "attachment; filename=\"a_; x=__'_41.txt\"; \
                                     filename*=UTF-8''a%22%3B%20x%3D%0D%0A%27%2541.txt",
            ),
        ] {
            assert_eq!(attachment(name), expected, "{name:?}");
        }
    }
}
