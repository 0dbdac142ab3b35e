//! Text that a spreadsheet program would take for a formula (OWASP, "CSV injection").
//!
//! A leading apostrophe makes it harmless and says "text" to a person. Text that already begins
//! with apostrophes before such a sign gets one more, so that taking one away always gives back
//! what was written.

use std::borrow::Cow;

/// Signs a formula may begin with, their full-width twins, and what programs skip before them.
const DANGEROUS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

fn is_dangerous(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(DANGEROUS)
}

/// The text, made harmless. Only for text: a number keeps its minus.
pub(crate) fn protect(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What [`protect`] was given. A stranger's `'+7 916…` loses its apostrophe too, as it does in a
/// spreadsheet program.
pub(crate) fn unprotect(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_made_harmless() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+7 916", "'+7 916"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("a=1", "a=1"),
            ("＝1", "'＝1"),
        ] {
            assert_eq!(protect(text), written);
            assert_eq!(unprotect(written), text);
        }
    }

    proptest! {
        #[test]
        fn taking_away_gives_back(text in "['=+@\\-\t\r\na1 ]{0,6}") {
            let written = protect(&text).into_owned();
            prop_assert!(!written.starts_with(DANGEROUS));
            prop_assert_eq!(unprotect(&written), text.as_str());
        }
    }
}
