//! Texts that people type: trimmed, without control characters, of bounded length.

use kernel::{Refusal, RefusalCode};

/// Longest comment, in characters.
const COMMENT: usize = 4_000;
/// Longest reason, in characters.
const REASON: usize = 1_000;
/// Longest external reference, in characters.
const REFERENCE: usize = 200;
/// Longest name, in characters.
const NAME: usize = 200;

/// A comment; empty is none.
///
/// # Errors
/// Too long, or with control characters.
pub fn optional_text(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    checked(field, text.unwrap_or_default(), COMMENT)
}

/// A name of something that has no record of its own; empty is none.
///
/// # Errors
/// Too long, or with control characters.
pub fn short_text(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    checked(field, text.unwrap_or_default(), NAME)
}

/// The number of a record in another program; empty is none.
///
/// # Errors
/// Too long, or with control characters.
pub fn external_reference(text: Option<&str>) -> Result<Option<String>, Refusal> {
    checked("externalReference", text.unwrap_or_default(), REFERENCE)
}

/// Why something is given up; never empty.
///
/// # Errors
/// Empty, too long, or with control characters.
pub fn reason(text: &str) -> Result<String, Refusal> {
    checked("reason", text, REASON)?.ok_or_else(|| {
        Refusal::new(RefusalCode::Required, "Give a reason.", "Укажите причину.").at(["reason"])
    })
}

fn checked(field: &str, text: &str, most: usize) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "The text holds control characters.",
            "Текст содержит управляющие символы.",
        )
        .at([field]));
    }
    if text.chars().count() > most {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            format!("At most {most} characters."),
            format!("Не более {most} символов."),
        )
        .at([field]));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_bounded_and_printable() {
        assert_eq!(
            optional_text("comment", Some(" позвонить\nдо 9 ")),
            Ok(Some("позвонить\nдо 9".into()))
        );
        assert_eq!(optional_text("comment", Some("  ")), Ok(None));
        for bad in ["a\u{0}b".to_owned(), "ж".repeat(4_001)] {
            assert!(optional_text("comment", Some(&bad)).is_err());
        }
        assert_eq!(reason(" ").unwrap_err().code, RefusalCode::Required);
    }
}
