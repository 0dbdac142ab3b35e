//! Rules of all documents: the lengths of texts, and the version that was read.

use kernel::{Refusal, RefusalCode};
use serde_json::json;

/// Characters of a name or a reference.
pub(crate) const MOST_NAME: usize = 200;
/// Characters of a comment or a reason.
pub(crate) const MOST_TEXT: usize = 2000;

/// Checks the lengths of texts by their fields, and that a reference is not empty.
///
/// # Errors
/// `OUT_OF_RANGE` at the field.
pub(crate) fn check_texts(
    texts: &[(&'static str, &str, usize)],
    external_reference: Option<&str>,
) -> Result<(), Refusal> {
    let reference = ("externalReference", external_reference.unwrap_or("-"), MOST_NAME);
    for (field, text, most) in texts.iter().copied().chain([reference]) {
        if text.chars().count() > most || (field == "externalReference" && text.is_empty()) {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                format!("At most {most} characters, and no empty reference."),
                format!("Не больше {most} символов; пустая ссылка недопустима."),
            )
            .at([field]));
        }
    }
    Ok(())
}

/// Refuses a change of a document that is not as it was read any more; the sentence says which.
///
/// # Errors
/// `STALE_VERSION` with the version it has.
pub(crate) fn same_version(held: i32, read: i32, en: &str, ru: &str) -> Result<(), Refusal> {
    if held == read {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::StaleVersion, en, ru).with(json!({ "currentVersion": held })))
}
